#include "core/io/file_arrays.h"

#include "core/common/error.h"
#include "core/io/column_names.h"
#include "core/io/file_bytes.h"
#include "core/io/neurodata.h"
#include "core/io/words.h"

#include <algorithm>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

bool isRateName(const std::string& name) {
  return isOneOf(lowerCase(name),
                 {"fs", "rate", "srate", "sr", "fps", "samplerate", "sample_rate", "samplingrate",
                  "sampling_rate", "framerate", "frame_rate", "sampling_frequency", "samplingfrequency"});
}

bool isVector(const FileNode& node) {
  return node.shape.size() == 2 && (node.shape[0] == 1 || node.shape[1] == 1);
}

std::string lastName(const std::string& path) {
  const auto at = path.find_last_of("./");
  return at == std::string::npos ? path : path.substr(at + 1);
}

class Collector {
 public:
  std::vector<FileArray> arrays;
  std::size_t unlisted = 0;  // more of them

  void visit(const FileNode& node, const std::string& path) {
    switch (node.kind) {
      case Kind::numbers:
        return add({&node}, false, path, node.type);
      case Kind::group:
        if (node.children.empty() && !node.why.empty()) return unreadable(node, path);
        return members(node, path);
      case Kind::structs:
      case Kind::cells:
        return list(node, path);
      default:
        return unreadable(node, path);
    }
  }

 private:
  static constexpr std::size_t kMost = 5000, kMostOfAnyKind = 50'000;

  bool isFull() const { return arrays.size() >= kMostOfAnyKind; }

  // Of very many arrays those that are nothing to a recording make way for those that may be.
  void makeRoom(std::size_t from) {
    if (arrays.size() <= kMost) return;
    from = std::max(from, kMost);
    const auto first = arrays.begin() + static_cast<std::ptrdiff_t>(from);
    const auto kept = std::remove_if(first, arrays.end(), [](const FileArray& array) {
      return array.role == ArrayRole::other && array.type != "damaged";
    });
    unlisted += static_cast<std::size_t>(arrays.end() - kept);
    arrays.erase(kept, arrays.end());
    if (arrays.size() <= kMostOfAnyKind) return;
    unlisted += arrays.size() - kMostOfAnyKind;
    arrays.resize(kMostOfAnyKind);
  }

  void members(const FileNode& group, const std::string& path) {
    const FileNode* data = seriesData(group);
    if (data) series(group, *data, path);
    if (const FileNode* ends = isUnits(group) ? memberOf(group, "spike_times_index") : nullptr)
      table(group, path, ArrayRole::spikes, std::to_string(ends->size()) + " units",
            "spike times of units, to be counted in bins (--bin)");
    if (const FileNode* starts = isIntervals(group) ? memberOf(group, "start_time") : nullptr)
      table(group, path, ArrayRole::trials, std::to_string(starts->size()) + " intervals",
            "a table of intervals, from which trials can be cut (--trials " +
                (path.starts_with("intervals/") ? path.substr(10) : path) + ")");
    for (const auto& child : group.children) {
      if (&child == data) continue;
      const std::size_t before = arrays.size();
      visit(child, memberPath(path, group, child.name));
      if (isTable(group.type)) asColumns(before, path);
      makeRoom(before);
    }
  }

  // "start_time" of a table of intervals is no clock of a recording, and its masks are no activity.
  void asColumns(std::size_t first, const std::string& path) {
    for (; first < arrays.size(); ++first) {
      FileArray& column = arrays[first];
      if (column.role == ArrayRole::other) continue;
      column.role = column.role == ArrayRole::recording ? ArrayRole::other : ArrayRole::vector;
      column.reason = "a column of the table " + path;
    }
  }

  void series(const FileNode& group, const FileNode& data, const std::string& path) {
    add({&data}, false, path, group.type);
    FileArray& array = arrays.back();
    array.rate = group.rate;
    array.unit = group.unit;
    array.trials = 0;  // the first axis is time, and there are no pages
    if (array.role != ArrayRole::recording) return;
    const std::string behaviour = notNeural(group.type, path);
    if (!behaviour.empty()) {
      array.role = ArrayRole::input;
      array.reason = behaviour;
    }
    if (isImages(group.type) || data.shape.size() > 2) {
      array.role = ArrayRole::other;
      array.reason = "images over time, of which units must be made first";
    }
  }

  void table(const FileNode& group, const std::string& path, ArrayRole role, const std::string& shape,
             const std::string& reason) {
    FileArray array;
    array.path = path;
    array.type = group.type;
    array.shape = shape;
    array.role = role;
    array.reason = reason;
    arrays.push_back(std::move(array));
  }

  void unreadable(const FileNode& node, const std::string& path) {
    FileArray array;
    array.path = path;
    array.extents = node.shape;
    array.shape = shapeText(node.shape);
    array.type = node.type;
    array.reason = node.why.empty() ? node.kind == Kind::text ? "text" : "no numbers" : node.why;
    arrays.push_back(std::move(array));
  }

  void list(const FileNode& node, const std::string& path) {
    std::vector<const FileNode*> elements;
    for (const auto& child : node.children) elements.push_back(&child);
    if (elements.empty()) return unreadable(node, path);
    sameKind(elements, path);
  }

  // Elements of one list: all numbers, or all structs, of which each field is a list again.
  void sameKind(const std::vector<const FileNode*>& elements, const std::string& path) {
    const auto all = [&](Kind kind) {
      return std::all_of(elements.begin(), elements.end(),
                         [&](const FileNode* n) { return n->kind == kind; });
    };
    if (all(Kind::numbers)) return add(elements, true, path, elements.front()->type);
    if (all(Kind::text) && elements.size() > 1) return texts(elements.size(), path);
    if (!all(Kind::group)) return oneByOne(elements, path);
    for (const auto& field : elements.front()->children) {
      std::vector<const FileNode*> values;
      for (const FileNode* element : elements)
        for (const auto& child : element->children)
          if (child.name == field.name) values.push_back(&child);
      if (values.size() == elements.size() && !isFull())
        sameKind(values, memberPath(path, *elements.front(), field.name));
    }
  }

  // Names or conditions of trials: a line for all of them.
  void texts(std::size_t count, const std::string& path) {
    FileArray array;
    array.path = path;
    array.shape = std::to_string(count) + " elements";
    array.type = "text";
    array.reason = "text";
    arrays.push_back(std::move(array));
  }

  void oneByOne(const std::vector<const FileNode*>& elements, const std::string& path) {
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(elements.size(), kShown) && !isFull(); ++i)
      visit(*elements[i], path + "{" + std::to_string(i + 1) + "}");
  }

  void add(std::vector<const FileNode*> nodes, bool isList, const std::string& path,
           const std::string& type) {
    FileArray array;
    array.path = path;
    array.type = type;
    array.unit = nodes.front()->unit;
    array.rate = nodes.front()->rate;
    array.isList = isList;
    array.nodes = std::move(nodes);
    const auto& first = *array.nodes.front();
    if (isList) array.trials = static_cast<Index>(array.nodes.size());
    if (!isList && first.shape.size() > 2)
      array.trials = static_cast<Index>(std::min<std::uint64_t>(first.shape.back(), 1u << 30));
    array.extents = first.shape;
    array.shape = isList ? listShape(array.nodes) : shapeText(first.shape);
    guessRole(array);
    arrays.push_back(std::move(array));
  }

  static std::string listShape(const std::vector<const FileNode*>& nodes) {
    const FileNode& first = *nodes.front();
    std::string text = std::to_string(nodes.size()) + (nodes.size() == 1 ? " trial of " : " trials of ");
    for (std::size_t d = 0; d < first.shape.size(); ++d) {
      std::uint64_t least = first.shape[d], most = least;
      for (const FileNode* node : nodes) {
        if (d >= node->shape.size()) continue;
        least = std::min(least, node->shape[d]);
        most = std::max(most, node->shape[d]);
      }
      text += (d ? " x " : "") + std::to_string(least) + (most > least ? "…" + std::to_string(most) : "");
    }
    return text;
  }

  static void guessRole(FileArray& array) {
    const FileNode& first = *array.nodes.front();
    const std::string name = lastName(array.path);
    if (!array.isList && !first.why.empty()) {
      array.reason = first.why;
    } else if (array.isList) {
      const bool matrices = std::all_of(array.nodes.begin(), array.nodes.end(), [](const FileNode* n) {
        return n->shape.size() == 2 && n->shape[0] > 1 && n->shape[1] > 1;
      });
      array.role = matrices ? ArrayRole::recording : ArrayRole::vector;
      array.reason = matrices ? "a matrix for every trial" : "something for every trial";
    } else if (first.size() == 1) {
      array.role = isRateName(name) ? ArrayRole::rate : ArrayRole::other;
      array.reason = isRateName(name) ? "a single number with the name of a rate" : "a single number";
    } else if (isVector(first)) {
      array.role = isClockName(name) ? ArrayRole::clock : ArrayRole::vector;
      array.reason = isClockName(name) ? "a vector with the name of a clock" : "a vector";
    } else if (first.size() > 0) {
      array.role = ArrayRole::recording;
      array.reason = first.shape.size() > 2 ? "its last axis counts trials" : "a matrix of numbers";
    } else {
      array.reason = "empty";
    }
  }
};

std::uint64_t entriesOf(const FileArray& array) {
  std::uint64_t entries = 0;
  for (const FileNode* node : array.nodes)
    entries += std::min<std::uint64_t>(node->size(), std::uint64_t{1} << 50);
  return entries;
}

std::uint64_t longestSide(const FileArray& array) {
  std::uint64_t most = 0;
  for (const FileNode* node : array.nodes)
    most = std::max(most, *std::max_element(node->shape.begin(), node->shape.end()));
  return array.isList ? most * array.nodes.size() : most;
}

std::vector<const FileArray*> withRole(const std::vector<FileArray>& arrays, ArrayRole role) {
  std::vector<const FileArray*> found;
  for (const auto& array : arrays)
    if (array.role == role) found.push_back(&array);
  return found;
}

// A handful of numbers beside a recording is a table of its own.
void passOverTiny(std::vector<const FileArray*>& candidates, std::vector<std::string>& notes,
                  const std::string& file) {
  constexpr std::uint64_t kShort = 20, kFew = 200, kTimes = 20;
  std::uint64_t most = 0;
  for (const auto* array : candidates) most = std::max(most, entriesOf(*array));
  std::vector<std::string> tiny;
  std::erase_if(candidates, [&](const FileArray* array) {
    const bool isTiny =
        longestSide(*array) < kShort && entriesOf(*array) < kFew && kTimes * entriesOf(*array) < most;
    if (isTiny) tiny.push_back(describe(*array));
    return isTiny;
  });
  if (!tiny.empty() && candidates.size() == 1)
    notes.push_back(file + ": " + describe(*candidates.front()) + " was read, and " + listed(tiny) +
                    " passed over as too short for a recording");
}

// Series after the NWB schema are what such a file was written for.
void preferSeries(std::vector<const FileArray*>& candidates) {
  const auto isSeries = [](const FileArray* array) { return array->type.ends_with("Series"); };
  if (std::none_of(candidates.begin(), candidates.end(), isSeries)) return;
  std::erase_if(candidates, [&](const FileArray* array) { return !isSeries(array); });
}

}  // namespace

const char* nameOf(ArrayRole role) {
  switch (role) {
    case ArrayRole::recording:
      return "recording";
    case ArrayRole::input:
      return "input";
    case ArrayRole::clock:
      return "clock";
    case ArrayRole::rate:
      return "rate";
    case ArrayRole::spikes:
      return "spikes";
    case ArrayRole::trials:
      return "trials";
    case ArrayRole::vector:
      return "vector";
    default:
      return "other";
  }
}

const FileNode* seriesData(const FileNode& node) {
  if (node.kind != Kind::group || node.type == "group" || node.type == "struct") return nullptr;
  for (const auto& child : node.children)
    if (child.name == "data" && child.kind == Kind::numbers && node.type.ends_with("Series")) return &child;
  return nullptr;
}

std::string memberPath(const std::string& path, const FileNode& group, const std::string& name) {
  if (path.empty()) return name;
  return path + (group.type == "struct" || group.type == "object" ? "." : "/") + name;
}

std::vector<FileArray> arraysIn(const FileNode& root) {
  Collector collector;
  collector.visit(root, "");
  auto& arrays = collector.arrays;
  // A vector as long as a recording may be its input.
  for (auto& array : arrays) {
    if (array.role != ArrayRole::vector || array.isList) continue;
    for (const auto& other : arrays)
      if (other.role == ArrayRole::recording && !other.isList &&
          other.nodes.front()->shape[0] == array.nodes.front()->size()) {
        array.role = ArrayRole::input;
        array.reason = "a vector as long as " + other.path;
        break;
      }
  }
  if (collector.unlisted > 0) {
    FileArray rest;
    rest.path = "…";
    rest.reason = std::to_string(collector.unlisted) + " more arrays, which are not listed";
    arrays.push_back(std::move(rest));
  }
  return std::move(arrays);
}

std::string listed(const std::vector<std::string>& descriptions) {
  constexpr std::size_t kMost = 200;  // bytes
  std::string text;
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    if (text.size() + descriptions[i].size() > kMost && i > 0)
      return text + " and " + std::to_string(descriptions.size() - i) + " more";
    text += (i ? ", " : "") + descriptions[i];
  }
  return text.empty() ? "none" : text;
}

std::string describe(const FileArray& array) {
  return shownText(array.path) + " (" + array.shape + (array.shape.empty() ? "" : " ") + array.type + ")";
}

const FileArray& onlyRecording(const std::vector<FileArray>& arrays, const std::string& file,
                               std::vector<std::string>& notes) {
  for (const auto& array : arrays)
    if (array.type == "damaged")
      throw InputError(
          file + ":" + shownText(array.path) + " " + array.reason +
          ": the file is truncated or damaged; allowed: a whole file, or another of its arrays by name");
  auto candidates = withRole(arrays, ArrayRole::recording);
  preferSeries(candidates);
  if (candidates.size() > 1) passOverTiny(candidates, notes, file);
  const auto spikes = withRole(arrays, ArrayRole::spikes);
  if (candidates.empty() && spikes.empty()) {
    for (const ArrayRole role : {ArrayRole::vector, ArrayRole::input})
      for (const auto* array : withRole(arrays, role))
        if (array->nodes.size() > 0 && entriesOf(*array) > 1) candidates.push_back(array);
    preferSeries(candidates);
  }
  candidates.insert(candidates.end(), spikes.begin(), spikes.end());
  if (candidates.size() == 1) return *candidates.front();
  std::vector<std::string> descriptions;
  for (const auto* array : candidates) descriptions.push_back(describe(*array));
  if (!candidates.empty())
    throw InputError(file + " holds " + std::to_string(candidates.size()) +
                     (spikes.empty() ? " numeric matrices" : " recordings") +
                     ", so a name is needed; allowed: " + file + ":NAME with one of " + listed(descriptions));
  for (const auto& array : arrays)
    descriptions.push_back(array.nodes.empty() && array.shape.empty()
                               ? shownText(array.path) + " (" + array.reason + ")"
                               : describe(array) + (array.nodes.empty() ? ", which " + array.reason : ""));
  throw InputError(file + " holds no real matrix of numbers (its variables: " + listed(descriptions) +
                   "); allowed: a file with at least one");
}

}  // namespace keyhole
