#include "core/fitting/order_curve.h"

#include "core/common/error.h"
#include "core/common/progress_part.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

void addStretch(std::vector<Trial>& into, const Trial& trial, Index from, Index to) {
  if (to - from < 2) return;
  into.push_back({trial.activity.middleCols(from, to - from), trial.input.middleCols(from, to - from)});
}

// Time points from … to - 1 of all trials one after the other are left out.
TimeSplit splitAt(const std::vector<Trial>& trials, Index from, Index to) {
  TimeSplit split;
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

std::vector<TimeSplit> splitsOf(const std::vector<Trial>& trials, Index folds) {
  const Index points = timePointsOf(trials);
  std::vector<TimeSplit> splits;
  for (Index f = 0; f < folds; ++f) {
    splits.push_back(splitAt(trials, points * f / folds, points * (f + 1) / folds));
    if (splits.back().training.empty() || splits.back().heldOut.empty())
      throw InputError("the recording has " + std::to_string(points) + " time points; allowed: enough for " +
                       std::to_string(folds) +
                       " blocks with 2 successive ones each, and as many beside them");
  }
  return splits;
}

void setMean(OrderPoint& point, const Vector& values) {
  const auto count = static_cast<double>(values.size());
  point.blocks = values;
  point.heldOut = values.mean();
  point.standardError = std::sqrt((values.array() - point.heldOut).square().sum() / (count - 1) / count);
}

// One fit's part of the progress.
ProgressPart partOf(Progress& whole, const std::string& what, Index fit, Index fits) {
  const auto all = static_cast<double>(fits);
  ProgressPart part(whole, static_cast<double>(fit) / all, static_cast<double>(fit + 1) / all, what);
  part.showObjectiveAs(static_cast<int>(fit));
  return part;
}

// The point of a number, whose first fit is number `fit` out of `fits`. Throws Stopped.
OrderPoint pointOf(const std::vector<Trial>& trials, const std::vector<TimeSplit>& splits, Index number,
                   const OrderModel& model, Index fit, Index fits, Progress& progress) {
  const std::string what = "comparing " + model.what + ": " + std::to_string(number);
  Vector values(static_cast<Index>(splits.size()));
  bool diverged = false;
  for (Index f = 0; f < values.size(); ++f) {
    ProgressPart part = partOf(progress, what, fit + f, fits);
    FitStatus status = FitStatus::notRun;
    values(f) = model.heldOut(splits[static_cast<std::size_t>(f)], number, status, part);
    diverged = diverged || !hasParameters(status);
  }
  ProgressPart part = partOf(progress, what, fit + values.size(), fits);
  OrderPoint point = model.whole(trials, number, part);
  point.number = number;
  setMean(point, values);
  if (diverged) point.status = FitStatus::diverged;
  return point;
}

}  // namespace

Index timePointsOf(const std::vector<Trial>& trials) {
  return transitionsOf(trials) + static_cast<Index>(trials.size());
}

Index oneStandardErrorChoice(const std::vector<OrderPoint>& points) {
  const OrderPoint* best = nullptr;
  for (const auto& point : points)
    if (std::isfinite(point.heldOut) && (!best || point.heldOut > best->heldOut)) best = &point;
  if (!best) return 0;
  Index chosen = best->number;
  for (const auto& point : points)
    if (point.heldOut >= best->heldOut - best->standardError) chosen = std::min(chosen, point.number);
  return chosen;
}

OrderCurve crossValidate(const std::vector<Trial>& trials, const std::vector<Index>& numbers, Index folds,
                         const OrderModel& model, Progress& progress, const OrderSink& sink) {
  if (numbers.empty()) throw InputError("there are no " + model.what + " to compare; allowed: at least one");
  if (folds < 2)
    throw InputError("the number of folds is " + std::to_string(folds) + "; allowed: at least 2");
  requireTrials(trials, MissingSamples::allowed);
  const std::vector<TimeSplit> splits = splitsOf(trials, folds);
  const Index fits = static_cast<Index>(numbers.size()) * (folds + 1);
  OrderCurve curve;
  Index fit = 0;
  for (const Index number : numbers) {
    try {
      curve.points.push_back(pointOf(trials, splits, number, model, fit, fits, progress));
    } catch (const Stopped&) {
      return curve;
    }
    fit += folds + 1;
    curve.chosen = oneStandardErrorChoice(curve.points);
    curve.complete = fit == fits;
    if (sink) sink(curve);
  }
  return curve;
}

}  // namespace keyhole
