// Small figures of a report, as values, and as inline SVG: vectors, no scripts, no fonts of their own.
#pragma once

#include "core/common/types.h"

#include <limits>
#include <string>
#include <vector>

namespace keyhole {

// How lines are told apart besides their colours, on every medium alike.
enum class LineMark { disc, square, triangle, diamond, turned, cross };
struct LineStyle {
  LineMark mark = LineMark::disc;
  std::vector<double> dash;  // lengths of lines and gaps, in widths of the line; empty: solid
};
constexpr int kLineStyles = 6;
const LineStyle& lineStyle(int style);  // any number: they begin anew

struct SvgLine {
  std::vector<double> x, y;  // what is not finite interrupts the line
  std::string colour;        // "#0072B2"
  std::string label;         // in the key; empty: none; the same label stands there once
  // Its interval; empty: none. Bars if it has marks, else a band. An end that is not known is open: there it
  // reaches to the edge of the plot.
  std::vector<double> low, high;
  bool dots = false;  // marks at the points
  int style = 0;      // see lineStyle()
  int panel = 0;      // in which of the plot's panels
  // Drawn so far to the right of its places, as a share of the axis, so that lines of the same places are not
  // upon each other.
  double beside = 0;
};

// A straight line over the whole plot at a value of y.
struct SvgLevel {
  double value = 0;
  std::string label;
  int style = 1;
};

struct SvgPlot {
  std::string title, xLabel, yLabel;
  bool logX = false, logY = false;
  std::vector<SvgLine> lines;
  std::vector<std::string> panels = {};  // titles of panels side by side with the same axes; empty: one
  std::vector<SvgLevel> levels = {};
  // Ends of the y axis; NaN: by the numbers.
  double yFrom = std::numeric_limits<double>::quiet_NaN(), yTo = std::numeric_limits<double>::quiet_NaN();

  int panelCount() const { return panels.empty() ? 1 : static_cast<int>(panels.size()); }
};

constexpr const char* kLevelColour = "#6E6E6E";

// 560 wide, about 330 high. Empty if there is nothing finite to draw.
std::string svgOf(const SvgPlot& plot);

struct SvgBar {
  std::string label;
  double value = 0, error = 0;  // in [0, 1]
};
// Where the axis of such bars ends: a round number up to 1, above all of them with their errors.
double endOfBars(const std::vector<SvgBar>& bars);
// Horizontal bars from 0 with their errors.
std::string svgOf(const std::string& title, const std::vector<SvgBar>& bars);

// &, <, > and " as entities.
std::string htmlText(const std::string& text);

}  // namespace keyhole
