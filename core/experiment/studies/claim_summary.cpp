// The intervals and the sentence of claim_errors.h.
#include "core/common/error.h"
#include "core/common/quantile.h"
#include "core/common/three_digits.h"
#include "core/experiment/studies/claim_errors.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr Index kModes = 10;
constexpr double kInfinite = std::numeric_limits<double>::infinity();

ClaimInterval intervalOf(std::vector<double> values, bool oneSided) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double tail = oneSided ? 1 - ClaimErrors::kLevel : (1 - ClaimErrors::kLevel) / 2;
  return {drawnQuantile(values, tail), oneSided ? kInfinite : drawnQuantile(values, 1 - tail)};
}

// From the rate of growth per τ to the time constant of the decay; of what does not decay infinite.
ClaimInterval timesOf(const ClaimInterval& rates) {
  const auto tau = [](double rate) { return rate < 0 ? -1 / rate : kInfinite; };
  if (std::isnan(rates.low)) return {};
  return {tau(rates.low), tau(rates.high)};
}

template <class Value>
ClaimInterval over(const ClaimErrors& errors, bool oneSided, Value&& value) {
  std::vector<double> values;
  if (errors.spectra.size() < ClaimErrors::kLeast) return {};
  for (const Spectrum& spectrum : errors.spectra)
    if (const double one = value(spectrum); !std::isnan(one)) values.push_back(one);
  return intervalOf(std::move(values), oneSided);
}

double leadingRate(const Spectrum& spectrum) {
  if (spectrum.values.size() == 0) return std::numeric_limits<double>::quiet_NaN();
  return mapExponent(spectrum.values(leadingOrder(spectrum).front()), spectrum.alpha).real();
}

double scoreOf(const Spectrum& spectrum) {
  const LineAttractorScore score = lineAttractorScore(spectrum);
  const bool means = score.status != ScoreStatus::unstable && score.status != ScoreStatus::tooFewModes;
  return means ? score.value : std::numeric_limits<double>::quiet_NaN();
}

std::string rangeText(const ClaimInterval& interval) {
  if (std::isinf(interval.high)) return "at least " + threeDigits(interval.low);
  return threeDigits(interval.low) + " to " + threeDigits(interval.high);
}

// "the leading mode takes 12 to 45 steps (0.12 to 0.45 s) to decay".
std::string decayText(const ClaimErrors& errors, const ClaimInterval& tau, double alpha, double seconds) {
  const std::string mode = errors.atZero ? "the leading mode there " : "the leading mode ";
  if (std::isinf(tau.low)) return mode + "does not decay";
  const ClaimInterval steps{tau.low / alpha, tau.high / alpha};
  std::string text = mode + "takes " + rangeText(steps) + " steps";
  if (seconds > 0) text += " (" + rangeText({steps.low * seconds, steps.high * seconds}) + " s)";
  return text + " to decay";
}

std::string sentenceOf(const ClaimErrors& errors, const ClaimSummary& summary, const Spectrum& fitted,
                       double seconds) {
  if (errors.spectra.empty()) return errors.offered && errors.asked == 0 ? std::string() : errors.why;
  std::string text = "In " + percents(summary.sameClaim) + " of " + std::to_string(errors.spectra.size()) +
                     " resamples the fit claims the same (" + (errors.atZero ? "at 0: " : "") +
                     nameOf(summary.claim) + "); ";
  if (errors.spectra.size() < ClaimErrors::kLeast)
    return text + "these are too few for intervals, which take " + std::to_string(ClaimErrors::kLeast) +
           ". It is the spread of this estimator on these units, not the distance to the circuit.";
  text += decayText(errors, summary.leadingTau, fitted.alpha, seconds);
  // Of a pair, or of a mode that grows, a score says nothing.
  const bool scored = lineAttractorScore(fitted).status == ScoreStatus::defined;
  if (scored && !std::isnan(summary.score.low)) text += ", score " + rangeText(summary.score);
  text += errors.oneSided ? " (95 %, one-sided: " + errors.why + ")"
                          : " (95 %, " + std::to_string(errors.blocks) + " blocks of " +
                                std::to_string(errors.blockSteps) + " steps)";
  if (errors.failed > 0)
    text += "; " + std::to_string(errors.failed) + " more resamples did not determine the fit";
  return text + ". It is the spread of this estimator on these units, not the distance to the circuit.";
}

}  // namespace

ClaimSummary summaryOf(const ClaimErrors& errors, const Spectrum& fitted, const VerdictOptions& options) {
  ClaimSummary summary;
  summary.claim = claimOf(fitted, options);
  const Index modes = std::min(kModes, fitted.values.size());
  for (Index i = 0; i < modes; ++i) {
    const auto at = [&](auto&& value) {
      return over(errors, errors.oneSided, [&](const Spectrum& spectrum) {
        return i < spectrum.values.size() ? value(spectrum.values(i), spectrum.alpha)
                                          : std::numeric_limits<double>::quiet_NaN();
      });
    };
    using Value = std::complex<double>;
    summary.re.push_back(at([](Value value, double) { return value.real(); }));
    summary.im.push_back(over(errors, false, [&](const Spectrum& spectrum) {
      return i < spectrum.values.size() ? std::abs(spectrum.values(i).imag())
                                        : std::numeric_limits<double>::quiet_NaN();
    }));
    summary.mapTau.push_back(
        timesOf(at([](Value value, double alpha) { return mapExponent(value, alpha).real(); })));
  }
  summary.leadingTau = timesOf(over(errors, errors.oneSided, leadingRate));
  summary.score = over(errors, errors.oneSided, scoreOf);
  if (!errors.spectra.empty()) {
    const auto count = static_cast<double>(errors.spectra.size());
    const auto same = [&](const Spectrum& spectrum) { return claimOf(spectrum, options) == summary.claim; };
    const auto scored = [](const Spectrum& spectrum) { return !std::isnan(scoreOf(spectrum)); };
    summary.sameClaim =
        static_cast<double>(std::count_if(errors.spectra.begin(), errors.spectra.end(), same)) / count;
    summary.scored =
        static_cast<double>(std::count_if(errors.spectra.begin(), errors.spectra.end(), scored)) / count;
  }
  summary.sentence = sentenceOf(errors, summary, fitted, options.sampling ? options.sampling->seconds : 0);
  return summary;
}

std::vector<std::string> claimSentences(const ClaimErrors& errors, const ClaimSummary& summary,
                                        const std::optional<ClaimedMemory>& memory) {
  std::vector<std::string> sentences;
  std::string text = summary.sentence;
  if (!errors.complete)
    text += (text.empty() ? "" : " ") + std::string("(") + std::to_string(errors.spectra.size()) + " of " +
            std::to_string(errors.asked) + " resamples so far)";
  if (!text.empty()) sentences.push_back(std::move(text));
  if (memory && !memory->sentence.empty()) sentences.push_back(memory->sentence);
  return sentences;
}

}  // namespace keyhole
