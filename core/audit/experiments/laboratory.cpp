#include "core/audit/experiments/laboratory.h"

#include "core/audit/experiments/drawn_worlds.h"
#include "core/common/parallel.h"

#include <algorithm>
#include <atomic>
#include <set>

namespace keyhole {
namespace {

constexpr std::uint64_t kFreshNoise = 0x9e3779b97f4a7c15ULL;  // the table's own noise is of its seed

bool hasOwn(const ReferenceRow& row) {
  return row.real() && mechanisms()[row.mechanism].name != "slow-input";
}

}  // namespace

std::array<Index, PushResponse::kLags> followedLags(const Statistics& recording) {
  return pushLags(std::min(recording.claimedSteps, static_cast<double>(kMostGap) / 3));
}

std::vector<SeenPush> seenPushes(const std::vector<TimedPush>& pushes, const std::vector<Index>& lengths) {
  std::vector<SeenPush> made;
  for (const auto& push : pushes) {
    Index before = 0;
    for (std::size_t k = 0; k < push.trial; ++k) before += lengths[k];
    for (const Index earlier : push.earlier) made.push_back({before + push.at - earlier, push.push});
    made.push_back({before + push.at, push.push});
  }
  return made;
}

Laboratory::Laboratory(const ReferenceTable& table, const WorldClassifier& classifier,
                       const ReferenceShape& shape, const Statistics& recording, Index worlds,
                       Progress& progress)
    : m_table(table), m_shape(shape), m_progress(progress) {
  const Vector classes = classifier.answer(recording.values).classes;
  m_drawn = drawnRows(table, classes, TableDistances(table.rows, progress).distancesTo(recording), worlds);
}

std::vector<WorldResults> Laboratory::run(const WorldRun& made, std::size_t experiments,
                                          const std::string& words) const {
  std::vector<std::vector<std::vector<double>>> all(m_drawn.size());
  std::atomic<std::size_t> done = 0;
  parallelFor(
      m_drawn.size(),
      [&](std::size_t i) {
        m_progress.throwIfStopped();
        const auto& row = m_table.rows[m_drawn[i]];
        const auto world = worldOf(m_shape, m_table.seed, row.index);
        if (world) all[i] = made(*world, m_table.seed ^ kFreshNoise, static_cast<std::uint64_t>(i));
        ++done;
      },
      [&] {
        m_progress.checkpoint(
            static_cast<double>(done) / static_cast<double>(m_drawn.size()),
            words + " (" + std::to_string(done) + " of " + std::to_string(m_drawn.size()) + " circuits)");
      });
  std::vector<WorldResults> results;
  for (std::size_t k = 0; k < experiments; ++k) results.push_back(resultsOf(all, k));
  return results;
}

// Of one experiment, without the circuits in which it could not be made.
WorldResults Laboratory::resultsOf(const std::vector<std::vector<std::vector<double>>>& all,
                                   std::size_t experiment) const {
  WorldResults results;
  std::vector<const std::vector<double>*> made;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].empty() || all[i][experiment].empty()) continue;
    const auto& row = m_table.rows[m_drawn[i]];
    results.rows.push_back(m_drawn[i]);
    results.real.push_back(row.real());
    results.circuit.push_back(hasOwn(row));
    made.push_back(&all[i][experiment]);
  }
  const std::size_t width = made.empty() ? 0 : made.front()->size();
  results.values.resize(static_cast<Index>(made.size()), static_cast<Index>(width));
  for (std::size_t i = 0; i < made.size(); ++i)
    for (std::size_t j = 0; j < width; ++j)
      results.values(static_cast<Index>(i), static_cast<Index>(j)) = static_cast<float>((*made[i])[j]);
  return results;
}

Index Laboratory::circuits() const {
  return static_cast<Index>(std::set<std::size_t>(m_drawn.begin(), m_drawn.end()).size());
}

double Laboratory::shareReal(bool inCircuit) const {
  double share = 0;
  for (const std::size_t i : m_drawn) {
    const auto& row = m_table.rows[i];
    share += inCircuit ? hasOwn(row) : row.real();
  }
  return share / static_cast<double>(m_drawn.size());
}

}  // namespace keyhole
