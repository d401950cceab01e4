#include "core/analysis/spectrum.h"

#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

void markUndetermined(Spectrum& spectrum, double norm) {
  const Index n = spectrum.values.size();
  for (Index i = 0; i < n; ++i)
    spectrum.undetermined[static_cast<std::size_t>(i)] =
        roundingMayMove(spectrum.conditions(i), distanceToNearest(spectrum.values, i), n, norm);
}

Vector roundingOf(ConstMatrixRef A, const Spectrum& spectrum) {
  const Index n = A.rows();
  const double backward = static_cast<double>(n) * kEpsilon * spectrum.norm;
  Vector moved = backward * spectrum.conditions;
  // Beyond the root of the backward error the first order says nothing: so near is a defective matrix.
  const double reliable = std::sqrt(static_cast<double>(n) * kEpsilon) * spectrum.norm;
  const auto tellsNothing = [&](Index i) { return !(moved(i) < reliable); };
  bool any = false;
  for (Index i = 0; i < n; ++i) any = any || tellsNothing(i);
  if (!any || !(spectrum.norm > 0)) return moved;
  const Matrix E = RandomStream(1, Stream::probe, 3).normalMatrix(n, n);
  const EigenvalueConditions near = eigenvaluesWithConditions(A + backward / E.norm() * E);
  for (Index i = 0; i < n; ++i) {
    if (!tellsNothing(i)) continue;
    Index nearest = 0;
    const double away = (near.values.array() - spectrum.values(i)).abs().minCoeff(&nearest);
    moved(i) = std::min(moved(i), std::max(away, backward * near.conditions(nearest)));
  }
  return moved;
}

bool isUndetermined(const Spectrum& spectrum, Index i) {
  return spectrum.undetermined[static_cast<std::size_t>(i)];
}

double departure(double normSquared, const ComplexVector& values) {
  if (!(normSquared > 0)) return 0;
  return std::sqrt(std::max(0.0, normSquared - values.squaredNorm()) / normSquared);
}

}  // namespace

std::complex<double> mapExponent(std::complex<double> value, double alpha) {
  const std::complex<double> rate = value - 1.0;
  if (!(alpha > 0)) return rate;
  // |1 + α (λ - 1)|² - 1, without the cancellation that would leave nothing of a slow mode at a small step.
  const double excess = alpha * (2 * rate.real() + alpha * std::norm(rate));
  const double growth = 0.5 * std::log1p(std::max(excess, -1.0)) / alpha;
  return {growth, std::arg(1.0 + alpha * rate) / alpha};
}

double mapModulus(std::complex<double> value, double alpha) {
  return std::abs(1.0 + alpha * (value - 1.0));
}

Vector mapTimeConstants(const Spectrum& spectrum) {
  return spectrum.values
      .unaryExpr(
          [&](const std::complex<double>& value) { return -1.0 / mapExponent(value, spectrum.alpha).real(); })
      .real();
}

bool grows(std::complex<double> value, double alpha) {
  return mapExponent(value, alpha).real() > kMarginalRate;
}

std::vector<Index> leadingOrder(const Spectrum& spectrum) {
  std::vector<Index> order(static_cast<std::size_t>(spectrum.values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  if (!(spectrum.alpha > 0)) return order;  // as listed
  const Vector rates =
      spectrum.values
          .unaryExpr([&](const std::complex<double>& value) { return mapExponent(value, spectrum.alpha); })
          .real();
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return rates(a) > rates(b); });
  return order;
}

bool mapDiffers(std::complex<double> value, double alpha) {
  const double published = std::abs(1.0 / (1.0 - value.real()));
  const double map = -1.0 / mapExponent(value, alpha).real();
  if (std::isinf(published) || std::isinf(map)) return std::isinf(published) != std::isinf(map);
  return grows(value, alpha) || !(std::abs(published - map) <= 0.03 * map);
}

double distanceToNearest(const ComplexVector& values, Index i) {
  double nearest = std::numeric_limits<double>::infinity();
  for (Index j = 0; j < values.size(); ++j)
    if (j != i) nearest = std::min(nearest, std::abs(values(i) - values(j)));
  return nearest;
}

bool roundingMayMove(double condition, double nearest, Index n, double norm) {
  const double bound = condition * static_cast<double>(n) * kEpsilon * norm;
  return bound > 1e-10 * norm && bound > nearest;
}

Spectrum spectrumOf(ComplexVector values, double alpha) {
  Spectrum spectrum;
  spectrum.undetermined.assign(static_cast<std::size_t>(values.size()), false);
  spectrum.values = std::move(values);
  spectrum.alpha = alpha;
  return spectrum;
}

Spectrum spectrumOf(ConstMatrixRef A, bool withConditions, double alpha) {
  Spectrum spectrum;
  spectrum.alpha = alpha;
  spectrum.undetermined.assign(static_cast<std::size_t>(A.rows()), false);
  if (!withConditions) {
    spectrum.values = eigenvalues(A);
    return spectrum;
  }
  auto report = eigenvaluesWithConditions(A);
  spectrum.values = std::move(report.values);
  spectrum.conditions = std::move(report.conditions);
  spectrum.norm = A.norm();
  spectrum.rounding = roundingOf(A, spectrum);
  markUndetermined(spectrum, spectrum.norm);
  return spectrum;
}

Spectrum spectrumOf(const Network& network, bool withConditions, double alpha) {
  if (!network.exactEigenvalues()) return spectrumOf(network.dense(), withConditions, alpha);
  Spectrum spectrum = spectrumOf(*network.exactEigenvalues(), alpha);
  spectrum.exact = true;
  return spectrum;
}

std::optional<Spectrum> leadingSpectrum(ConstMatrixRef A, double alpha) {
  constexpr Index kSteps = 80;
  constexpr double kGood = 1e-2;
  Vector start(A.rows()), next(A.rows());
  RandomStream(1, Stream::probe).normals(0, {start.data(), static_cast<std::size_t>(start.size())});
  Arnoldi arnoldi(
      [&](VectorRef v) {
        next.noalias() = A * v;
        v = next;
      },
      start, kSteps);
  arnoldi.expandTo(kSteps);
  const Arnoldi::Ritz ritz = arnoldi.ritz();
  ComplexVector values = ritz.values;
  const std::vector<Index> order = orderByRealPart(values);
  const double largest = values.cwiseAbs().maxCoeff();
  Index good = 0;
  while (good < values.size()) {
    const Index from = order[static_cast<std::size_t>(good)];
    if (!(ritz.residuals(from) * ritz.conditions(from) <= kGood * largest)) break;
    ++good;
  }
  if (good < 2) return {};
  Spectrum spectrum = spectrumOf(values.head(good), alpha);
  spectrum.leadingOnly = true;
  spectrum.fastest = (values.array() - 1.0).abs().maxCoeff();
  return spectrum;
}

Vector timeConstants(const ComplexVector& values) {
  return (1.0 / (1.0 - values.real().array())).abs();
}

namespace {

double scoreFrom(double first, double second) {
  first = std::abs(first);
  second = std::abs(second);
  return first == second || (std::isinf(first) && std::isinf(second)) ? 0.0 : std::log2(first / second);
}

ScoreStatus statusOf(const Spectrum& spectrum, Index first, Index second) {
  if (spectrum.fewSteps) return ScoreStatus::tooFewSteps;
  if (isUndetermined(spectrum, first) || isUndetermined(spectrum, second)) return ScoreStatus::undetermined;
  const auto leading = spectrum.values(first);
  const std::complex<double> exponent = mapExponent(leading, spectrum.alpha);
  if (exponent.real() > kMarginalRate) return ScoreStatus::unstable;
  if (leading.imag() != 0.0) return ScoreStatus::complexLeadingPair;
  if (exponent.imag() != 0.0) return ScoreStatus::alternating;
  return exponent.real() >= -kMarginalRate ? ScoreStatus::marginal : ScoreStatus::defined;
}

}  // namespace

LineAttractorScore lineAttractorScore(const Spectrum& spectrum) {
  LineAttractorScore score;
  if (spectrum.values.size() < 2) {
    score.value = score.published = score.map = std::numeric_limits<double>::quiet_NaN();
    return score;
  }
  const std::vector<Index> order = leadingOrder(spectrum);
  const Vector published = timeConstants(spectrum.values.head(2)), map = mapTimeConstants(spectrum);
  score.published = scoreFrom(published(0), published(1));
  score.map = scoreFrom(map(order[0]), map(order[1]));
  score.value = order[0] == 0 && order[1] == 1 ? score.published : score.map;
  score.status = statusOf(spectrum, order[0], order[1]);
  return score;
}

std::string nameOf(ScoreStatus status) {
  switch (status) {
    case ScoreStatus::defined:
      return "defined";
    case ScoreStatus::complexLeadingPair:
      return "complex leading pair";
    case ScoreStatus::unstable:
      return "unstable";
    case ScoreStatus::marginal:
      return "marginal";
    case ScoreStatus::undetermined:
      return "undetermined";
    case ScoreStatus::tooFewModes:
      return "too few modes";
    case ScoreStatus::tooFewSteps:
      return "too few time points";
    case ScoreStatus::alternating:
      return "alternating";
  }
  return "unknown";
}

double henriciNumber(ConstMatrixRef A, const ComplexVector& values) {
  return departure(A.squaredNorm(), values);
}

double henriciNumber(const Network& network, const ComplexVector& values) {
  if (const auto* form = std::get_if<LowRankForm>(&network.form())) {
    // ‖M Nᵀ‖²_F = tr(MᵀM NᵀN)
    const Matrix mm = form->M.transpose() * form->M, nn = form->N.transpose() * form->N;
    return departure(mm.cwiseProduct(nn).sum(), values);
  }
  if (const auto* form = std::get_if<ChainForm>(&network.form()))
    return departure(form->modeMatrix().squaredNorm(), values);
  return departure(std::get<DenseForm>(network.form()).B.squaredNorm(), values);
}

}  // namespace keyhole
