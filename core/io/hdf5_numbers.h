// The numbers of a dataset of an HDF5 file, which is open.
#pragma once

#include "core/io/file_tree.h"
#include "core/io/hdf5_handles.h"

namespace keyhole {

// Where a dataset of `entries` numbers lies in its file, if it lies there uncompressed and in one piece.
std::optional<RawNumbers> rawNumbersOf(hid_t dataset, hid_t type, std::uint64_t entries);

// Where the numbers of a dataset are kept in other files (external storage, a virtual dataset): the first of
// them; or empty.
std::string otherFileOf(hid_t dataset);

// Reads what hdf5.h lists. All of it throws InputError naming file and place: damaged, complex numbers with
// an imaginary part, far more entries than are stored.
class Hdf5Numbers {
 public:
  // Keeps `file`, which must stay open, and `notes`, to which it adds what was never written to the file and
  // reads as a fill value.
  Hdf5Numbers(std::string path, hid_t file, std::vector<std::string>& notes)
      : m_path(std::move(path)), m_file(file), m_notes(notes) {}

  // As FileTree's.
  Matrix load(const FileNode& node) const;
  std::optional<Matrix> loadTurned(const FileNode& node) const;
  void stream(const FileNode& node, bool timeInColumns, const FileTree::Work& work) const;

 private:
  [[noreturn]] void damaged(const std::string& what) const;
  H5Handle opened(const std::string& place) const;
  void requireBounded(hid_t dataset, const FileNode& node) const;
  void sayUnwritten(hid_t dataset, const FileNode& node) const;
  Matrix numbers(hid_t dataset, const FileNode& node, hid_t memoryType) const;
  Matrix sparse(hid_t group, const FileNode& node) const;
  Vector column(hid_t group, const char* name, const FileNode& node) const;

  std::string m_path;
  hid_t m_file;
  std::vector<std::string>& m_notes;
};

}  // namespace keyhole
