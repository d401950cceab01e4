#include "core/fitting/map_fit.h"

#include "core/common/error.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <chrono>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The Gram matrix of the regressors [φ; u] and its product with the targets, inputs last.
struct NormalEquations {
  Matrix gram;   // (d+m) x (d+m), without α and ρ
  Matrix cross;  // d x (d+m)
};

NormalEquations normalEquations(const RegressionSums& sums) {
  const Index d = sums.S.rows(), m = sums.UU.rows();
  NormalEquations equations{Matrix(d + m, d + m), Matrix(d, d + m)};
  equations.gram.topLeftCorner(d, d) = sums.S;
  equations.gram.topRightCorner(d, m) = sums.PU;
  equations.gram.bottomLeftCorner(m, d) = sums.PU.transpose();
  equations.gram.bottomRightCorner(m, m) = sums.UU;
  equations.cross.leftCols(d) = sums.R;
  equations.cross.rightCols(m) = sums.XU;
  return equations;
}

// 1 - residual / total sum of squares of the targets, summed over units; the targets' mean is taken out of
// the total. The residual is Σ(x⁺)² - 2 tr(Kᵀ M) + tr(M G Mᵀ) with M = α [A V], K = cross, G = gram; since
// [A V] (ρ I + α² G) = α K, M G = K - (ρ/α) [A V], which spares a product.
double rSquared(const RegressionSums& sums, const NormalEquations& equations, const Matrix& both,
                const MapOptions& options) {
  const double crossed = options.alpha * both.cwiseProduct(equations.cross).sum();
  const double residual = sums.energy.sum() - crossed - options.rho * both.squaredNorm();
  const double total =
      sums.energy.sum() - sums.sum.squaredNorm() / static_cast<double>(std::max<Index>(sums.count, 1));
  return total > 0 ? 1.0 - residual / total : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<std::string> problems(const MapOptions& options) {
  std::vector<std::string> found;
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (!(options.rho >= 0 && std::isfinite(options.rho)))
    found.push_back("rho is " + toText(options.rho) + "; allowed: a number from 0");
  return found;
}

Student fitMap(const RegressionSums& sums, const MapOptions& options) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  const auto start = Clock::now();
  const Index d = sums.S.rows(), m = sums.UU.rows();
  Student student;
  student.phi = options.phi;
  student.alpha = options.alpha;
  const NormalEquations equations = normalEquations(sums);
  Matrix regularised = options.alpha * options.alpha * equations.gram;
  regularised.diagonal().array() += options.rho;
  const bool finite = regularised.allFinite() && equations.cross.allFinite();
  const Eigen::LLT<Matrix> factor(finite ? regularised : Matrix());
  if (!finite) {
    student.summary.status = FitStatus::diverged;
    student.summary.message = "the sums over the recording overflow: its values are too large to be squared";
  } else if (factor.info() != Eigen::Success || !(factor.rcond() > 1e-15)) {
    student.summary.status = FitStatus::singular;
    student.summary.message = "the normal equations are singular: raise the ridge rho (now " +
                              toText(options.rho) + ") or use more time points than units";
  } else {
    const Matrix both = options.alpha * factor.solve(equations.cross.transpose()).transpose();
    student.A = both.leftCols(d);
    student.V = both.rightCols(m);
    student.oneStepR2 = rSquared(sums, equations, both, options);
    const bool solved = both.allFinite();
    student.summary.status = solved ? FitStatus::solved : FitStatus::diverged;
    student.summary.message = solved ? "the normal equations were solved" : "the solution is not finite";
  }
  student.summary.iterations = 1;
  student.summary.seconds = secondsSince(start);
  return student;
}

Student fitMap(ConstMatrixRef activity, ConstMatrixRef input, const MapOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  constexpr Index kBlock = 4096;
  const auto start = Clock::now();
  const Index transitions = activity.cols() - 1;
  RegressionSums sums = emptySums(activity.rows(), input.rows());
  for (Index first = 0; first < transitions; first += kBlock) {
    progress.checkpoint(static_cast<double>(first) / static_cast<double>(transitions), "fitting");
    const Index n = std::min(kBlock, transitions - first);
    accumulate(sums, activity.middleCols(first, n + 1),
               input.rows() > 0 ? Matrix(input.middleCols(first, n)) : Matrix(0, n), options.alpha,
               options.phi);
  }
  Student student = fitMap(sums, options);
  student.summary.seconds = secondsSince(start);
  return student;
}

double ridgeDominance(const RegressionSums& sums, const MapOptions& options) {
  const Vector values = symmetricEigenSystem(sums.S).values;
  const double smallest = values.size() > 0 ? values(values.size() - 1) : 0.0;
  if (!(smallest > 0)) return std::numeric_limits<double>::infinity();
  return options.rho / (options.alpha * options.alpha * smallest);
}

std::string ridgeNote(double dominance, double rho) {
  constexpr double kStrong = 0.1;
  if (!(rho > 0) || !(dominance > kStrong)) return {};
  const std::string ridge = "the ridge (ρ = " + toText(rho) + ")";
  if (std::isinf(dominance))
    return "some direction of the activity does not vary at all, so " + ridge + " alone decides there";
  const double unit = std::pow(10.0, std::floor(std::log10(dominance)) - 2);  // three digits
  const double rounded =
      unit >= 1 ? std::round(dominance / unit) * unit : std::round(dominance / unit) / std::round(1 / unit);
  return ridge + " is " + toText(rounded) +
         " times the weakest direction of the data and pulls the fit towards 0 there";
}

}  // namespace keyhole
