#include "core/report/audit_report.h"

#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr const char* kTruthColour = "#D55E00";    // the recording
constexpr const char* kStudentColour = "#0072B2";  // the student

using Row = std::vector<std::string>;
using Blocks = std::vector<ReportBlock>;

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

void addText(Blocks& blocks, const std::string& text) {
  if (text.empty()) return;
  blocks.emplace_back();
  blocks.back().text = text;
}

void addList(Blocks& blocks, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  blocks.emplace_back();
  blocks.back().list = lines;
}

void addTable(Blocks& blocks, Row head, std::vector<Row> rows) {
  blocks.emplace_back();
  blocks.back().table = ReportTable{std::move(head), std::move(rows)};
}

void addPlot(Blocks& blocks, SvgPlot plot) {
  blocks.emplace_back();
  blocks.back().plot = std::move(plot);
}

std::string whyNot(const Audit& audit, const std::string& part) {
  for (const auto& one : audit.notDone)
    if (one.part == part) return one.why + ".";
  return {};
}

// Times of the leading modes by method, with the intervals of those that have any.
SvgPlot claimPlot(const AuditedClaim& claim) {
  SvgPlot plot{"Time constants of the leading modes", "mode", "time constant (time steps)", false, true, {}};
  const char* colours[] = {kStudentColour, "#009E73"};
  std::size_t which = 0;
  for (const auto& method : claim.methods) {
    SvgLine line;
    line.colour = colours[std::min<std::size_t>(which++, 1)];
    line.label = method.label;
    line.dots = true;
    for (std::size_t k = 0; k < method.leadingSteps.size(); ++k) {
      const double steps = method.leadingSteps[k];
      line.x.push_back(static_cast<double>(k + 1));
      line.y.push_back(steps > 0 ? steps : std::nan(""));
      const bool known = k < method.summary.mapTau.size();
      line.low.push_back(known ? method.summary.mapTau[k].low / method.student.alpha : std::nan(""));
      line.high.push_back(known ? method.summary.mapTau[k].high / method.student.alpha : std::nan(""));
    }
    if (method.fitted) plot.lines.push_back(std::move(line));
  }
  return plot;
}

Blocks claimPart(const Audit& audit) {
  const AuditedClaim& claim = audit.claim;
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
  Blocks blocks;
  addText(blocks, claim.sentence);
  addPlot(blocks, claimPlot(claim));
  addTable(blocks,
           {"method", "claims", "leading mode, time steps (95 %)", "score (95 %)",
            "gain over no change, held out (95 %)"},
           std::move(rows));
  for (const auto& method : claim.methods) addText(blocks, method.summary.sentence);
  return blocks;
}

Blocks predictionPart(const Audit& audit) {
  Blocks blocks;
  for (const auto& one : audit.predictions) {
    const ClaimedMemory& memory = one.memory;
    addText(blocks, one.label + ": " + (memory.offered ? memory.sentence : memory.why + "."));
    if (!memory.offered) continue;
    std::vector<double> lags(memory.lags.begin(), memory.lags.end());
    SvgPlot plot{one.label, "lag (time steps)", "autocorrelation along the slow direction", true, false, {}};
    plot.lines.push_back({lags, vectorOf(memory.median), kStudentColour, "simulations of the student, 95 %",
                          vectorOf(memory.low), vectorOf(memory.high), false});
    plot.lines.push_back({lags, vectorOf(memory.recording), kTruthColour, "recording", {}, {}, false});
    addPlot(blocks, std::move(plot));
    std::vector<Row> rows;
    const std::size_t every = std::max<std::size_t>(1, (lags.size() + 7) / 8);
    for (std::size_t i = 0; i < lags.size(); i += every) {
      const auto at = static_cast<Index>(i);
      rows.push_back({shown(lags[i]), shown(memory.recording(at)), shown(memory.median(at)),
                      rangeOf(memory.low(at), memory.high(at))});
    }
    addTable(blocks, {"lag, time steps", "recording", "student", "95 %"}, std::move(rows));
  }
  return blocks;
}

Blocks subsamplingPart(const Audit& audit) {
  const Subsampling& subsampling = audit.subsampling;
  Blocks blocks;
  if (!subsampling.made) {
    addText(blocks, subsampling.why + ".");
    return blocks;
  }
  SvgLine line;
  line.colour = kStudentColour;
  line.label = "mean over orders, 95 %";
  line.dots = true;
  std::vector<Row> rows;
  for (const auto& point : subsampling.points) {
    line.x.push_back(static_cast<double>(point.units));
    line.y.push_back(point.steps);
    line.low.push_back(point.low);
    line.high.push_back(point.high);
    rows.push_back({std::to_string(point.units), shown(point.steps), rangeOf(point.low, point.high)});
  }
  addText(blocks, subsampling.sentence);
  addPlot(blocks,
          {"MAP of nested subsets", "units", "leading time constant (time steps)", true, true, {line}});
  addTable(blocks, {"units", "time constant, steps", "95 %"}, std::move(rows));
  return blocks;
}

Blocks arrowPart(const Audit& audit) {
  const Arrow& arrow = audit.arrow;
  Blocks blocks;
  if (!arrow.tested) {
    addText(blocks, arrow.why + ".");
    return blocks;
  }
  addText(blocks, arrow.sentence);
  SvgLine line;
  line.colour = kStudentColour;
  line.label = "simulated recordings";
  line.dots = true;
  for (const auto& point : arrow.power) {
    line.x.push_back(point.coherence);
    line.y.push_back(point.power);
  }
  addPlot(blocks, {"Power at this length",
                   "coherence of a rotation of the two leading components",
                   "share found at 5 %",
                   false,
                   false,
                   {line}});
  addTable(blocks, {"statistic", "p", "antisymmetric share", "entropy production, nats per step"},
           {{shown(arrow.statistic), shown(arrow.pValue), shown(arrow.antisymmetricShare),
             shown(arrow.entropyRate) + " (of " + std::to_string(arrow.entropyOf) + " components)"}});
  return blocks;
}

void addWeights(Blocks& blocks, const ReferenceAnswer& answer) {
  ReportBlock bars;
  bars.barsTitle = "Weights of the mechanisms";
  std::vector<Row> rows;
  for (const auto& one : answer.mechanisms) {
    bars.bars.push_back({one.label, one.weight, one.standardError});
    rows.push_back({one.label, shown(one.weight), shown(one.standardError), shown(one.withoutIt)});
  }
  blocks.push_back(std::move(bars));
  addTable(blocks, {"mechanism", "weight", "standard error", "slow variable, were it not in the table"},
           std::move(rows));
}

Blocks referencePart(const Audit& audit) {
  Blocks blocks;
  if (!audit.reference) {
    addText(blocks, whyNot(audit, "truth"));
    return blocks;
  }
  const ReferenceAnswer& answer = *audit.reference;
  addText(blocks, answer.sentence);
  const std::string likeness =
      "Distance to the fifth nearest simulated recording: " + shown(answer.likeness.distance) +
      ", farther than " + shown(100 * answer.likeness.quantile) +
      " % of the simulated ones are from each other (above " + shown(100 * Likeness::kUnlike) +
      " % no weights are given); farthest in \"" + answer.likeness.farthest + "\".";
  if (answer.given) {
    if (answer.surrogates.made > 0) addText(blocks, answer.surrogates.sentence);
    addText(blocks, "A real slow variable is " + std::string(kSlowVariableDefinition) + ".");
    addWeights(blocks, answer);
    std::vector<Row> rows;
    for (const double prior : {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95})
      rows.push_back({shown(prior), shown(withPrior(answer.likelihoodRatio, prior))});
    addText(blocks, "With a prior of your own:");
    addTable(blocks, {"prior", "probability of a real slow variable"}, std::move(rows));
    rows.clear();
    for (std::size_t i = 0; i < answer.importance.size() && i < 8; ++i)
      rows.push_back({answer.importance[i].statistic, shown(answer.importance[i].loss)});
    addText(blocks, "Which statistics decide, over the table:");
    addTable(blocks, {"statistic", "rise of the log loss when it is permuted"}, std::move(rows));
  }
  addText(blocks, likeness);
  addList(blocks, answer.notes);
  return blocks;
}

SvgPlot experimentsPlot(const ExperimentsAnswer& answer) {
  SvgPlot plot{"Wrong decisions after an experiment",
               "samples that it takes",
               "share of wrong decisions",
               true,
               false,
               {}};
  const char* colours[] = {kStudentColour, "#009E73", kTruthColour, "#CC79A7"};
  for (const auto& one : answer.tried) {
    if (plot.lines.empty() || plot.lines.back().label != one.kind) {
      plot.lines.emplace_back();
      plot.lines.back().label = one.kind;
      plot.lines.back().colour = colours[(plot.lines.size() - 1) % std::size(colours)];
      plot.lines.back().dots = true;
    }
    SvgLine& line = plot.lines.back();
    line.x.push_back(one.samples);
    line.y.push_back(one.error);
    line.low.push_back(std::max(0.0, one.error - one.standardError));
    line.high.push_back(one.error + one.standardError);
  }
  return plot;
}

void addPushes(Blocks& blocks, const PushEvidence& evidence) {
  addText(blocks, evidence.sentence);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < PushResponse::kLags; ++i)
    rows.push_back({std::to_string(evidence.response.lags[i]), shown(evidence.response.slow[i]),
                    shown(evidence.response.own[i])});
  addTable(blocks,
           {"samples after a perturbation", "left along the slow direction", "left along the perturbation"},
           std::move(rows));
}

Blocks experimentsPart(const Audit& audit) {
  Blocks blocks;
  if (audit.experiments) {
    const ExperimentsAnswer& answer = *audit.experiments;
    addText(blocks, answer.sentence);
    addPlot(blocks, experimentsPlot(answer));
    std::vector<Row> rows = {
        {"none", "this recording", "0", shown(answer.errorNow), "", shown(answer.circuitErrorNow)}};
    for (const auto& one : answer.tried)
      rows.push_back({one.kind, one.effort, shown(one.samples), shown(one.error), shown(one.standardError),
                      shown(one.circuitError)});
    addTable(blocks,
             {"experiment", "effort", "samples", "wrong: a real slow variable or none", "standard error",
              "wrong: one in the circuit itself or none"},
             std::move(rows));
    addList(blocks, answer.notes);
  } else {
    addText(blocks, whyNot(audit, "experiments"));
  }
  if (audit.pushes) addPushes(blocks, *audit.pushes);
  return blocks;
}

struct PartMaker {
  const char* key;
  Blocks (*make)(const Audit& audit);
};
constexpr PartMaker kMakers[] = {
    {"claim", claimPart},         {"prediction", predictionPart}, {"subsampling", subsamplingPart},
    {"reversibility", arrowPart}, {"reference", referencePart},   {"experiments", experimentsPart}};

void addClosing(AuditReport& report, const Audit& audit, const AuditProvenance& provenance) {
  const auto add = [&](const char* key, const char* heading) -> Blocks& {
    report.sections.push_back({key, heading, {}});
    return report.sections.back().blocks;
  };
  std::vector<Row> rows;
  for (const auto& one : audit.notDone) rows.push_back({one.part, one.why});
  if (!rows.empty()) addTable(add("not_done", "Not done"), {"part", "why"}, std::move(rows));
  if (!audit.warnings.empty() || !audit.summary.warnings.empty()) {
    Blocks& blocks = add("warnings", "Warnings");
    addList(blocks, audit.summary.warnings);
    addList(blocks, audit.warnings);
  }
  addText(add("methods", "For a methods section"), auditMethods(audit, provenance));
  Blocks& made = add("made_by", "What made this");
  addText(made, "Hash of the data: " + provenance.dataHash);
  made.emplace_back();
  made.back().code = provenance.run.dump(1);
}

}  // namespace

AuditReport auditReport(const Audit& audit, const AuditProvenance& provenance, const std::string& until) {
  AuditReport report;
  report.title = "Audit of ";
  for (std::size_t i = 0; i < provenance.files.size(); ++i)
    report.title += (i > 0 ? ", " : "") + provenance.files[i];
  report.refusal = audit.refusal;
  report.sentence = audit.sentence;
  report.limits = auditLimits();
  report.dataHash = provenance.dataHash;
  for (const auto& part : auditParts()) {
    const auto maker = std::find_if(std::begin(kMakers), std::end(kMakers),
                                    [&](const PartMaker& one) { return part.key == one.key; });
    report.sections.push_back({part.key, part.heading, maker->make(audit)});
    if (part.key == until) break;
  }
  if (audit.reference && audit.reference->given)
    report.odds = ReportOdds{audit.reference->probability, audit.reference->standardError,
                             audit.reference->prior, audit.reference->likelihoodRatio};
  if (until.empty()) addClosing(report, audit, provenance);
  return report;
}

std::string dataSettings(const Settings& settings) {
  const Settings acted = effective(settings);
  std::string text;
  for (const auto& row : settingsTable())
    if (row.stage == Stage::teacher && acted.applies(row))
      text += row.key + "=" + toText(acted.value(row.key)) + "\n";
  return text;
}

const ReportSection* AuditReport::part(const std::string& key) const {
  for (const auto& section : sections)
    if (section.key == key) return &section;
  return nullptr;
}

std::string firstSentence(const ReportSection& section) {
  for (const auto& block : section.blocks) {
    const std::string& text = block.text;
    if (text.empty()) continue;
    for (std::size_t i = 0; i + 2 < text.size(); ++i)
      if (text[i] == '.' && text[i + 1] == ' ' && std::isupper(static_cast<unsigned char>(text[i + 2])))
        return text.substr(0, i + 1);
    return text;
  }
  return {};
}

}  // namespace keyhole
