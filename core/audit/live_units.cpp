#include "core/audit/live_units.h"

#include <cmath>

namespace keyhole {
namespace {

constexpr double kSame = 1e-10;

// Of all units over all trials; 0 beside a constant one.
Matrix correlationsOf(const std::vector<Trial>& trials, const Vector& variances) {
  const Vector mean = channelMeans(trials).values();
  const Vector scale = variances.unaryExpr([](double v) { return v > 0 ? 1 / std::sqrt(v) : 0.0; });
  Matrix sum = Matrix::Zero(mean.size(), mean.size());
  for (const auto& trial : trials) {
    const Matrix Z = scale.asDiagonal() * (trial.activity.colwise() - mean);
    sum.noalias() += Z * Z.transpose();
  }
  const Vector own = sum.diagonal().unaryExpr([](double v) { return v > 0 ? 1 / std::sqrt(v) : 0.0; });
  return own.asDiagonal() * sum * own.asDiagonal();
}

}  // namespace

LiveUnits liveUnits(const std::vector<Trial>& trials) {
  LiveUnits made;
  const Vector variances = channelVariances(trials);
  // Of more units than steps nothing is fitted, and all pairs would be too many.
  const bool looked = !anyMissing(trials) && variances.size() < transitionsOf(trials);
  const Matrix correlations = looked ? correlationsOf(trials, variances) : Matrix();
  for (Index i = 0; i < variances.size(); ++i) {
    const std::string unit = "unit " + std::to_string(i + 1);
    if (variances(i) == 0) {
      made.notes.push_back(unit + " is constant, and is left out of all parts");
      continue;
    }
    Index like = -1;
    for (const Index j : made.kept)
      if (looked && like < 0 && std::abs(correlations(i, j)) > 1 - kSame) like = j;
    if (like < 0)
      made.kept.push_back(i);
    else
      made.notes.push_back(unit + " is a copy of unit " + std::to_string(like + 1) +
                           ", and is left out of all parts");
  }
  if (made.kept.size() < 2 || static_cast<Index>(made.kept.size()) == variances.size()) {
    made.notes.clear();
    made.kept.clear();
    for (Index i = 0; i < variances.size(); ++i) made.kept.push_back(i);
    made.trials = trials;
    return made;
  }
  for (const auto& trial : trials)
    made.trials.push_back({Matrix(trial.activity(made.kept, Eigen::all)), trial.input});
  return made;
}

}  // namespace keyhole
