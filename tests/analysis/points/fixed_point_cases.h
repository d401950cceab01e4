// Systems whose points of rest are known, for the tests.
#pragma once

#include "core/analysis/points/fixed_points.h"
#include "core/common/random.h"
#include "tests/support/teacher_runs.h"

#include <algorithm>
#include <cmath>

namespace keyhole::test {

inline const RandomStream kRandom(1, Stream::test);

inline FlowSystem tanhSystem(const Network& network, Convention convention = Convention::standard) {
  return {network, Nonlinearity::tanh, convention, {}, {}};
}

inline FlowSystem linearSystem(const Matrix& B, const Vector& v = {}) {
  return {Network(DenseForm{B}), Nonlinearity::linear, Convention::standard, v, {}};
}

inline FlowSystem gaussianSystem(Index D, double gain, std::uint64_t seed = 1) {
  TeacherOptions options = teacherOptions(TeacherKind::gaussian, D, seed, Nonlinearity::tanh);
  options.gaussianGain = gain;
  return tanhSystem(buildTeacher(options).network);
}

// Rank one with overlap NᵀM = 2: two wells and the saddle between them.
inline LowRankForm twoWells(Index D) {
  const Matrix M = kRandom.normalMatrix(D, 1, 300);
  return {M, 2 * M / M.squaredNorm()};
}

// The κ > 0 with κ = Nᵀ tanh(M κ), by bisection.
inline double wellOf(const LowRankForm& form) {
  const auto excess = [&](double kappa) {
    return form.N.col(0).dot(Vector((form.M.col(0) * kappa).array().tanh())) - kappa;
  };
  double low = 0.05, high = 10;
  for (int i = 0; i < 200; ++i) (excess(0.5 * (low + high)) > 0 ? low : high) = 0.5 * (low + high);
  return 0.5 * (low + high);
}

// Of a network with a rank below its size and gains that make several points of rest.
inline LowRankForm severalWells(Index D, Index rank) {
  const Matrix M = kRandom.normalMatrix(D, rank, 400);
  Matrix N = 2.5 * M / static_cast<double>(D);
  N += 0.5 * kRandom.normalMatrix(D, rank, 420) / static_cast<double>(D);
  return {M, N};
}

// Where a noise-free run from z ends after `time` τ.
inline Vector runFrom(const FlowSystem& system, const Vector& z, double time) {
  FreeRun run(system, 0.05);
  Vector now = z, next(z.size());
  for (int t = 0; t < static_cast<int>(time / 0.05); ++t) {
    run.step(now, next);
    now.swap(next);
  }
  return now;
}

inline Index countOf(const FixedPoints& found, PointKind kind) {
  return std::count_if(found.points.begin(), found.points.end(),
                       [&](const FixedPoint& point) { return point.kind == kind; });
}

// Nearest of the points to z.
inline const FixedPoint& nearest(const FixedPoints& found, const Vector& z) {
  return *std::min_element(found.points.begin(), found.points.end(), [&](const auto& a, const auto& b) {
    return (a.position - z).norm() < (b.position - z).norm();
  });
}

class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace keyhole::test
