#include "core/fitting/lds_student.h"

#include "core/fitting/lds_smoother.h"
#include "core/fitting/run_student.h"

namespace keyhole {

namespace {

Student described(const LdsModel& model, const std::vector<Trial>& trials, double alpha) {
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
  student.states = smooth(model, {trials.front()}).means.front();
  return student;
}

double filteredR2(const LdsModel& model, const std::vector<Trial>& trials, double alpha) {
  std::vector<Matrix> predicted;
  for (const auto& trial : trials) predicted.push_back(predictions(model, trial));
  return predictedR2(predicted, trials, alpha);
}

}  // namespace

Student latentStudent(const LdsModel& model, const std::vector<Trial>& trials, double alpha) {
  Student student = described(model, trials, alpha);
  student.oneStepR2 = filteredR2(model, trials, alpha);
  return student;
}

Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha) {
  Student student;
  const bool inPart = fit.summary.status == FitStatus::stopped && transitionsOf(trials) >= kLookAfterStop;
  if (hasParameters(fit.summary.status)) {
    student = described(fit.model, trials, alpha);
    student.oneStepR2 = filteredR2(fit.model, inPart ? beginningOf(trials, kLookAfterStop) : trials, alpha);
  }
  student.alpha = alpha;
  student.summary = fit.summary;
  student.restarts = fit.restarts;
  for (std::size_t i = 0; i < fit.restarts.size(); ++i)
    if (fit.restarts[i].seed == fit.seed) student.shownRestart = i;
  student.notes = fit.warnings;
  if (inPart)
    student.notes.push_back("after the stop, one-step R² and reconstruction are of the first " +
                            std::to_string(kLookAfterStop) + " time points only");
  return student;
}

}  // namespace keyhole
