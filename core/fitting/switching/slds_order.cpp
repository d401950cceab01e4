#include "core/fitting/switching/slds_order.h"

#include "core/common/error.h"
#include "core/fitting/latent/lds_order.h"
#include "core/fitting/switching/slds_run.h"
#include "core/fitting/switching/slds_smoother.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr int kRounds = 100;
constexpr double kStill = 1e-9;         // of the bound's size
constexpr double kLeastShare = 1e-6;    // of a discrete state at the start of a block
constexpr double kLeastSpread = 1e-10;  // of P0, of its mean variance

SldsOptions withStates(const SldsOptions& options, Index states) {
  SldsOptions each = options;
  each.states = states;
  each.compareWithLds = false;
  return each;
}

// The model with the distribution of its states on the training data as that of the first ones.
SldsModel withEmpiricalStart(const SldsFit& fit, const std::vector<Trial>& training, Progress& progress) {
  const Index L = fit.model.latents();
  const auto points = static_cast<double>(timePointsOf(training));
  Vector sum = Vector::Zero(L);
  Matrix squares = Matrix::Zero(L, L);
  for (std::size_t i = 0; i < training.size(); ++i) {
    SldsPosterior posterior;
    posterior.z = independentStates(fit.posteriors[i]);
    posterior.x.means = fit.means[i];
    improve(posterior, fit.model, training[i], progress);
    const Matrix& means = posterior.x.means;
    sum += means.rowwise().sum();
    squares += means * means.transpose() + Matrix(posterior.x.covariances.rowwise().sum().reshaped(L, L));
  }
  SldsModel started = fit.model;
  started.mu0 = sum / points;
  const Matrix P0 = squares / points - started.mu0 * started.mu0.transpose();
  started.P0 = 0.5 * (P0 + P0.transpose());
  started.P0.diagonal().array() += kLeastSpread * started.P0.trace() / static_cast<double>(L);
  const Vector shares = fit.visits.cwiseMax(kLeastShare);
  started.logInitial = (shares / shares.sum()).array().log();
  return started;
}

double heldOutBound(const TimeSplit& split, const SldsOptions& options, FitStatus& status,
                    Progress& progress) {
  const SldsFit fit = fitSwitchingLds(split.training, options, progress);
  status = fit.summary.status;
  if (status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  if (!hasParameters(status)) return std::numeric_limits<double>::quiet_NaN();
  try {
    const SldsModel model = withEmpiricalStart(fit, split.training, progress);
    return evidenceBound(model, split.heldOut, progress) / static_cast<double>(timePointsOf(split.heldOut));
  } catch (const Stopped&) {
    throw;
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error&) {
    return std::numeric_limits<double>::quiet_NaN();  // a covariance broke
  }
}

OrderPoint pointOf(const std::vector<Trial>& trials, const SldsOptions& options, Progress& progress) {
  const SldsFit fit = fitSwitchingLds(trials, options, progress);
  if (fit.summary.status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  OrderPoint point;
  point.status = fit.summary.status;
  if (!hasParameters(point.status)) return point;
  Index most = 0;
  fit.visits.maxCoeff(&most);
  point.eigenvalues = eigenvalues(paperScaling(fit.model.F[static_cast<std::size_t>(most)], options.alpha));
  return point;
}

}  // namespace

double evidenceBound(const SldsModel& model, const std::vector<Trial>& trials, Progress& progress) {
  const Index K = model.states();
  SldsModel plain = model;  // without recurrence, for the first look: the bound expands around means
  plain.W.resize(0, model.latents());
  plain.w.resize(0);
  double total = 0;
  for (const auto& trial : trials) {
    SldsPosterior posterior;
    posterior.z = independentStates(Matrix::Constant(K, trial.activity.cols(), 1.0 / static_cast<double>(K)));
    if (model.recurrent()) improve(posterior, plain, trial, progress);
    double bound = improve(posterior, model, trial, progress);
    for (int round = 1; round < kRounds; ++round) {
      const double next = improve(posterior, model, trial, progress);
      const bool still = next - bound <= kStill * std::abs(next);
      bound = std::max(bound, next);
      if (still) break;
    }
    total += bound;
  }
  return total;
}

OrderCurve sldsOrderCurve(const std::vector<Trial>& trials, const SldsOptions& options,
                          const std::vector<Index>& states, Index folds, Progress& progress,
                          const OrderSink& sink) {
  for (const Index K : states)
    if (const auto found = problems(withStates(options, K)); !found.empty()) throw InputError(found.front());
  const LdsOptions single = commonLdsOptions(options);
  OrderModel model;
  model.what = "numbers of discrete states";
  model.heldOut = [&](const TimeSplit& split, Index K, FitStatus& status, Progress& part) {
    return K == 1 ? heldOutLogLikelihood(split, single, status, part)
                  : heldOutBound(split, withStates(options, K), status, part);
  };
  model.whole = [&](const std::vector<Trial>& all, Index K, Progress& part) {
    return K == 1 ? orderPointOf(all, single, part) : pointOf(all, withStates(options, K), part);
  };
  return crossValidate(trials, states, folds, model, progress, sink);
}

}  // namespace keyhole
