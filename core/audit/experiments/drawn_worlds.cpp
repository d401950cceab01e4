#include "core/audit/experiments/drawn_worlds.h"

#include "core/common/parallel.h"
#include "core/common/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace keyhole {
namespace {

constexpr int kFolds = 5;

BoostingOptions smallTrees() {
  BoostingOptions options;
  options.rounds = 40;
  options.depth = 3;
  options.rate = 0.1;
  return options;
}

Eigen::MatrixXf rowsOf(const Eigen::MatrixXf& X, const std::vector<Index>& which) {
  Eigen::MatrixXf made(static_cast<Index>(which.size()), X.cols());
  for (std::size_t i = 0; i < which.size(); ++i) made.row(static_cast<Index>(i)) = X.row(which[i]);
  return made;
}

// Circuits in turn, in the order in which they come first: all runs of one in the same fold.
std::vector<int> foldsOf(const std::vector<std::size_t>& circuits) {
  std::map<std::size_t, int> seen;
  std::vector<int> folds;
  for (const std::size_t circuit : circuits)
    folds.push_back(seen.try_emplace(circuit, static_cast<int>(seen.size()) % kFolds).first->second);
  return folds;
}

}  // namespace

std::vector<std::size_t> drawnRows(const ReferenceTable& table, const Vector& classes,
                                   const Vector& distances, Index count) {
  const auto n = std::min(table.rows.size(), static_cast<std::size_t>(distances.size()));
  std::vector<std::vector<std::size_t>> ofClass(static_cast<std::size_t>(classes.size()));
  for (std::size_t i = 0; i < n; ++i) ofClass[static_cast<std::size_t>(classOf(table.rows[i]))].push_back(i);
  std::vector<double> weights(n, 0);
  for (std::size_t k = 0; k < ofClass.size(); ++k) {
    auto& rows = ofClass[k];
    if (rows.empty()) continue;
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      return distances(static_cast<Index>(a)) < distances(static_cast<Index>(b));
    });
    rows.resize((rows.size() + 1) / 2);
    for (const std::size_t i : rows)
      weights[i] = classes(static_cast<Index>(k)) / static_cast<double>(rows.size());
  }
  double all = 0;
  for (const double weight : weights) all += weight;
  // Systematic: the same share of every weight, one random number for all.
  double place = 0;
  RandomStream(1, Stream::resample).uniforms(0, {&place, 1});
  std::vector<std::size_t> drawn;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += weights[i] / all * static_cast<double>(count);
    while (static_cast<double>(drawn.size()) + place < sum && drawn.size() < static_cast<std::size_t>(count))
      drawn.push_back(i);
  }
  return drawn;
}

Decision decide(const Eigen::MatrixXf& results, const std::vector<int>& truths,
                const std::vector<std::size_t>& circuits, const Eigen::MatrixXf& asked) {
  Decision decision;
  const auto real = std::count(truths.begin(), truths.end(), 1);
  const auto n = static_cast<double>(truths.size());
  if (real == 0 || real == static_cast<std::ptrdiff_t>(truths.size())) {
    decision.probabilities = Vector::Constant(asked.rows(), real == 0 ? 0.0 : 1.0);
    return decision;
  }
  const auto folds = foldsOf(circuits);
  std::vector<double> wrong(kFolds, 0);
  Vector unseen(static_cast<Index>(truths.size()));
  Matrix answers = Matrix::Zero(asked.rows(), kFolds);
  parallelFor(kFolds, [&](std::size_t fold) {
    std::vector<Index> learned, kept;
    std::vector<int> labels;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      (folds[i] == static_cast<int>(fold) ? kept : learned).push_back(static_cast<Index>(i));
      if (folds[i] != static_cast<int>(fold)) labels.push_back(truths[i]);
    }
    if (kept.empty() || learned.empty()) return;
    const BoostedTrees model(rowsOf(results, learned), labels, 2, smallTrees());
    const Matrix told = model.probabilities(rowsOf(results, kept));
    for (std::size_t i = 0; i < kept.size(); ++i) unseen(kept[i]) = told(static_cast<Index>(i), 1);
    for (std::size_t i = 0; i < kept.size(); ++i)
      wrong[fold] +=
          (told(static_cast<Index>(i), 1) > 0.5) != (truths[static_cast<std::size_t>(kept[i])] == 1);
    if (asked.rows() > 0) answers.col(static_cast<Index>(fold)) = model.probabilities(asked).col(1);
  });
  double sum = 0;
  for (const double one : wrong) sum += one;
  decision.error = sum / n;
  // Runs of one circuit are no further circuits.
  const auto different = static_cast<double>(std::set<std::size_t>(circuits.begin(), circuits.end()).size());
  decision.standardError = std::sqrt(decision.error * (1 - decision.error) / different);
  // Few runs teach trees more than there is: what they say is worth as much as it was where they had not seen
  // the circuit. Results that tell nothing (or were misleading there) give
  // back the share that is so.
  const LogitMap map = bestLogitMap(unseen, truths);
  const double share = static_cast<double>(real) / n;
  decision.probabilities =
      answers.rowwise().mean().unaryExpr([&map, share](double p) { return map.slope > 0 ? map(p) : share; });
  return decision;
}

}  // namespace keyhole
