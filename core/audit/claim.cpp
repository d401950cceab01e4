#include "core/audit/claim.h"

#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/progress_part.h"
#include "core/common/quiet_progress.h"
#include "core/common/three_digits.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/stage_options.h"

#include <algorithm>
#include <atomic>
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

// How well what is fitted to the rest foresees a block; NaN where the rest does not determine the fit.
double gainOn(const LeftOut& part, const Settings& settings, const Progress& outer) {
  QuietProgress quiet(outer);
  try {
    const Student student = fitTrials(settings, part.fitted, quiet);
    quiet.throwIfStopped();
    if (hasParameters(student.summary.status))
      return predictionScores(student, part.heldOut, 1, quiet).gainOnNoChange;
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error&) {
    // NaN says so.
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<double> leadingStepsOf(const Spectrum& spectrum, double alpha) {
  std::vector<double> steps;
  const Vector tau = mapTimeConstants(spectrum);
  for (const Index i : leadingOrder(spectrum)) {
    if (static_cast<Index>(steps.size()) == kModes) break;
    steps.push_back(tau(i) / alpha);
  }
  return steps;
}

void setSpectrum(MethodClaim& claim) {
  claim.spectrum = spectrumOf(claim.student.A, true, claim.student.alpha);
  claim.spectrum.fewSteps = restsOnFewSteps(claim.student);
  claim.score = lineAttractorScore(claim.spectrum);
  claim.leadingSteps = leadingStepsOf(claim.spectrum, claim.student.alpha);
}

VerdictOptions judgedBy(const Settings& settings, const Sampling& sampling, double alpha) {
  VerdictOptions options = verdictOptions(settings);
  options.sampling = sampling;
  options.persistentTau = sampling.longestTold() * alpha;
  return options;
}

OtherStart startOf(long long seed, const std::vector<Trial>& trials, Settings settings,
                   const Sampling& sampling, const Progress& outer) {
  OtherStart start;
  start.seed = seed;
  settings.set("fit.seed", seed);
  // Exact EM begins with starts that no seed changes; elsewhere this setting stands at its default.
  settings.set("fit.lds_start", std::string("random"));
  settings = effective(settings);
  QuietProgress quiet(outer);
  try {
    const Student student = fitTrials(settings, trials, quiet);
    quiet.throwIfStopped();
    if (!hasParameters(student.summary.status)) return start;
    Spectrum spectrum = spectrumOf(student.A, false, student.alpha);
    spectrum.fewSteps = restsOnFewSteps(student);
    start.leadingSteps = leadingStepsOf(spectrum, student.alpha);
    start.score = lineAttractorScore(spectrum);
    start.claim = claimOf(spectrum, judgedBy(settings, sampling, student.alpha));
    start.fitted = true;
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error&) {
    // Not fitted.
  }
  return start;
}

// Fits of what is left of the blocks, and from other starts.
void fitAgain(MethodClaim& claim, const std::vector<Trial>& trials, const Settings& settings,
              const Sampling& sampling, const ClaimSizes& sizes, Progress& progress) {
  const auto parts = blocksLeftOut(trials, sizes.blocks);
  const auto starts = static_cast<std::size_t>(fitMethod(settings).randomStart ? sizes.starts : 0);
  claim.heldOut.blocks.resize(parts.size());
  claim.starts.resize(starts);
  const std::size_t all = parts.size() + starts;
  std::atomic<std::size_t> done = 0;
  parallelFor(
      all,
      [&](std::size_t i) {
        progress.throwIfStopped();
        if (i < parts.size())
          claim.heldOut.blocks[i] = gainOn(parts[i], settings, progress);
        else
          claim.starts[i - parts.size()] =
              startOf(settings.integer("fit.seed") + static_cast<long long>(i - parts.size()) + 1, trials,
                      settings, sampling, progress);
        ++done;
      },
      [&] {
        progress.checkpoint(static_cast<double>(done) / static_cast<double>(all),
                            claim.label + ": leaving out blocks" + (starts > 0 ? ", other starts" : ""));
      });
  setInterval(claim.heldOut);
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
  fitAgain(claim, trials, settings, sampling, sizes, first);
  claim.errors = claimErrors(claim.student, trials, settings, sizes.resamples, second);
  if (!claim.errors.complete) throw Stopped();
  claim.summary = summaryOf(claim.errors, claim.spectrum, judgedBy(settings, sampling, claim.student.alpha));
  return claim;
}

std::string leadingText(const MethodClaim& claim, double seconds) {
  if (claim.leadingSteps.empty()) return {};
  const double steps = claim.leadingSteps.front();
  if (steps < 0 || std::isinf(steps)) return "the leading one does not decay";
  std::string text = "the leading one decays within " + threeDigits(steps) + " steps";
  if (seconds > 0) text += ", " + threeDigits(steps * seconds) + " s";
  return text;
}

// How many starts claim the same kind of thing, and how far their leading modes are apart.
std::string startsText(const MethodClaim& claim) {
  if (claim.starts.empty()) return {};
  std::size_t same = 1;
  double low = claim.leadingSteps.empty() ? 0 : claim.leadingSteps.front(), high = low;
  for (const auto& start : claim.starts) {
    same += start.fitted && start.claim == claim.summary.claim;
    if (start.leadingSteps.empty()) continue;
    low = std::min(low, start.leadingSteps.front());
    high = std::max(high, start.leadingSteps.front());
  }
  std::string text = "; " + std::to_string(same) + " of " + std::to_string(claim.starts.size() + 1) +
                     " starts claim this kind of thing";
  if (low > 0 && std::isfinite(high)) text += ", " + threeDigits(low) + " to " + threeDigits(high) + " steps";
  return text;
}

std::string claimText(const MethodClaim& claim, double seconds) {
  std::string text = claim.label + " claims " + nameOf(claim.summary.claim);
  if (claim.errors.atZero) text += " at rest";
  std::string inBrackets = leadingText(claim, seconds) + startsText(claim);
  if (claim.heldOut.mean < 0 && !(claim.heldOut.high > 0))
    inBrackets +=
        "; it foresees time that it was not fitted to worse than no change does, so that it says little "
        "of the recording";
  return inBrackets.empty() ? text : text + " (" + inBrackets + ")";
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
  const bool same = std::all_of(fitted.begin(), fitted.end(), [&](const MethodClaim* one) {
    return one->summary.claim == fitted.front()->summary.claim;
  });
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

std::vector<std::string> otherAuditedMethods() {
  std::vector<std::string> names;
  for (const auto& method : fitMethods()) {
    const auto is = [&](const char* name) { return method.name == name; };
    if (fitsRecordings(method) && std::none_of(std::begin(kAuditedMethods), std::end(kAuditedMethods), is))
      names.push_back(method.name);
  }
  return names;
}

void addClaims(AuditedClaim& claim, const std::vector<std::string>& methods, const std::vector<Trial>& trials,
               const Settings& settings, const Sampling& sampling, const ClaimSizes& sizes,
               Progress& progress) {
  const double each = 1.0 / static_cast<double>(std::max<std::size_t>(methods.size(), 1));
  double from = 0;
  for (const auto& name : methods) {
    ProgressPart part(progress, from, from + each);
    claim.methods.push_back(claimOfMethod(name, trials, settings, sampling, sizes, part));
    from += each;
  }
  claim.others.clear();
  for (const auto& name : otherAuditedMethods())
    if (std::none_of(claim.methods.begin(), claim.methods.end(),
                     [&](const MethodClaim& one) { return one.method == name; }))
      claim.others.push_back(fitMethod(name).label);
  claim.sentence = sentenceOf(claim, sampling.seconds);
}

AuditedClaim auditClaim(const std::vector<Trial>& trials, const Settings& settings, const Sampling& sampling,
                        const ClaimSizes& sizes, Progress& progress) {
  AuditedClaim claim;
  addClaims(claim, {std::begin(kAuditedMethods), std::end(kAuditedMethods)}, trials, settings, sampling,
            sizes, progress);
  return claim;
}

}  // namespace keyhole
