#include "core/report/svg.h"

#include "core/common/three_digits.h"
#include "core/report/plot_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

namespace keyhole {
namespace {

constexpr double kWidth = 560, kPlotHeight = 240, kLeft = 70, kRight = 20, kBottom = 48, kGap = 18;
constexpr double kKeyRow = 17, kLetter = 6.3, kKeyIcon = 30;

std::string numberOf(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string textAt(double x, double y, const std::string& anchor, const std::string& text,
                   const std::string& more = {}) {
  return "<text x=\"" + numberOf(x) + "\" y=\"" + numberOf(y) + "\" text-anchor=\"" + anchor + "\"" + more +
         ">" + htmlText(text) + "</text>\n";
}

std::string opening(const std::string& title, double left, double height) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + numberOf(kWidth) + " " +
         numberOf(height) + "\" width=\"" + numberOf(kWidth) + "\" height=\"" + numberOf(height) +
         "\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n" +
         textAt(left, 18, "start", title, " font-weight=\"bold\"");
}

std::string strokeOf(const std::string& colour, double width, const LineStyle* style) {
  std::string text = " fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"" + numberOf(width) + "\"";
  if (!style || style->dash.empty()) return text;
  text += " stroke-dasharray=\"";
  for (std::size_t i = 0; i < style->dash.size(); ++i)
    text += (i > 0 ? " " : "") + numberOf(width * style->dash[i]);
  return text + "\"";
}

std::string markAt(double x, double y, LineMark mark, const std::string& colour) {
  const auto polygon = [&](std::initializer_list<std::array<double, 2>> points) {
    std::string text = "<polygon points=\"";
    for (const auto& [dx, dy] : points) text += numberOf(x + dx) + "," + numberOf(y + dy) + " ";
    return text + "\" fill=\"" + colour + "\"/>\n";
  };
  switch (mark) {
    case LineMark::disc:
      return "<circle cx=\"" + numberOf(x) + "\" cy=\"" + numberOf(y) + "\" r=\"3.4\" fill=\"" + colour +
             "\"/>\n";
    case LineMark::square:
      return polygon({{-3, -3}, {3, -3}, {3, 3}, {-3, 3}});
    case LineMark::triangle:
      return polygon({{-4, 3}, {4, 3}, {0, -4}});
    case LineMark::diamond:
      return polygon({{-4.2, 0}, {0, -4.2}, {4.2, 0}, {0, 4.2}});
    case LineMark::turned:
      return polygon({{-4, -3}, {4, -3}, {0, 4}});
    case LineMark::cross:
      return "<path d=\"M" + numberOf(x - 3.2) + " " + numberOf(y - 3.2) + "l6.4 6.4m0 -6.4l-6.4 6.4\"" +
             strokeOf(colour, 2, nullptr) + "/>\n";
  }
  return {};
}

// One of a plot's panels on the page.
struct Place {
  double left, right, top, bottom;
  const PlotAxes& axes;

  double x(double value, double beside = 0) const {
    return left + (right - left) * axes.x.share(axes.x.moved(value, beside));
  }
  double y(double value) const { return bottom + (top - bottom) * axes.y.share(value); }
  bool shows(double across, double up) const { return axes.x.shows(across) && axes.y.shows(up); }
};

// Polylines, one per unbroken stretch.
std::string pathOf(const SvgLine& line, const Place& at) {
  std::string path;
  bool down = false;
  for (std::size_t i = 0; i < line.x.size() && i < line.y.size(); ++i) {
    if (!at.shows(line.x[i], line.y[i])) {
      down = false;
      continue;
    }
    path +=
        (down ? "L" : "M") + numberOf(at.x(line.x[i], line.beside)) + " " + numberOf(at.y(line.y[i])) + " ";
    down = true;
  }
  return path;
}

std::size_t intervalsOf(const SvgLine& line) {
  return std::min({line.x.size(), line.low.size(), line.high.size()});
}

// A polygon for each stretch on which an end is known.
std::string bandOf(const SvgLine& line, const Place& at) {
  std::string made, there, back;
  const auto close = [&] {
    if (!there.empty())
      made +=
          "<polygon points=\"" + there + back + "\" fill=\"" + line.colour + "\" fill-opacity=\"0.2\"/>\n";
    there.clear();
    back.clear();
  };
  for (std::size_t i = 0; i < intervalsOf(line); ++i) {
    const bool low = at.axes.y.shows(line.low[i]), high = at.axes.y.shows(line.high[i]);
    if ((!low && !high) || !at.axes.x.shows(line.x[i])) {
      close();
      continue;
    }
    const std::string x = numberOf(at.x(line.x[i]));
    there += x + "," + numberOf(low ? at.y(line.low[i]) : at.bottom) + " ";
    back = x + "," + numberOf(high ? at.y(line.high[i]) : at.top) + " " + back;
  }
  close();
  return made;
}

// A bar with a foot at each end that is known, and none at an open one, which is at the edge.
std::string barsOf(const SvgLine& line, const Place& at) {
  std::string path;
  for (std::size_t i = 0; i < intervalsOf(line); ++i) {
    const bool low = at.axes.y.shows(line.low[i]), high = at.axes.y.shows(line.high[i]);
    if ((!low && !high) || !at.axes.x.shows(line.x[i])) continue;
    const double x = at.x(line.x[i], line.beside);
    const std::string from = numberOf(low ? at.y(line.low[i]) : at.bottom),
                      to = numberOf(high ? at.y(line.high[i]) : at.top);
    path += "M" + numberOf(x) + " " + from + "V" + to;
    for (const auto& [known, end] : {std::pair(low, from), std::pair(high, to)})
      if (known) path += "M" + numberOf(x - 3) + " " + end + "h6";
    path += " ";
  }
  return path.empty() ? path : "<path d=\"" + path + "\"" + strokeOf(line.colour, 1.2, nullptr) + "/>\n";
}

std::string lineText(const SvgLine& line, const Place& at) {
  const LineStyle& style = lineStyle(line.style);
  std::string text;
  if (line.dots) text += barsOf(line, at);
  text += "<path d=\"" + pathOf(line, at) + "\"" + strokeOf(line.colour, 1.8, &style) + "/>\n";
  if (line.dots)
    for (std::size_t i = 0; i < line.x.size() && i < line.y.size(); ++i)
      if (at.shows(line.x[i], line.y[i]))
        text += markAt(at.x(line.x[i], line.beside), at.y(line.y[i]), style.mark, line.colour);
  return text;
}

std::string axesText(const Place& at, bool numbersAtLeft, int mostTicks) {
  std::string frame =
      "M" + numberOf(at.left) + " " + numberOf(at.top) + "V" + numberOf(at.bottom) + "H" + numberOf(at.right);
  std::string text;
  for (const double tick : at.axes.x.ticks(mostTicks)) {
    frame += "M" + numberOf(at.x(tick)) + " " + numberOf(at.bottom) + "v4";
    text += textAt(at.x(tick), at.bottom + 16, "middle", threeDigits(tick));
  }
  for (const double tick : at.axes.y.ticks(5)) {
    frame += "M" + numberOf(at.left) + " " + numberOf(at.y(tick)) + "h-4";
    if (numbersAtLeft) text += textAt(at.left - 6, at.y(tick) + 4, "end", threeDigits(tick));
  }
  return "<path d=\"" + frame + "\"" + strokeOf("#444", 1, nullptr) + "/>\n" + text;
}

std::string levelsText(const SvgPlot& plot, const Place& at) {
  std::string text;
  for (const auto& level : plot.levels)
    if (at.axes.y.shows(level.value))
      text += "<path d=\"M" + numberOf(at.left) + " " + numberOf(at.y(level.value)) + "H" +
              numberOf(at.right) + "\"" + strokeOf(kLevelColour, 1.2, &lineStyle(level.style)) + "/>\n";
  return text;
}

// The key, above the plot so that it hides nothing, in as many rows as it takes.
class Key {
 public:
  explicit Key(double top) : m_y(top) {}

  void add(const std::string& label, const std::string& colour, int style, bool mark, double width) {
    if (label.empty() || !m_known.insert(label).second) return;
    const double room = kKeyIcon + 6 + kLetter * static_cast<double>(label.size()) + 14;
    if (m_rows == 0 || m_x + room > kWidth - kRight) {
      if (m_rows > 0) m_y += kKeyRow;
      ++m_rows;
      m_x = kLeft;
    }
    m_text += "<path d=\"M" + numberOf(m_x) + " " + numberOf(m_y) + "h" + numberOf(kKeyIcon) + "\"" +
              strokeOf(colour, width, &lineStyle(style)) + "/>\n";
    if (mark) m_text += markAt(m_x + kKeyIcon / 2, m_y, lineStyle(style).mark, colour);
    m_text += textAt(m_x + kKeyIcon + 6, m_y + 4, "start", label);
    m_x += room;
  }
  const std::string& text() const { return m_text; }
  double height() const { return m_rows * kKeyRow; }

 private:
  std::string m_text;
  std::set<std::string> m_known;
  double m_x = kLeft, m_y;
  int m_rows = 0;
};

Key keyOf(const SvgPlot& plot) {
  Key key(34);
  for (const auto& line : plot.lines) key.add(line.label, line.colour, line.style, line.dots, 1.8);
  for (const auto& level : plot.levels) key.add(level.label, kLevelColour, level.style, false, 1.2);
  return key;
}

}  // namespace

const LineStyle& lineStyle(int style) {
  static const std::array<LineStyle, kLineStyles> styles = {{{LineMark::disc, {}},
                                                             {LineMark::square, {4, 2}},
                                                             {LineMark::triangle, {1.5, 1.5}},
                                                             {LineMark::diamond, {6, 2, 1.5, 2}},
                                                             {LineMark::turned, {8, 3}},
                                                             {LineMark::cross, {3, 3}}}};
  return styles[static_cast<std::size_t>(((style % kLineStyles) + kLineStyles) % kLineStyles)];
}

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
  const PlotAxes axes = axesOf(plot);
  if (!axes.good) return {};
  const Key key = keyOf(plot);
  const int panels = plot.panelCount();
  const double top = 30 + key.height() + (plot.panels.empty() ? 0 : 18), bottom = top + kPlotHeight;
  const double each = (kWidth - kRight - kLeft - kGap * (panels - 1)) / panels;
  std::string text = opening(plot.title, kLeft, bottom + kBottom) + key.text();
  for (int k = 0; k < panels; ++k) {
    const double left = kLeft + k * (each + kGap);
    const Place at{left, left + each, top, bottom, axes};
    text += axesText(at, k == 0, panels == 1 ? 6 : 3) + levelsText(plot, at);
    if (!plot.panels.empty())
      text += textAt(left + each / 2, top - 7, "middle", plot.panels[static_cast<std::size_t>(k)]);
    for (const auto& line : plot.lines)
      if (line.panel == k && !line.dots) text += bandOf(line, at);
    for (const auto& line : plot.lines)
      if (line.panel == k) text += lineText(line, at);
  }
  text += textAt(0.5 * (kLeft + kWidth - kRight), bottom + kBottom - 8, "middle", plot.xLabel);
  return text +
         textAt(14, 0.5 * (top + bottom), "middle", plot.yLabel,
                " transform=\"rotate(-90 14 " + numberOf(0.5 * (top + bottom)) + ")\"") +
         "</svg>\n";
}

double endOfBars(const std::vector<SvgBar>& bars) {
  double most = 0;
  for (const auto& bar : bars)
    if (std::isfinite(bar.value))
      most = std::max(most, bar.value + (std::isfinite(bar.error) ? bar.error : 0));
  for (const double end : {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8})
    if (most <= end) return end;
  return 1;
}

std::string svgOf(const std::string& title, const std::vector<SvgBar>& bars) {
  constexpr double kBar = 20, kNames = 230;
  const PlotAxis axis{0, endOfBars(bars), false, false};
  const double right = kWidth - kRight - 50, bottom = 32 + kBar * static_cast<double>(bars.size());
  const auto x = [&](double value) { return kNames + (right - kNames) * axis.share(value); };
  std::string text = opening(title, 8, bottom + 30),
              frame = "M" + numberOf(kNames) + " 30V" + numberOf(bottom);
  frame += "H" + numberOf(right);
  double y = 32;
  for (const auto& bar : bars) {
    text += textAt(kNames - 8, y + 13, "end", bar.label);
    text += "<rect x=\"" + numberOf(kNames) + "\" y=\"" + numberOf(y + 3) + "\" width=\"" +
            numberOf(x(bar.value) - kNames) + "\" height=\"" + numberOf(kBar - 7) +
            "\" fill=\"#0072B2\" fill-opacity=\"0.75\"/>\n";
    if (std::isfinite(bar.error))
      text += "<path d=\"M" + numberOf(x(bar.value - bar.error)) + " " + numberOf(y + 9.5) + "H" +
              numberOf(x(bar.value + bar.error)) + "\"" + strokeOf("#000", 1.2, nullptr) + "/>\n";
    text += textAt(kWidth - kRight, y + 13, "end", threeDigits(bar.value));
    y += kBar;
  }
  for (const double tick : axis.ticks(5)) {
    frame += "M" + numberOf(x(tick)) + " " + numberOf(bottom) + "v4";
    text += textAt(x(tick), bottom + 16, "middle", threeDigits(tick));
  }
  return text + "<path d=\"" + frame + "\"" + strokeOf("#444", 1, nullptr) + "/>\n</svg>\n";
}

}  // namespace keyhole
