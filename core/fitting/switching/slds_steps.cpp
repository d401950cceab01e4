#include "core/fitting/switching/slds_steps.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

Matrix unflat(const Vector& column, Index rows) {
  return column.reshaped(rows, column.size() / rows);
}

// Adds what one trial says of the steps of discrete state k. Returns their expected number.
double addSteps(LdsExpectations& sums, const Trial& trial, const SldsPosterior& posterior, Index k,
                const Progress& progress) {
  const ChainMoments& x = posterior.x;
  const Index L = x.means.rows(), m = trial.input.rows();
  double steps = 0;
  inPieces(x.means.cols() - 1, progress, [&](Index t, Index n) {
    const Vector r = posterior.z.states.row(k).segment(t + 1, n).transpose();
    Matrix Z(L + m + 1, n);
    Z.topRows(L) = x.means.middleCols(t, n);
    if (m > 0) Z.middleRows(L, m) = trial.input.middleCols(t + 1, n);
    Z.bottomRows(1).setOnes();
    const Matrix X = x.means.middleCols(t + 1, n), weightedX = X * r.asDiagonal();
    sums.XX.noalias() += weightedX * X.transpose();
    sums.XZ.noalias() += weightedX * Z.transpose();
    sums.ZZ.noalias() += Z * r.asDiagonal() * Z.transpose();
    sums.XX += unflat(x.covariances.middleCols(t + 1, n) * r, L);
    sums.XZ.leftCols(L) += unflat(x.lagged.middleCols(t + 1, n) * r, L);
    sums.ZZ.topLeftCorner(L, L) += unflat(x.covariances.middleCols(t, n) * r, L);
    steps += r.sum();
  });
  return steps;
}

// Adds what one trial says of the emissions: without gaps to XD and XX too.
void addSamples(LdsExpectations& sums, Matrix& covariances, const Trial& trial, const ChainMoments& x,
                const Progress& progress) {
  const Index N = trial.activity.rows(), m = trial.input.rows();
  inPieces(x.means.cols(), progress, [&](Index t, Index n) {
    const auto activity = trial.activity.middleCols(t, n);
    if (sums.perChannel) {
      const Matrix there = activity.array().isNaN().select(0.0, Eigen::ArrayXXd::Ones(N, n));
      covariances.noalias() += x.covariances.middleCols(t, n) * there.transpose();
      return;
    }
    covariances += x.covariances.middleCols(t, n).rowwise().sum();
    Matrix samples(N + m + 1, n);
    samples << activity, trial.input.middleCols(t, n), Matrix::Ones(1, n);
    const auto means = x.means.middleCols(t, n);
    sums.XD.noalias() += means * samples.transpose();
    sums.XX.noalias() += means * means.transpose();
  });
}

LdsExpectations emptySums(Index L, Index m) {
  LdsExpectations sums;
  sums.ZZ = Matrix::Zero(L + m + 1, L + m + 1);
  sums.XZ = Matrix::Zero(L, L + m + 1);
  sums.XX = Matrix::Zero(L, L);
  sums.firstMeans.resize(L, 0);
  sums.firstCovariances = Matrix::Zero(L, L);
  return sums;
}

}  // namespace

void updateStates(SldsModel& model, const std::vector<Trial>& trials,
                  const std::vector<SldsPosterior>& posteriors, const LdsClass& kind,
                  const SldsBounds& bounds, Progress& progress) {
  const Index L = model.latents(), m = model.inputs();
  LdsExpectations first = emptySums(L, m);
  first.firstMeans.resize(L, static_cast<Index>(trials.size()));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    first.firstMeans.col(static_cast<Index>(i)) = posteriors[i].x.means.col(0);
    first.firstCovariances += unflat(posteriors[i].x.covariances.col(0), L);
  }
  LdsModel one;
  for (Index k = 0; k < model.states(); ++k) {
    LdsExpectations sums = emptySums(L, m);
    sums.firstMeans = first.firstMeans;
    sums.firstCovariances = first.firstCovariances;
    double steps = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      progress.throwIfStopped();
      steps += addSteps(sums, trials[i], posteriors[i], k, progress);
    }
    one = stateOf(model, k);
    const bool enough = model.states() == 1 || steps >= static_cast<double>(L + m + 2);
    if (enough) {
      // updateDynamics() counts whole steps: per expected step there is one.
      for (Matrix* sum : {&sums.XX, &sums.XZ, &sums.ZZ}) *sum /= steps;
      sums.transitions = 1;
      updateDynamics(one, sums, kind, bounds.noiseFloor);
      const auto place = static_cast<std::size_t>(k);
      model.F[place] = one.F;
      model.V[place] = one.V;
      model.b[place] = one.b;
      model.Q[place] = one.Q;
    }
  }
  const auto count = static_cast<double>(trials.size());
  model.mu0 = first.firstMeans.rowwise().mean();
  const Matrix spread = first.firstMeans.colwise() - model.mu0;
  model.P0 = (first.firstCovariances + spread * spread.transpose()) / count;
}

void updateEmissions(SldsModel& model, const std::vector<Trial>& trials,
                     const std::vector<SldsPosterior>& posteriors, LdsEmissionSteps& steps,
                     const Progress& progress) {
  const Index L = model.latents(), N = model.neurons();
  LdsExpectations sums;
  const Index m = model.inputs();
  sums.XD = Matrix::Zero(L, N + m + 1);
  sums.XX = Matrix::Zero(L, L);  // over all states: the first ones have no part of their own here
  sums.firstMeans = Matrix(L, 0);
  sums.firstCovariances = Matrix::Zero(L, L);
  sums.perChannel = anyMissing(trials);
  Matrix covariances = Matrix::Zero(L * L, sums.perChannel ? N : 1);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    progress.throwIfStopped();
    sums.means.push_back(posteriors[i].x.means);
    addSamples(sums, covariances, trials[i], posteriors[i].x, progress);
  }
  for (Index i = 0; i < covariances.cols(); ++i) sums.covariances.push_back(unflat(covariances.col(i), L));
  if (!sums.perChannel) sums.XX += sums.covariances.front();
  LdsModel one = stateOf(model, 0);
  steps.update(one, sums, progress);
  model.C = one.C;
  model.G = one.G;
  model.c = one.c;
  model.R = one.R;
}

}  // namespace keyhole
