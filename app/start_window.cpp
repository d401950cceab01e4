#include "app/start_window.h"

#include "app/main_window.h"

#include <QApplication>
#include <QDir>
#include <QIcon>
#include <QSettings>
#include <QStandardPaths>
#include <QStyleFactory>

#include <cstdio>

namespace keyhole {

namespace {

// Qt ends the program with its own long text if there is nothing to draw on: find out before it does.
bool hasDisplay(int argc, char** argv) {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
    if (!qEnvironmentVariableIsEmpty(name)) return true;
  for (int i = 1; i < argc; ++i)
    if (qstrcmp(argv[i], "-platform") == 0) return true;
  return false;
}

}  // namespace

int startWindow(int argc, char** argv) {
  if (!hasDisplay(argc, argv)) {
    std::fputs("There is no display to open the window on; `keyhole --help` lists what works without one.\n",
               stderr);
    return 2;
  }
  QApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
  QApplication application(argc, argv);
  QApplication::setApplicationName("keyhole");
  QApplication::setApplicationDisplayName("Keyhole");
  QApplication::setStyle(
      QStyleFactory::create("Fusion"));  // the same look, and the same dark theme, everywhere
  QIcon icon;
  for (const char* file : {":/icons/keyhole-48.png", ":/icons/keyhole-256.png"}) icon.addFile(file);
  QApplication::setWindowIcon(icon);
  QApplication::setDesktopFileName("keyhole");
  QSettings preferences(QSettings::IniFormat, QSettings::UserScope, "keyhole", "keyhole");
  const QString data = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  MainWindow window(preferences, QDir(data).filePath("unsaved"));
  window.show();
  const QStringList arguments = QApplication::arguments();
  // Without an argument it opens on the paper's central finding.
  window.start(arguments.value(1, "figure-3"));
  return QApplication::exec();
}

}  // namespace keyhole
