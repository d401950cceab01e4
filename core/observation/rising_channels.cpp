#include "core/observation/rising_channels.h"

#include <algorithm>
#include <numeric>

namespace keyhole {
namespace {

constexpr Index kLeastSteps = 20;

// "1-4;6": all channels but these, as the step `units` has them.
std::string unitsWithout(const std::vector<Index>& without, Index units) {
  std::string text;
  Index from = 0;
  const auto add = [&](Index to) {  // from .. to - 1
    if (to > from)
      text += (text.empty() ? "" : ";") + std::to_string(from + 1) +
              (to > from + 1 ? "-" + std::to_string(to) : "");
  };
  for (const Index i : without) {
    add(i);
    from = i + 1;
  }
  add(units);
  return text;
}

}  // namespace

void RisingChannels::add(ConstMatrixRef piece) {
  if (piece.cols() == 0) return;
  if (m_units < 0) {
    m_units = piece.rows();
    m_rising.resize(static_cast<std::size_t>(m_units));
    std::iota(m_rising.begin(), m_rising.end(), Index{0});
    m_rises.assign(m_rising.size(), 0);
  }
  for (Index t = 0; t < piece.cols() && !m_rising.empty(); ++t) {
    const bool first = t == 0;
    if (first && m_begins) continue;
    std::erase_if(m_rising, [&](Index i) {
      const double before = first ? m_last(i) : piece(i, t - 1);
      m_rises[static_cast<std::size_t>(i)] += piece(i, t) > before;
      return !(piece(i, t) >= before);  // nor is a missing sample above anything
    });
    ++m_steps;
  }
  m_last = piece.col(piece.cols() - 1);
  m_begins = false;
}

std::vector<Index> RisingChannels::channels() const {
  std::vector<Index> found;
  for (const Index i : m_rising)
    if (m_steps >= kLeastSteps && 2 * m_rises[static_cast<std::size_t>(i)] > m_steps) found.push_back(i);
  return found;
}

std::vector<Index> risingChannels(const Recording& recording) {
  RisingChannels rising;
  const std::vector<Index> bounds = trialBounds(recording);
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    rising.beginTrial();
    rising.add(recording.activity.middleCols(bounds[k], bounds[k + 1] - bounds[k]));
  }
  return rising.channels();
}

std::string risingChannelWarning(const Recording& recording) {
  return risingChannelWarning(recording, recording.activity.rows(), risingChannels(recording));
}

std::string risingChannelWarning(const Recording& head, Index units, const std::vector<Index>& rising) {
  if (rising.empty()) return {};
  const bool one = rising.size() == 1;
  const std::string subject = (one ? "channel " : "channels ") + channelTitles(head, rising) + " of " +
                              (head.source.empty() ? "the recording" : "the recording " + head.source) +
                              (one ? " rises" : " rise") + " throughout, as ";
  if (static_cast<Index>(rising.size()) == units)
    return subject +
           "spike times and clocks do and activity does not: spike times must be counted in bins first "
           "(--bin counts those in the units of an NWB file)";
  return subject + "a clock does and activity does not; if " +
         (one ? "it is one, leave it" : "they are clocks, leave them") +
         " out with --steps units:" + unitsWithout(rising, units);
}

}  // namespace keyhole
