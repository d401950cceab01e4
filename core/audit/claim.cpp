#include "core/audit/claim.h"

#include "core/common/error.h"
#include "core/common/progress_part.h"
#include "core/common/three_digits.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/stage_options.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr const char* kAuditedMethods[] = {"map", "subspace"};
constexpr Index kModes = 10;

// The 97.5 % quantile of Student's t with 1 … 9 degrees of freedom; beyond that the normal one is within 13
// %.
double studentQuantile(std::size_t freedom) {
  constexpr double kTable[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};
  return freedom >= 1 && freedom <= 9 ? kTable[freedom - 1] : 2.26;
}

Trial partOf(const Trial& trial, Index first, Index count) {
  return {trial.activity.middleCols(first, count), trial.input.middleCols(first, count)};
}

void addPart(std::vector<Trial>& parts, const Trial& trial, Index first, Index last) {
  if (last - first >= 2) parts.push_back(partOf(trial, first, last - first));
}

void setInterval(HeldOutGain& gain) {
  std::vector<double> finite;
  for (const double one : gain.blocks)
    if (std::isfinite(one)) finite.push_back(one);
  if (finite.size() < 2) return;
  const Vector all = Vector::Map(finite.data(), static_cast<Index>(finite.size()));
  const double n = static_cast<double>(all.size());
  const double error = std::sqrt((all.array() - all.mean()).square().sum() / ((n - 1) * n));
  const double reach = studentQuantile(finite.size() - 1) * error;
  gain.mean = all.mean();
  gain.low = gain.mean - reach;
  gain.high = gain.mean + reach;
}

HeldOutGain heldOutGain(const std::vector<Trial>& trials, const Settings& settings, Index blocks,
                        Progress& progress) {
  HeldOutGain gain;
  const auto parts = blocksLeftOut(trials, blocks);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    progress.checkpoint(static_cast<double>(i) / static_cast<double>(parts.size()), "leaving out blocks");
    double value = std::numeric_limits<double>::quiet_NaN();
    try {
      const Student student = fitTrials(settings, parts[i].fitted, noProgress());
      if (hasParameters(student.summary.status))
        value = predictionScores(student, parts[i].heldOut, 1, progress).gainOnNoChange;
    } catch (const InputError&) {
      // The rest of the recording does not determine the fit: NaN says so.
    }
    gain.blocks.push_back(value);
  }
  setInterval(gain);
  return gain;
}

void setSpectrum(MethodClaim& claim) {
  claim.spectrum = spectrumOf(claim.student.A, true, claim.student.alpha);
  claim.spectrum.fewSteps = restsOnFewSteps(claim.student);
  claim.score = lineAttractorScore(claim.spectrum);
  const Vector tau = mapTimeConstants(claim.spectrum);
  for (const Index i : leadingOrder(claim.spectrum)) {
    if (static_cast<Index>(claim.leadingSteps.size()) == kModes) break;
    claim.leadingSteps.push_back(tau(i) / claim.student.alpha);
  }
}

MethodClaim claimOfMethod(const std::string& name, const std::vector<Trial>& trials, Settings settings,
                          const Sampling& sampling, const ClaimSizes& sizes, Progress& progress) {
  MethodClaim claim;
  claim.method = name;
  claim.label = fitMethod(name).label;
  settings.set("fit.method", name);
  settings = effective(settings);
  try {
    claim.student = fitTrials(settings, trials, progress);
    claim.fitted = hasParameters(claim.student.summary.status);
    if (claim.fitted) setSpectrum(claim);
    claim.why = claim.fitted ? "" : claim.student.summary.message;
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error& error) {  // InputError, and no eigenvalues
    claim.fitted = false;
    claim.why = error.what();
  }
  if (!claim.fitted) return claim;
  ProgressPart first(progress, 0.1, 0.4), second(progress, 0.4, 1);
  if (sizes.blocks > 0) claim.heldOut = heldOutGain(trials, settings, sizes.blocks, first);
  claim.errors = claimErrors(claim.student, trials, settings, sizes.resamples, second);
  if (!claim.errors.complete) throw Stopped();
  VerdictOptions options = verdictOptions(settings);
  options.sampling = sampling;
  options.persistentTau = sampling.longestTold() * claim.student.alpha;
  claim.summary = summaryOf(claim.errors, claim.spectrum, options);
  return claim;
}

std::string claimText(const MethodClaim& claim, double seconds) {
  std::string text = claim.label + " claims " + nameOf(claim.summary.claim);
  if (claim.leadingSteps.empty()) return text;
  const double steps = claim.leadingSteps.front();
  if (steps < 0 || std::isinf(steps)) return text + " (the leading one does not decay)";
  text += " (the leading one decays within " + threeDigits(steps) + " steps";
  if (seconds > 0) text += ", " + threeDigits(steps * seconds) + " s";
  return text + ")";
}

std::string sentenceOf(const AuditedClaim& claim, double seconds) {
  std::string text;
  std::vector<const MethodClaim*> fitted;
  for (const auto& method : claim.methods) {
    if (!text.empty()) text += "; ";
    text += method.fitted ? claimText(method, seconds) : method.label + " gives no student: " + method.why;
    if (method.fitted) fitted.push_back(&method);
  }
  if (fitted.size() < 2) return text + ".";
  const bool same = fitted[0]->summary.claim == fitted[1]->summary.claim;
  return text + (same ? "; the methods claim the same kind of thing, which says nothing about the circuit."
                      : "; the methods disagree, so that the claim is partly the method's.");
}

}  // namespace

const MethodClaim* AuditedClaim::of(const std::string& method) const {
  for (const auto& one : methods)
    if (one.method == method && one.fitted) return &one;
  return nullptr;
}

std::vector<LeftOut> blocksLeftOut(const std::vector<Trial>& trials, Index blocks) {
  Index all = 0;
  for (const auto& trial : trials) all += trial.activity.cols();
  std::vector<LeftOut> parts;
  for (Index k = 0; k < blocks; ++k) {
    const Index from = all * k / blocks, to = all * (k + 1) / blocks;
    LeftOut part;
    Index at = 0;  // of the trial's first time point
    for (const auto& trial : trials) {
      const Index T = trial.activity.cols();
      const Index first = std::clamp<Index>(from - at, 0, T), last = std::clamp<Index>(to - at, 0, T);
      addPart(part.fitted, trial, 0, first);
      addPart(part.heldOut, trial, first, last);
      addPart(part.fitted, trial, last, T);
      at += T;
    }
    if (!part.fitted.empty() && !part.heldOut.empty()) parts.push_back(std::move(part));
  }
  return parts;
}

AuditedClaim auditClaim(const std::vector<Trial>& trials, const Settings& settings, const Sampling& sampling,
                        const ClaimSizes& sizes, Progress& progress) {
  AuditedClaim claim;
  double from = 0;
  for (const char* name : kAuditedMethods) {
    ProgressPart part(progress, from, from + 0.5);
    claim.methods.push_back(claimOfMethod(name, trials, settings, sampling, sizes, part));
    from += 0.5;
  }
  for (const auto& method : fitMethods()) {
    const auto is = [&](const char* name) { return method.name == name; };
    if (fitsRecordings(method) && std::none_of(std::begin(kAuditedMethods), std::end(kAuditedMethods), is))
      claim.others.push_back(method.label);
  }
  claim.sentence = sentenceOf(claim, sampling.seconds);
  return claim;
}

}  // namespace keyhole
