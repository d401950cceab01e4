#include "core/io/spike_times.h"

#include "core/common/error.h"
#include "core/common/memory.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

const FileNode* member(const FileNode& group, const std::string& name) {
  for (const auto& child : group.children)
    if (child.name == name) return &child;
  return nullptr;
}

}  // namespace

const FileNode* spikeUnits(const FileNode& root, const std::string& path) {
  const FileNode* node = &root;
  for (std::size_t at = 0; node && at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) node = member(*node, path.substr(at, end - at));
    at = end + 1;
  }
  return node && node->type == "Units" ? node : nullptr;
}

Matrix binnedSpikes(FileTree& tree, const FileNode& units, const std::string& shown, double bin,
                    std::vector<std::string>& notes) {
  const auto refuse = [&](const std::string& why) { throw InputError(shown + " " + why); };
  const FileNode *timesNode = member(units, "spike_times"), *endsNode = member(units, "spike_times_index");
  if (!timesNode || !endsNode || timesNode->kind != FileNode::Kind::numbers ||
      endsNode->kind != FileNode::Kind::numbers)
    refuse("has no spike_times and spike_times_index; allowed: units after the NWB schema");
  if (!(bin > 0)) refuse("holds spike times; allowed: with --bin SECONDS, in which they are counted");
  const std::vector<Matrix> loaded = tree.load({timesNode, endsNode});
  const Vector times = loaded[0].reshaped(), ends = loaded[1].reshaped();
  double last = 0;
  for (Index k = 0; k < times.size(); ++k) {
    if (!std::isfinite(times(k)) || times(k) < 0)
      refuse("has the spike time " + toText(times(k)) + " (number " + std::to_string(k + 1) +
             "); allowed: seconds from 0");
    last = std::max(last, times(k));
  }
  constexpr double kMost = 1e9;
  const double bins = std::floor(last / bin) + 1;
  if (ends.size() == 0 || bins * static_cast<double>(ends.size()) > kMost)
    refuse("has " + std::to_string(ends.size()) + " units and spikes up to " + toText(last) + " s, " +
           twoDigits(bins) + " bins; allowed: at least 1 unit, and up to 10^9 counts");
  Matrix counts = Matrix::Zero(static_cast<Index>(bins), ends.size());
  Index k = 0;
  for (Index unit = 0; unit < ends.size(); ++unit) {
    const double end = ends(unit);
    if (!(end >= static_cast<double>(k) && end <= static_cast<double>(times.size())))
      refuse("has spike_times_index " + toText(end) + " of unit " + std::to_string(unit + 1) +
             "; allowed: from " + std::to_string(k) + " to " + std::to_string(times.size()));
    for (const Index first = k; k < static_cast<Index>(end); ++k) {
      if (k > first && times(k) < times(k - 1))
        refuse("has spike times of unit " + std::to_string(unit + 1) + " that run backwards (" +
               toText(times(k)) + " behind " + toText(times(k - 1)) + "); allowed: rising ones");
      ++counts(std::min(static_cast<Index>(times(k) / bin), counts.rows() - 1), unit);
    }
  }
  if (k < times.size())
    notes.push_back(shown + ": " + std::to_string(times.size() - k) +
                    " spike times belong to no unit and were left out");
  notes.push_back(shown + ": spike times were counted in " + std::to_string(counts.rows()) + " bins of " +
                  toText(bin) + " s from time 0");
  return counts;
}

}  // namespace keyhole
