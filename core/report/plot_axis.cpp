#include "core/report/plot_axis.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kRoom = 0.04;  // of the axis, at either end

class Extent {
 public:
  explicit Extent(bool logarithmic) : m_log(logarithmic) {}

  void add(const std::vector<double>& values) {
    for (const double value : values) add(value);
  }
  void add(double value) {
    if (!std::isfinite(value) || (m_log && !(value > 0))) return;
    m_low = std::min(m_low, value);
    m_high = std::max(m_high, value);
    m_whole = m_whole && value == std::floor(value);
  }
  bool good() const { return m_low <= m_high; }

  PlotAxis axis() const {
    PlotAxis axis{m_low, m_high, m_log, m_whole};
    if (m_log) {
      const double room = m_high > m_low ? std::pow(m_high / m_low, kRoom) : 2;
      axis.low /= room;
      axis.high *= room;
    } else {
      const double size = m_high > m_low ? m_high - m_low : m_low != 0 ? std::abs(m_low) : 1;
      const double room = m_high > m_low ? kRoom * size : 0.5 * size;
      axis.low -= room;
      axis.high += room;
    }
    return axis;
  }

 private:
  bool m_log, m_whole = true;
  double m_low = std::numeric_limits<double>::infinity(), m_high = -m_low;
};

std::vector<double> evenTicks(double low, double high, int most, bool whole) {
  const double least = (high - low) / std::max(most, 1);
  const double decade = std::pow(10.0, std::floor(std::log10(least)));
  double step = 10 * decade;
  for (const double round : {5.0, 2.0, 1.0})
    if (round * decade >= least * (1 - 1e-9)) step = round * decade;
  if (whole) step = std::max(step, 1.0);
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    ticks.push_back(k * step + 0.0);  // no -0
  return ticks;
}

// 1, 2 and 5 of each decade, or its beginning alone, or that of every so manieth.
std::vector<double> decadeTicks(double low, double high, int most) {
  const int first = static_cast<int>(std::floor(std::log10(low))),
            last = static_cast<int>(std::ceil(std::log10(high)));
  const auto within = [&](const std::vector<double>& rounds, int every) {
    std::vector<double> ticks;
    for (int k = first; k <= last; ++k)
      for (const double round : rounds)
        if (const double tick = round * std::pow(10.0, k);
            k % every == 0 && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
          ticks.push_back(tick);
    return ticks;
  };
  const auto fits = [&](const std::vector<double>& ticks) {
    return ticks.size() >= 2 && ticks.size() <= static_cast<std::size_t>(most);
  };
  // Fewer are better than crowded ones.
  for (const auto& rounds : {std::vector<double>{1, 2, 5}, {1, 3}, {1}})
    if (auto ticks = within(rounds, 1); fits(ticks) && (most > 3 || rounds.size() < 3)) return ticks;
  for (int every = 2; every <= last - first; ++every)
    if (auto ticks = within({1}, every); fits(ticks)) return ticks;
  return {};
}

}  // namespace

bool PlotAxis::shows(double value) const {
  return std::isfinite(value) && (!logarithmic || value > 0);
}

double PlotAxis::share(double value) const {
  const auto of = [&](double v) { return logarithmic ? std::log(v) : v; };
  return std::clamp((of(value) - of(low)) / (of(high) - of(low)), 0.0, 1.0);
}

double PlotAxis::moved(double value, double share) const {
  if (share == 0) return value;
  return logarithmic ? value * std::pow(high / low, share) : value + share * (high - low);
}

std::vector<double> PlotAxis::ticks(int most) const {
  if (!(high > low) || most < 1) return {};
  if (logarithmic)
    if (auto ticks = decadeTicks(low, high, most); !ticks.empty()) return ticks;
  return evenTicks(low, high, most, whole);
}

PlotAxes axesOf(const SvgPlot& plot) {
  Extent x(plot.logX), y(plot.logY);
  for (const auto& line : plot.lines) {
    x.add(line.x);
    for (const auto* values : {&line.y, &line.low, &line.high}) y.add(*values);
  }
  PlotAxes axes;
  axes.good = x.good() && y.good();
  if (!axes.good) return axes;
  for (const auto& level : plot.levels) y.add(level.value);
  axes.x = x.axis();
  axes.y = y.axis();
  if (std::isfinite(plot.yFrom)) axes.y.low = plot.yFrom;
  if (std::isfinite(plot.yTo)) axes.y.high = plot.yTo;
  if (!plot.logX) return axes;
  // Of a logarithmic axis of whole numbers the round ones are whole only above 1.
  axes.x.low = axes.x.whole ? std::max(axes.x.low, 0.9) : axes.x.low;
  return axes;
}

}  // namespace keyhole
