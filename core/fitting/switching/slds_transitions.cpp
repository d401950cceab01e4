// The maximisation over the transitions of an SLDS: see slds_steps.h.
#include "core/common/error.h"
#include "core/fitting/switching/slds_steps.h"

#include <Eigen/Cholesky>

#include <cmath>

namespace keyhole {
namespace {

constexpr int kNewtonSteps = 3;    // per iteration of EM; W moves on in the next one
constexpr int kHalvings = 30;      // of a Newton step; then it counts as no step
constexpr double kLeast = 1e-300;  // of a probability: log 0 would be no number
constexpr double kDamping = 1e-9;  // of the mean curvature, for directions that change nothing

// Multinomial regression of the switches on x. Group g is the state that is left (recurrent), or all of them
// (recurrent only); its scores are W x + offsets(:, g).
struct Regression {
  const std::vector<SldsPosterior>& posteriors;
  const SldsBounds& bounds;
  Index states, latents, groups;
  Matrix spread;  // L x L, Σ Cov(x_{t-1})
};

// A piece of its steps.
struct Part {
  Matrix x;                     // L x n, means of x_{t-1}
  std::vector<Matrix> targets;  // per group K x n: expected switches
};

struct Weights {
  Matrix W;        // K x L
  Matrix offsets;  // K x groups
};

Index groupsOf(const SldsBounds& bounds, Index K) {
  return bounds.transitions == SldsTransitions::recurrentOnly ? 1 : K;
}

Regression regressionOf(const SldsModel& model, const std::vector<SldsPosterior>& posteriors,
                        const SldsBounds& bounds, const Progress& progress = noProgress()) {
  const Index L = model.latents(), K = model.states();
  Regression data{posteriors, bounds, K, L, groupsOf(bounds, K), Matrix::Zero(L, L)};
  for (const auto& posterior : posteriors) {
    progress.throwIfStopped();
    inPieces(posterior.x.means.cols() - 1, progress, [&](Index first, Index count) {
      data.spread += Vector(posterior.x.covariances.middleCols(first, count).rowwise().sum()).reshaped(L, L);
    });
  }
  return data;
}

// Columns first … of the expected switches, by groups.
std::vector<Matrix> targetsOf(const Regression& data, const Matrix& pairs, Index first, Index count) {
  const Index K = data.states;
  std::vector<Matrix> targets(static_cast<std::size_t>(data.groups), Matrix::Zero(K, count));
  for (Index t = 0; t < count; ++t)
    for (Index j = 0; j < K; ++j)
      for (Index i = 0; i < K; ++i)
        targets[static_cast<std::size_t>(data.groups > 1 ? i : 0)](j, t) += pairs(i + K * j, first + t);
  return targets;
}

// The prior on staying as a step at x = 0.
Part priorPart(const Regression& data) {
  Part part{Matrix::Zero(data.latents, 1), {}};
  for (Index i = 0; i < data.states; ++i)
    part.targets.push_back(data.bounds.stickiness * Vector::Unit(data.states, i));
  return part;
}

// work(part) for the steps in pieces, so that what is made of each of them stays small, then for the prior.
template <class Work>
void overParts(const Regression& data, const Progress& progress, Work&& work) {
  constexpr Index kSteps = 2048;
  for (const auto& [x, z] : data.posteriors) {
    progress.throwIfStopped();
    inPieces(
        x.means.cols() - 1, progress,
        [&, &means = x.means, &pairs = z.pairs](Index first, Index count) {
          work(Part{means.middleCols(first, count), targetsOf(data, pairs, first + 1, count)});
        },
        kSteps);
  }
  if (data.groups > 1) work(priorPart(data));
}

// Columns become log-probabilities.
void normaliseColumns(Matrix& scores) {
  for (auto column : scores.colwise()) column.array() -= logSumExp(column.data(), scores.rows());
}

Matrix logProbabilities(const Part& part, const Weights& weights, std::size_t group) {
  Matrix scores = (weights.W * part.x).colwise() + weights.offsets.col(static_cast<Index>(group));
  normaliseColumns(scores);
  return scores;
}

Matrix centred(const Matrix& W) {
  return W.rowwise() - W.colwise().mean();
}

double objectiveOf(const Regression& data, const Weights& weights, const Progress& progress = noProgress()) {
  const Matrix W = centred(weights.W);
  double sum = -0.25 * (W * data.spread).cwiseProduct(W).sum();
  overParts(data, progress, [&](const Part& part) {
    for (std::size_t g = 0; g < part.targets.size(); ++g)
      sum += part.targets[g].cwiseProduct(logProbabilities(part, weights, g)).sum();
  });
  return sum;
}

// Gradient and negative Hessian (its lower triangle) with respect to the rows of [W offsets], one after the
// other.
struct Curvature {
  Vector gradient;
  Matrix hessian;
};

// What the bound's spread of x adds.
Curvature curvatureOfSpread(const Regression& data, const Weights& weights) {
  const Index K = weights.W.rows(), L = weights.W.cols(), width = L + weights.offsets.cols();
  Curvature found{Vector::Zero(K * width), Matrix::Zero(K * width, K * width)};
  const Matrix pull = 0.5 * centred(weights.W) * data.spread;
  for (Index j = 0; j < K; ++j) {
    found.gradient.segment(j * width, L) = -pull.row(j).transpose();
    for (Index l = 0; l <= j; ++l)
      found.hessian.block(j * width, l * width, L, L) =
          0.5 * ((j == l ? 1.0 : 0.0) - 1.0 / static_cast<double>(K)) * data.spread;
  }
  return found;
}

// A step's weight in the block of states j and l is a sum over groups where W is concerned, so that the
// product with x is formed once per block.
void addCurvature(Curvature& found, const Part& part, const Weights& weights) {
  const Index K = weights.W.rows(), L = weights.W.cols(), G = weights.offsets.cols(), width = L + G;
  std::vector<Matrix> p;
  Matrix counts(part.x.cols(), G);
  for (Index g = 0; g < G; ++g) {
    const Matrix& target = part.targets[static_cast<std::size_t>(g)];
    p.push_back(logProbabilities(part, weights, static_cast<std::size_t>(g)).array().exp());
    counts.col(g) = target.colwise().sum().transpose();
    const Matrix excess = target - p.back() * counts.col(g).asDiagonal();
    const Matrix pulls = part.x * excess.transpose();  // L x K
    for (Index j = 0; j < K; ++j) {
      found.gradient.segment(j * width, L) += pulls.col(j);
      found.gradient(j * width + L + g) += excess.row(j).sum();
    }
  }
  Matrix weight(part.x.cols(), G);
  for (Index j = 0; j < K; ++j)
    for (Index l = 0; l <= j; ++l) {
      for (Index g = 0; g < G; ++g) {
        const Matrix& own = p[static_cast<std::size_t>(g)];
        weight.col(g) = -own.row(j).cwiseProduct(own.row(l)).transpose();
        if (l == j) weight.col(g) += own.row(j).transpose();
      }
      weight = weight.cwiseProduct(counts);
      const Matrix weighted = part.x * weight.rowwise().sum().asDiagonal();
      const Matrix cross = part.x * weight;
      auto block = found.hessian.block(j * width, l * width, width, width);
      block.topLeftCorner(L, L).noalias() += weighted * part.x.transpose();
      block.topRightCorner(L, G) += cross;
      block.bottomLeftCorner(G, L) += cross.transpose();
      block.bottomRightCorner(G, G).diagonal() += weight.colwise().sum().transpose();
    }
}

Curvature curvatureOf(const Regression& data, const Weights& weights, const Progress& progress) {
  Curvature found = curvatureOfSpread(data, weights);
  overParts(data, progress, [&](const Part& part) { addCurvature(found, part, weights); });
  return found;
}

// One Newton step, halved until the objective does not fall. Returns whether there was one.
bool stepUp(Weights& weights, double& objective, const Regression& data, const Progress& progress) {
  Curvature at = curvatureOf(data, weights, progress);
  const Index K = weights.W.rows(), L = weights.W.cols(), groups = weights.offsets.cols();
  at.hessian.diagonal().array() += kDamping * at.hessian.diagonal().mean() + 1e-300;
  const Vector direction = at.hessian.ldlt().solve(at.gradient);
  if (!direction.allFinite()) return false;
  const Matrix change = direction.reshaped(L + groups, K).transpose();
  double share = 1;
  for (int i = 0; i < kHalvings; ++i, share *= 0.5) {
    const Weights next{weights.W + share * change.leftCols(L),
                       weights.offsets + share * change.rightCols(groups)};
    const double value = objectiveOf(data, next, progress);
    if (!(value > objective)) continue;
    weights = next;
    objective = value;
    return true;
  }
  return false;
}

Weights weightsOf(const SldsModel& model, const SldsBounds& bounds) {
  const Index K = model.states();
  Weights weights{model.recurrent() ? model.W : Matrix::Zero(K, model.latents()),
                  Matrix::Zero(K, groupsOf(bounds, K))};
  if (bounds.transitions == SldsTransitions::recurrentOnly) {
    if (model.w.size() > 0) weights.offsets.col(0) = model.w;
  } else {
    weights.offsets = model.logTransition.transpose();
    if (model.w.size() > 0) weights.offsets.colwise() += model.w;
  }
  return weights;
}

// W without what changes nothing: a common shift of all rows, and of the offsets.
void store(SldsModel& model, Weights weights) {
  const Index K = model.states();
  model.W = centred(weights.W);
  model.w = Vector::Zero(K);
  normaliseColumns(weights.offsets);
  if (weights.offsets.cols() == K) {
    model.logTransition = weights.offsets.transpose();
    return;
  }
  model.logTransition.setConstant(-std::log(static_cast<double>(K)));
  model.w = weights.offsets.col(0);
}

Matrix pairCounts(const std::vector<SldsPosterior>& posteriors, const SldsBounds& bounds,
                  const Progress& progress = noProgress()) {
  const Index K = posteriors.front().z.states.rows();
  Vector counts = Vector::Zero(K * K);
  for (const auto& posterior : posteriors)
    inPieces(posterior.z.pairs.cols(), progress,
             [&](Index t, Index n) { counts += posterior.z.pairs.middleCols(t, n).rowwise().sum(); });
  Matrix square = counts.reshaped(K, K);
  square.diagonal().array() += bounds.stickiness;
  return square;
}

Matrix logs(const Matrix& probabilities) {
  return probabilities.array().max(kLeast).log();
}

}  // namespace

double logPrior(const SldsModel& model, const SldsBounds& bounds) {
  if (!(bounds.stickiness > 0)) return 0;
  const Matrix logRows = logTransitionsAt(model, Matrix::Zero(model.latents(), 2)).rightCols(1);
  double sum = 0;
  for (Index i = 0; i < model.states(); ++i) sum += logRows(i + model.states() * i, 0);
  return bounds.stickiness * sum;
}

double transitionObjective(const SldsModel& model, const std::vector<SldsPosterior>& posteriors,
                           const SldsBounds& bounds) {
  if (bounds.transitions != SldsTransitions::markov)
    return objectiveOf(regressionOf(model, posteriors, bounds), weightsOf(model, bounds));
  const Matrix logRows = logTransitionsAt(model, Matrix::Zero(model.latents(), 2));
  return pairCounts(posteriors, bounds).reshaped().dot(logRows.reshaped());
}

void updateTransitions(SldsModel& model, const std::vector<SldsPosterior>& posteriors,
                       const SldsBounds& bounds, Progress& progress) {
  const Index K = model.states();
  if (K == 1) return;
  Vector first = Vector::Zero(K);
  for (const auto& posterior : posteriors) first += posterior.z.states.col(0);
  const Vector logInitial = logs(first / static_cast<double>(posteriors.size()));
  if (bounds.transitions == SldsTransitions::markov) {
    const Matrix counts = pairCounts(posteriors, bounds, progress);
    model.logInitial = logInitial;
    for (Index i = 0; i < K; ++i)
      if (const double total = counts.row(i).sum(); total > 0)
        model.logTransition.row(i) = logs(counts.row(i) / total);
    return;
  }
  const Regression data = regressionOf(model, posteriors, bounds, progress);
  Weights weights = weightsOf(model, bounds);
  double objective = objectiveOf(data, weights, progress);
  for (int step = 0; step < kNewtonSteps; ++step)
    if (!stepUp(weights, objective, data, progress)) break;
  model.logInitial = logInitial;
  store(model, std::move(weights));
}

}  // namespace keyhole
