#include "core/fitting/input_notes.h"

#include "core/fitting/channel_notes.h"
#include "core/linalg/eigen.h"

#include <algorithm>

namespace keyhole {
namespace {

// What rounding leaves of the variance of a constant, as a share of its square.
constexpr double kRounding = 1e-24;

Index varying(const InputMoments& moments) {
  return (moments.covariance.diagonal().array() > kRounding * moments.mean.array().square()).count();
}

std::string inputsText(const std::vector<Index>& inputs, const std::string& what) {
  const bool one = inputs.size() == 1;
  return std::string(one ? "input " : "inputs ") + channelList(inputs) + (one ? " is " : " are ") + what;
}

// What the inputs are looked at about: 0, but of inputs that move by less than a thousandth of their mean the
// mean, since all that moves would be rounding.
Vector originOf(const std::vector<Trial>& trials) {
  const InputMoments moments = inputMoments(trials);
  const auto deviations = moments.covariance.diagonal().cwiseSqrt().array();
  const auto means = moments.mean.array().abs();
  const bool movesLittle = ((means > 1e3 * deviations) && (deviations > 1e-9 * means)).any();
  return movesLittle ? moments.mean : Vector::Zero(moments.mean.size());
}

}  // namespace

std::vector<std::string> weakInputs(const std::vector<Trial>& trials, Index order, const Progress& progress) {
  constexpr double kLeast = 1e-10;
  const Index m = trials.front().input.rows();
  if (m == 0) return {};
  Matrix moments = Matrix::Zero(m * order, m * order);
  Index windows = 0;
  const Vector origin = originOf(trials);
  for (const auto& trial : trials) {
    const Index count = trial.input.cols() - order + 1;
    if (count < 1) continue;
    windows += count;
    inPieces(count, progress, [&](Index first, Index n) {
      Matrix stacked(m * order, n);
      for (Index lag = 0; lag < order; ++lag)
        stacked.middleRows(lag * m, m) = trial.input.middleCols(first + lag, n).colwise() - origin;
      moments.noalias() += stacked * stacked.transpose();
    });
  }
  if (windows == 0) return {};
  const Vector sizes = moments.diagonal().cwiseSqrt();
  const Vector scale = (sizes.array() > 0).select(sizes.cwiseInverse(), 0.0);
  const Vector values = symmetricEigenSystem(scale.asDiagonal() * moments * scale.asDiagonal()).values;
  const Index excited = (values.array() > kLeast * std::max(values(0), 1e-300)).count();
  if (excited >= m * order) return {};
  return {"the input excites " + std::to_string(values(0) > 0 ? excited : 0) + " of the " +
          std::to_string(m * order) + " directions in " + std::to_string(order) +
          " successive steps of it: what it does to " + std::to_string(order - 1) +
          " latents cannot be told from this recording alone (a constant excites 1, a sinusoid 2)"};
}

std::vector<std::string> rareInputChanges(const std::vector<Trial>& trials) {
  constexpr Index kRare = 3;
  if (trials.empty()) return {};
  const Index m = trials.front().input.rows();
  Eigen::Array<Index, Eigen::Dynamic, 1> changes = Eigen::Array<Index, Eigen::Dynamic, 1>::Zero(m);
  Index steps = 0;
  for (const auto& trial : trials) {
    const Index n = trial.input.cols() - 1;
    steps += std::max<Index>(n, 0);
    for (Index t = 0; t < n; ++t)
      changes += (trial.input.col(t).array() != trial.input.col(t + 1).array()).cast<Index>();
  }
  std::vector<std::string> notes;
  for (Index i = 0; i < m; ++i) {
    if (changes(i) == 0 || changes(i) > kRare) continue;
    notes.push_back("input " + std::to_string(i + 1) + " changes at " + std::to_string(changes(i)) + " of " +
                    std::to_string(steps) +
                    " steps only: whatever else changed then passes for what it does");
  }
  return notes;
}

Index dimensionsOf(const Matrix& covariance) {
  constexpr double kNothing = 1e-10;  // of a variable's own variance; rounding is below 1e-13
  std::vector<Index> own;
  for (Index i = 0; i < covariance.rows(); ++i)
    if (covariance(i, i) > 0) own.push_back(i);
  if (own.empty() || !covariance.allFinite()) return static_cast<Index>(own.size());
  const Matrix some = covariance(own, own);
  const Vector scale = some.diagonal().cwiseSqrt().cwiseInverse();
  return (symmetricEigenSystem(scale.asDiagonal() * some * scale.asDiagonal()).values.array() > kNothing)
      .count();
}

InputMoments inputMoments(const std::vector<Trial>& trials) {
  const Index m = trials.front().input.rows();
  InputMoments moments{Matrix::Zero(m, m), Vector::Zero(m)};
  double count = 0;
  for (const auto& trial : trials) {
    moments.mean += trial.input.rowwise().sum();
    count += static_cast<double>(trial.input.cols());
  }
  moments.mean /= std::max(count, 1.0);
  for (const auto& trial : trials) {
    const Matrix off = trial.input.colwise() - moments.mean;
    moments.covariance.noalias() += off * off.transpose();
  }
  moments.covariance /= std::max(count, 1.0);
  return moments;
}

std::vector<std::string> dependentInputs(const InputMoments& moments, bool constantDrive) {
  std::vector<Index> nothing, still;
  Matrix covariance = moments.covariance;
  for (Index i = 0; i < moments.mean.size(); ++i) {
    const double square = moments.mean(i) * moments.mean(i);
    if (covariance(i, i) > kRounding * square) continue;
    covariance(i, i) = 0;
    (square > 0 ? still : nothing).push_back(i);
  }
  std::vector<std::string> notes;
  if (!nothing.empty())
    notes.push_back(inputsText(nothing, "0 throughout: what it does cannot be told from this recording"));
  if (!still.empty() && constantDrive)
    notes.push_back(inputsText(still, "constant: what it does cannot be told from the constant drive"));
  else if (still.size() > 1)
    notes.push_back(inputsText(still, "constant: what each of them does cannot be told"));
  if (const Index own = varying(moments), rank = dimensionsOf(covariance); rank < own)
    notes.push_back("the " + std::to_string(own) + " inputs that vary span " + std::to_string(rank) +
                    (rank == 1 ? " dimension" : " dimensions") +
                    " only: what each of them does cannot be told from this recording");
  return notes;
}

}  // namespace keyhole
