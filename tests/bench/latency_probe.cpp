#include "tests/bench/latency_probe.h"

#include "app/after_painting.h"
#include "core/common/nan.h"

#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <utility>

namespace keyhole::bench {
namespace {

constexpr int kPatience = 120000;  // ms

std::vector<double> known(const std::vector<double>& times) {
  std::vector<double> result;
  for (const double time : times)
    if (!std::isnan(time)) result.push_back(time);
  return result;
}

}  // namespace

double percentile(std::vector<double> times, double percent) {
  if (times.empty()) return kNaN;
  std::sort(times.begin(), times.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(times.size()));
  return times[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

LatencyProbe::LatencyProbe(MainWindow& window, std::string key) : m_window(window), m_key(std::move(key)) {
  m_clock.start();
  // Connected after the window's own slot, so that it runs after it: the panels have their new contents, and
  // what they have to paint is queued.
  connect(&window.worker(), &ExperimentWorker::experimentReady, this,
          [this](const std::shared_ptr<const Experiment>& experiment) {
            double left = 0;
            {
              const std::lock_guard lock(m_mutex);
              left = std::exchange(m_left[experiment.get()], 0.0);
            }
            afterPainting(this, [this, experiment, left] { take(experiment, left); });
          });
  connect(
      &window.worker(), &ExperimentWorker::experimentReady, this,
      [this](const std::shared_ptr<const Experiment>& experiment) {
        const std::lock_guard lock(m_mutex);
        m_left[experiment.get()] = static_cast<double>(m_clock.nsecsElapsed()) * 1e-6;
      },
      Qt::DirectConnection);
}

void LatencyProbe::change(const SettingValue& value) {
  m_values.push_back(value);
  m_changed.push_back(static_cast<double>(m_clock.nsecsElapsed()) * 1e-6);
  m_computed.push_back(kNaN);
  m_first.push_back(kNaN);
  m_refined.push_back(kNaN);
  m_measured.push_back(kNaN);
  m_own.push_back(false);
  m_window.document().changeSetting(QString::fromStdString(m_key), value, 1);
}

// All values up to the one of this picture have been answered by it.
void LatencyProbe::take(const std::shared_ptr<const Experiment>& experiment, double computed) {
  const double now = static_cast<double>(m_clock.nsecsElapsed()) * 1e-6;
  const SettingValue& shown = experiment->settings.value(m_key);
  const auto found = std::find(m_values.rbegin(), m_values.rend(), shown);
  if (found == m_values.rend()) return;
  const auto last = static_cast<std::size_t>(m_values.rend() - found);
  m_own[last - 1] = true;
  for (std::size_t i = 0; i < last; ++i)
    if (std::isnan(m_first[i])) {
      m_first[i] = now - m_changed[i];
      m_computed[i] = computed - m_changed[i];
    }
  if (experiment->reached > Depth::sketch && std::isnan(m_refined[last - 1]))
    m_refined[last - 1] = now - m_changed[last - 1];
  if (experiment->reached >= Depth::numbers && std::isnan(m_measured[last - 1]))
    m_measured[last - 1] = now - m_changed[last - 1];
  if (m_check) m_check();
}

// Whether these times, of all values, know that of the last one.
bool LatencyProbe::there(const std::vector<double>& times) {
  return !times.empty() && !std::isnan(times.back());
}

// What is asked of the last value is there and painted. What follows it (attractors …) is still computed, as
// when a hand goes on.
bool LatencyProbe::settle(const std::vector<double>& times) {
  return waitFor([&times] { return there(times); });
}

// An event loop that sleeps for events alone: QTest::qWaitFor() sleeps for 10 ms at a time.
bool LatencyProbe::waitFor(const std::function<bool()>& reached) {
  if (reached()) return true;
  QEventLoop loop;
  m_check = [&] {
    if (reached()) loop.quit();
  };
  QTimer::singleShot(kPatience, &loop, [&loop] { loop.exit(1); });
  const bool good = loop.exec() == 0;
  m_check = nullptr;
  return good;
}

void LatencyProbe::forget() {
  m_values.clear();
  for (std::vector<double>* times : {&m_changed, &m_computed, &m_first, &m_refined, &m_measured})
    times->clear();
  m_own.clear();
}

Latencies LatencyProbe::stepped(const std::vector<SettingValue>& values) {
  forget();
  for (const SettingValue& value : values) {
    change(value);
    if (!settle(m_refined)) break;
  }
  return {known(m_computed), known(m_first), known(m_refined), {}, 0};
}

Latencies LatencyProbe::rested(const std::vector<SettingValue>& values) {
  forget();
  for (const SettingValue& value : values) {
    change(value);
    if (!settle(m_measured)) break;
  }
  return {known(m_computed), known(m_first), known(m_refined), known(m_measured), 0};
}

Latencies LatencyProbe::dragged(const std::vector<SettingValue>& values, int interval) {
  forget();
  std::size_t next = 0;
  QTimer hand;
  hand.setTimerType(Qt::PreciseTimer);
  connect(&hand, &QTimer::timeout, this, [&] {
    if (next < values.size()) change(values[next++]);
    if (m_check) m_check();
  });
  hand.start(interval);
  if (waitFor([&] { return next == values.size(); })) settle(m_refined);
  return {known(m_computed),
          known(m_first),
          {},
          {},
          static_cast<int>(std::count(m_own.begin(), m_own.end(), false))};
}

}  // namespace keyhole::bench
