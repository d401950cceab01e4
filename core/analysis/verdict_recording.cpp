// What is said of a student of a recording, whose circuit is not known: in steps of the recording, since its
// τ is not known either.
#include "core/analysis/verdict_case.h"

#include <cmath>

namespace keyhole {
namespace {

std::string leadingMode(const SystemEvidence& evidence, const LastingModes& modes, const Sampling& sampling) {
  if (!modes.hasLeading) return "eigenvalues unknown";
  const double alpha = evidence.spectrum.alpha;
  return whereText(evidence, restingPlace(evidence)) +
         "λ(F) = " + complexText(1.0 + alpha * (modes.leading.value - 1.0)) + ", " +
         courseText(modes.leading.value, alpha, sampling);
}

std::string claimWithNumbers(const SystemEvidence& evidence, const LastingModes& modes,
                             const VerdictOptions& options) {
  const Sampling& sampling = *options.sampling;
  const double alpha = evidence.spectrum.alpha;
  const std::string leading = leadingMode(evidence, modes, sampling);
  if (hasCycle(evidence)) return "a limit cycle (" + periodText(evidence, sampling) + "; " + leading + ")";
  if (isChaotic(evidence))
    return "chaos (Lyapunov exponent " + shortText(alpha * evidence.attractors->exponents.exponents(0)) +
           " per step; " + leading + ")";
  if (isLineAttractor(evidence, modes, options.scoreThreshold))
    return claimInWords(evidence, modes, options) + " (score " + shortText(modes.score.value) + "; " +
           leading + offActivity(evidence, stepsText(evidence.shownTau, alpha, sampling)) + ")";
  return claimInWords(evidence, modes, options) + " (" + leading + ")";
}

// It would have to be told of every claim that it rests on so little.
std::string foresightText(const Foresight& foresight) {
  if (!(foresight.oneStepR2 < 0)) return {};
  return " It foresees a step worse than the mean step does (one-step R² " + shortText(foresight.oneStepR2) +
         " by this α), so that this says little of the recording.";
}

// What rests on α says so.
std::string byAlpha(const SystemEvidence& evidence, const LastingModes& modes, const Sampling& sampling) {
  if (!modes.hasLeading) return {};
  const std::string alpha = shortText(evidence.spectrum.alpha);
  return " By α = " + alpha + (sampling.alphaAssumed ? ", which is assumed," : "") +
         " that is λ = " + complexText(modes.leading.value) + ".";
}

}  // namespace

std::string claimInWords(const SystemEvidence& student, const LastingModes& modes,
                         const VerdictOptions& options) {
  if (hasCycle(student)) return "a limit cycle";
  if (isChaotic(student)) return "chaos";
  if (isLineAttractor(student, modes, options.scoreThreshold))
    return "an approximate " + std::string(isRing(student) ? "ring" : "line") + " attractor";
  if (modes.persistent == 0) return "no persistent mode";
  const Index grow = modes.growing;
  const Index last = modes.persistent - grow;
  if (grow == 0) return std::to_string(last) + (last == 1 ? " mode that lasts" : " modes that last");
  const std::string text = std::to_string(grow) + (grow == 1 ? " mode that grows" : " modes that grow");
  if (last == 0) return text;
  return text + " and " + std::to_string(last) + (last == 1 ? " that lasts" : " that last");
}

std::string sentenceOfRecording(const SystemEvidence& student, const LastingModes& modes,
                                const VerdictOptions& options, const std::string& turned) {
  const Sampling& sampling = *options.sampling;
  const double alpha = student.spectrum.alpha;
  const bool slowGrowth = modes.hasLeading && grows(modes.leading.value, alpha) && modes.growing == 0;
  const std::string limit =
      " A decay of more than " + stepsText(sampling.longestTold() * alpha, alpha, sampling) +
      (slowGrowth ? ", or a growth by e in more than " +
                        stepsText(std::floor(sampling.longestGrowth()) * alpha, alpha, sampling) + ","
                  : "") +
      " cannot be told from none in " + std::to_string(sampling.steps) + " steps.";
  return "The student claims " + claimWithNumbers(student, modes, options) + manyPoints(student) + "." +
         foresightText(student.foresight) + limit + turned + byAlpha(student, modes, sampling) +
         " What the circuit behind the recording has is not known: UNDECIDED.";
}

}  // namespace keyhole
