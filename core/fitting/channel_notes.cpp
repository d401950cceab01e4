#include "core/fitting/channel_notes.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

bool sameSamples(const std::vector<Trial>& trials, Index a, Index b) {
  for (const Trial& trial : trials)
    for (Index t = 0; t < trial.activity.cols(); ++t) {
      const double x = trial.activity(a, t), y = trial.activity(b, t);
      if (!(x == y || (std::isnan(x) && std::isnan(y)))) return false;
    }
  return true;
}

bool varies(const std::vector<Trial>& trials, Index channel) {
  double first = std::nan("");
  for (const Trial& trial : trials)
    for (Index t = 0; t < trial.activity.cols(); ++t) {
      const double x = trial.activity(channel, t);
      if (std::isnan(x)) continue;
      if (std::isnan(first)) first = x;
      if (x != first) return true;
    }
  return false;
}

// Of the chosen channels, over the time points at which none of them is missing; 0 x 0 if these are too few.
Matrix correlations(const std::vector<Trial>& trials, const std::vector<Index>& channels,
                    const Progress& progress) {
  const auto n = static_cast<Index>(channels.size());
  Vector sum = Vector::Zero(n);
  Matrix squares = Matrix::Zero(n, n);
  Index count = 0;
  Vector shift;  // about the first sample, so that a large mean costs no digits
  overTrials(trials, progress, [&](std::size_t k, Index first, Index steps) {
    const Matrix& activity = trials[k].activity;
    std::vector<Index> whole;
    for (Index t = first; t < first + steps; ++t)
      if (!activity(channels, t).hasNaN()) whole.push_back(t);
    if (whole.empty()) return;
    Matrix X = activity(channels, whole);
    if (shift.size() == 0) shift = X.col(0);
    X.colwise() -= shift;
    sum += X.rowwise().sum();
    squares.noalias() += X * X.transpose();
    count += X.cols();
  });
  if (count < 2 * n) return {};
  squares -= sum * sum.transpose() / static_cast<double>(count);
  const Vector scale = squares.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  return scale.asDiagonal() * squares * scale.asDiagonal();
}

}  // namespace

std::string channelList(const std::vector<Index>& channels) {
  std::string text;
  for (const Index i : channels) text += (text.empty() ? "" : ", ") + std::to_string(i + 1);
  return text;
}

std::vector<std::string> dependentChannels(const std::vector<Trial>& trials, const Progress& progress) {
  constexpr double kNothing = 1e-10;  // of a channel's own variance; rounding is below 1e-13
  std::vector<Index> own, copies;
  for (Index i = 0; i < trials.front().activity.rows(); ++i) {
    progress.throwIfStopped();
    if (!varies(trials, i)) continue;
    const bool copy = std::any_of(own.begin(), own.end(), [&](Index j) { return sameSamples(trials, i, j); });
    (copy ? copies : own).push_back(i);
  }
  std::vector<std::string> notes;
  if (!copies.empty())
    notes.push_back("channels that are copies of others say nothing of their own: " + channelList(copies));
  const Matrix C = correlations(trials, own, progress);
  if (C.rows() < 2 || !C.allFinite()) return notes;
  const Vector values = symmetricEigenSystem(C).values;
  if (const Index rank = (values.array() > kNothing).count(); rank < C.rows())
    notes.push_back("the " + std::to_string(C.rows()) + " channels that vary" +
                    (copies.empty() ? "" : " (copies apart)") + " span " + std::to_string(rank) +
                    " dimensions only: some are sums of others");
  return notes;
}

}  // namespace keyhole
