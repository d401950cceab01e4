#include "core/report/audit_plots.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace keyhole {
namespace {

constexpr const char* kRecordingColour = "#D55E00";
constexpr const char* kStudentColour = "#0072B2";

// Of lines that are told apart; seven of them with six styles are 42 kinds.
constexpr std::array<const char*, 7> kColours = {kStudentColour, "#009E73", "#CC79A7", "#E69F00",
                                                 "#56B4E9",      "#8C6D31", "#882255"};

const char* colourOf(std::size_t which) {
  return kColours[which % kColours.size()];
}

std::vector<double> vectorOf(const Vector& values) {
  return {values.begin(), values.end()};
}

// "perturbations of 10 units" as what is done and of what; more recording has no "of".
struct Kind {
  std::string panel, label;
};
Kind kindOf(const std::string& kind) {
  const auto of = kind.rfind(" of ");
  if (of == std::string::npos)
    return {"more recording", kind == "units" ? "more units" : "a longer recording"};
  return {kind.substr(0, of), kind.substr(of + 1)};
}

int placeIn(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto at = static_cast<int>(found - names.begin());
  if (found == names.end()) names.push_back(name);
  return at;
}

// Lines of marks a little beside each other: their places are the same.
void moveApart(SvgPlot& plot, double by) {
  for (int panel = 0; panel < plot.panelCount(); ++panel) {
    double count = 0, at = 0;
    for (const auto& line : plot.lines) count += line.panel == panel;
    for (auto& line : plot.lines)
      if (line.panel == panel) line.beside = by * (at++ - (count - 1) / 2);
  }
}

}  // namespace

SvgPlot claimPlot(const AuditedClaim& claim) {
  SvgPlot plot{"Time constants of the leading modes", "mode", "time constant (time steps)", false, true, {}};
  for (const auto& method : claim.methods) {
    if (!method.fitted) continue;
    const auto which = plot.lines.size();
    SvgLine line;
    line.colour = colourOf(which);
    line.label = method.label;
    line.dots = true;
    line.style = static_cast<int>(which);
    for (std::size_t k = 0; k < method.leadingSteps.size(); ++k) {
      const double steps = method.leadingSteps[k];
      line.x.push_back(static_cast<double>(k + 1));
      line.y.push_back(steps > 0 ? steps : std::nan(""));
      const bool known = k < method.summary.mapTau.size();
      line.low.push_back(known ? method.summary.mapTau[k].low / method.student.alpha : std::nan(""));
      line.high.push_back(known ? method.summary.mapTau[k].high / method.student.alpha : std::nan(""));
    }
    plot.lines.push_back(std::move(line));
  }
  moveApart(plot, 0.008);
  return plot;
}

SvgPlot predictionPlot(const AuditedPrediction& prediction) {
  const ClaimedMemory& memory = prediction.memory;
  const std::vector<double> lags(memory.lags.begin(), memory.lags.end());
  SvgPlot plot{"Memory, " + prediction.label,
               "lag (time steps)",
               "autocorrelation along the slow direction",
               true,
               false,
               {}};
  plot.lines.push_back({lags, vectorOf(memory.median), kStudentColour, "simulations of the student, 95 %",
                        vectorOf(memory.low), vectorOf(memory.high), false, 4});
  plot.lines.push_back({lags, vectorOf(memory.recording), kRecordingColour, "recording", {}, {}, false});
  return plot;
}

SvgPlot subsamplingPlot(const Subsampling& subsampling) {
  SvgPlot plot{"MAP of nested subsets", "units", "leading time constant (time steps)", true, true, {}};
  SvgLine line;
  line.colour = kStudentColour;
  line.label = "mean over orders, 95 %";
  line.dots = true;
  for (const auto& point : subsampling.points) {
    line.x.push_back(static_cast<double>(point.units));
    line.y.push_back(point.steps);
    line.low.push_back(point.low);
    line.high.push_back(point.high);
  }
  plot.lines.push_back(std::move(line));
  return plot;
}

SvgPlot powerPlot(const Arrow& arrow) {
  SvgPlot plot{"Power at this length",
               "coherence of a rotation of the two leading components",
               "share found at 5 %",
               false,
               false,
               {}};
  plot.yFrom = 0;
  plot.yTo = 1.04;  // whole marks at 1
  plot.levels.push_back({0.05, "5 %: what is found by chance", 1});
  SvgLine line;
  line.colour = kStudentColour;
  line.label = "simulated recordings";
  line.dots = true;
  for (const auto& point : arrow.power) {
    line.x.push_back(point.coherence);
    line.y.push_back(point.power);
  }
  plot.lines.push_back(std::move(line));
  return plot;
}

SvgPlot experimentsPlot(const ExperimentsAnswer& answer) {
  SvgPlot plot{"Wrong decisions after an experiment",
               "samples that it takes",
               "share of wrong decisions",
               true,
               false,
               {}};
  plot.yFrom = 0;
  std::vector<std::string> labels;
  std::string before;
  for (const auto& one : answer.tried) {
    if (one.kind != before) {
      before = one.kind;
      const Kind kind = kindOf(one.kind);
      const int place = placeIn(labels, kind.label);
      SvgLine line;
      line.label = kind.label;
      line.colour = colourOf(static_cast<std::size_t>(place));
      line.style = place;
      line.panel = placeIn(plot.panels, kind.panel);
      line.dots = true;
      plot.lines.push_back(std::move(line));
    }
    SvgLine& line = plot.lines.back();
    line.x.push_back(one.samples);
    line.y.push_back(one.error);
    line.low.push_back(std::max(0.0, one.error - one.standardError));
    line.high.push_back(one.error + one.standardError);
  }
  plot.levels.push_back({answer.errorNow, "this recording alone", 2});
  plot.levels.push_back({ExperimentsAnswer::kGoal, "the goal", 1});
  moveApart(plot, 0.025);
  return plot;
}

SvgPlot pushPlot(const PushEvidence& evidence) {
  SvgPlot plot{"What is left of the perturbations",
               "samples after a perturbation",
               "share of what is there in the first sample",
               true,
               false,
               {}};
  const auto add = [&](const auto& kept, const char* colour, const char* label, int style) {
    SvgLine line;
    line.colour = colour;
    line.label = label;
    line.style = style;
    line.dots = true;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      line.x.push_back(static_cast<double>(evidence.response.lags[i]));
      line.y.push_back(kept[i]);
    }
    if (std::any_of(kept.begin(), kept.end(), [](double value) { return std::isfinite(value); }))
      plot.lines.push_back(std::move(line));
  };
  add(evidence.response.slow, kRecordingColour, "recording, along the slow direction", 0);
  add(evidence.response.own, kRecordingColour, "recording, along the perturbations", 1);
  if (!evidence.given) return plot;
  add(evidence.keptWith, kColours[0], "circuits with a slow mode, median", 2);
  add(evidence.keptWithout, kColours[1], "other circuits, median", 3);
  return plot;
}

}  // namespace keyhole
