// A main window of its own for a test, with preferences and files of its own.
#pragma once

#include "app/main_window.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

namespace keyhole::test {

constexpr int kPatience = 240000;  // ms; an upper bound, not a measure

struct WindowBench {
  QTemporaryDir folder;
  QSettings preferences{folder.filePath("preferences.ini"), QSettings::IniFormat};
  MainWindow window{preferences, folder.filePath("unsaved")};

  // Shown, and computing the experiment of these settings.
  explicit WindowBench(const Settings& settings) {
    window.document().changeSettings(settings, "small");
    window.resize(1400, 900);
    window.show();
    window.start({});
  }
  // The complete picture of the present settings is shown, with what is found after it.
  bool settle() {
    return QTest::qWaitFor(
        [this] {
          const auto& shown = window.shown();
          const bool failed = shown && !shown->studentAnalysis;
          return shown && (shown->reached == Depth::searched || failed) &&
                 shown->asked == window.document().settings();
        },
        kPatience);
  }
};

}  // namespace keyhole::test
