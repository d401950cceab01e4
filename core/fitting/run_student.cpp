#include "core/fitting/run_student.h"

#include "core/simulation/simulate.h"

#include <algorithm>
#include <limits>

namespace keyhole {

StudentRun runStudent(const Student& student, const Vector& start, Index steps, ConstMatrixRef input,
                      ConstMatrixRef noise) {
  constexpr double kLimit = 1e12;
  const Index d = student.A.rows();
  StudentRun run{Matrix(d, steps), false};
  if (steps == 0) return run;
  run.states.col(0) = start;
  Matrix drive = Matrix::Zero(d, std::max<Index>(steps - 1, 0));
  if (noise.cols() > 0) drive += noise.leftCols(drive.cols());
  if (student.V.cols() > 0 && input.cols() >= drive.cols()) drive += student.V * input.leftCols(drive.cols());
  const Network network{DenseForm{student.A}};
  Stepper stepper(network, student.phi, Convention::standard, student.alpha);
  for (Index t = 0; t + 1 < steps; ++t) {
    stepper.step(run.states.col(t), drive.col(t), run.states.col(t + 1));
    if (!(run.states.col(t + 1).cwiseAbs().maxCoeff() < kLimit)) {
      for (Index rest = t + 1; rest < steps; ++rest) run.states.col(rest) = run.states.col(t);
      run.diverged = true;
      return run;
    }
  }
  return run;
}

double explainedVariance(ConstMatrixRef recording, ConstMatrixRef prediction) {
  const Vector mean = recording.rowwise().mean();
  const double total = (recording.colwise() - mean).squaredNorm();
  if (!(total > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::max(1.0 - (recording - prediction).squaredNorm() / total, -1e6);
}

}  // namespace keyhole
