#include "core/fitting/regression/map_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/mean_note.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <limits>
#include <utility>

namespace keyhole {
namespace {

// The Gram matrix of the regressors [φ; u] and its product with the targets, inputs last.
struct NormalEquations {
  Matrix gram;    // (d+m) x (d+m), α² of it, with ρ on its diagonal
  Matrix target;  // (d+m) x d
};

NormalEquations normalEquations(const RegressionSums& sums, const MapOptions& options) {
  const Index d = sums.S.rows(), m = sums.UU.rows();
  NormalEquations equations{Matrix(d + m, d + m), Matrix(d + m, d)};
  const double scale = options.alpha * options.alpha;
  equations.gram.topLeftCorner(d, d) = scale * sums.S;
  equations.gram.topRightCorner(d, m) = scale * sums.PU;
  equations.gram.bottomLeftCorner(m, d) = scale * sums.PU.transpose();
  equations.gram.bottomRightCorner(m, m) = scale * sums.UU;
  equations.gram.diagonal().array() += options.rho;
  equations.target.topRows(d) = sums.R.transpose();
  equations.target.bottomRows(m) = sums.XU.transpose();
  return equations;
}

// What brings the diagonal of the Gram matrix near 1, where units or inputs of very different sizes would
// hide each other: powers of 2, so that no digit changes. Empty where the sizes are alike.
Vector scalesFor(const Matrix& gram) {
  constexpr double kAlike = 1e6;
  const Vector sizes = gram.diagonal();
  if (sizes.size() == 0 || !(sizes.minCoeff() > 0) || sizes.maxCoeff() <= kAlike * sizes.minCoeff())
    return {};
  return sizes.unaryExpr([](double size) { return std::exp2(-std::round(0.5 * std::log2(size))); });
}

// What else can be done about singular normal equations.
std::string singularBecause(const RegressionSums& sums) {
  const Index regressors = sums.S.rows() + sums.UU.rows();
  if (sums.count > regressors)
    return "; there are enough time points, so some units or inputs are copies or sums of others, or do not "
           "vary";
  return " or use more time points than units";
}

// The two triangular solves are most of a fit's cost. The columns of many units are solved in two halves, one
// per core, whether there are two or not: the same bits everywhere.
void solveInPlace(const Eigen::LLT<Matrix>& factor, Matrix& target) {
  constexpr Index kWorthAThread = 128;  // units
  if (target.cols() < kWorthAThread) return factor.solveInPlace(target);
  inTwoHalves(target.cols(), [&](Index first, Index count) {
    auto columns = target.middleCols(first, count);
    factor.solveInPlace(columns);
  });
}

// 1 - residual / total sum of squares of the targets, summed over units; the targets' mean is taken out of
// the total (sums: as they were solved, which with an offset have no mean left). The residual is Σ(x⁺)² - 2
// tr(Kᵀ M) + tr(M G Mᵀ) with M = α [A V], K = [R XU], G = [φ; u][φ; u]ᵀ; since [A V] (ρ I + α² G) = α K, M G
// = K - (ρ/α) [A V], which spares a product.
double rSquared(const RegressionSums& sums, const Student& student, const MapOptions& options) {
  const double crossed =
      options.alpha * (student.A.cwiseProduct(sums.R).sum() + student.V.cwiseProduct(sums.XU).sum());
  const double residual =
      sums.energy.sum() - crossed - options.rho * (student.A.squaredNorm() + student.V.squaredNorm());
  const double total =
      sums.energy.sum() - sums.sum.squaredNorm() / static_cast<double>(std::max<Index>(sums.count, 1));
  return total > 0 ? 1.0 - residual / total : std::numeric_limits<double>::quiet_NaN();
}

// Without an offset the sums are of the activity as it is, whose squares a large mean would leave without
// digits: the same residual from the sums about the means, plus that of the means. Cost O(d³).
double rSquaredBesideMean(const RegressionSums& sums, const Student& student, const MapOptions& options) {
  const RegressionSums about = centred(sums);
  const double a = options.alpha;
  double residual = about.energy.sum() - 2 * a * student.A.cwiseProduct(about.R).sum() +
                    a * a * (student.A * about.S).cwiseProduct(student.A).sum();
  Vector left = about.stepShift - a * (student.A * about.phiShift);
  if (student.V.cols() > 0) {
    residual += -2 * a * student.V.cwiseProduct(about.XU).sum() +
                a * a * (student.V * about.UU).cwiseProduct(student.V).sum() +
                2 * a * a * (student.A * about.PU).cwiseProduct(student.V).sum();
    left -= a * (student.V * about.inputShift);
  }
  residual += static_cast<double>(about.count) * left.squaredNorm();
  const double total = about.energy.sum();
  return total > 0 ? 1.0 - residual / total : std::numeric_limits<double>::quiet_NaN();
}

// b, with which the means of both sides of the fitted equation are the same.
Vector offsetOf(const RegressionSums& about, const Student& student, double alpha) {
  Vector b = about.stepShift / alpha - student.A * about.phiShift;
  if (student.V.cols() > 0) b -= student.V * about.inputShift;
  return b;
}

// The covariance of φ (times the transitions) without what rounding leaves of units that do not vary.
Matrix withoutConstants(const RegressionSums& about) {
  constexpr double kRounding = 1e-24;  // of the square
  Matrix moving = about.S;
  for (Index i = 0; i < moving.rows(); ++i) {
    const double mean = about.phiShift.size() > 0 ? about.phiShift(i) : 0;
    if (!(moving(i, i) > kRounding * static_cast<double>(about.count) * mean * mean)) moving(i, i) = 0;
  }
  return moving;
}

// Up to rounding, whatever the units are of each.
bool isSingular(const Matrix& covariance) {
  constexpr double kRounding = 1e-14;  // of a unit's own variance, per unit
  if (!covariance.allFinite()) return false;
  if (!(covariance.diagonal().array() > 0).all()) return true;
  const Vector scale = covariance.diagonal().cwiseSqrt().cwiseInverse();
  const Vector values = symmetricEigenSystem(scale.asDiagonal() * covariance * scale.asDiagonal()).values;
  return values.size() > 0 && !(values(values.size() - 1) > kRounding * static_cast<double>(values.size()));
}

double dominanceOrNaN(const RegressionSums& sums, const MapOptions& options) {
  try {
    return ridgeDominance(sums, options);
  } catch (const std::runtime_error&) {  // the sums overflowed
    return std::numeric_limits<double>::quiet_NaN();
  }
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

RegressionSums sumsOf(const std::vector<Trial>& trials, const MapOptions& options, Progress& progress) {
  constexpr Index kBlock = 4096;
  Vector inputMean = Vector::Zero(trials.front().input.rows());
  for (const auto& trial : trials) inputMean += trial.input.rowwise().sum();
  inputMean /= static_cast<double>(transitionsOf(trials) + static_cast<Index>(trials.size()));
  RegressionSums sums =
      shiftedSums(channelMeans(trials, progress).values(), inputMean, options.alpha, options.phi);
  const auto all = static_cast<double>(transitionsOf(trials));
  Index done = 0;
  for (const auto& trial : trials) {
    const Index transitions = trial.activity.cols() - 1;
    for (Index first = 0; first < transitions; first += kBlock) {
      progress.checkpoint(static_cast<double>(done + first) / all, "fitting");
      const Index n = std::min(kBlock, transitions - first);
      accumulate(sums, trial.activity.middleCols(first, n + 1), trial.input.middleCols(first, n),
                 options.alpha, options.phi);
    }
    done += transitions;
  }
  return sums;
}

Student fitMap(const RegressionSums& given, const MapOptions& options) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  const auto start = Clock::now();
  const bool moved = options.offset || given.phiShift.size() > 0;
  const RegressionSums made = !moved ? RegressionSums() : options.offset ? centred(given) : unshifted(given);
  const RegressionSums& sums = moved ? made : given;
  const Index d = sums.S.rows(), m = sums.UU.rows();
  Student student;
  student.phi = options.phi;
  student.alpha = options.alpha;
  NormalEquations equations = normalEquations(sums, options);
  const bool finite = equations.gram.allFinite() && equations.target.allFinite();
  const Vector scales = finite ? scalesFor(equations.gram) : Vector();
  if (scales.size() > 0) {
    equations.gram = (scales.asDiagonal() * equations.gram * scales.asDiagonal()).eval();
    equations.target = (scales.asDiagonal() * equations.target).eval();
  }
  const Eigen::LLT<Matrix> factor(finite ? std::move(equations.gram) : Matrix());
  if (!finite) {
    student.summary.status = FitStatus::diverged;
    student.summary.message = "the sums over the recording overflow: its values are too large to be squared";
  } else if (factor.info() != Eigen::Success || !(factor.rcond() > 1e-15)) {
    student.summary.status = FitStatus::singular;
    student.summary.message = "the normal equations are singular: raise the ridge rho (now " +
                              toText(options.rho) + ")" + singularBecause(sums);
  } else {
    solveInPlace(factor, equations.target);
    if (scales.size() > 0) equations.target = (scales.asDiagonal() * equations.target).eval();
    student.A = options.alpha * equations.target.topRows(d).transpose();
    student.V = options.alpha * equations.target.bottomRows(m).transpose();
    if (options.offset) student.b = offsetOf(sums, student, options.alpha);
    student.oneStepR2 = !options.offset && given.phiShift.size() > 0
                            ? rSquaredBesideMean(given, student, options)
                            : rSquared(sums, student, options);
    const bool solved = student.A.allFinite() && student.V.allFinite() && student.b.allFinite();
    student.summary.status = solved ? FitStatus::solved : FitStatus::diverged;
    student.summary.message = solved ? "the normal equations were solved" : "the solution is not finite";
  }
  student.summary.iterations = 1;
  student.summary.seconds = secondsSince(start);
  return student;
}

std::vector<std::string> notesOn(const RegressionSums& sums, const MapOptions& options, double dominance) {
  std::vector<std::string> notes;
  if (auto note = ridgeNote(dominance, options.rho); !note.empty()) notes.push_back(std::move(note));
  const RegressionSums about = centred(sums);
  const double count = static_cast<double>(std::max<Index>(about.count, 1));
  const Matrix moving = withoutConstants(about);
  const Index own = (moving.diagonal().array() > 0).count();
  // No correlation matrix has a smaller eigenvalue than the covariance, by its largest variance: mostly that
  // settles it, and a hand that drags need not wait for another decomposition.
  const double smallest = options.rho / (options.alpha * options.alpha * dominance);
  const bool surelyFull =
      options.offset && own == moving.rows() && smallest > 1e-9 * moving.diagonal().maxCoeff();
  if (const Index rank = surelyFull ? own : dimensionsOf(moving); about.count > own && rank < own)
    notes.push_back("the " + std::to_string(own) + " channels that vary span " + std::to_string(rank) +
                    (rank == 1 ? " dimension" : " dimensions") +
                    " only: some are copies or sums of others, and what each of them does cannot be told");
  if (about.UU.rows() > 0)
    for (auto& note : dependentInputs({about.UU / count, about.inputShift}, options.offset))
      notes.push_back(std::move(note));
  if (auto note = options.offset ? std::string() : meanNote(meanStrength(sums)); !note.empty())
    notes.push_back(std::move(note));
  return notes;
}

Student fitMapNoted(const RegressionSums& sums, const MapOptions& options) {
  Student student = fitMap(sums, options);
  student.ridgeDominance = dominanceOrNaN(sums, options);
  for (auto& note : notesOn(sums, options, student.ridgeDominance)) student.notes.push_back(std::move(note));
  return student;
}

Student fitMap(const std::vector<Trial>& trials, const MapOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const auto start = Clock::now();
  Student student = fitMapNoted(sumsOf(trials, options, progress), options);
  student.summary.seconds = secondsSince(start);
  return student;
}

Student fitMap(ConstMatrixRef activity, ConstMatrixRef input, const MapOptions& options, Progress& progress) {
  Trial trial{activity, input};
  if (input.rows() == 0) trial.input.resize(0, activity.cols());
  return fitMap({trial}, options, progress);
}

double ridgeDominance(const RegressionSums& sums, const MapOptions& options) {
  const Matrix S = options.offset ? withoutConstants(centred(sums)) : unshifted(sums).S;
  const Vector values = symmetricEigenSystem(S).values;
  const double smallest = values.size() > 0 ? values(values.size() - 1) : 0.0;
  const bool surelyRegular = smallest > 1e-9 * S.diagonal().maxCoeff();
  if (options.offset && !surelyRegular && isSingular(S)) return std::numeric_limits<double>::infinity();
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
