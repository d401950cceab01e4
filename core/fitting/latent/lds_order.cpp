#include "core/fitting/latent/lds_order.h"

#include "core/common/error.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

// The model with the distribution of its smoothed states as that of the first one.
LdsModel withEmpiricalStart(const LdsModel& model, const std::vector<Trial>& training, Progress& progress) {
  const LdsExpectations sums = smooth(model, training, progress);
  const auto points = static_cast<double>(timePointsOf(training));
  LdsModel started = model;
  started.mu0.setZero();
  for (const Matrix& means : sums.means) started.mu0 += means.rowwise().sum() / points;
  started.P0 = (sums.XX + sums.firstCovariances + sums.firstMeans * sums.firstMeans.transpose()) / points -
               started.mu0 * started.mu0.transpose();
  started.P0 = (0.5 * (started.P0 + started.P0.transpose())).eval();
  started.P0.diagonal().array() += 1e-10 * started.P0.trace() / static_cast<double>(model.latents());
  return started;
}

LdsOptions withLatents(const LdsOptions& options, Index latents) {
  LdsOptions each = options;
  each.kind.latents = latents;
  each.describe = false;
  return each;
}

// What is held out tells numbers of latents apart by tenths of a nat per time point.
LdsOptions ofOneFold(const LdsOptions& options) {
  constexpr double kRest = 1e-2;
  LdsOptions fold = options;
  fold.rest = std::max(options.rest, kRest);
  if (fold.restarts == 0) fold.restarts = 1;
  return fold;
}

}  // namespace

double heldOutLogLikelihood(const TimeSplit& split, const LdsOptions& options, FitStatus& status,
                            Progress& progress) {
  const LdsFit fit = fitLds(split.training, ofOneFold(options), progress);
  status = fit.summary.status;
  if (status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  if (!hasParameters(status)) return std::numeric_limits<double>::quiet_NaN();
  try {
    const LdsModel model = withEmpiricalStart(fit.model, split.training, progress);
    return logLikelihood(model, split.heldOut) / static_cast<double>(timePointsOf(split.heldOut));
  } catch (const Stopped&) {
    throw;
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error&) {
    return std::numeric_limits<double>::quiet_NaN();  // a covariance broke
  }
}

OrderPoint orderPointOf(const std::vector<Trial>& trials, const LdsOptions& options, Progress& progress) {
  const LdsFit fit = fitLds(trials, options, progress);
  if (fit.summary.status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  OrderPoint point;
  point.status = fit.summary.status;
  if (hasParameters(point.status)) point.eigenvalues = eigenvalues(paperScaling(fit.model.F, options.alpha));
  return point;
}

OrderCurve ldsOrderCurve(const std::vector<Trial>& trials, const LdsOptions& options,
                         const std::vector<Index>& latents, Index folds, Progress& progress,
                         const OrderSink& sink) {
  if (options.heldEmissions)
    throw InputError("the emissions are held, which fixes the number of latents; allowed: a fit of both");
  for (const Index L : latents)
    if (const auto found = problems(withLatents(options, L)); !found.empty()) throw InputError(found.front());
  OrderModel model;
  model.what = "numbers of latents";
  model.heldOut = [&options](const TimeSplit& split, Index L, FitStatus& status, Progress& part) {
    return heldOutLogLikelihood(split, withLatents(options, L), status, part);
  };
  model.whole = [&options](const std::vector<Trial>& all, Index L, Progress& part) {
    return orderPointOf(all, withLatents(options, L), part);
  };
  return crossValidate(trials, latents, folds, model, progress, sink);
}

}  // namespace keyhole
