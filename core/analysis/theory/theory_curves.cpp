#include "core/analysis/theory/theory_curves.h"

#include "core/common/nan.h"
#include "core/common/parallel.h"
#include "core/fitting/regression/chain_covariance.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace keyhole {
namespace {

struct Case {
  const Teacher& teacher;
  const LongTimeStudents& students;
  StationaryLimit limit;
  double alpha;
  const std::vector<Index>& counts;

  template <typename Value>
  Vector over(Value&& value) const {
    Vector values(static_cast<Index>(counts.size()));
    for (Index i = 0; i < values.size(); ++i) values(i) = value(counts[static_cast<std::size_t>(i)]);
    return values;
  }
  double fraction(Index d) const {
    return static_cast<double>(d) / static_cast<double>(teacher.network.size());
  }
};

TheoryCurve varianceCurve(const Case& of) {
  TheoryCurve curve;
  curve.name = "variance bound";
  curve.kind = TheoryKind::upperBound;
  curve.quantity = "Re λ̂₁";
  curve.formula = of.limit == StationaryLimit::continuous ? "1 - 1/(2 λ_max(P C Pᵀ))"
                                                          : "(√(1 - α²/λ_max(P C Pᵀ)) - 1 + α)/α";
  curve.validity = "proved for every teacher with a stationary state, every subset; φ linear, T → ∞, ρ = 0";
  curve.values = Vector::Constant(static_cast<Index>(of.counts.size()), kNaN);
  const double alpha = of.limit == StationaryLimit::discrete ? of.alpha : 0;
  parallelFor(of.counts.size(), [&](std::size_t i) {
    if (of.students.status(of.counts[i]) == FitStatus::solved)
      curve.values(static_cast<Index>(i)) = varianceBound(of.students.largestVariance(of.counts[i]), alpha);
  });
  return curve;
}

TheoryCurve lowRankCurve(const Case& of) {
  const double gamma2 = of.teacher.gammaSquared;
  TheoryCurve curve;
  curve.name = "low-rank mean field";
  curve.quantity = "the r leading λ̂";
  curve.formula = "2fγ⁴(1-f)/(4 + 2fγ⁴ - f²γ⁴), γ² = " + std::to_string(gamma2);
  curve.validity =
      "mean field: D → ∞ at fixed f = d/D and γ² (the r non-zero singular values of B), random orientation, "
      "continuous limit; draws scatter around it";
  curve.values = of.over([&](Index d) { return lowRankMeanField(of.fraction(d), gamma2); });
  return curve;
}

TheoryCurve lowRankBand(const Case& of) {
  const double gamma2 = of.teacher.gammaSquared;
  const Index D = of.teacher.network.size();
  const double r = static_cast<double>(of.teacher.options.rank);
  TheoryCurve curve = lowRankCurve(of);
  curve.name = "low-rank scatter";
  curve.kind = TheoryKind::band;
  curve.quantity = "the mean of the r leading λ̂";
  curve.formula = "mean field ± one standard deviation of a draw, first order in 1/√D";
  curve.validity = "mean field with Gaussian fluctuations: large D; leaves out a bias of order 1/D";
  const Vector width =
      of.over([&](Index d) { return lowRankScatter(of.fraction(d), gamma2, D) / std::sqrt(r); });
  curve.low = curve.values - width;
  curve.values += width;
  return curve;
}

TheoryCurve normalCurve(const Case& of) {
  const ComplexVector values = spectrumOf(of.teacher.network, false).values;
  TheoryCurve curve;
  curve.name = "normal interval";
  curve.kind = TheoryKind::band;
  curve.quantity = "every Re λ̂";
  curve.formula = "[Re λ_D, Re λ_1]";
  curve.validity =
      "proved for normal teachers (B Bᵀ = Bᵀ B), every d and every subset; continuous limit, T → ∞, ρ = 0";
  curve.values = of.over([&](Index) { return values.real().maxCoeff(); });
  curve.low = of.over([&](Index) { return values.real().minCoeff(); });
  return curve;
}

std::vector<TheoryCurve> lineAttractorCurves(const Case& of) {
  const double epsilon = 1 - of.teacher.options.leadingEigenvalue;
  const Vector u = of.teacher.integrationMode.normalized();
  TheoryCurve bound;
  bound.name = "line attractor bound";
  bound.kind = TheoryKind::lowerBound;
  bound.quantity = "λ̂₁";
  bound.formula = "1 - ε/‖P u₁‖²";
  bound.validity =
      "proved for symmetric teachers with λ₁ = 1 - ε, every subset; continuous limit, T → ∞, ρ = 0";
  bound.values = of.over([&](Index d) { return lineAttractorBound(epsilon, u.head(d).squaredNorm()); });
  TheoryCurve typical = bound;
  typical.name = "line attractor bound, typical";
  typical.formula = "1 - ε D/d";
  typical.validity = "mean field: as the bound, with ‖P u₁‖² = d/D for a random orientation";
  typical.values = of.over([&](Index d) { return lineAttractorBound(epsilon, of.fraction(d)); });
  return {bound, typical};
}

TheoryCurve chainCurve(const Case& of, const ChainForm& chain) {
  TheoryCurve curve;
  curve.name = "chain, last row";
  curve.quantity = "Re λ̂₁";
  curve.formula = "the leading root of the polynomial of the shift with its fitted first and last row";
  curve.validity =
      "proved for the unrotated chain, every d, β and α; an independent road to the same student";
  curve.values = Vector::Constant(static_cast<Index>(of.counts.size()), kNaN);
  const Matrix C = chainCovariance(chain, of.limit, of.alpha);
  const Eigen::LLT<Matrix> factor(C);
  if (C.size() == 0 || factor.info() != Eigen::Success) return curve;
  const Matrix L = factor.matrixL();
  const ChainStudents students(chain, L);
  for (std::size_t i = 0; i < of.counts.size(); ++i) {
    const Index d = of.counts[i];
    if (const auto modes = students.modes(d, 1))
      curve.values(static_cast<Index>(i)) = modes->leading.values(0).real();
    else if (d < of.teacher.network.size())
      curve.values(static_cast<Index>(i)) = eigenvalues(chainStudent(chain, L, d).matrix())(0).real();
    else
      curve.values(static_cast<Index>(i)) = chain.diagonal;
  }
  return curve;
}

}  // namespace

double lowRankMeanField(double f, double gammaSquared) {
  const double g = gammaSquared * gammaSquared;
  return 2 * f * g * (1 - f) / (4 + 2 * f * g - f * f * g);
}

double lowRankScatter(double f, double gammaSquared, Index units) {
  const double g = gammaSquared, delta = (4 + 2 * f * g * g - f * f * g * g) / 16;
  // The factor γ² of u w is taken out.
  const double u1 = g * (1 - f) / 8 / delta, u2 = (0.25 + f * g * g / 16) / delta;
  const double w1 = 0.25 / delta, w2 = -f * g / 8 / delta;
  const double sum = 2 * u1 * u1 * w1 * w1 + 2 * u2 * u2 * w2 * w2 + std::pow(u1 * w2 + u2 * w1, 2);
  return g * std::sqrt(f * (1 - f) / static_cast<double>(units) * sum);
}

double lineAttractorBound(double epsilon, double seenPart) {
  return 1 - epsilon / seenPart;
}

double varianceBound(double largestVariance, double alpha) {
  if (alpha == 0) return 1 - 0.5 / largestVariance;
  return (std::sqrt(std::max(0.0, 1 - alpha * alpha / largestVariance)) - 1 + alpha) / alpha;
}

ChainStudent chainStudent(Index units, Index d, double beta, StationaryLimit limit, double alpha) {
  ChainForm chain;
  chain.beta = beta;
  chain.links = Vector::Ones(units - 1);
  const Eigen::LLT<Matrix> factor(chainCovariance(chain, limit, alpha));
  return chainStudent(chain, factor.matrixL(), d);
}

Matrix withObservationNoise(ConstMatrixRef A, ConstMatrixRef covariance, double noise, double alpha) {
  const Index d = A.rows();
  const Matrix I = Matrix::Identity(d, d);
  const Matrix W = (1 - alpha) * I + alpha * A;
  const Matrix seen = (W * covariance).transpose();
  const Matrix noisy = (covariance + noise * I).llt().solve(seen).transpose();
  return (noisy - (1 - alpha) * I) / alpha;
}

std::string nameOf(TheoryKind kind) {
  switch (kind) {
    case TheoryKind::value:
      return "value";
    case TheoryKind::band:
      return "band";
    case TheoryKind::upperBound:
      return "upper bound";
    case TheoryKind::lowerBound:
      return "lower bound";
  }
  return "unknown";
}

std::vector<TheoryCurve> theoryCurves(const Teacher& teacher, const LongTimeStudents& students,
                                      StationaryLimit limit, double alpha, const std::vector<Index>& counts) {
  const Case of{teacher, students, limit, alpha, counts};
  const bool continuous = limit == StationaryLimit::continuous;
  std::vector<TheoryCurve> curves;
  if (continuous && teacher.gammaSquared > 0) {
    curves.push_back(lowRankCurve(of));
    curves.push_back(lowRankBand(of));
  }
  if (continuous && teacher.normal) curves.push_back(normalCurve(of));
  if (continuous && teacher.normal && teacher.options.kind == TeacherKind::lineAttractor)
    for (auto& curve : lineAttractorCurves(of)) curves.push_back(std::move(curve));
  const auto* chain = std::get_if<ChainForm>(&teacher.network.form());
  if (chain && ChainStudents::applicable(*chain)) curves.push_back(chainCurve(of, *chain));
  curves.push_back(varianceCurve(of));
  return curves;
}

}  // namespace keyhole
