#include "core/io/tree_reading.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/file_place.h"
#include "core/io/long_integers.h"
#include "core/io/neurodata.h"
#include "core/io/spike_times.h"
#include "core/io/table_clock.h"
#include "core/io/tree_clock.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

class TreeReader {
 public:
  TreeReader(FileTree& tree, const std::string& file, const std::string& path, const ReadOptions& options)
      : m_tree(tree), m_file(file), m_path(path), m_options(options) {
    m_data.notes = tree.notes;
    tree.progress = options.progress;
  }

  FileData read() {
    findPath();
    if (const FileNode* units = spikeUnits(m_tree.root(), m_path)) {
      spikes(*units);
    } else {
      const PlacedArrays placed = place();
      load(placed);
      scale(placed);
      requireSameNeurons();
      findClock(placed);
    }
    sayWhatLoadingFound();
    return std::move(m_data);
  }

  // The array whose pieces are to be read, and everything but its numbers in `stream`; null if it is none.
  const FileNode* head(DataStream& stream) {
    findPath();
    if (spikeUnits(m_tree.root(), m_path)) return nullptr;
    const PlacedArrays placed = place();
    const FileNode* node = placed.nodes.front();
    if (placed.nodes.size() != 1 || placed.isList || !placed.pages.empty() || node->shape.size() != 2 ||
        node->size() == 0 || node->type == "sparse")
      return nullptr;
    m_rows = static_cast<Index>(node->shape[0]);
    m_columns = static_cast<Index>(node->shape[1]);
    stream.units = m_options.timeInColumns ? m_rows : m_columns;
    stream.timepoints = timepoints();
    constexpr Index kMostUnits = 1 << 20;  // a piece has some time points of all of them
    if (stream.units > kMostUnits) return nullptr;
    // Of units x 2, zeros and ones: what a number becomes.
    m_data.turned = !m_options.timeInColumns;
    m_data.trials.emplace_back(stream.units, 2);
    m_data.trials.front().col(0).setZero();
    m_data.trials.front().col(1).setOnes();
    scale(placed);
    findClock(placed);
    sayWhatLoadingFound();
    stream.head = std::move(m_data);
    return node;
  }

 private:
  // Where not all of a file is listed, a refusal says so.
  template <class Search>
  auto asListed(const Search& search) {
    try {
      return search();
    } catch (const InputError& error) {
      for (const auto& note : m_tree.notesOfFile())
        if (note.find(" are listed") != std::string::npos)
          throw InputError(error.what() + std::string("; ") + note);
      throw;
    }
  }

  void findPath() {
    if (m_path.empty())
      m_path = asListed([&] { return onlyRecording(arraysIn(m_tree.root()), m_file, m_data.notes).path; });
  }

  PlacedArrays place() {
    PlacedArrays placed = asListed([&] { return placedArrays(m_tree.root(), m_file, m_path); });
    m_path = m_path.substr(0, m_path.find('['));
    if (const FileNode* group = groupOf(m_tree.root(), placed.nodes.front());
        group && seriesData(*group) == placed.nodes.front())
      placed.series = group;
    return placed;
  }

  void findClock(const PlacedArrays& placed) {
    std::vector<Index> lengths;
    if (m_rows > 0)
      lengths.push_back(timepoints());
    else
      for (const auto& trial : m_data.trials) lengths.push_back(alongColumns() ? trial.cols() : trial.rows());
    const Matrix& values = m_data.trials.front();
    const Index others = alongColumns() ? values.rows() : values.cols();
    TreeClock(m_tree, m_data, m_file, shown(), lengths, others).find(placed);
  }

  // Of the file as a whole, and of numbers that a double does not hold.
  void sayWhatLoadingFound() {
    addNew(m_tree.notesOfFile());
    for (const auto& [node, integers] : m_tree.counted())
      if (const std::string note = integers.note(besideText(*node)); !note.empty()) addNew({note});
  }

  void addNew(const std::vector<std::string>& notes) {
    for (const auto& note : notes)
      if (std::find(m_data.notes.begin(), m_data.notes.end(), note) == m_data.notes.end())
        m_data.notes.push_back(note);
  }

  void spikes(const FileNode& units) {
    const std::string shown = m_file + ":" + shownText(m_path);
    if (m_options.windows.empty()) {
      m_data.trials.push_back(binnedSpikes(m_tree, units, shown, m_options.bin, m_data.notes));
      m_data.start = 0;
    } else {
      SpikeTrials trials =
          binnedSpikesIn(m_tree, units, shown, m_options.bin, m_options.windows, m_data.notes);
      m_data.trials = std::move(trials.counts);
      m_data.begins = std::move(trials.begins);
    }
    if (m_options.timeInColumns)
      for (auto& trial : m_data.trials) trial.transposeInPlace();
    m_data.interval = m_options.bin;
    m_data.intervalUnit = "s";
  }

  // Turned where the file has it so, which saves rearranging all of it.
  void load(const PlacedArrays& placed) {
    if (placed.nodes.size() == 1 && placed.pages.empty() && placed.nodes[0]->shape.size() == 2)
      if (auto turned = m_tree.loadTurned(*placed.nodes[0])) {
        m_data.trials.push_back(std::move(*turned));
        m_data.turned = true;
        return;
      }
    std::vector<Matrix> loaded = m_tree.load(placed.nodes);
    for (std::size_t k = 0; k < loaded.size(); ++k) take(std::move(loaded[k]), *placed.nodes[k], placed);
  }

  // Whether time runs along the columns of what was loaded.
  bool alongColumns() const { return m_options.timeInColumns != m_data.turned; }

  std::string shown() const { return m_file + (m_path.empty() ? "" : ":" + shownText(m_path)); }

  // Columns beyond the second axis are pages.
  void take(Matrix values, const FileNode& node, const PlacedArrays& placed) {
    if (placed.series && placed.pages.empty() && node.shape.size() > 2)
      throw InputError(shown() + " is a series of " + shapeText(node.shape) +
                       ", of which the first axis is time; allowed: time points x units, or a page such as "
                       "[:,:,1]");
    if (node.shape.size() < 3) {
      if (!placed.pages.empty()) refusePage(node, placed.pages[0]);
      m_data.trials.push_back(std::move(values));
      return;
    }
    const auto width = static_cast<Index>(node.shape[1]);
    const Index pages = width == 0 ? 0 : values.cols() / width;
    if (placed.pages.empty()) {
      if (node.shape.size() > 3)
        throw InputError(shown() + " is " + shapeText(node.shape) +
                         "; allowed: up to three dimensions, or two by an index such as [:,:,2,1]");
      for (Index k = 0; k < pages; ++k) m_data.trials.emplace_back(values.middleCols(k * width, width));
      if (pages == 0)
        throw InputError(shown() + " is " + shapeText(node.shape) + "; allowed: at least one page");
      m_data.notes.push_back(shown() + " is " + shapeText(node.shape) + ": its " + std::to_string(pages) +
                             " pages were read as trials");
      return;
    }
    if (placed.pages.size() + 2 != node.shape.size()) refusePage(node, placed.pages.back());
    std::uint64_t page = 0, stride = 1;
    for (std::size_t d = 0; d < placed.pages.size(); ++d) {
      if (placed.pages[d] >= node.shape[d + 2]) refusePage(node, placed.pages[d]);
      page += placed.pages[d] * stride;
      stride *= node.shape[d + 2];
    }
    m_data.trials.emplace_back(values.middleCols(static_cast<Index>(page) * width, width));
  }

  [[noreturn]] void refusePage(const FileNode& node, std::uint64_t page) const {
    throw InputError(shown() + " is " + shapeText(node.shape) + ", and page " + std::to_string(page + 1) +
                     " is asked for; allowed: an index into each axis beyond the second");
  }

  void scale(const PlacedArrays& placed) {
    if (placed.series)
      return bringToUnit(m_tree, *placed.series, m_data.trials.front(), alongColumns(), shown(),
                         m_data.notes);
    const FileNode& node = *placed.nodes.front();
    if (node.conversion == 1 && node.offset == 0) return;
    for (auto& trial : m_data.trials) trial = trial.array() * node.conversion + node.offset;
    m_data.notes.push_back(shown() + " was brought to " + (node.unit.empty() ? "its unit" : node.unit) +
                           " as the file says: number x " + toText(node.conversion) + " + " +
                           toText(node.offset));
  }

  void requireSameNeurons() const {
    const auto same = [&](auto&& extent) {
      return std::all_of(m_data.trials.begin(), m_data.trials.end(),
                         [&](const Matrix& m) { return extent(m) == extent(m_data.trials.front()); });
    };
    const auto rows = [](const Matrix& m) { return m.rows(); };
    const auto columns = [](const Matrix& m) { return m.cols(); };
    if (m_options.timeInColumns ? same(rows) : same(columns)) return;
    const bool otherWay = m_options.timeInColumns ? same(columns) : same(rows);
    std::size_t k = 1;
    while (m_options.timeInColumns ? m_data.trials[k].rows() == m_data.trials[0].rows()
                                   : m_data.trials[k].cols() == m_data.trials[0].cols())
      ++k;
    const auto text = [](const Matrix& m) {
      return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
    };
    const std::string sentence = shown() + " has trials of different numbers of neurons: trial 1 is " +
                                 text(m_data.trials[0]) + " and trial " + std::to_string(k + 1) + " is " +
                                 text(m_data.trials[k]) + "; allowed: the same number";
    if (!otherWay) throw InputError(sentence);
    throw TurnedTrialsError(sentence + (m_options.timeInColumns ? " (without --transpose they agree)"
                                                                : " (with --transpose they agree)"));
  }

  // FILE:PATH of a node.
  std::string besideText(const FileNode& node) const {
    const std::string path = pathOfNode(m_tree.root(), &node);
    return path.empty() ? m_file : m_file + ":" + shownText(path);
  }

  Index timepoints() const {
    if (m_rows > 0) return m_options.timeInColumns ? m_columns : m_rows;
    return alongColumns() ? m_data.trials.front().cols() : m_data.trials.front().rows();
  }

  CountedTree m_tree;
  std::string m_file, m_path;
  const ReadOptions& m_options;
  FileData m_data;
  Index m_rows = 0, m_columns = 0;  // of the array whose head alone is read; 0: it is read whole
};

}  // namespace

FileContents contentsOfTree(FileTree& tree, const std::string& formatName) {
  return {formatName, arraysIn(tree.root()), tree.notes};
}

std::optional<DataStream> streamFromTree(std::shared_ptr<FileTree> tree, const std::string& file,
                                         const std::string& path, const ReadOptions& options) {
  DataStream stream;
  const FileNode* node = TreeReader(*tree, file, path, options).head(stream);
  if (!node || !jumpsOf(stream.head.times).empty()) return {};
  const Matrix probe = std::move(stream.head.trials.front());
  stream.head.trials.clear();
  stream.head.turned = false;
  const Vector offset = probe.col(0), factor = probe.col(1) - probe.col(0);
  const bool asStored = (offset.array() == 0).all() && (factor.array() == 1).all();
  stream.run = [tree, node, offset, factor, asStored, said = stream.said,
                shown = file + ":" + shownText(path),
                timeInColumns = options.timeInColumns](const FileTree::Work& work) {
    LongIntegers integers;
    const bool counts = isLongInteger(*node);
    tree->stream(*node, timeInColumns, [&](const Matrix& piece) {
      if (counts) integers.add(piece);
      if (asStored) return work(piece);
      return work((factor.asDiagonal() * piece).colwise() + offset);
    });
    *said = tree->notes;
    if (const std::string note = integers.note(shown); !note.empty()) said->push_back(note);
  };
  return stream;
}

FileData readFromTree(FileTree& tree, const std::string& file, const std::string& path,
                      const ReadOptions& options) {
  return TreeReader(tree, file, path, options).read();
}

}  // namespace keyhole
