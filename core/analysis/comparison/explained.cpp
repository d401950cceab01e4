#include "core/analysis/comparison/explained.h"

#include "core/common/quiet_progress.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/run_student.h"

#include <algorithm>

namespace keyhole {
namespace {

// How many time points of these trials are looked at after a stop.
Index lookedAt(const Student& student, const std::vector<Trial>& trials) {
  if (!student.emission) return kLookAfterStop;
  if (student.latent && trials.size() > 1) return lookedAtAfterStop(student.A.rows(), anyMissing(trials));
  // The student's states are used: after a stop perhaps of less.
  const Index known = student.states.cols();
  return known < trials.front().activity.cols() ? std::min(known, kLookAfterStop) : kLookAfterStop;
}

}  // namespace

double explainedBy(const Student& student, const std::vector<Trial>& trials, Progress& progress) {
  std::vector<Matrix> states;
  if (student.latent && trials.size() > 1) states = smooth(*student.latent, trials, progress).means;
  for (std::size_t k = states.size(); k < trials.size(); ++k) {
    const Matrix& X = trials[k].activity;
    states.push_back(student.emission ? Matrix(student.states.leftCols(X.cols()))
                                      : runStudent(student, startFor(student, X.col(0)), X.cols(),
                                                   trials[k].input, Matrix(X.rows(), 0), 0, progress)
                                            .states);
  }
  const auto seen = [&](std::size_t k, Index first, Index count) -> Matrix {
    return seenActivity(student, states[k].middleCols(first, count),
                        trials[k].input.middleCols(first, count));
  };
  return explainedVariance(seen, trials, progress);
}

double explainedAfterFit(Student& student, const std::vector<Trial>& all, Progress& progress) {
  std::vector<Trial> first;
  if (student.emission && !student.latent && all.size() > 1) first = {all.front()};
  const auto& trials = first.empty() ? all : first;
  QuietProgress quiet(progress);
  if (const auto whole = unlessStopped(student.summary, "the look at what it explains",
                                       [&] { return explainedBy(student, trials, quiet); }))
    return *whole;
  const Index most = lookedAt(student, trials);
  const LookedAt looked(trials, true, most);
  if (looked.inPart())
    student.notes.push_back("after the stop, the explained variance is of the first " + std::to_string(most) +
                            " time points only");
  return explainedBy(student, looked.trials(), noProgress());
}

}  // namespace keyhole
