#include "core/analysis/spectrum.h"

#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

void markUndetermined(Spectrum& spectrum, double norm) {
  const Index n = spectrum.values.size();
  for (Index i = 0; i < n; ++i)
    spectrum.undetermined[static_cast<std::size_t>(i)] =
        roundingMayMove(spectrum.conditions(i), distanceToNearest(spectrum.values, i), n, norm);
}

bool isUndetermined(const Spectrum& spectrum, Index i) {
  return spectrum.undetermined[static_cast<std::size_t>(i)];
}

double departure(double normSquared, const ComplexVector& values) {
  if (!(normSquared > 0)) return 0;
  return std::sqrt(std::max(0.0, normSquared - values.squaredNorm()) / normSquared);
}

}  // namespace

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

Spectrum spectrumOf(ConstMatrixRef A, bool withConditions) {
  Spectrum spectrum;
  spectrum.undetermined.assign(static_cast<std::size_t>(A.rows()), false);
  if (!withConditions) {
    spectrum.values = eigenvalues(A);
    return spectrum;
  }
  auto report = eigenvaluesWithConditions(A);
  spectrum.values = std::move(report.values);
  spectrum.conditions = std::move(report.conditions);
  markUndetermined(spectrum, A.norm());
  return spectrum;
}

Spectrum spectrumOf(const Network& network, bool withConditions) {
  if (!network.exactEigenvalues()) return spectrumOf(network.dense(), withConditions);
  Spectrum spectrum;
  spectrum.values = *network.exactEigenvalues();
  spectrum.undetermined.assign(static_cast<std::size_t>(spectrum.values.size()), false);
  spectrum.exact = true;
  return spectrum;
}

std::optional<Spectrum> leadingSpectrum(ConstMatrixRef A) {
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
  Spectrum spectrum;
  spectrum.values = values.head(good);
  spectrum.undetermined.assign(static_cast<std::size_t>(good), false);
  spectrum.leadingOnly = true;
  spectrum.fastest = (values.array() - 1.0).abs().maxCoeff();
  return spectrum;
}

Vector timeConstants(const ComplexVector& values) {
  return (1.0 / (1.0 - values.real().array())).abs();
}

LineAttractorScore lineAttractorScore(const Spectrum& spectrum) {
  LineAttractorScore score;
  if (spectrum.values.size() < 2) {
    score.value = std::numeric_limits<double>::quiet_NaN();
    return score;
  }
  const Vector tau = timeConstants(spectrum.values.head(2));
  score.value = std::isinf(tau(0)) && std::isinf(tau(1)) ? 0.0 : std::log2(tau(0) / tau(1));
  const auto leading = spectrum.values(0);
  if (isUndetermined(spectrum, 0) || isUndetermined(spectrum, 1))
    score.status = ScoreStatus::undetermined;
  else if (leading.real() > 1.0)
    score.status = ScoreStatus::unstable;
  else if (leading.imag() != 0.0)
    score.status = ScoreStatus::complexLeadingPair;
  else if (leading.real() == 1.0)
    score.status = ScoreStatus::marginal;
  else
    score.status = ScoreStatus::defined;
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
