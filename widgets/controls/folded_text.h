// Text that takes two lines until somebody wants to read all of it, so that what it stands above keeps its
// room.
#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QToolButton;

namespace keyhole {

class FoldedText : public QWidget {
  Q_OBJECT

 public:
  explicit FoldedText(QWidget* parent = nullptr);

  // Whether it is unfolded stays as it is.
  void setText(const QString& text);
  QString text() const { return m_text; }
  // What can be read of it now; ends with "…" where some is folded away.
  QString shown() const;
  bool isUnfolded() const { return m_unfolded; }
  void setUnfolded(bool unfolded);

  static constexpr int lines = 2;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void layOut();

  QLabel* m_label = nullptr;
  QToolButton* m_button = nullptr;
  QString m_text;
  bool m_unfolded = false;
};

}  // namespace keyhole
