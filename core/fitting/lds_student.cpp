#include "core/fitting/lds_student.h"

#include "core/fitting/lds_smoother.h"
#include "core/fitting/run_student.h"

namespace keyhole {

Student latentStudent(const LdsModel& model, const std::vector<Trial>& trials, double alpha) {
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
  std::vector<Matrix> predicted;
  for (const auto& trial : trials) predicted.push_back(predictions(model, trial));
  student.oneStepR2 = predictedR2(predicted, trials, alpha);
  return student;
}

Student studentOf(const LdsFit& fit, const std::vector<Trial>& trials, double alpha) {
  Student student;
  if (hasParameters(fit.summary.status)) student = latentStudent(fit.model, trials, alpha);
  student.alpha = alpha;
  student.summary = fit.summary;
  student.restarts = fit.restarts;
  for (std::size_t i = 0; i < fit.restarts.size(); ++i)
    if (fit.restarts[i].seed == fit.seed) student.shownRestart = i;
  student.notes = fit.warnings;
  return student;
}

}  // namespace keyhole
