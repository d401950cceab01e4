#include "core/fitting/regression/stationary_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/regression/chain_covariance.h"
#include "core/linalg/lyapunov.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace keyhole {
namespace {

struct Problem {
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

LyapunovSolution solveLowRank(const Problem& problem, const LowRankForm& form) {
  const auto factors = lowRankCovariance(form, problem.limit, problem.alpha);
  LyapunovSolution solution;
  solution.stable = factors.status != FitStatus::noStationaryState;
  solution.residual = factors.residual;
  if (!solution.stable) return solution;
  const Index D = form.M.rows();
  solution.X = factors.c0 * Matrix::Identity(D, D) + factors.E * factors.Y * factors.E.transpose();
  return solution;
}

// By recursion in the modes, so that no Schur factorisation smears the nilpotent part.
LyapunovSolution solveChain(const Problem& problem, const ChainForm& form) {
  LyapunovSolution solution;
  solution.X = chainCovariance(form, problem.limit, problem.alpha);
  if (solution.X.size() == 0) return solution;
  solution.stable = true;
  const Index D = form.size();
  Matrix next(D, D);
  form.applyModes(solution.X, next);  // T C
  Matrix left = next - solution.X;    // (T-I) C
  if (problem.limit == StationaryLimit::continuous) {
    left = (left + left.transpose()).eval();
  } else {
    const Matrix half = solution.X + problem.alpha * left;  // W C, and (W C)ᵀ = C Wᵀ
    const Matrix turned = half.transpose();
    form.applyModes(turned, next);
    left = (1 - problem.alpha) * turned + problem.alpha * next - solution.X;
  }
  const double drive = driveVariance(problem);
  left.diagonal().array() += drive;
  solution.residual = left.norm() / (drive * std::sqrt(static_cast<double>(D)));
  if (form.U.size() > 0) solution.X = (form.U * solution.X * form.U.transpose()).eval();
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

LyapunovSolution solveTeacher(const Problem& problem, const Teacher& teacher) {
  const auto& form = teacher.network.form();
  if (const auto* lowRank = std::get_if<LowRankForm>(&form)) return solveLowRank(problem, *lowRank);
  if (const auto* chain = std::get_if<ChainForm>(&form)) return solveChain(problem, *chain);
  const Matrix& B = std::get<DenseForm>(form).B;
  if (problem.limit == StationaryLimit::continuous && B == B.transpose()) return solveSymmetric(B);
  return solveDense(problem, B, driveVariance(problem) * Matrix::Identity(B.rows(), B.rows()));
}

}  // namespace

// What B adds to the uncoupled covariance stays in the span E of M and N. For the continuous limit (B-I)(c₀I
// + X) + … = -I leaves B'Y + Y B'ᵀ - 2Y + c₀ (b + bᵀ) = 0 with b = EᵀBE; the discrete one likewise.
LowRankCovariance lowRankCovariance(const LowRankForm& form, StationaryLimit limit, double alpha) {
  const Problem problem{limit, alpha};
  Matrix both(form.M.rows(), 2 * form.M.cols());
  both << form.M, form.N;
  LowRankCovariance result;
  result.c0 = uncoupledVariance(problem);
  result.E = orthonormalBasis(both);
  const Matrix b = (result.E.transpose() * form.M) * (form.N.transpose() * result.E);
  Matrix Q;
  if (limit == StationaryLimit::continuous) {
    Q = result.c0 * (b + b.transpose());
  } else {
    const double keep = 1.0 - alpha;
    Q = result.c0 * (keep * alpha * (b + b.transpose()) + alpha * alpha * b * b.transpose());
  }
  result.status = FitStatus::solved;
  if (result.E.cols() == 0) return result;
  LyapunovSolution solution = solveDense(problem, b, Q);
  result.residual = solution.residual;
  if (!solution.stable)
    result.status = FitStatus::noStationaryState;
  else if (!solution.X.allFinite())
    result.status = FitStatus::diverged;
  result.Y = std::move(solution.X);
  return result;
}

std::string stationaryNote(const Teacher& teacher) {
  return teacher.options.phi == Nonlinearity::tanh
             ? "the long-time limit takes φ as linear, and the teacher's is tanh"
             : "";
}

std::string stationaryMessage(FitStatus status) {
  return status == FitStatus::noStationaryState
             ? "the teacher has no stationary state: an eigenvalue lies on or beyond Re λ = 1"
             : "the stationary covariance is not finite";
}

StationaryCovariance stationaryCovariance(const Teacher& teacher, StationaryLimit limit, double alpha) {
  if (limit == StationaryLimit::discrete && !(alpha > 0 && alpha <= 1))
    throw InputError("alpha is " + toText(alpha) + "; allowed: a number above 0 and up to 1");
  LyapunovSolution solution = solveTeacher({limit, alpha}, teacher);
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
  const auto start = Clock::now();
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
    student.summary.message = stationaryMessage(covariance.status);
  }
  student.summary.seconds = secondsSince(start);
  return student;
}

}  // namespace keyhole
