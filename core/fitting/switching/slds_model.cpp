#include "core/fitting/switching/slds_model.h"

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

}  // namespace keyhole
