// The parts of the report of an audit, as blocks.
#include "core/report/audit_parts.h"

#include "core/common/three_digits.h"
#include "core/report/audit_plots.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace keyhole {

void addText(std::vector<ReportBlock>& blocks, const std::string& text) {
  if (text.empty()) return;
  blocks.emplace_back();
  blocks.back().text = text;
}

void addList(std::vector<ReportBlock>& blocks, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  blocks.emplace_back();
  blocks.back().list = lines;
}

void addTable(std::vector<ReportBlock>& blocks, std::vector<std::string> head,
              std::vector<std::vector<std::string>> rows) {
  blocks.emplace_back();
  blocks.back().table = ReportTable{std::move(head), std::move(rows)};
}

namespace {

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

void addPlot(Blocks& blocks, SvgPlot plot) {
  blocks.emplace_back();
  blocks.back().plot = std::move(plot);
}

// A reason as a sentence.
std::string asSentence(std::string why) {
  if (!why.empty()) why.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(why.front())));
  return why + ".";
}

std::string whyNot(const Audit& audit, const std::string& part) {
  for (const auto& one : audit.notDone)
    if (one.part == part) return asSentence(one.why);
  return {};
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
    addPlot(blocks, predictionPlot(one));
    std::vector<Row> rows;
    const std::size_t every = std::max<std::size_t>(1, (memory.lags.size() + 7) / 8);
    for (std::size_t i = 0; i < memory.lags.size(); i += every) {
      const auto at = static_cast<Index>(i);
      rows.push_back({std::to_string(memory.lags[i]), shown(memory.recording(at)), shown(memory.median(at)),
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
    addText(blocks, asSentence(subsampling.why));
    return blocks;
  }
  std::vector<Row> rows;
  for (const auto& point : subsampling.points) {
    rows.push_back({std::to_string(point.units), shown(point.steps), rangeOf(point.low, point.high)});
  }
  addText(blocks, subsampling.sentence);
  addPlot(blocks, subsamplingPlot(subsampling));
  addTable(blocks, {"units", "time constant, steps", "95 %"}, std::move(rows));
  return blocks;
}

Blocks arrowPart(const Audit& audit) {
  const Arrow& arrow = audit.arrow;
  Blocks blocks;
  if (!arrow.tested) {
    addText(blocks, asSentence(arrow.why));
    return blocks;
  }
  addText(blocks, arrow.sentence);
  addPlot(blocks, powerPlot(arrow));
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

void addPushes(Blocks& blocks, const PushEvidence& evidence) {
  addText(blocks, evidence.sentence);
  if (evidence.why.empty()) addPlot(blocks, pushPlot(evidence));  // else they are shares of nothing
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

}  // namespace

std::vector<ReportBlock> partBlocks(const std::string& key, const Audit& audit) {
  if (audit.claim.methods.empty()) {  // all of it was refused
    Blocks blocks;
    addText(blocks, key == "claim" ? audit.claim.sentence : "Not made, for the reason given above.");
    return blocks;
  }
  const auto maker = std::find_if(std::begin(kMakers), std::end(kMakers),
                                  [&](const PartMaker& one) { return key == one.key; });
  return maker == std::end(kMakers) ? Blocks() : maker->make(audit);
}

}  // namespace keyhole
