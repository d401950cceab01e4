// Random switching systems and recordings of them, for the tests.
#pragma once

#include "core/fitting/switching/slds_model.h"
#include "tests/fitting/latent/lds_cases.h"

#include <cmath>

namespace keyhole::test {

// K states with the emission, noise and first state of one random LDS and dynamics of their own.
inline SldsModel randomSlds(std::uint64_t seed, Index K, Index L, Index N, Index m, double stay = 0.9) {
  SldsModel model = switchingOf(randomLds(seed, L, N, m), K, stay);
  for (Index k = 1; k < K; ++k) {
    const LdsModel other = randomLds(seed + 1000 * static_cast<std::uint64_t>(k), L, N, m);
    const auto place = static_cast<std::size_t>(k);
    model.F[place] = 0.8 * other.F;
    model.V[place] = other.V;
    model.b[place] = -other.b;
    model.Q[place] = other.Q;
  }
  return model;
}

inline void makeRecurrent(SldsModel& model, std::uint64_t seed) {
  model.W = RandomStream(seed, Stream::test, 50).normalMatrix(model.states(), model.latents());
  model.w = RandomStream(seed, Stream::test, 51).normalMatrix(model.states(), 1);
}

// A track: two straights, run along in opposite directions, and two bends at their ends, where the place
// alone decides which system acts (the demonstration of Linderman et al. 2017). N channels see two latents.
inline SldsModel trackSlds(std::uint64_t seed, Index N = 10) {
  const auto turn = [](double angle) {
    return Matrix{{std::cos(angle), std::sin(angle)}, {-std::sin(angle), std::cos(angle)}};
  };
  constexpr double kPi = 3.14159265358979;
  LdsModel one;
  one.F = Matrix::Identity(2, 2);
  one.V = Matrix(2, 0);
  one.b = Vector::Zero(2);
  one.Q = 1e-4 * Matrix::Identity(2, 2);
  one.C = RandomStream(seed, Stream::test, 400).normalMatrix(N, 2);
  one.G = Matrix(N, 0);
  one.c = RandomStream(seed, Stream::test, 401).normalMatrix(N, 1);
  one.R = Vector::Constant(N, 1e-2);
  one.mu0 = Vector{{0, 1}};
  one.P0 = 1e-2 * Matrix::Identity(2, 2);
  SldsModel model = switchingOf(one, 4);
  model.F = {turn(kPi / 24), turn(kPi / 48), one.F, one.F};
  model.b[0] = (one.F - model.F[0]) * Vector{{2, 0}};
  model.b[1] = (one.F - model.F[1]) * Vector{{-2, 0}};
  model.b[2] = Vector{{0.1, 0}};
  model.b[3] = Vector{{-0.25, 0}};
  model.logTransition.setZero();
  model.W = Matrix{{100, 0}, {-100, 0}, {0, 10}, {0, -10}};
  model.w = Vector{{-200, -200, 0, 0}};
  return model;
}

struct SwitchingSample {
  Trial trial;
  std::vector<int> path;
};

inline SwitchingSample sampleOf(const SldsModel& model, std::uint64_t seed, Index T) {
  const auto draw = [seed](Index rows, Index columns, std::uint64_t part) {
    return RandomStream(seed, Stream::test, 200 + part).normalMatrix(rows, columns);
  };
  const Index L = model.latents(), N = model.neurons(), m = model.inputs(), K = model.states();
  SwitchingSample sample{{Matrix(N, T), draw(m, T, 1)}, std::vector<int>(static_cast<std::size_t>(T))};
  const Matrix noise = draw(L, T, 2), error = draw(N, T, 3);
  std::vector<double> chance(static_cast<std::size_t>(T));
  RandomStream(seed, Stream::test, 210).uniforms(0, chance);
  Vector x = model.mu0 + Matrix(model.P0.llt().matrixL()) * noise.col(0);
  Index z = 0;
  for (Index t = 0; t < T; ++t) {
    const auto u = sample.trial.input.col(t);
    if (t > 0) {
      Vector scores = model.logTransition.row(z).transpose();
      if (model.recurrent()) scores += model.W * x + model.w;
      Vector p = (scores.array() - scores.maxCoeff()).exp();
      p /= p.sum();
      double left = chance[static_cast<std::size_t>(t)];
      for (z = 0; z + 1 < K && (left -= p(z)) > 0;) ++z;
      const auto k = static_cast<std::size_t>(z);
      x = (model.F[k] * x + model.V[k] * u + model.b[k] + Matrix(model.Q[k].llt().matrixL()) * noise.col(t))
              .eval();
    }
    sample.path[static_cast<std::size_t>(t)] = static_cast<int>(z);
    sample.trial.activity.col(t) =
        model.C * x + model.G * u + model.c + Vector(model.R.cwiseSqrt().cwiseProduct(error.col(t)));
  }
  return sample;
}

// Random q(z): independent over time.
inline Matrix randomStates(std::uint64_t seed, Index K, Index T) {
  Matrix states = RandomStream(seed, Stream::test, 300).normalMatrix(K, T).array().exp();
  for (auto column : states.colwise()) column /= column.sum();
  return states;
}

// Two latents seen by eight neurons with little noise.
inline SldsModel twoStates() {
  LdsModel one = randomLds(5, 2, 8, 0);
  one.Q = 0.01 * Matrix::Identity(2, 2);
  one.R.setConstant(0.01);
  return switchingOf(one, 2, 0.98);
}

inline Matrix rotation(double angle, double decay) {
  Matrix F(2, 2);
  F << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  return decay * F;
}

// Two rotations, fast one way and slow the other way, each about a point of its own.
inline SldsModel twoRotations() {
  SldsModel model = twoStates();
  model.F = {rotation(0.4, 0.97), rotation(-0.15, 0.97)};
  model.b = {Vector::Constant(2, 0.1), Vector::Constant(2, -0.1)};
  return model;
}

}  // namespace keyhole::test
