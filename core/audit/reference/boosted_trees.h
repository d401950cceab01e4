// Gradient boosted trees for probabilities of classes (XGBoost; Chen & Guestrin 2016).
#pragma once

#include "core/common/types.h"

#include <memory>
#include <string>
#include <vector>

namespace keyhole {

struct BoostingOptions {
  int rounds = 60;
  int depth = 4;
  double rate = 0.15;      // eta
  double rows = 0.8;       // share of the rows, and
  double columns = 0.5;    // of the columns, that a tree is shown
  double leastWeight = 2;  // of a leaf
  int seed = 1;
};

// The options as text, with the library's version, for a report.
std::string boostingText(const BoostingOptions& options);

class BoostedTrees {
 public:
  // X: rows x features (NaN: missing); labels 0 … classes-1. On one thread: the same numbers every time.
  // Throws std::runtime_error with the library's message.
  BoostedTrees(const Eigen::MatrixXf& X, const std::vector<int>& labels, int classes,
               const BoostingOptions& options);
  ~BoostedTrees();
  BoostedTrees(BoostedTrees&&) noexcept;
  BoostedTrees& operator=(BoostedTrees&&) noexcept;

  Matrix probabilities(const Eigen::MatrixXf& X) const;  // rows x classes, rows sum to 1

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace keyhole
