#include "core/fitting/latent/lds_subspace_start.h"

#include "core/common/progress_part.h"
#include "core/fitting/latent/lds_steps.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <stdexcept>

namespace keyhole {
namespace {

// A start has to be near, and cheap beside the iterations that follow.
constexpr Index kLeastComponents = 12, kComponentsPerLatent = 2, kMoreSteps = 3;

// x = s + V u: the latents before the arrival of the input.
void departFrom(LdsModel& model, const std::vector<Trial>& trials) {
  Vector first = Vector::Zero(model.inputs());
  for (const auto& trial : trials) first += trial.input.col(0) / static_cast<double>(trials.size());
  model.mu0 -= model.V * first;
  model.G += model.C * model.V;
  model.V = model.F * model.V;
  model.inputAtArrival = false;
}

void moveBiasToEmission(LdsModel& model) {
  const Matrix pull = Matrix::Identity(model.latents(), model.latents()) - model.F;
  const Vector rest = leastNormSolution(pull, model.b);
  model.c += model.C * rest;
  model.mu0 -= rest;
  model.b.setZero();
}

void dropDirectInput(LdsModel& model, const std::vector<Trial>& trials) {
  Vector sum = Vector::Zero(model.inputs());
  double count = 0;
  for (const auto& trial : trials) {
    sum += trial.input.rowwise().sum();
    count += static_cast<double>(trial.input.cols());
  }
  model.c += model.G * (sum / count);
  model.G.setZero();
}

// x = O x' with the columns of O the principal axes of Q.
void diagonaliseNoise(LdsModel& model) {
  const auto axes = symmetricEigenSystem(0.5 * (model.Q + model.Q.transpose()));
  const Matrix& O = axes.vectors;
  model.F = (O.transpose() * model.F * O).eval();
  model.V = (O.transpose() * model.V).eval();
  model.b = (O.transpose() * model.b).eval();
  model.C = (model.C * O).eval();
  model.mu0 = (O.transpose() * model.mu0).eval();
  model.P0 = (O.transpose() * model.P0 * O).eval();
  model.Q = axes.values.asDiagonal();
}

// Identified from the leading principal components, whose windows are small. What a channel has beside them
// is its noise.
LdsModel modelOfComponents(const LdsData& data, SubspaceOptions options, Index count, Progress& progress) {
  const Index N = data.neurons();
  Matrix moments = Matrix::Zero(N, N);
  overTrials(data.trials(), progress, [&](std::size_t k, Index first, Index n) {
    const auto Y = data.trials()[k].activity.middleCols(first, n);
    moments.noalias() += Y * Y.transpose();
  });
  const Matrix axes = symmetricEigenSystem(moments, count).vectors;
  std::vector<Trial> components;
  for (const auto& trial : data.trials()) {
    progress.throwIfStopped();
    components.push_back({axes.transpose() * trial.activity, trial.input});
  }
  options.blockRows = options.latents + kMoreSteps;
  LdsModel model = subspaceModel(components, options, progress);
  const Vector beside = moments.diagonal() / static_cast<double>(data.completeSteps()) -
                        (axes * (axes.transpose() * moments * axes)).cwiseProduct(axes).rowwise().sum() /
                            static_cast<double>(data.completeSteps());
  const Vector within = (axes * model.R.asDiagonal()).cwiseProduct(axes).rowwise().sum();
  model.C = (axes * model.C).eval();
  model.G = (axes * model.G).eval();
  model.c = (axes * model.c).eval();
  model.R = beside.cwiseMax(0.0) + within;
  return model;
}

}  // namespace

LdsModel inClass(LdsModel model, const LdsData& data, const LdsClass& kind) {
  if (!data.inputAtArrival()) departFrom(model, data.trials());
  if (!kind.bias) moveBiasToEmission(model);
  if (!kind.direct) dropDirectInput(model, data.trials());
  if (kind.dynamicsNoise == LdsDynamicsNoise::diagonal) diagonaliseNoise(model);
  const LdsEmissionSteps steps(data, kind);
  moveWithinBounds(model, steps.floors(), steps.leastDynamicsNoise(model), kind);
  return model;
}

LdsModel subspaceStart(const LdsData& data, const LdsClass& kind, Progress& progress) {
  // A small part of a fit, whose own fractions are nobody's.
  ProgressPart part(progress, 0, 0, "a start by subspace identification");
  SubspaceOptions options;
  options.latents = kind.latents;
  const Index most = std::max(kLeastComponents, kComponentsPerLatent * kind.latents);
  LdsModel model = data.neurons() <= most || data.anyMissing() ? subspaceModel(data.trials(), options, part)
                                                               : modelOfComponents(data, options, most, part);
  model = inClass(std::move(model), data, kind);
  if (!model.allFinite()) throw std::runtime_error("a parameter of the identified model is not finite");
  return model;
}

}  // namespace keyhole
