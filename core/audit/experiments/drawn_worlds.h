// The circuits that remain after an answer, and what is decided from experiments on them.
#pragma once

#include "core/audit/reference/answer.h"

#include <vector>

namespace keyhole {

// Rows of a table drawn with their weights, with replacement; the same numbers every time.
std::vector<std::size_t> drawnRows(const ReferenceTable& table, const Vector& classes,
                                   const Vector& distances, Index count);

struct Decision {
  double error = 0,
         standardError = 0;  // share of wrong ones, each by a model that was shown no run of its circuit
  Vector probabilities;      // of `asked`, by the five models, calibrated on runs of circuits not seen
};

// Learns the truth (0 or 1) from results (rows x features) of circuits (the rows of the table, so that no
// fold shares one); asked: further results to decide on, may have no rows. Where all truths are alike nothing
// is wrong.
Decision decide(const Eigen::MatrixXf& results, const std::vector<int>& truths,
                const std::vector<std::size_t>& circuits, const Eigen::MatrixXf& asked);

}  // namespace keyhole
