#include "core/fitting/stationary_fit.h"

#include "core/common/error.h"
#include "core/linalg/lyapunov.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include <chrono>

namespace keyhole {
namespace {

struct Problem {
  const Teacher& teacher;
  StationaryLimit limit;
  double alpha;
};

// The covariance of the uncoupled system, B = 0: C = c₀ I.
double uncoupledVariance(const Problem& problem) {
  if (problem.limit == StationaryLimit::continuous) return 0.5;
  const double keep = 1.0 - problem.alpha;
  return problem.alpha * problem.alpha / (1.0 - keep * keep);
}

LyapunovSolution solveDense(const Problem& problem, const Matrix& B, const Matrix& Q) {
  const Index n = B.rows();
  if (problem.limit == StationaryLimit::continuous)
    return solveContinuousLyapunov(B - Matrix::Identity(n, n), Q);
  const Matrix W = (1.0 - problem.alpha) * Matrix::Identity(n, n) + problem.alpha * B;
  return solveDiscreteLyapunov(W, Q);
}

double driveVariance(const Problem& problem) {
  return problem.limit == StationaryLimit::continuous ? 1.0 : problem.alpha * problem.alpha;
}

// C = c₀ I + E Y Eᵀ with E an orthonormal basis of the span of M and N: what B adds to the uncoupled
// covariance stays in that span. For the continuous limit (B-I)(c₀I + X) + … = -I leaves B'Y + Y B'ᵀ - 2Y +
// c₀ (b + bᵀ) = 0 with b = EᵀBE; the discrete one likewise.
LyapunovSolution solveLowRank(const Problem& problem, const LowRankForm& form) {
  Matrix both(form.M.rows(), 2 * form.M.cols());
  both << form.M, form.N;
  const Matrix E = orthonormalBasis(both);
  const Index k = E.cols();
  const Matrix b = (E.transpose() * form.M) * (form.N.transpose() * E);
  const double c0 = uncoupledVariance(problem);
  Matrix Q;
  if (problem.limit == StationaryLimit::continuous) {
    Q = c0 * (b + b.transpose());
  } else {
    const double keep = 1.0 - problem.alpha;
    Q = c0 * (keep * problem.alpha * (b + b.transpose()) + problem.alpha * problem.alpha * b * b.transpose());
  }
  LyapunovSolution solution = solveDense(problem, b, Q);
  if (!solution.stable) return solution;
  const Matrix inner = solution.X;
  solution.X = c0 * Matrix::Identity(E.rows(), E.rows()) + E * inner * E.transpose();
  if (k == 0) solution.stable = true;
  return solution;
}

// In the modes the chain is triangular, so that no Schur factorisation smears its nilpotent part.
LyapunovSolution solveChain(const Problem& problem, const ChainForm& form) {
  const Index D = form.size();
  const Matrix T = form.modeMatrix();
  const Matrix Q = driveVariance(problem) * Matrix::Identity(D, D);
  LyapunovSolution solution = problem.limit == StationaryLimit::continuous
                                  ? solveTriangularLyapunov(T - Matrix::Identity(D, D), Q)
                                  : solveDense(problem, T, Q);
  if (solution.stable && form.U.size() > 0) solution.X = (form.U * solution.X * form.U.transpose()).eval();
  return solution;
}

// Symmetric B, continuous: (B - I) C + C (B - I) = -I is solved by C = ½ (I - B)⁻¹, which is positive
// definite exactly if every eigenvalue is below 1.
LyapunovSolution solveSymmetric(const Matrix& B) {
  const Index D = B.rows();
  LyapunovSolution solution;
  const Eigen::LLT<Matrix> factor(Matrix::Identity(D, D) - B);
  if (factor.info() != Eigen::Success) return solution;
  solution.X = 0.5 * factor.solve(Matrix::Identity(D, D));
  solution.X = (0.5 * (solution.X + solution.X.transpose())).eval();
  const Matrix product = B * solution.X - solution.X;
  solution.residual =
      (product + product.transpose() + Matrix::Identity(D, D)).norm() / std::sqrt(static_cast<double>(D));
  solution.stable = true;
  return solution;
}

LyapunovSolution solveTeacher(const Problem& problem) {
  const auto& form = problem.teacher.network.form();
  if (const auto* lowRank = std::get_if<LowRankForm>(&form)) return solveLowRank(problem, *lowRank);
  if (const auto* chain = std::get_if<ChainForm>(&form)) return solveChain(problem, *chain);
  const Matrix& B = std::get<DenseForm>(form).B;
  if (problem.limit == StationaryLimit::continuous && B == B.transpose()) return solveSymmetric(B);
  return solveDense(problem, B, driveVariance(problem) * Matrix::Identity(B.rows(), B.rows()));
}

}  // namespace

StationaryCovariance stationaryCovariance(const Teacher& teacher, StationaryLimit limit, double alpha) {
  if (limit == StationaryLimit::discrete && !(alpha > 0 && alpha <= 1))
    throw InputError("alpha is " + toText(alpha) + "; allowed: a number above 0 and up to 1");
  LyapunovSolution solution = solveTeacher({teacher, limit, alpha});
  StationaryCovariance result;
  result.residual = solution.residual;
  if (!solution.stable) {
    result.status = FitStatus::noStationaryState;
  } else if (!solution.X.allFinite()) {
    result.status = FitStatus::diverged;
  } else {
    result.status = FitStatus::solved;
    result.C = std::move(solution.X);
    result.BC = teacher.network.applied(result.C);
  }
  return result;
}

Student fitStationary(const StationaryCovariance& covariance, const std::vector<Index>& units, double alpha) {
  const auto start = std::chrono::steady_clock::now();
  Student student;
  student.alpha = alpha;
  student.summary.status = covariance.status;
  student.summary.iterations = 1;
  if (covariance.status == FitStatus::solved) {
    const Matrix C = covariance.C(units, units);
    const Eigen::LLT<Matrix> factor(C);
    if (factor.info() != Eigen::Success) {
      student.summary.status = FitStatus::singular;
      student.summary.message = "the stationary covariance of the seen units is singular";
    } else {
      student.A = factor.solve(covariance.BC(units, units).transpose()).transpose();
      student.V.resize(student.A.rows(), 0);
      student.summary.message = "solved from the stationary covariance";
      student.oneStepR2 = std::numeric_limits<double>::quiet_NaN();  // no data were fitted
    }
  } else {
    student.summary.message =
        covariance.status == FitStatus::noStationaryState
            ? "the teacher has no stationary state: an eigenvalue lies on or beyond Re λ = 1"
            : "the stationary covariance is not finite";
  }
  student.summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return student;
}

}  // namespace keyhole
