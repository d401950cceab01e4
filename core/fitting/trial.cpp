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
