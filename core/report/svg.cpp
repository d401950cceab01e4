#include "core/report/svg.h"

#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace keyhole {
namespace {

constexpr double kWidth = 560, kHeight = 320, kLeft = 70, kRight = 20, kTop = 34, kBottom = 48;

std::string numberOf(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// From values to the place on the page, linear or logarithmic.
class Axis {
 public:
  Axis(bool logarithmic, double from, double to) : m_log(logarithmic), m_from(from), m_to(to) {}

  void add(const std::vector<double>& values) {
    for (const double value : values)
      if (std::isfinite(value) && (!m_log || value > 0)) {
        m_low = std::min(m_low, value);
        m_high = std::max(m_high, value);
        m_whole = m_whole && value == std::floor(value);
      }
  }
  bool good() const { return m_low <= m_high; }
  void settle() {
    if (m_low == m_high) m_high = m_low + (m_low != 0 ? std::abs(m_low) : 1);
  }
  bool shows(double value) const { return std::isfinite(value) && (!m_log || value > 0); }
  double place(double value) const {
    const auto of = [&](double v) { return m_log ? std::log(v) : v; };
    const double share = (of(value) - of(m_low)) / (of(m_high) - of(m_low));
    return m_from + (m_to - m_from) * std::clamp(share, 0.0, 1.0);
  }
  // Five values from end to end, evenly on the axis; of whole numbers up to ten (modes), those themselves.
  std::vector<double> marks() const {
    std::vector<double> all;
    if (!m_log && m_whole && m_high - m_low < 10) {
      for (double value = m_low; value <= m_high; ++value) all.push_back(value);
      return all;
    }
    for (int i = 0; i < 5; ++i) {
      const double share = i / 4.0;
      all.push_back(m_log ? m_low * std::pow(m_high / m_low, share) : m_low + share * (m_high - m_low));
    }
    return all;
  }

 private:
  bool m_log, m_whole = true;
  double m_from, m_to;
  double m_low = std::numeric_limits<double>::infinity(), m_high = -m_low;
};

std::string textAt(double x, double y, const std::string& anchor, const std::string& text,
                   const std::string& more = {}) {
  return "<text x=\"" + numberOf(x) + "\" y=\"" + numberOf(y) + "\" text-anchor=\"" + anchor + "\"" + more +
         ">" + htmlText(text) + "</text>\n";
}

std::string opening(const std::string& title, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + numberOf(kWidth) + " " +
         numberOf(height) + "\" width=\"" + numberOf(kWidth) +
         "\" font-family=\"sans-serif\" font-size=\"12\">\n" +
         textAt(kLeft, 18, "start", title, " font-weight=\"bold\"");
}

// Polylines, one per unbroken stretch.
std::string pathOf(const std::vector<double>& x, const std::vector<double>& y, const Axis& ax,
                   const Axis& ay) {
  std::string path;
  bool down = false;
  for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (!ax.shows(x[i]) || !ay.shows(y[i])) {
      down = false;
      continue;
    }
    path += (down ? "L" : "M") + numberOf(ax.place(x[i])) + " " + numberOf(ay.place(y[i])) + " ";
    down = true;
  }
  return path;
}

// A polygon for each stretch on which an end is known; the other one, if it is not, is that of the plot: it
// is not bounded.
std::string bandOf(const SvgLine& line, const Axis& ax, const Axis& ay) {
  std::string made, there, back;
  const auto close = [&] {
    if (!there.empty())
      made +=
          "<polygon points=\"" + there + back + "\" fill=\"" + line.colour + "\" fill-opacity=\"0.2\"/>\n";
    there.clear();
    back.clear();
  };
  const std::size_t n = std::min({line.x.size(), line.low.size(), line.high.size()});
  for (std::size_t i = 0; i < n; ++i) {
    const bool low = ay.shows(line.low[i]), high = ay.shows(line.high[i]);
    if ((!low && !high) || !ax.shows(line.x[i])) {
      close();
      continue;
    }
    const std::string x = numberOf(ax.place(line.x[i]));
    there += x + "," + numberOf(low ? ay.place(line.low[i]) : kHeight - kBottom) + " ";
    back = x + "," + numberOf(high ? ay.place(line.high[i]) : kTop) + " " + back;
  }
  close();
  return made;
}

std::string axesOf(const SvgPlot& plot, const Axis& ax, const Axis& ay) {
  const double bottom = kHeight - kBottom, right = kWidth - kRight;
  std::string text = "<path d=\"M" + numberOf(kLeft) + " " + numberOf(kTop) + "V" + numberOf(bottom) + "H" +
                     numberOf(right) + "\" fill=\"none\" stroke=\"#444\"/>\n";
  for (const double mark : ax.marks())
    text += textAt(ax.place(mark), bottom + 16, "middle", threeDigits(mark));
  for (const double mark : ay.marks())
    text += textAt(kLeft - 6, ay.place(mark) + 4, "end", threeDigits(mark));
  text += textAt(0.5 * (kLeft + right), kHeight - 8, "middle", plot.xLabel);
  return text + textAt(14, 0.5 * (kTop + bottom), "middle", plot.yLabel,
                       " transform=\"rotate(-90 14 " + numberOf(0.5 * (kTop + bottom)) + ")\"");
}

std::string lineOf(const SvgLine& line, const Axis& ax, const Axis& ay) {
  std::string text = "<path d=\"" + pathOf(line.x, line.y, ax, ay) + "\" fill=\"none\" stroke=\"" +
                     line.colour + "\" stroke-width=\"1.8\"/>\n";
  if (line.dots)
    for (std::size_t i = 0; i < line.x.size() && i < line.y.size(); ++i)
      if (ax.shows(line.x[i]) && ay.shows(line.y[i]))
        text += "<circle cx=\"" + numberOf(ax.place(line.x[i])) + "\" cy=\"" + numberOf(ay.place(line.y[i])) +
                "\" r=\"3\" fill=\"" + line.colour + "\"/>\n";
  return text;
}

}  // namespace

std::string htmlText(const std::string& text) {
  std::string made;
  for (const char c : text) switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += c;
    }
  return made;
}

std::string svgOf(const SvgPlot& plot) {
  Axis ax(plot.logX, kLeft, kWidth - kRight), ay(plot.logY, kHeight - kBottom, kTop);
  for (const auto& line : plot.lines) {
    ax.add(line.x);
    for (const auto* values : {&line.y, &line.low, &line.high}) ay.add(*values);
  }
  if (!ax.good() || !ay.good()) return {};
  ax.settle();
  ay.settle();
  std::string text = opening(plot.title, kHeight) + axesOf(plot, ax, ay);
  for (const auto& line : plot.lines) text += bandOf(line, ax, ay);
  double at = kTop + 4;
  for (const auto& line : plot.lines) {
    text += lineOf(line, ax, ay);
    if (line.label.empty()) continue;
    text += textAt(kWidth - kRight, at, "end", line.label, " fill=\"" + line.colour + "\"");
    at += 15;
  }
  return text + "</svg>\n";
}

std::string svgOf(const std::string& title, const std::vector<SvgBar>& bars) {
  constexpr double kBar = 20, kNames = 210;
  const double width = kWidth - kRight - kNames - 50;
  std::string text = opening(title, 30 + kBar * static_cast<double>(bars.size()) + 6);
  double y = 30;
  for (const auto& bar : bars) {
    text += textAt(kNames - 8, y + 13, "end", bar.label);
    text += "<rect x=\"" + numberOf(kNames) + "\" y=\"" + numberOf(y + 3) + "\" width=\"" +
            numberOf(width * std::clamp(bar.value, 0.0, 1.0)) + "\" height=\"" + numberOf(kBar - 7) +
            "\" fill=\"#0072B2\"/>\n";
    if (std::isfinite(bar.error)) {
      const double low = kNames + width * std::clamp(bar.value - bar.error, 0.0, 1.0);
      const double high = kNames + width * std::clamp(bar.value + bar.error, 0.0, 1.0);
      text += "<path d=\"M" + numberOf(low) + " " + numberOf(y + 9.5) + "H" + numberOf(high) +
              "\" stroke=\"#000\"/>\n";
    }
    text += textAt(kWidth - kRight, y + 13, "end", threeDigits(bar.value));
    y += kBar;
  }
  return text + "</svg>\n";
}

}  // namespace keyhole
