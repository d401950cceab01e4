#include "core/report/audit_html.h"

#include "core/common/three_digits.h"
#include "core/report/svg.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr const char* kTruthColour = "#D55E00";    // the recording
constexpr const char* kStudentColour = "#0072B2";  // the student
constexpr const char* kStyle =
    "body{font-family:sans-serif;max-width:46em;margin:2em auto;padding:0 1em;line-height:1.45;color:#222}"
    "table{border-collapse:collapse;margin:.6em 0;font-size:.92em}td,th{border-bottom:1px solid #ccc;"
    "padding:.2em .8em .2em 0;text-align:left;vertical-align:top}.limits{background:#f4f0e6;padding:.6em "
    "1.2em;"
    "border-left:4px solid #D55E00}pre{white-space:pre-wrap;font-size:.8em}svg{max-width:100%;height:auto}";

std::string paragraph(const std::string& text) {
  return text.empty() ? std::string() : "<p>" + htmlText(text) + "</p>\n";
}

std::string heading(const std::string& text) {
  return "<h2>" + htmlText(text) + "</h2>\n";
}

std::string listOf(const std::vector<std::string>& lines) {
  std::string text = "<ul>\n";
  for (const auto& line : lines) text += "<li>" + htmlText(line) + "</li>\n";
  return text + "</ul>\n";
}

using Row = std::vector<std::string>;

std::string tableOf(const Row& head, const std::vector<Row>& rows) {
  const auto line = [](const Row& cells, const std::string& tag) {
    std::string text = "<tr>";
    for (const auto& cell : cells) text += "<" + tag + ">" + htmlText(cell) + "</" + tag + ">";
    return text + "</tr>\n";
  };
  std::string text = "<table>\n" + line(head, "th");
  for (const auto& row : rows) text += line(row, "td");
  return text + "</table>\n";
}

std::string shown(double value) {
  return std::isnan(value) ? "not known" : std::isinf(value) ? "not bounded" : threeDigits(value);
}

// Of a time constant: negative where the mode grows.
std::string stepsOf(double steps) {
  return steps < 0 ? "it grows" : shown(steps);
}

std::string rangeOf(double low, double high) {
  return std::isnan(low) ? "not known" : shown(low) + " to " + shown(high);
}

std::vector<double> vectorOf(const Vector& values) {
  return {values.begin(), values.end()};
}

std::string claimPart(const AuditedClaim& claim) {
  std::vector<Row> rows;
  for (const auto& method : claim.methods) {
    if (!method.fitted) {
      rows.push_back({method.label, "no student: " + method.why, "", "", ""});
      continue;
    }
    const auto& tau = method.summary.leadingTau;
    rows.push_back(
        {method.label, nameOf(method.summary.claim),
         stepsOf(method.leadingSteps.front()) + " (" +
             rangeOf(tau.low / method.student.alpha, tau.high / method.student.alpha) + ")",
         shown(method.score.value) + " (" + rangeOf(method.summary.score.low, method.summary.score.high) +
             "), " + nameOf(method.score.status),
         shown(method.heldOut.mean) + " (" + rangeOf(method.heldOut.low, method.heldOut.high) + ")"});
  }
  std::string text = heading("1. The claim") + paragraph(claim.sentence) +
                     tableOf({"method", "claims", "leading mode, time steps (95 %)", "score (95 %)",
                              "gain over no change, held out (95 %)"},
                             rows);
  for (const auto& method : claim.methods) text += paragraph(method.summary.sentence);
  return text;
}

std::string predictionPart(const std::vector<AuditedPrediction>& predictions) {
  std::string text = heading("2. Does the recording know of it?");
  for (const auto& one : predictions) {
    const ClaimedMemory& memory = one.memory;
    text += paragraph(one.label + ": " + (memory.offered ? memory.sentence : memory.why + "."));
    if (!memory.offered) continue;
    std::vector<double> lags(memory.lags.begin(), memory.lags.end());
    SvgPlot plot{one.label, "lag (time steps)", "autocorrelation along the slow direction", true, false, {}};
    plot.lines.push_back({lags, vectorOf(memory.median), kStudentColour, "simulations of the student, 95 %",
                          vectorOf(memory.low), vectorOf(memory.high), false});
    plot.lines.push_back({lags, vectorOf(memory.recording), kTruthColour, "recording", {}, {}, false});
    text += svgOf(plot);
  }
  return text;
}

std::string subsamplingPart(const Subsampling& subsampling) {
  std::string text = heading("3. Subsets of the units");
  if (!subsampling.made) return text + paragraph(subsampling.why + ".");
  SvgLine line;
  line.colour = kStudentColour;
  line.dots = true;
  std::vector<Row> rows;
  for (const auto& point : subsampling.points) {
    line.x.push_back(static_cast<double>(point.units));
    line.y.push_back(point.steps);
    line.low.push_back(point.low);
    line.high.push_back(point.high);
    rows.push_back({std::to_string(point.units), shown(point.steps), rangeOf(point.low, point.high)});
  }
  return text + paragraph(subsampling.sentence) +
         svgOf(SvgPlot{
             "MAP of nested subsets", "units", "leading time constant (time steps)", true, true, {line}}) +
         tableOf({"units", "time constant, steps", "95 %"}, rows);
}

std::string arrowPart(const Arrow& arrow) {
  std::string text = heading("4. The arrow of time");
  if (!arrow.tested) return text + paragraph(arrow.why + ".");
  text += paragraph(arrow.sentence);
  SvgLine line;
  line.colour = kStudentColour;
  line.dots = true;
  for (const auto& point : arrow.power) {
    line.x.push_back(point.coherence);
    line.y.push_back(point.power);
  }
  text += svgOf(SvgPlot{"Power at this length",
                        "coherence of a rotation of the two leading components",
                        "share found at 5 %",
                        false,
                        false,
                        {line}});
  return text +
         tableOf({"statistic", "p", "antisymmetric share", "entropy production, nats per step"},
                 {{shown(arrow.statistic), shown(arrow.pValue), shown(arrow.antisymmetricShare),
                   shown(arrow.entropyRate) + " (of " + std::to_string(arrow.entropyOf) + " components)"}});
}

std::string referencePart(const Audit& audit) {
  std::string text = heading("5. What else could have made it");
  if (!audit.reference) {
    for (const auto& one : audit.notDone)
      if (one.part == "truth") text += paragraph(one.why + ".");
    return text;
  }
  const ReferenceAnswer& answer = *audit.reference;
  text += paragraph(answer.sentence) + listOf(answer.notes);
  if (!answer.given) return text;
  text += paragraph("A real slow variable is " + std::string(kSlowVariableDefinition) + ".");
  std::vector<SvgBar> bars;
  std::vector<Row> rows;
  for (const auto& one : answer.mechanisms) {
    bars.push_back({one.label, one.weight, one.standardError});
    rows.push_back({one.label, shown(one.weight), shown(one.standardError), shown(one.withoutIt)});
  }
  text += svgOf("Weights of the mechanisms", bars) +
          tableOf({"mechanism", "weight", "standard error", "slow variable, were it not in the table"}, rows);
  rows.clear();
  for (const double prior : {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95})
    rows.push_back({shown(prior), shown(withPrior(answer.likelihoodRatio, prior))});
  text += paragraph("With a prior of your own:") +
          tableOf({"prior", "probability of a real slow variable"}, rows);
  rows.clear();
  for (std::size_t i = 0; i < answer.importance.size() && i < 8; ++i)
    rows.push_back({answer.importance[i].statistic, shown(answer.importance[i].loss)});
  return text + paragraph("Which statistics decide, over the table:") +
         tableOf({"statistic", "rise of the log loss when it is permuted"}, rows);
}

}  // namespace

std::string auditMethods(const Audit& audit, const AuditProvenance& provenance) {
  std::string text = "The recording (" + std::to_string(audit.summary.units) + " units, " +
                     std::to_string(audit.summary.timePoints) + " time points";
  if (provenance.seconds > 0) text += ", " + threeDigits(provenance.seconds) + " s apart";
  text +=
      ") was audited with Keyhole " + provenance.run.value("version", std::string("(version not known)")) +
      ". Linear models were fitted by maximum a posteriori regression and by subspace identification; "
      "intervals are from a moving-block bootstrap. The autocorrelation along each student's slow direction "
      "was compared with that of simulations of the student that were fitted again.";
  if (audit.subsampling.made)
    text += " The regression was repeated over nested subsets of the units in " +
            std::to_string(audit.subsampling.orders) +
            " random orders; a fall was judged among reversible Gaussian surrogates.";
  if (audit.arrow.tested)
    text +=
        " Reversibility was tested by the antisymmetric part of lagged covariances (leading components by "
        "all), with random conjugates of the Fourier transform as the null.";
  if (audit.reference)
    text += " The recording was compared with " + std::to_string(audit.reference->circuits) +
            " simulated circuits of " + std::to_string(audit.reference->mechanisms.size()) +
            " mechanisms in random backgrounds (seed " + std::to_string(audit.reference->seed) +
            ", priors version " + std::to_string(priors::kVersion) + "), by " + audit.reference->classifier +
            ".";
  return text;
}

std::string auditHtml(const Audit& audit, const AuditProvenance& provenance) {
  std::string files;
  for (const auto& file : provenance.files) files += (files.empty() ? "" : ", ") + file;
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Audit of " +
                     htmlText(files) + "</title><style>" + kStyle + "</style></head><body>\n<h1>Audit of " +
                     htmlText(files) +
                     "</h1>\n<div class=\"limits\"><p><b>What this can and cannot say</b></p>" +
                     listOf(auditLimits()) + "</div>\n";
  if (!audit.refusal.empty()) text += "<p><b>" + htmlText(audit.refusal) + ".</b></p>\n";
  text += paragraph(audit.sentence) + claimPart(audit.claim) + predictionPart(audit.predictions) +
          subsamplingPart(audit.subsampling) + arrowPart(audit.arrow) + referencePart(audit);
  std::vector<Row> rows;
  for (const auto& one : audit.notDone) rows.push_back({one.part, one.why});
  text += heading("Not done") + tableOf({"part", "why"}, rows);
  if (!audit.warnings.empty() || !audit.summary.warnings.empty()) {
    text += heading("Warnings") + listOf(audit.summary.warnings) + listOf(audit.warnings);
  }
  text += heading("For a methods section") + paragraph(auditMethods(audit, provenance));
  text += heading("What made this") + paragraph("Hash of the data: " + provenance.dataHash) + "<pre>" +
          htmlText(provenance.run.dump(1)) + "</pre>\n</body></html>\n";
  return text;
}

}  // namespace keyhole
