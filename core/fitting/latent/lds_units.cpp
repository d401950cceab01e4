#include "core/fitting/latent/lds_units.h"

#include <cmath>

namespace keyhole {
namespace {

// Mean and standard deviation of the inputs.
void setInputs(LdsUnits& units, const std::vector<Trial>& trials, bool centred, const Progress& progress) {
  const Index m = trials.front().input.rows();
  Vector sum = Vector::Zero(m), squares = Vector::Zero(m);
  double count = 0;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index n) {
    sum += trials[k].input.middleCols(first, n).rowwise().sum();
    count += static_cast<double>(n);
  });
  const Vector mean = sum / count;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index n) {
    squares += (trials[k].input.middleCols(first, n).colwise() - mean).rowwise().squaredNorm();
  });
  units.inputCentre = centred ? mean : Vector(Vector::Zero(m));
  units.inputScale = (squares / count).cwiseSqrt();
  // A constant input: its own size.
  for (Index i = 0; i < m; ++i)
    if (!(units.inputScale(i) > 1e-14 * std::abs(mean(i))))
      units.inputScale(i) = mean(i) != 0 ? std::abs(mean(i)) : 1.0;
}

}  // namespace

LdsUnits unitsOf(const std::vector<Trial>& trials, const LdsClass& kind, const Progress& progress) {
  LdsUnits units;
  units.centre = channelMeans(trials, progress).values();
  const Vector variances = channelVariances(trials, progress);
  units.scale = (variances.array() > 0).select(variances.cwiseSqrt(), 1.0);
  if (kind.emissionNoise == LdsEmissionNoise::isotropic) {
    const auto varying = static_cast<double>((variances.array() > 0).count());
    units.scale.setConstant(varying > 0 ? std::sqrt(variances.sum() / varying) : 1.0);
  }
  setInputs(units, trials, kind.bias, progress);
  return units;
}

std::vector<Trial> inUnits(const std::vector<Trial>& trials, const LdsUnits& units,
                           const Progress& progress) {
  std::vector<Trial> own;
  own.reserve(trials.size());
  for (const auto& trial : trials) {
    own.push_back({Matrix(trial.activity.rows(), trial.activity.cols()),
                   Matrix(trial.input.rows(), trial.input.cols())});
    inPieces(trial.activity.cols(), progress, [&](Index t, Index n) {
      own.back().activity.middleCols(t, n) =
          (trial.activity.middleCols(t, n).colwise() - units.centre).array().colwise() / units.scale.array();
      own.back().input.middleCols(t, n) =
          (trial.input.middleCols(t, n).colwise() - units.inputCentre).array().colwise() /
          units.inputScale.array();
    });
  }
  return own;
}

std::vector<Trial> interpolated(const std::vector<Trial>& trials, const Progress& progress) {
  std::vector<Trial> filled = trials;
  for (auto& trial : filled) {
    progress.throwIfStopped();
    for (auto channel : trial.activity.rowwise()) {
      Index last = -1;
      for (Index t = 0; t < channel.size(); ++t) {
        if (std::isnan(channel(t))) continue;
        const double from = last < 0 ? channel(t) : channel(last);
        const auto span = static_cast<double>(t - last);
        for (Index i = last + 1; i < t; ++i)
          channel(i) = from + (channel(t) - from) * static_cast<double>(i - last) / span;
        last = t;
      }
      const double level = last < 0 ? 0.0 : channel(last);
      for (Index i = last + 1; i < channel.size(); ++i) channel(i) = level;
    }
  }
  return filled;
}

LdsModel outOfUnits(LdsModel model, const LdsUnits& units) {
  const auto D = units.scale.asDiagonal();
  const auto inputs = units.inputScale.cwiseInverse().asDiagonal();
  model.V = (model.V * inputs).eval();
  model.b -= model.V * units.inputCentre;
  model.C = (D * model.C).eval();
  model.G = (D * model.G * inputs).eval();
  model.c = units.centre + D * model.c - model.G * units.inputCentre;
  model.R = (units.scale.cwiseAbs2().cwiseProduct(model.R)).eval();
  return model;
}

LdsModel intoUnits(LdsModel model, const LdsUnits& units) {
  const auto D = units.scale.cwiseInverse().asDiagonal();
  const auto inputs = units.inputScale.asDiagonal();
  model.b += model.V * units.inputCentre;
  model.c = (D * (model.c - units.centre + model.G * units.inputCentre)).eval();
  model.V = (model.V * inputs).eval();
  model.C = (D * model.C).eval();
  model.G = (D * model.G * inputs).eval();
  model.R = (model.R.cwiseQuotient(units.scale.cwiseAbs2())).eval();
  return model;
}

double logScale(const std::vector<Trial>& trials, const LdsUnits& units, const Progress& progress) {
  ChannelMeans counted(units.scale.size());
  for (const auto& trial : trials) {
    progress.throwIfStopped();
    counted.add(trial.activity);
  }
  const Vector counts = counted.counts();  // of a channel without any: 1, and its scale is 1
  return counts.dot(Vector(units.scale.array().log()));
}

}  // namespace keyhole
