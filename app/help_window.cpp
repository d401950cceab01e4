#include "app/help_window.h"

#include "app/manual.h"

#include <QTextBrowser>
#include <QVBoxLayout>

namespace keyhole {

HelpWindow::HelpWindow(QWidget* parent) : QDialog(parent), m_text(new QTextBrowser(this)) {
  setWindowTitle("Keyhole: manual");
  resize(760, 620);
  m_text->setObjectName("manual");
  m_text->setFrameShape(QFrame::NoFrame);
  m_text->document()->setDocumentMargin(16);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_text);
}

void HelpWindow::showAt(const QString& anchor) {
  if (m_text->document()->isEmpty()) m_text->setHtml(manualHtml());
  show();
  raise();
  activateWindow();
  if (!anchor.isEmpty()) m_text->scrollToAnchor(anchor);
}

}  // namespace keyhole
