// keyhole_latency [PRESET …]: how fast the window follows, in milliseconds; with QT_QPA_PLATFORM=offscreen
// without a display.
#include "core/experiment/presets.h"
#include "tests/bench/latency_probe.h"

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <stdexcept>

using namespace keyhole;

namespace {

constexpr int kHandInterval = 16;  // ms, of a mouse that moves over a 60 Hz screen

std::vector<SettingValue> fractions(double from, double to, int count) {
  std::vector<SettingValue> values;
  for (int i = 1; i <= count; ++i) values.emplace_back(from + (to - from) * i / count);
  return values;
}

void print(const char* what, const std::vector<double>& times) {
  std::printf("    %-34s %4zu  50 %% %7.1f   95 %% %7.1f   99 %% %7.1f ms\n", what, times.size(),
              bench::percentile(times, 50), bench::percentile(times, 95), bench::percentile(times, 99));
}

void measure(MainWindow& window, const char* title, const std::string& key,
             const std::vector<SettingValue>& values) {
  std::printf("  %s\n", title);
  bench::LatencyProbe probe(window, key);
  const auto steps = probe.stepped(values);
  print("one step, first picture", steps.first);
  print("one step, complete picture", steps.refined);
  const auto drag = probe.dragged(values, kHandInterval);
  print("dragged, first picture", drag.first);
  std::printf("    %-34s %4d of %zu values had a picture of their own\n", "dragged", drag.pictures,
              values.size());
  std::fflush(stdout);
}

void measurePreset(const std::string& name) {
  QTemporaryDir folder;
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  MainWindow window(preferences, folder.filePath("unsaved"));
  window.resize(1600, 1000);
  window.show();
  window.start(QString::fromStdString(name));
  const bool there = QTest::qWaitFor([&] { return window.shown() && window.shown()->searched; }, 120000);
  if (!there || !window.shown()->simulation) throw std::runtime_error("no picture of " + name);
  const double D = static_cast<double>(window.shown()->simulation->units);
  std::printf("%s (%.0f units)\n", name.c_str(), D);
  measure(window, "seen units 10 to 100", "observation.fraction", fractions(9 / D, 100 / D, 60));
  measure(window, "seen units 100 to all", "observation.fraction", fractions(100 / D, 1, 40));
  window.document().changeSetting("observation.fraction", 0.1, 2);
  measure(window, "seed (the teacher is simulated anew)", "teacher.seed",
          {SettingValue(101LL), SettingValue(102LL), SettingValue(103LL), SettingValue(104LL),
           SettingValue(105LL), SettingValue(106LL)});
}

}  // namespace

int main(int argc, char** argv) {
  // The offscreen platform says with every picture that it knows no size hints.
  qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
  QApplication app(argc, argv);
  const std::vector<std::string> all = {"figure-3", "low-rank-linear", "chain"};
  std::vector<std::string> names(argv + 1, argv + argc);
  if (names.empty()) names = all;
  for (const std::string& name : names) {
    try {
      measurePreset(name);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s\n", problem.what());
      return 2;
    }
  }
  return 0;
}
