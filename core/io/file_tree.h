// What is in a file that holds more than one thing, as a tree of names, shapes and types, and the numbers of
// any part of it. Every such format (MATLAB's, HDF5, .npz …) gives its files in this form.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"
#include "core/io/number_types.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace keyhole {

struct FileNode {
  enum class Kind {
    numbers,  // an array of real numbers; loadable
    text,
    group,    // a group, or one struct: children are its members, by name
    structs,  // an array of structs: children are its elements, groups each
    cells,    // an array of anything: children are its elements
    other,    // what cannot be read; `type` names it
  };
  Kind kind = Kind::other;
  std::string name;                  // of a variable, a field, a member; empty for an element
  std::string type;                  // "double", "struct", "complex double", …
  std::vector<std::uint64_t> shape;  // rows, columns, pages …, as the file's own program counts them
  std::string unit;                  // as the file says it
  double rate = 0;                   // samples a second, if the file says it of this array
  double conversion = 1,
         offset = 0;  // number · conversion + offset is in `unit`; load() leaves it to the caller
  std::string why;    // it cannot be read, or something is to be said of it
  std::vector<FileNode> children;
  std::string place;              // where the reader finds it again
  std::uint64_t ordinal = 0;      // likewise
  bool byRows = false;            // of two dimensions: rows lie one behind the other in the file, not columns
  std::optional<RawNumbers> raw;  // where they lie uncompressed; else they must be asked for

  std::uint64_t size() const;  // entries; saturates
};

// How many entries a sparse array may have with its zeros, if so many of them are stored: a few bytes of a
// damaged file would else ask for all the memory there is.
std::uint64_t mostOfSparse(std::uint64_t stored);

// "300 x 4", "" of a group.
std::string shapeText(const std::vector<std::uint64_t>& shape);

class FileTree {
 public:
  virtual ~FileTree() = default;

  // Headers only; the root is a group without a name.
  virtual const FileNode& root() const = 0;

  // The numbers of these nodes, each as rows x (columns · pages …), column by column. Precondition: their
  // kind is numbers. Throws InputError naming file and place: damaged, an imaginary part that is not zero,
  // more than memory holds.
  virtual std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) = 0;

  // The same of one node of two dimensions with its axes exchanged, columns x rows: for those whose rows lie
  // one behind the other, which then need not be rearranged. Nothing if this cannot be done without a copy.
  virtual std::optional<Matrix> loadTurned(const FileNode&) { return {}; }

  // The numbers of one node of two dimensions as units x time points, piece by piece along time (which runs
  // down the rows, or with timeInColumns along the columns), until `work` returns false. By default all of
  // them at once.
  using Work = std::function<bool(const Matrix& piece)>;
  virtual void stream(const FileNode& node, bool timeInColumns, const Work& work);

  // What is to be said of the file as a whole: a sentence each.
  std::vector<std::string> notes;

  // A stop that is asked for is heard between two pieces of what is read: load() and stream() then throw
  // Stopped. Must outlive them.
  const Progress* progress = &noProgress();
};

}  // namespace keyhole
