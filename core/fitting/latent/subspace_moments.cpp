#include "core/fitting/latent/subspace_moments.h"

#include "core/common/error.h"
#include "core/fitting/pace.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kRidge = 1e-14;  // times the number of rows, of each row's own moment
constexpr Index kBlock = 128;     // of the Cholesky factorisation

// [u; y] of some time points.
Matrix joined(const Trial& trial, Index first, Index count) {
  Matrix Z(trial.input.rows() + trial.activity.rows(), count);
  Z.topRows(trial.input.rows()) = trial.input.middleCols(first, count);
  Z.bottomRows(trial.activity.rows()) = trial.activity.middleCols(first, count);
  return Z;
}

// The time points first … first + count - 1.
Matrix centred(const Trial& trial, Index from, Index count, const WindowScale& scale,
               const Progress& progress) {
  const auto varies = scale.most.array() > kConstantChannel * scale.mean.array().abs();
  const Vector factor = varies.select(Vector::Ones(scale.most.size()), 0.0);
  Matrix Z(scale.mean.size(), count);
  inPieces(count, progress, [&](Index first, Index some) {
    Z.middleCols(first, some) =
        factor.asDiagonal() * (joined(trial, from + first, some).colwise() - scale.mean);
  });
  return Z;
}

// Σ z_t z_{t+lag}ᵀ over t = 0 … windows - 1.
Matrix laggedMoment(const Matrix& Z, Index lag, Index windows, Pace& pace) {
  const Index width = Z.rows(), chunk = std::max<Index>(64, 10000000 / (width * width));
  Matrix sum = Matrix::Zero(width, width);
  for (Index at = 0; at < windows; at += chunk) {
    const Index columns = std::min(chunk, windows - at);
    sum.noalias() += Z.middleCols(at, columns) * Z.middleCols(at + lag, columns).transpose();
    if (pace.stopAfter(2.0 * static_cast<double>(width * width * columns))) throw Stopped();
  }
  return sum;
}

// Adds one trial to the upper blocks of the moments of [z_t; …; z_{t+steps-1}], and to their sums. A block
// differs from its upper left neighbour by the first and the last time point only.
void addTrial(const Matrix& Z, Index steps, Matrix& gram, Vector& sums, Pace& pace) {
  const Index width = Z.rows(), windows = Z.cols() - steps + 1;
  for (Index lag = 0; lag < steps; ++lag) {
    pace.setFraction(0.6 * static_cast<double>(lag) / static_cast<double>(steps));
    Matrix block = laggedMoment(Z, lag, windows, pace);
    for (Index i = 0; i + lag < steps; ++i) {
      gram.block(i * width, (i + lag) * width, width, width) += block;
      if (i + lag + 1 == steps) break;
      block.noalias() += Z.col(i + windows) * Z.col(i + windows + lag).transpose();
      block.noalias() -= Z.col(i) * Z.col(i + lag).transpose();
      if (pace.stopAfter(5.0 * static_cast<double>(width * width))) throw Stopped();
    }
    sums.segment(lag * width, width) += Z.middleCols(lag, windows).rowwise().sum();
  }
}

// Where each row of the factor stands in [u_0; y_0; u_1; y_1; …].
std::vector<Index> orderOf(const SubspaceMoments& moments) {
  const Index k = moments.blockRows, m = moments.inputs, width = m + moments.neurons;
  std::vector<Index> order;
  for (Index j = k; j < 2 * k; ++j)
    for (Index i = 0; i < m; ++i) order.push_back(j * width + i);
  for (Index i = 0; i < k * width; ++i) order.push_back(i);
  for (Index j = k; j < 2 * k; ++j)
    for (Index i = m; i < width; ++i) order.push_back(j * width + i);
  return order;
}

// The Cholesky factor in place (lower triangle read, upper one cleared), with looks up from the work.
void factorise(Matrix& A, Pace& pace) {
  const Index n = A.rows();
  for (Index at = 0; at < n; at += kBlock) {
    const Index size = std::min(kBlock, n - at), below = n - at - size;
    pace.setFraction(0.6 + 0.2 * static_cast<double>(at) / static_cast<double>(n));
    auto corner = A.block(at, at, size, size);
    const Eigen::LLT<Matrix> factor(corner);
    if (factor.info() != Eigen::Success)
      throw std::runtime_error("the moments of the recording are singular beyond rounding");
    const Matrix root = factor.matrixL();
    corner = root;
    A.block(0, at, at, size).setZero();
    if (below == 0) return;
    Matrix panel = A.block(at + size, at, below, size);
    root.transpose().triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(panel);
    A.block(at + size, at, below, size) = panel;
    for (Index column = 0; column < below; column += kBlock) {
      const Index columns = std::min(kBlock, below - column);
      A.block(at + size + column, at + size + column, below - column, columns).noalias() -=
          panel.bottomRows(below - column) * panel.middleRows(column, columns).transpose();
      if (pace.stopAfter(2.0 * static_cast<double>((below - column) * columns * size))) throw Stopped();
    }
  }
}

}  // namespace

Index windowCount(const std::vector<Trial>& trials, Index steps) {
  Index count = 0;
  for (const auto& trial : trials) count += std::max<Index>(0, trial.activity.cols() - steps + 1);
  return count;
}

WindowScale windowScale(const std::vector<Trial>& trials, const Progress& progress) {
  WindowScale scale;
  scale.mean = scale.most = Vector::Zero(trials.front().input.rows() + trials.front().activity.rows());
  double all = 0;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    scale.mean += joined(trials[k], first, count).rowwise().sum();
    all += static_cast<double>(count);
  });
  scale.mean /= all;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    const Matrix Z = joined(trials[k], first, count);
    for (const auto& z : Z.colwise()) scale.most = scale.most.cwiseMax((z - scale.mean).cwiseAbs());
  });
  return scale;
}

void addWindows(WindowMoments& into, const Trial& trial, Index first, Index windows, Index blockRows,
                const WindowScale& scale, Progress& progress) {
  const Index steps = 2 * blockRows, rows = steps * scale.mean.size();
  if (into.gram.size() == 0) {
    into.gram = Matrix::Zero(rows, rows);
    into.sums = Vector::Zero(rows);
  }
  Pace pace(progress, "identifying the subspace");
  addTrial(centred(trial, first, windows + steps - 1, scale, progress), steps, into.gram, into.sums, pace);
  into.windows += windows;
}

SubspaceMoments factorOf(WindowMoments from, Index blockRows, Index neurons, Index inputs,
                         Progress& progress) {
  SubspaceMoments moments;
  moments.blockRows = blockRows;
  moments.neurons = neurons;
  moments.inputs = inputs;
  moments.windows = from.windows;
  Matrix& gram = from.gram;
  gram.noalias() -= from.sums * (from.sums / static_cast<double>(moments.windows)).transpose();
  gram.triangularView<Eigen::StrictlyLower>() = gram.transpose();
  if (!gram.allFinite()) throw std::runtime_error("the moments of the recording are not finite");
  const std::vector<Index> order = orderOf(moments);
  moments.factor = gram(order, order);
  gram.resize(0, 0);
  const Index rows = moments.factor.rows();
  for (Index i = 0; i < rows; ++i) {
    double& own = moments.factor(i, i);
    // A channel without any variation: its row is 0 beside the diagonal.
    own = own > 0 ? own * (1 + kRidge * static_cast<double>(rows)) : 1.0;
  }
  Pace pace(progress, "identifying the subspace");
  factorise(moments.factor, pace);
  return moments;
}

SubspaceMoments subspaceMoments(const std::vector<Trial>& trials, Index blockRows, Progress& progress) {
  const WindowScale scale = windowScale(trials, progress);
  WindowMoments all;
  for (const auto& trial : trials)
    if (const Index windows = trial.activity.cols() - 2 * blockRows + 1; windows > 0)
      addWindows(all, trial, 0, windows, blockRows, scale, progress);
  return factorOf(std::move(all), blockRows, trials.front().activity.rows(), trials.front().input.rows(),
                  progress);
}

}  // namespace keyhole
