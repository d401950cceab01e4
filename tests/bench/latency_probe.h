// What a hand feels: the time from a change of a setting to its picture, in the real main window.
#pragma once

#include "app/main_window.h"

#include <QElapsedTimer>
#include <QObject>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace keyhole::bench {

// Milliseconds from a value's change to the moment at which all panels that were to be painted for it, or for
// a later value, had been painted.
struct Latencies {
  std::vector<double> computed;  // until the first picture left the computing thread
  std::vector<double> first;     // until the first picture, coarse or not, was painted
  std::vector<double> refined;   // until the fine one was; empty while the hand does not rest
  std::vector<double> measured;  // until all numbers and the free runs were; empty where not waited for
  int dropped = 0;               // values that never had a picture of their own
};

// The percentile of some times (nearest rank); NaN of none. Copies.
double percentile(std::vector<double> times, double percent);

// Watches one setting of a window, and moves it.
class LatencyProbe : public QObject {
  Q_OBJECT

 public:
  LatencyProbe(MainWindow& window, std::string key);

  // One value after the other, each as soon as the picture before is complete.
  Latencies stepped(const std::vector<SettingValue>& values);

  // The same, but each as soon as all that is asked of a system within a second is there: free runs,
  // explained variance, condition numbers.
  Latencies rested(const std::vector<SettingValue>& values);

  // As a hand drags: a new value every `interval` ms, whether there is a picture or not.
  Latencies dragged(const std::vector<SettingValue>& values, int interval);

 private:
  void forget();
  void change(const SettingValue& value);
  void take(const std::shared_ptr<const Experiment>& experiment, double computed);
  static bool there(const std::vector<double>& times);
  bool settle(const std::vector<double>& times);
  bool waitFor(const std::function<bool()>& reached);

  MainWindow& m_window;
  std::string m_key;
  QElapsedTimer m_clock;
  std::vector<SettingValue> m_values;  // so far, with the times of their changes
  std::vector<double> m_changed;
  std::vector<double> m_computed, m_first, m_refined, m_measured;  // of each value; NaN: not yet
  std::mutex m_mutex;                                              // guards the next
  std::map<const Experiment*, double> m_left;                      // when it left the computing thread
  std::vector<bool> m_own;                                         // whether it had a picture of its own
  std::function<void()> m_check;                                   // whether what is waited for has come
};

}  // namespace keyhole::bench
