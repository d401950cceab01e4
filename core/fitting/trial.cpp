#include "core/fitting/trial.h"

#include "core/common/error.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

std::string trialName(std::size_t k) {
  return "trial " + std::to_string(k + 1);
}

void requireEntries(const Matrix& values, const std::string& what, bool nanAllowed) {
  for (Index t = 0; t < values.cols(); ++t)
    for (Index i = 0; i < values.rows(); ++i) {
      const double value = values(i, t);
      if (std::isfinite(value) || (nanAllowed && std::isnan(value))) continue;
      throw InputError(what + " " + std::to_string(i + 1) + " at time point " + std::to_string(t + 1) +
                       " is " + toText(value) + "; allowed: finite numbers" +
                       (nanAllowed ? ", or NaN for a missing sample" : ""));
    }
}

// Of numbers whose squares are 0 nothing has a variance.
void requireSize(const std::vector<Trial>& trials) {
  constexpr double kLeast = 1e-140;
  double largest = 0;
  for (const Trial& trial : trials)
    for (const double value : trial.activity.reshaped())
      if (std::abs(value) > largest) largest = std::abs(value);
  if (largest > 0 && largest < kLeast)
    throw InputError("the largest number of the recording is " + toText(largest) +
                     "; allowed: at least 1e-140, since the squares of smaller ones are 0");
}

}  // namespace

void requireTrials(const std::vector<Trial>& trials, MissingSamples missing) {
  if (trials.empty()) throw InputError("there is no trial; allowed: at least 1");
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Matrix &activity = trials[k].activity, &input = trials[k].input;
    if (activity.rows() != N || activity.rows() < 1 || input.rows() != m || activity.cols() < 2 ||
        input.cols() != activity.cols())
      throw InputError(trialName(k) + " has " + std::to_string(activity.rows()) + " neurons, " +
                       std::to_string(input.rows()) + " inputs, " + std::to_string(activity.cols()) +
                       " time points of activity and " + std::to_string(input.cols()) +
                       " of input; allowed: " + std::to_string(std::max<Index>(N, 1)) + " neurons and " +
                       std::to_string(m) +
                       " inputs as in the first one, and at least 2 time points, the same of both");
    requireEntries(activity, trialName(k) + ": neuron", missing == MissingSamples::allowed);
    requireEntries(input, trialName(k) + ": input", false);
  }
  requireSize(trials);
}

bool anyMissing(const std::vector<Trial>& trials) {
  return std::any_of(trials.begin(), trials.end(),
                     [](const Trial& trial) { return trial.activity.hasNaN(); });
}

// Column by column: along the rows of a long recording every number would come from another cache line.
void ChannelMeans::add(ConstMatrixRef activity) {
  for (Index t = 0; t < activity.cols(); ++t)
    for (Index i = 0; i < activity.rows(); ++i)
      if (const double y = activity(i, t); !std::isnan(y)) {
        m_sum(i) += y;
        m_count(i) += 1;
      }
}

ChannelMeans channelMeans(const std::vector<Trial>& trials, const Progress& progress) {
  ChannelMeans means(trials.front().activity.rows());
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    means.add(trials[k].activity.middleCols(first, count));
  });
  return means;
}

Vector channelVariances(const std::vector<Trial>& trials, const Progress& progress) {
  const ChannelMeans means = channelMeans(trials, progress);
  const Vector mean = means.values();
  Vector squares = Vector::Zero(mean.size());
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    const Matrix& Y = trials[k].activity;
    for (Index t = first; t < first + count; ++t)
      for (Index i = 0; i < Y.rows(); ++i)
        if (const double y = Y(i, t) - mean(i); !std::isnan(y)) squares(i) += y * y;
  });
  const Vector variances = squares.cwiseQuotient(means.counts());
  // A constant channel's mean is off by a rounding: that is no variance.
  return (variances.array() > 1e-28 * mean.array().square()).select(variances, 0.0);
}

std::vector<Trial> beginningOf(const std::vector<Trial>& trials, Index steps) {
  std::vector<Trial> some;
  for (Index left = steps; left > 0 && some.size() < trials.size(); left -= some.back().activity.cols()) {
    const Trial& next = trials[some.size()];
    const Index count = std::min(std::max<Index>(left, 2), next.activity.cols());
    some.push_back({next.activity.leftCols(count), next.input.leftCols(count)});
  }
  return some;
}

Index transitionsOf(const std::vector<Trial>& trials) {
  Index count = 0;
  for (const auto& trial : trials) count += trial.activity.cols() - 1;
  return count;
}

}  // namespace keyhole
