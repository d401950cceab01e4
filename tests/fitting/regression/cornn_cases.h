// Networks, recordings and options of the tests of CORNN.
#pragma once

#include "core/common/random.h"
#include "core/fitting/regression/cornn_fit.h"

#include <QTest>

#include <cmath>

namespace keyhole::test {

inline constexpr double kAlpha = 0.1;

inline CornnOptions optionsFor(CornnLoss loss, Index iterations = 1000, double tolerance = 0) {
  CornnOptions options;
  options.alpha = kAlpha;
  options.loss = loss;
  options.iterations = iterations;
  options.tolerance = tolerance;
  return options;
}

inline Matrix randomWeights(Index units, double gain, std::uint64_t seed) {
  return gain / std::sqrt(static_cast<double>(units)) *
         RandomStream(seed, Stream::test).normalMatrix(units, units);
}

// A run of x ← (1-α) x + α (tanh(B x + c) + σ ξ); c empty: 0.
inline Trial runOf(const Matrix& B, Index steps, double sigma, std::uint64_t seed, const Vector& c = {}) {
  const Index N = B.rows();
  const Matrix noise = RandomStream(seed, Stream::test, 1).normalMatrix(N, steps);
  Trial trial{Matrix(N, steps), Matrix(0, steps)};
  trial.activity.col(0) = 0.5 * noise.col(0);
  for (Index t = 1; t < steps; ++t) {
    const Vector x = trial.activity.col(t - 1);
    trial.activity.col(t) =
        (1 - kAlpha) * x + kAlpha * (Matrix((B * x + (c.size() > 0 ? c : Vector::Zero(N))).array().tanh()) +
                                     sigma * noise.col(t));
  }
  return trial;
}

// A row for every loss, as its number.
inline void addLosses() {
  QTest::addColumn<int>("loss");
  QTest::newRow("weighted") << static_cast<int>(CornnLoss::weighted);
  QTest::newRow("standard") << static_cast<int>(CornnLoss::standard);
  QTest::newRow("robust") << static_cast<int>(CornnLoss::robust);
}

}  // namespace keyhole::test
