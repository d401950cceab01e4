// Small figures as inline SVG, for reports: vectors, no scripts, no fonts of their own.
#pragma once

#include "core/common/types.h"

#include <string>
#include <vector>

namespace keyhole {

struct SvgLine {
  std::vector<double> x, y;       // what is not finite interrupts the line
  std::string colour;             // "#0072B2"
  std::string label;              // in the key; empty: none
  std::vector<double> low, high;  // a band around it; empty: none
  bool dots = false;              // marks at the points
};

struct SvgPlot {
  std::string title, xLabel, yLabel;
  bool logX = false, logY = false;
  std::vector<SvgLine> lines;
};

// 560 x 320. Empty if there is nothing finite to draw.
std::string svgOf(const SvgPlot& plot);

struct SvgBar {
  std::string label;
  double value = 0, error = 0;  // in [0, 1]
};
// Horizontal bars from 0 to 1 with their errors.
std::string svgOf(const std::string& title, const std::vector<SvgBar>& bars);

// &, <, > and " as entities.
std::string htmlText(const std::string& text);

}  // namespace keyhole
