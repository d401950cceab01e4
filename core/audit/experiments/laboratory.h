// The circuits that remain after an answer, and experiments on them. Internals of experiments.h.
#pragma once

#include "core/audit/experiments/push_response.h"
#include "core/audit/reference/answer.h"

#include <functional>
#include <string>
#include <vector>

namespace keyhole {

constexpr Index kMostGap = 2000;  // samples between two pushes

// The lags at which pushes are followed: of the claimed time, as far as the gaps between them let.
std::array<Index, PushResponse::kLags> followedLags(const Statistics& recording);

// Where pushes fall in a recording whose trials stand end to end.
std::vector<SeenPush> seenPushes(const std::vector<TimedPush>& pushes, const std::vector<Index>& lengths);

// What experiments make of one circuit: numbers for each of them, as many in every circuit, or none where it
// cannot be made there.
using WorldRun = std::function<std::vector<std::vector<double>>(const World& world, std::uint64_t noise,
                                                                std::uint64_t index)>;

struct WorldResults {
  Eigen::MatrixXf values;          // one row per circuit in which the experiment was made
  std::vector<int> real, circuit;  // whether it has a real slow variable, and one of its own
  std::vector<std::size_t> rows;   // of the table
};

class Laboratory {
 public:
  // Draws so many circuits by their weights, of each class the half nearest to the recording. Keeps table,
  // shape and progress, to which it reports from 0 to 1.
  Laboratory(const ReferenceTable& table, const WorldClassifier& classifier, const ReferenceShape& shape,
             const Statistics& recording, Index worlds, Progress& progress);

  // In all of them, on all cores: results for each of `experiments` experiments. Throws Stopped.
  std::vector<WorldResults> run(const WorldRun& made, std::size_t experiments,
                                const std::string& words) const;

  Index circuits() const;                  // different ones
  double shareReal(bool inCircuit) const;  // with a real slow variable; inCircuit: of the circuit's own

 private:
  WorldResults resultsOf(const std::vector<std::vector<std::vector<double>>>& all,
                         std::size_t experiment) const;

  const ReferenceTable& m_table;
  const ReferenceShape& m_shape;
  Progress& m_progress;
  std::vector<std::size_t> m_drawn;  // rows of the table
};

}  // namespace keyhole
