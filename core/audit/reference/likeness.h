// Whether a recording is like anything in a reference table.
#pragma once

#include "core/audit/reference/table.h"

#include <memory>

namespace keyhole {

struct Likeness {
  static constexpr double kUnlike = 0.99;  // quantile from which no weights are given

  double distance = 0;   // to the fifth nearest row, all statistics (also those that the classifier does not
                         // use), each in its normal scores over the table, beyond its range as far as it is
  double quantile = 0;   // share of the table's rows that are nearer to their own fifth neighbour
  std::string farthest;  // the statistic that lies farthest from the middle of the table
  double farthestScore = 0;  // in deviations

  bool unlike() const { return quantile > kUnlike; }
};

// A table's own distances, for as many recordings as one likes. Missing statistics are taken at the middle. A
// plain distance like this notices what is far from everything, and does not notice a missing mechanism whose
// statistics look like those of others: what leaving out each mechanism does to the answer says more. Of at
// most 4000 rows, the first ones. Cost O(rows² statistics) once, O(rows statistics) for each recording.
class TableDistances {
 public:
  // Throws Stopped.
  explicit TableDistances(const std::vector<ReferenceRow>& rows, Progress& progress = noProgress());
  Likeness of(const Statistics& recording) const;
  // To each of the rows that are looked at.
  Vector distancesTo(const Statistics& recording) const;

 private:
  Vector scoresOf(const Statistics& recording) const;

  class Scores;
  std::vector<std::shared_ptr<const Scores>> m_scores;
  Matrix m_table;  // statistics x rows, normal scores
  std::vector<double> m_distances;
};

}  // namespace keyhole
