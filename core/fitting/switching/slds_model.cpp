#include "core/fitting/switching/slds_model.h"

#include "core/linalg/orthogonal.h"

#include <cmath>

namespace keyhole {

SldsModel switchingOf(const LdsModel& model, Index states, double stay) {
  const auto K = static_cast<std::size_t>(states);
  SldsModel all;
  all.F.assign(K, model.F);
  all.V.assign(K, model.V);
  all.b.assign(K, model.b);
  all.Q.assign(K, model.Q);
  all.C = model.C;
  all.G = model.G;
  all.c = model.c;
  all.R = model.R;
  all.mu0 = model.mu0;
  all.P0 = model.P0;
  all.logInitial = Vector::Constant(states, -std::log(static_cast<double>(states)));
  all.W.resize(0, model.latents());
  all.logTransition = Matrix::Zero(states, states);
  if (states == 1) return all;
  all.logTransition.setConstant(std::log((1 - stay) / static_cast<double>(states - 1)));
  all.logTransition.diagonal().setConstant(std::log(stay));
  return all;
}

LdsModel stateOf(const SldsModel& model, Index k) {
  const auto place = static_cast<std::size_t>(k);
  LdsModel one;
  one.F = model.F[place];
  one.V = model.V[place];
  one.b = model.b[place];
  one.Q = model.Q[place];
  one.C = model.C;
  one.G = model.G;
  one.c = model.c;
  one.R = model.R;
  one.mu0 = model.mu0;
  one.P0 = model.P0;
  return one;
}

Matrix leaveUnits(SldsModel& model, const LdsUnits& units, const LdsClass& kind) {
  const Index L = model.latents();
  Matrix S = Matrix::Identity(L, L);
  LdsModel all = outOfUnits(stateOf(model, 0), units);
  if (kind.emissions == LdsEmissions::orthonormal) {
    const QrFactors qr = thinQr(all.C);
    S = qr.R;
    all.C = qr.Q;
  }
  const auto upper = S.triangularView<Eigen::Upper>();
  const auto changed = [&](const Matrix& P) {
    const Matrix moved = S * P * S.transpose();
    return Matrix(0.5 * (moved + moved.transpose()));
  };
  for (Index k = 0; k < model.states(); ++k) {
    const auto place = static_cast<std::size_t>(k);
    const LdsModel one = outOfUnits(stateOf(model, k), units);
    model.F[place] = S * upper.solve<Eigen::OnTheRight>(one.F);
    model.V[place] = S * one.V;
    model.b[place] = S * one.b;
    model.Q[place] = changed(one.Q);
    if (kind.dynamicsNoise == LdsDynamicsNoise::diagonal)
      model.Q[place] = Vector(model.Q[place].diagonal()).asDiagonal();
  }
  model.C = all.C;
  model.G = all.G;
  model.c = all.c;
  model.R = all.R;
  model.mu0 = S * all.mu0;
  model.P0 = changed(all.P0);
  if (model.W.rows() > 0) model.W = upper.solve<Eigen::OnTheRight>(Matrix(model.W));
  return S;
}

}  // namespace keyhole
