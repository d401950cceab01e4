#include "core/fitting/lds_student.h"

#include "core/common/error.h"
#include "core/fitting/lds_smoother.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <optional>
#include <string>

namespace keyhole {

namespace {

// means: E[x_t] of the first trial.
Student described(const LdsModel& model, const Matrix& means, double alpha) {
  Student student;
  student.alpha = alpha;
  student.A = paperScaling(model.F, alpha);
  student.V = model.V / alpha;
  student.b = model.b / alpha;
  student.Q = model.Q;
  student.inputAtArrival = model.inputAtArrival;
  student.seen = model.neurons();
  student.emission = Emission{model.C, model.G, model.c, model.R};
  student.latent = std::make_shared<const LdsModel>(model);
  student.states = means;
  return student;
}

Matrix firstMeans(const LdsModel& model, const std::vector<Trial>& trials) {
  // A long recording is not copied for it.
  return (trials.size() == 1 ? smooth(model, trials) : smooth(model, {trials.front()})).means.front();
}

double filteredR2(const LdsModel& model, const std::vector<Trial>& trials, double alpha,
                  Progress& progress = noProgress()) {
  std::vector<Matrix> predicted;
  for (const auto& trial : trials) {
    progress.throwIfStopped();
    predicted.push_back(predictions(model, trial, progress));
  }
  return predictedR2(predicted, trials, alpha);
}

// The R² of all time points; nothing after a stop, also one that comes here.
std::optional<double> wholeR2(const LdsFit& fit, const std::vector<Trial>& trials, double alpha,
                              FitSummary& summary, Progress& progress) {
  if (!hasParameters(summary.status) || summary.status == FitStatus::stopped) return {};
  try {
    return filteredR2(fit.model, trials, alpha, progress);
  } catch (const Stopped&) {
    setStopped(summary, "the look at what it predicts");
    return {};
  }
}

}  // namespace

Student latentStudent(const LdsModel& model, const std::vector<Trial>& trials, double alpha) {
  Student student = described(model, firstMeans(model, trials), alpha);
  student.oneStepR2 = filteredR2(model, trials, alpha);
  return student;
}

Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha, Progress& progress) {
  FitSummary summary = fit.summary;
  const std::optional<double> whole = wholeR2(fit, trials, alpha, summary, progress);
  Student student;
  Index most = 0;
  bool inPart = false;
  if (hasParameters(summary.status)) {
    const bool gaps =
        std::any_of(trials.begin(), trials.end(), [](const Trial& trial) { return trial.activity.hasNaN(); });
    most = lookedAtAfterStop(fit.model.latents(), gaps);
    const LookedAt looked(trials, summary.status == FitStatus::stopped, most);
    inPart = looked.inPart();
    student = described(
        fit.model, fit.means.empty() ? firstMeans(fit.model, looked.trials()) : fit.means.front(), alpha);
    student.oneStepR2 = whole ? *whole : filteredR2(fit.model, looked.trials(), alpha);
  }
  student.alpha = alpha;
  student.summary = std::move(summary);
  student.restarts = fit.restarts;
  for (std::size_t i = 0; i < fit.restarts.size(); ++i)
    if (fit.restarts[i].seed == fit.seed) student.shownRestart = i;
  student.notes = fit.warnings;
  if (inPart)
    student.notes.push_back("after the stop, one-step R²" +
                            std::string(fit.means.empty() ? " and reconstruction are" : " is") +
                            " of the first " + std::to_string(most) + " time points only");
  return student;
}

}  // namespace keyhole
