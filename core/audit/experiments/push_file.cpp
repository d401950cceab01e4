#include "core/audit/experiments/push_file.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

namespace keyhole {
namespace {

constexpr Index kLeastWindow = 16;

// Pushes of the same units soon after each other as one.
std::vector<TimedPush> trainsOf(const std::vector<TimedPush>& pushes) {
  std::vector<TimedPush> trains;
  for (const auto& push : pushes) {
    TimedPush* last = trains.empty() ? nullptr : &trains.back();
    const Index after = last ? push.at - last->at : 0;
    if (!last || last->trial != push.trial || after > kTrain || last->push != push.push) {
      trains.push_back(push);
    } else {
      for (Index& earlier : last->earlier) earlier += after;
      last->earlier.push_back(after);
      last->at = push.at;
    }
  }
  return trains;
}

class PushLines {
 public:
  PushLines(const std::string& path, const std::vector<Trial>& trials, double seconds)
      : m_path(path), m_trials(trials), m_seconds(seconds) {}

  std::vector<TimedPush> read() {
    std::istringstream text(readFileBytes(m_path));
    std::vector<TimedPush> pushes;
    for (std::string line; std::getline(text, line);) {
      ++m_line;
      line = line.substr(0, line.find('#'));
      for (char& c : line)
        if (c == ',' || c == ';' || c == '\r' || c == '\t') c = ' ';
      if (line.find_first_not_of(' ') == std::string::npos) continue;
      pushes.push_back(pushOf(line));
      requireNew(pushes.back());
    }
    if (pushes.empty())
      throw InputError(m_path +
                       " holds no perturbation; allowed: a line for each, its onset and the perturbed units");
    std::stable_sort(pushes.begin(), pushes.end(), [](const TimedPush& a, const TimedPush& b) {
      return std::pair(a.trial, a.at) < std::pair(b.trial, b.at);
    });
    return trainsOf(pushes);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& allowed) const {
    throw InputError(m_path + ", line " + std::to_string(m_line) + ": " + what + "; allowed: " + allowed);
  }

  double number(const std::string& word) const {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
      refuse("\"" + shownText(word) + "\" is no number", "an onset and numbers of units");
    return value;
  }

  TimedPush pushOf(const std::string& line) const {
    std::istringstream words(line);
    std::string word;
    words >> word;
    TimedPush push = placed(number(word));
    const Index N = m_trials.front().activity.rows();
    push.push = Vector::Zero(N);
    while (words >> word) {
      const double unit = number(word);
      if (unit < 1 || unit > static_cast<double>(N) || unit != std::floor(unit))
        refuse("unit " + word, "whole numbers from 1 to " + std::to_string(N) + ", the recorded units");
      push.push(static_cast<Index>(unit) - 1) = 1;
    }
    if (!(push.push.norm() > 0)) refuse("no unit is perturbed", "an onset and at least one unit");
    return push;
  }

  // Two perturbations in one sample cannot be told apart, and a line that stands there twice is a mistake.
  void requireNew(const TimedPush& push) {
    const auto [before, isNew] = m_lines.try_emplace({push.trial, push.at}, m_line);
    if (!isNew)
      refuse("the onset falls on the same sample as that of line " + std::to_string(before->second),
             "one line for each onset, with all the units that are perturbed then");
  }

  TimedPush placed(double onset) const {
    const double sample = m_seconds > 0 ? onset / m_seconds : onset;
    Index at = static_cast<Index>(std::llround(std::clamp(sample, -1.0, 1e15)));
    for (std::size_t k = 0; k < m_trials.size() && at >= 0; ++k) {
      const Index T = m_trials[k].activity.cols();
      if (at < T) return {k, at, {}};
      at -= T;
    }
    refuse("the onset " + toText(onset) + (m_seconds > 0 ? " s" : ""), "a time within the recording");
  }

  const std::string& m_path;
  const std::vector<Trial>& m_trials;
  double m_seconds;
  Index m_line = 0;
  std::map<std::pair<std::size_t, Index>, Index> m_lines;  // of the onsets, by trial and sample
};

Index windowOf(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes) {
  std::vector<Index> gaps;
  for (std::size_t i = 0; i < pushes.size(); ++i) {
    const bool last = i + 1 == pushes.size() || pushes[i + 1].trial != pushes[i].trial;
    const Index end = last ? trials[pushes[i].trial].activity.cols() : pushes[i + 1].before() + 1;
    gaps.push_back(end - pushes[i].at);
  }
  std::sort(gaps.begin(), gaps.end());
  return std::max(kLeastWindow, gaps[gaps.size() / 2] / 2);
}

}  // namespace

std::vector<TimedPush> readPushes(const std::string& path, const std::vector<Trial>& trials, double seconds) {
  return PushLines(path, trials, seconds).read();
}

std::vector<Trial> withoutPushes(const std::vector<Trial>& trials, const std::vector<TimedPush>& pushes,
                                 Index* window) {
  const Index left = windowOf(trials, pushes);
  if (window) *window = left;
  std::vector<Trial> kept;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Index T = trials[k].activity.cols();
    Index from = 0;
    const auto keep = [&](Index to) {
      if (to - from >= 2)
        kept.push_back(
            {trials[k].activity.middleCols(from, to - from), trials[k].input.middleCols(from, to - from)});
    };
    for (const auto& push : pushes) {
      if (push.trial != k) continue;
      keep(push.before() + 1);
      from = std::max(from, std::min(T, push.at + left));
    }
    keep(T);
  }
  if (kept.empty())
    throw InputError(
        "the perturbations leave no spontaneous stretch of two samples; allowed: a recording with some");
  return kept;
}

}  // namespace keyhole
