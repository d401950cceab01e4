#include "app/cli/drawing_application.h"

#include <QApplication>

#include <cstdio>

namespace keyhole::cli {
namespace {

// Qt remarks on desktop matters (XDG_RUNTIME_DIR and the like) that are no concern of a command line.
void passOnlyErrors(QtMsgType type, const QMessageLogContext&, const QString& text) {
  if (type == QtCriticalMsg || type == QtFatalMsg) std::fprintf(stderr, "keyhole: %s\n", qPrintable(text));
}

}  // namespace

DrawingApplication::DrawingApplication() {
  if (QCoreApplication::instance()) return;
  qInstallMessageHandler(passOnlyErrors);
  qputenv("QT_QPA_PLATFORM", "offscreen");
  qunsetenv("QT_QPA_PLATFORMTHEME");  // desktop themes may ask for a display
  m_application = std::make_unique<QApplication>(m_argc, m_argv);
}

DrawingApplication::~DrawingApplication() = default;

}  // namespace keyhole::cli
