// Random latent systems and recordings of them, for the tests.
#pragma once

#include "core/common/random.h"
#include "core/fitting/latent/lds_model.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <limits>

namespace keyhole::test {

inline LdsModel randomLds(std::uint64_t seed, Index L, Index N, Index m) {
  const auto draw = [seed](Index rows, Index columns, std::uint64_t part) {
    return RandomStream(seed, Stream::test, part).normalMatrix(rows, columns);
  };
  LdsModel model;
  // A rotation that decays, a little off normal.
  const Matrix A = draw(L, L, 1);
  model.F = 0.9 * Matrix::Identity(L, L) + 0.08 * (A - A.transpose()) + 0.03 * A;
  model.V = 0.3 * draw(L, m, 2);
  model.b = 0.1 * draw(L, 1, 3);
  model.Q = Vector(0.05 + 0.05 * draw(L, 1, 4).array().abs()).asDiagonal();
  model.C = draw(N, L, 5);
  model.G = 0.3 * draw(N, m, 6);
  model.c = draw(N, 1, 7);
  model.R = Vector(0.1 + 0.2 * draw(N, 1, 8).array().abs());
  model.mu0 = draw(L, 1, 9);
  const Matrix root = draw(L, L, 10);
  model.P0 = 0.2 * root * root.transpose() + 0.1 * Matrix::Identity(L, L);
  return model;
}

inline Trial sampleOf(const LdsModel& model, std::uint64_t seed, Index T) {
  const auto draw = [seed](Index rows, Index columns, std::uint64_t part) {
    return RandomStream(seed, Stream::test, 100 + part).normalMatrix(rows, columns);
  };
  const Index L = model.latents(), N = model.neurons(), m = model.inputs();
  Trial trial{Matrix(N, T), draw(m, T, 1)};
  const Matrix noise = draw(L, T, 2), error = draw(N, T, 3);
  Vector x = model.mu0 + Matrix(model.P0.llt().matrixL()) * noise.col(0);
  const Matrix root = Matrix(model.Q.llt().matrixL());
  for (Index t = 0; t < T; ++t) {
    if (t > 0) x = (model.F * x + model.V * trial.input.col(t) + model.b + root * noise.col(t)).eval();
    trial.activity.col(t) = model.C * x + model.G * trial.input.col(t) + model.c +
                            Vector(model.R.cwiseSqrt().cwiseProduct(error.col(t)));
  }
  return trial;
}

// Every k-th sample of the recording is missing.
inline Trial withGaps(Trial trial, Index k) {
  for (Index i = k / 2; i < trial.activity.size(); i += k)
    trial.activity.data()[i] = std::numeric_limits<double>::quiet_NaN();
  return trial;
}

}  // namespace keyhole::test
