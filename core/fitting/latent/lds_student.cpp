#include "core/fitting/latent/lds_student.h"

#include "core/common/error.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/run_student.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace keyhole {

namespace {

// means: E[x_t] of the first trial.
Student described(const LdsModel& model, Matrix means, double alpha) {
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
  student.states = std::move(means);
  return student;
}

Matrix firstMeans(const LdsModel& model, const std::vector<Trial>& trials, Progress& progress) {
  // A long recording is not copied for it.
  auto sums =
      trials.size() == 1 ? smooth(model, trials, progress) : smooth(model, {trials.front()}, progress);
  return std::move(sums.means.front());
}

// Of what the model expects of each sample from those before it, C E[x_t | y_0 … y_{t-1}] + G u_t + c.
double filteredR2(const LdsModel& model, const std::vector<Trial>& trials, double alpha, Progress& progress) {
  const LdsData data(trials, model.inputAtArrival, progress);
  const auto states = LdsSmoother(data, model.latents()).predictedStates(model, progress);
  const auto predicted = [&](std::size_t k, Index first, Index count) -> Matrix {
    Matrix expected = (model.C * states[k].middleCols(first, count)).colwise() + model.c;
    if (model.inputs() > 0) expected.noalias() += model.G * trials[k].input.middleCols(first, count);
    return expected;
  };
  return predictedR2(predicted, trials, alpha, progress);
}

// What a look at the recording adds to a model.
struct Look {
  Matrix means;
  double oneStepR2 = 0;
};

// known: the means, if there are any.
Look lookAt(const LdsModel& model, const Matrix* known, const std::vector<Trial>& trials, double alpha,
            Progress& progress) {
  Matrix means = known ? *known : firstMeans(model, trials, progress);
  return {std::move(means), filteredR2(model, trials, alpha, progress)};
}

Student look(const LdsModel& model, const Matrix* known, FitSummary summary, const std::vector<Trial>& trials,
             double alpha, Progress& progress) {
  Student student;
  student.alpha = alpha;
  if (hasParameters(summary.status)) {
    auto seen = unlessStopped(summary, "the look at what it predicts",
                              [&] { return lookAt(model, known, trials, alpha, progress); });
    const Index most = seen ? 0 : lookedAtAfterStop(model.latents(), anyMissing(trials));
    const LookedAt looked(trials, !seen, most);
    if (!seen) seen = lookAt(model, known, looked.trials(), alpha, noProgress());
    student = described(model, std::move(seen->means), alpha);
    student.oneStepR2 = seen->oneStepR2;
    if (looked.inPart())
      student.notes.push_back("after the stop, one-step R²" +
                              std::string(known ? " is" : " and reconstruction are") + " of the first " +
                              std::to_string(most) + " time points only");
  }
  student.summary = std::move(summary);
  return student;
}

}  // namespace

Student studentOf(const LdsModel& model, const FitSummary& summary, const std::vector<Trial>& trials,
                  double alpha, Progress& progress) {
  return look(model, nullptr, summary, trials, alpha, progress);
}

Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha, Progress& progress) {
  const Matrix* known = fit.means.empty() ? nullptr : &fit.means.front();
  Student student = look(fit.model, known, fit.summary, trials, alpha, progress);
  student.restarts = fit.restarts;
  student.shownRestart = fit.shown;
  student.promisedRise = fit.promisedRise;
  student.noiseFloor = fit.noiseFloor;
  student.notes.insert(student.notes.begin(), fit.warnings.begin(), fit.warnings.end());
  return student;
}

}  // namespace keyhole
