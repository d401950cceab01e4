// A part of a longer computation, as what runs inside of it sees the progress.
#pragma once

#include "core/common/progress.h"

#include <optional>
#include <string>

namespace keyhole {

// What runs inside tells 0 to 1 of its own; the whole hears from … to. A stop is passed on; grantStop() is
// not: the whole alone knows what may run after one. The objective is not shown unless it is asked for.
class ProgressPart : public Progress {
 public:
  // words: what the whole says meanwhile; empty: the words of what runs inside. whole must outlive the part.
  ProgressPart(Progress& whole, double from, double to, std::string words = {})
      : m_whole(whole), m_from(from), m_to(to), m_words(std::move(words)) {}

  // The objective of what runs inside is drawn as that of this start of the whole.
  void showObjectiveAs(int start) { m_start = start; }

  void report(double fraction, std::string_view what) override {
    m_whole.report(m_from + (m_to - m_from) * fraction, m_words.empty() ? what : m_words);
  }
  void objective(int, int iteration, double value) override {
    if (m_start) m_whole.objective(*m_start, iteration, value);
  }
  bool stopRequested() const override { return m_whole.stopRequested(); }

 private:
  Progress& m_whole;
  double m_from, m_to;
  std::string m_words;
  std::optional<int> m_start;
};

}  // namespace keyhole
