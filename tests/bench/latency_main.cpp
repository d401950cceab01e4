// keyhole_latency [--start] [--values N] [--only MOVE] [--out FILE] [PRESET …]: how fast the window follows,
// in milliseconds; with QT_QPA_PLATFORM=offscreen without a display. --out: adds a line "name milliseconds"
// per percentile to a file.
#include "app/after_painting.h"
#include "app/best_kernel.h"
#include "core/common/memory.h"
#include "core/experiment/settings/presets.h"
#include "tests/bench/latency_probe.h"

#include <QApplication>
#include <QEvent>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

using namespace keyhole;

namespace {

constexpr int kHandInterval = 16;  // ms, of a mouse that moves over a 60 Hz screen

struct Request {
  std::vector<std::string> presets;
  int values = 60;
  std::string out, only;
  bool start = false;
};

std::vector<SettingValue> evenly(double from, double to, int count) {
  std::vector<SettingValue> values;
  for (int i = 1; i <= count; ++i) values.emplace_back(from + (to - from) * i / count);
  return values;
}

std::vector<SettingValue> seeds(int count) {
  std::vector<SettingValue> values;
  for (int i = 1; i <= count; ++i) values.emplace_back(static_cast<long long>(100 + i));
  return values;
}

class Report {
 public:
  explicit Report(const Request& request)
      : m_file(request.out.empty() ? nullptr : std::fopen(request.out.c_str(), "a")) {}
  ~Report() {
    if (m_file) std::fclose(m_file);
  }

  void add(const std::string& name, const char* what, const std::vector<double>& times) {
    std::printf("    %-34s %4zu  50 %% %7.1f   95 %% %7.1f   99 %% %7.1f ms\n", what, times.size(),
                bench::percentile(times, 50), bench::percentile(times, 95), bench::percentile(times, 99));
    std::fflush(stdout);
    if (!m_file) return;
    for (const int percent : {50, 95, 99})
      std::fprintf(m_file, "latency/%s/%d %.3f\n", name.c_str(), percent, bench::percentile(times, percent));
  }

  void count(const std::string& name, int value) {
    if (m_file) std::fprintf(m_file, "latency/%s %d\n", name.c_str(), value);
  }

  void once(const char* name, double milliseconds) {
    std::printf("%-38s %7.1f ms\n", name, milliseconds);
    if (m_file) std::fprintf(m_file, "%s %.3f\n", name, milliseconds);
  }

 private:
  std::FILE* m_file;
};

// From the start of the process, told by whoever started it, to the drawn window and the first picture.
class StartWatch : public QObject {
 public:
  StartWatch(MainWindow& window, Report& report) : m_report(report) {
    window.installEventFilter(this);
    connect(&window.worker(), &ExperimentWorker::experimentReady, this, [this] {
      afterPainting(this, [this] {
        if (!std::exchange(m_pictured, true)) m_report.once("start/first_picture", elapsed());
      });
    });
  }
  bool done() const { return m_drawn && m_pictured; }

 protected:
  bool eventFilter(QObject*, QEvent* event) override {
    if (event->type() == QEvent::Paint && !std::exchange(m_drawn, true))
      afterPainting(this, [this] { m_report.once("start/window", elapsed()); });
    return false;
  }

 private:
  static double elapsed() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const double started = qEnvironmentVariable("KEYHOLE_STARTED_AT", "0").toDouble() * 1e-6;
    return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()) * 1e-3 -
           started;
  }

  Report& m_report;
  bool m_drawn = false, m_pictured = false;
};

void measureStart(const std::string& name, Report& report) {
  QTemporaryDir folder;
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  MainWindow window(preferences, folder.filePath("unsaved"));
  StartWatch watch(window, report);
  window.show();
  window.start(QString::fromStdString(name));
  if (!QTest::qWaitFor([&] { return watch.done(); }, 60000))
    throw std::runtime_error("the window did not start");
}

struct Move {
  const char* title;
  const char* name;
  const char* key;
  std::vector<SettingValue> values;
};

void measure(MainWindow& window, const std::string& preset, const Move& move, Report& report) {
  std::printf("  %s\n", move.title);
  bench::LatencyProbe probe(window, move.key);
  const std::string name = preset + "/" + move.name;
  const auto steps = probe.stepped(move.values);
  report.add(name + "/computed", "one step, first picture computed", steps.computed);
  report.add(name + "/first", "one step, first picture", steps.first);
  report.add(name + "/complete", "one step, complete picture", steps.refined);
  const auto drag = probe.dragged(move.values, kHandInterval);
  report.add(name + "/dragged", "dragged, first picture", drag.first);
  std::printf("    %-34s %4d of %zu values had no picture of their own\n", "dropped", drag.dropped,
              move.values.size());
  report.count(name + "/dropped", drag.dropped);
}

// A hand that rests at each value until the numbers and the free runs are there.
void measureRest(MainWindow& window, const std::string& preset, const Move& move, Report& report) {
  std::printf("  %s\n", move.title);
  bench::LatencyProbe probe(window, move.key);
  report.add(preset + "/" + move.name + "/measured", "all numbers and free runs",
             probe.rested(move.values).measured);
}

void measurePreset(const std::string& name, const Request& request, Report& report) {
  QTemporaryDir folder;
  QSettings preferences(folder.filePath("preferences.ini"), QSettings::IniFormat);
  MainWindow window(preferences, folder.filePath("unsaved"));
  window.resize(1600, 1000);
  window.show();
  window.start(QString::fromStdString(name));
  const bool there =
      QTest::qWaitFor([&] { return window.shown() && window.shown()->reached == Depth::searched; }, 120000);
  if (!there || !window.shown()->simulation) throw std::runtime_error("no picture of " + name);
  const double D = static_cast<double>(window.shown()->simulation->units);
  const int n = request.values;
  std::printf("%s (%.0f units)\n", name.c_str(), D);
  const std::vector<Move> moves = {
      {"seen units 10 to 100", "near", "observation.fraction", evenly(9 / D, 100 / D, n)},
      {"seen units 100 to all", "far", "observation.fraction", evenly(100 / D, 1, n)},
      {"ridge ρ", "ridge", "fit.rho", evenly(0.001, 0.01, n)},
      {"persistence (a setting of the analysis)", "analysis", "analysis.persistent_tau", evenly(5, 20, n)},
      {"seed (the teacher is simulated anew)", "seed", "teacher.seed", seeds(std::max(n / 4, 3))}};
  for (const Move& move : moves) {
    if (!request.only.empty() && request.only != move.name) continue;
    if (std::string(move.name) == "ridge") window.document().changeSetting("observation.fraction", 0.1, 2);
    measure(window, name, move, report);
  }
  const Move rest = {"seen units 100 to all, resting", "rest", "observation.fraction",
                     evenly(100 / D, 1, std::max(n / 3, 3))};
  if (request.only.empty() || request.only == rest.name) measureRest(window, name, rest, report);
}

Request requestOf(int argc, char** argv) {
  Request request;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--values" && more)
      request.values = std::max(std::atoi(argv[++i]), 1);
    else if (word == "--out" && more)
      request.out = argv[++i];
    else if (word == "--start")
      request.start = true;
    else if (word == "--only" && more)
      request.only = argv[++i];
    else
      request.presets.push_back(word);
  }
  if (request.presets.empty()) request.presets = {"figure-3", "low-rank-linear", "chain"};
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  keyhole::useBestKernel(argv);  // as the program itself,
  keyhole::keepFreedMemory();    // likewise
  QApplication app(argc, argv);
  const Request request = requestOf(argc, argv);
  Report report(request);
  for (const std::string& name : request.presets) {
    try {
      request.start ? measureStart(name, report) : measurePreset(name, request, report);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s\n", problem.what());
      return 2;
    }
  }
  return 0;
}
