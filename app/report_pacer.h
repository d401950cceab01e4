// Reports of progress on their way to the window.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace keyhole {

// Lets about 25 reports a second through for the same words, and new words at once: more would keep the
// window busy with what nobody can read. Asked from one thread.
class ReportPacer {
 public:
  bool isDue(std::string_view words) {
    constexpr std::chrono::milliseconds kPause(40);
    const auto now = std::chrono::steady_clock::now();
    if (words == m_words && now - m_last < kPause) return false;
    m_last = now;
    m_words = words;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point m_last;
  std::string m_words;
};

}  // namespace keyhole
