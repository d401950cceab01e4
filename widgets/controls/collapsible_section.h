// A titled part of a panel that can be folded away.
#pragma once

#include <QWidget>

class QToolButton;
class QVBoxLayout;

namespace keyhole {

class CollapsibleSection : public QWidget {
  Q_OBJECT

 public:
  explicit CollapsibleSection(const QString& title, QWidget* parent = nullptr);

  QVBoxLayout* content() { return m_content; }
  void setOpen(bool open);
  bool isOpen() const;

 private:
  QToolButton* m_header = nullptr;
  QWidget* m_body = nullptr;
  QVBoxLayout* m_content = nullptr;
};

}  // namespace keyhole
