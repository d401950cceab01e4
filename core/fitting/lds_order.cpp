#include "core/fitting/lds_order.h"

#include "core/common/error.h"
#include "core/fitting/lds_smoother.h"
#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

// One fit's share of the progress bar.
class FitProgress : public Progress {
 public:
  FitProgress(Progress& whole, Index fit, Index fits)
      : m_whole(whole), m_fit(fit), m_fits(static_cast<double>(fits)) {}
  void report(double fraction, std::string_view) override {
    m_whole.report((static_cast<double>(m_fit) + fraction) / m_fits, "comparing numbers of latents");
  }
  void objective(int, int iteration, double value) override {
    m_whole.objective(static_cast<int>(m_fit), iteration, value);
  }
  bool stopRequested() const override { return m_whole.stopRequested(); }

 private:
  Progress& m_whole;
  Index m_fit;
  double m_fits;
};

struct Split {
  std::vector<Trial> training, heldOut;
};

void addStretch(std::vector<Trial>& into, const Trial& trial, Index from, Index to) {
  if (to - from < 2) return;
  into.push_back({trial.activity.middleCols(from, to - from), trial.input.middleCols(from, to - from)});
}

Index pointsOf(const std::vector<Trial>& trials) {
  return transitionsOf(trials) + static_cast<Index>(trials.size());
}

// Time points from … to - 1 of all trials one after the other are left out.
Split splitAt(const std::vector<Trial>& trials, Index from, Index to) {
  Split split;
  Index start = 0;
  for (const auto& trial : trials) {
    const Index T = trial.activity.cols();
    const Index first = std::clamp<Index>(from - start, 0, T), last = std::clamp<Index>(to - start, 0, T);
    addStretch(split.training, trial, 0, first);
    addStretch(split.heldOut, trial, first, last);
    addStretch(split.training, trial, last, T);
    start += T;
  }
  return split;
}

std::vector<Split> splitsOf(const std::vector<Trial>& trials, Index folds) {
  const Index points = pointsOf(trials);
  std::vector<Split> splits;
  for (Index f = 0; f < folds; ++f) {
    splits.push_back(splitAt(trials, points * f / folds, points * (f + 1) / folds));
    if (splits.back().training.empty() || splits.back().heldOut.empty())
      throw InputError("the recording has " + std::to_string(points) + " time points; allowed: enough for " +
                       std::to_string(folds) +
                       " blocks with 2 successive ones each, and as many beside them");
  }
  return splits;
}

// The model with the distribution of its smoothed states as that of the first one.
LdsModel withEmpiricalStart(const LdsModel& model, const std::vector<Trial>& training, Progress& progress) {
  const LdsExpectations sums = smooth(model, training, progress);
  const auto points = static_cast<double>(pointsOf(training));
  LdsModel started = model;
  started.mu0.setZero();
  for (const Matrix& means : sums.means) started.mu0 += means.rowwise().sum() / points;
  started.P0 = (sums.XX + sums.firstCovariances + sums.firstMeans * sums.firstMeans.transpose()) / points -
               started.mu0 * started.mu0.transpose();
  started.P0 = (0.5 * (started.P0 + started.P0.transpose())).eval();
  started.P0.diagonal().array() += 1e-10 * started.P0.trace() / static_cast<double>(model.latents());
  return started;
}

// NaN if the fit has no parameters or breaks on its block. Throws Stopped.
double heldOutOf(const Split& split, const LdsOptions& options, FitStatus& status, Progress& progress) {
  const LdsFit fit = fitLds(split.training, options, progress);
  status = fit.summary.status;
  if (status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  if (!hasParameters(status)) return std::numeric_limits<double>::quiet_NaN();
  try {
    const LdsModel model = withEmpiricalStart(fit.model, split.training, progress);
    return logLikelihood(model, split.heldOut) / static_cast<double>(pointsOf(split.heldOut));
  } catch (const Stopped&) {
    throw;
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error&) {
    return std::numeric_limits<double>::quiet_NaN();  // a covariance broke
  }
}

void setMean(LdsOrderPoint& point, const Vector& values) {
  const auto count = static_cast<double>(values.size());
  point.heldOut = values.mean();
  point.standardError = std::sqrt((values.array() - point.heldOut).square().sum() / (count - 1) / count);
}

// The point of options.kind.latents, whose first fit is number `fit` out of `fits`. Throws Stopped.
LdsOrderPoint pointOf(const std::vector<Trial>& trials, const std::vector<Split>& splits,
                      const LdsOptions& options, Index fit, Index fits, Progress& progress) {
  LdsOrderPoint point;
  point.latents = options.kind.latents;
  Vector values(static_cast<Index>(splits.size()));
  bool diverged = false;
  for (Index f = 0; f < values.size(); ++f) {
    FitProgress part(progress, fit + f, fits);
    FitStatus status = FitStatus::notRun;
    values(f) = heldOutOf(splits[static_cast<std::size_t>(f)], options, status, part);
    diverged = diverged || !hasParameters(status);
  }
  setMean(point, values);
  FitProgress part(progress, fit + values.size(), fits);
  const LdsFit whole = fitLds(trials, options, part);
  if (whole.summary.status == FitStatus::stopped || progress.stopRequested()) throw Stopped();
  point.status = diverged ? FitStatus::diverged : whole.summary.status;
  if (hasParameters(whole.summary.status))
    point.eigenvalues = eigenvalues(paperScaling(whole.model.F, options.alpha));
  return point;
}

void requireOptions(const LdsOptions& options, const std::vector<Index>& latents, Index folds) {
  if (latents.empty()) throw InputError("there is no number of latents to compare; allowed: at least 1");
  if (folds < 2)
    throw InputError("the number of folds is " + std::to_string(folds) + "; allowed: at least 2");
  if (options.heldEmissions)
    throw InputError("the emissions are held, which fixes the number of latents; allowed: a fit of both");
  for (const Index L : latents) {
    LdsOptions each = options;
    each.kind.latents = L;
    if (const auto found = problems(each); !found.empty()) throw InputError(found.front());
  }
}

}  // namespace

Index oneStandardErrorChoice(const std::vector<LdsOrderPoint>& points) {
  const LdsOrderPoint* best = nullptr;
  for (const auto& point : points)
    if (std::isfinite(point.heldOut) && (!best || point.heldOut > best->heldOut)) best = &point;
  if (!best) return 0;
  Index chosen = best->latents;
  for (const auto& point : points)
    if (point.heldOut >= best->heldOut - best->standardError) chosen = std::min(chosen, point.latents);
  return chosen;
}

LdsOrderCurve ldsOrderCurve(const std::vector<Trial>& trials, const LdsOptions& options,
                            const std::vector<Index>& latents, Index folds, Progress& progress,
                            const std::function<void(const LdsOrderCurve&)>& sink) {
  requireOptions(options, latents, folds);
  requireTrials(trials, MissingSamples::allowed);
  const std::vector<Split> splits = splitsOf(trials, folds);
  const Index fits = static_cast<Index>(latents.size()) * (folds + 1);
  LdsOrderCurve curve;
  Index fit = 0;
  for (const Index L : latents) {
    LdsOptions each = options;
    each.kind.latents = L;
    try {
      curve.points.push_back(pointOf(trials, splits, each, fit, fits, progress));
    } catch (const Stopped&) {
      return curve;
    }
    fit += folds + 1;
    curve.chosen = oneStandardErrorChoice(curve.points);
    curve.complete = static_cast<std::size_t>(fit) == latents.size() * static_cast<std::size_t>(folds + 1);
    if (sink) sink(curve);
  }
  return curve;
}

}  // namespace keyhole
