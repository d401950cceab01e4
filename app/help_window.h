// The manual in a window of its own, which does not block the others.
#pragma once

#include <QDialog>

class QTextBrowser;

namespace keyhole {

class HelpWindow : public QDialog {
  Q_OBJECT

 public:
  explicit HelpWindow(QWidget* parent = nullptr);

  // anchor: see manualHtml(); empty: the beginning.
  void showAt(const QString& anchor);

 private:
  QTextBrowser* m_text = nullptr;
};

}  // namespace keyhole
