#include "core/io/hdf5.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"
#include "core/io/hdf5_handles.h"
#include "core/io/hdf5_lists.h"
#include "core/io/hdf5_numbers.h"
#include "core/io/reader_apart.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

namespace keyhole {
namespace {

// libhdf5 keeps global state, so all use of it is serialised.
std::mutex& hdf5Mutex() {
  static std::mutex mutex;
  return mutex;
}

enum class Family { plain, matlab, octave };

bool isReference(hid_t type) {
  return H5Tget_class(type) == H5T_REFERENCE && H5Tget_size(type) == sizeof(hobj_ref_t);
}

// h5py writes booleans as an enumeration of two.
bool isBoolean(hid_t type) {
  return H5Tget_class(type) == H5T_ENUM && H5Tget_nmembers(type) == 2;
}

std::string typeText(hid_t type) {
  const std::size_t bytes = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return bytes == 8 ? "double" : bytes == 4 ? "single" : "float" + std::to_string(8 * bytes);
    case H5T_INTEGER:
      return (H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int") + std::to_string(8 * bytes);
    case H5T_STRING:
      return "text";
    case H5T_REFERENCE:
      return "references";
    case H5T_COMPOUND:
      return isComplex(type) ? "complex" : "compound";
    case H5T_ENUM:
      return isBoolean(type) ? "logical" : "enumeration";
    case H5T_VLEN:
      return "lists of different lengths";
    default:
      return "unknown";
  }
}

class Hdf5 : public FileTree {
 public:
  // Without a listing it only loads, nodes that another one has listed.
  explicit Hdf5(const std::string& path, bool lists = true, std::string wanted = {})
      : m_path(path), m_wanted(std::move(wanted)) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    if (!std::ifstream(path)) readFileBytes(path);  // throws the sentence for a missing or unreadable file
    m_file = H5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!m_file) throw InputError(path + " cannot be opened as an HDF5 file: it is truncated or damaged");
    if (!lists) return;
    const H5Handle top(H5Gopen2(m_file.id(), "/", H5P_DEFAULT));
    if (!top) damaged("its root group");
    m_root.kind = FileNode::Kind::group;
    m_root.place = "/";
    H5O_info_t info;
    if (H5Oget_info(top.id(), &info) >= 0) m_above.push_back(info.addr);
    members(top.id(), m_root, Family::plain, 0);
    if (m_objects > kMost)
      notes.push_back(path + ": only the first " + std::to_string(kMost) + " objects are listed");
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    const std::lock_guard lock(hdf5Mutex());
    std::vector<Matrix> values;
    for (const FileNode* node : nodes) values.push_back(Hdf5Numbers(m_path, m_file.id(), notes).load(*node));
    return values;
  }
  std::optional<Matrix> loadTurned(const FileNode& node) override {
    const std::lock_guard lock(hdf5Mutex());
    return Hdf5Numbers(m_path, m_file.id(), notes).loadTurned(node);
  }
  void stream(const FileNode& node, bool timeInColumns, const Work& work) override {
    const std::lock_guard lock(hdf5Mutex());
    Hdf5Numbers(m_path, m_file.id(), notes).stream(node, timeInColumns, work);
  }

 private:
  static constexpr std::size_t kMost = 100'000, kMostInGroup = 20'000, kMostNames = 1'000'000;
  static constexpr int kDeepest = 40;

  [[noreturn]] void damaged(const std::string& what) const {
    throw InputError(m_path + ":" + shownText(what) + " cannot be read: the file is truncated or damaged");
  }

  static herr_t addName(hid_t, const char* name, const H5L_info_t*, void* names) {
    auto& list = *static_cast<std::vector<std::string>*>(names);
    list.emplace_back(name);
    return list.size() >= kMostNames ? 1 : 0;
  }

  // Whether the place that is asked for goes through this name, which is listed whatever else is not.
  bool isWanted(const std::string& name) const {
    const std::string_view ends = "/.({[";
    for (auto at = m_wanted.find(name); at != std::string::npos; at = m_wanted.find(name, at + 1)) {
      const auto end = at + name.size();
      const bool begins = at == 0 || m_wanted[at - 1] == '/' || m_wanted[at - 1] == '.';
      if (begins && (end == m_wanted.size() || ends.find(m_wanted[end]) != ends.npos)) return true;
    }
    return false;
  }

  // One group of very many things must not hide what stands beside it.
  void leaveOut(std::vector<std::string>& names, FileNode& node) {
    if (names.size() <= kMostInGroup) return;
    node.why = "has more than " + std::to_string(kMostInGroup) + " members, of which the first are listed";
    notes.push_back(m_path + ":" + shownText(validUtf8(node.place)) + " " + node.why +
                    " (any other is read by its name)");
    const auto rest = names.begin() + static_cast<std::ptrdiff_t>(kMostInGroup);
    names.erase(std::remove_if(rest, names.end(), [this](const auto& name) { return !isWanted(name); }),
                names.end());
  }

  void members(hid_t group, FileNode& node, Family family, int depth) {
    if (depth > kDeepest) {
      node.why = "is nested more than " + std::to_string(kDeepest) + " deep, and was not looked into";
      return;
    }
    std::vector<std::string> names;
    H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, addName, &names);
    std::sort(names.begin(), names.end());
    leaveOut(names, node);
    for (const auto& name : names) {
      if (++m_objects > kMost && !isWanted(name)) continue;
      // What MATLAB's cells and objects refer to, and not variables of its own.
      if (depth == 0 && (name == "#refs#" || name == "#subsystem#")) continue;
      FileNode child = link(group, name, family, depth);
      child.name = validUtf8(name);
      node.children.push_back(std::move(child));
    }
  }

  FileNode link(hid_t group, const std::string& name, Family family, int depth) {
    H5L_info_t info;
    FileNode node;
    if (H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) < 0) {
      node.type = "damaged";
      node.why = "cannot be read";
      return node;
    }
    if (info.type == H5L_TYPE_EXTERNAL) {
      node.type = "link to another file";
      node.why = "is a link to another file, which is not followed";
      return node;
    }
    const H5Handle object(H5Oopen(group, name.c_str(), H5P_DEFAULT));
    if (!object) {
      node.why = info.type == H5L_TYPE_SOFT ? "is a link that leads nowhere" : "cannot be read";
      return node;
    }
    FileNode child = objectNode(object.id(), family, depth + 1);
    if (child.kind != FileNode::Kind::numbers) return child;
    if (info.type == H5L_TYPE_SOFT)
      child.why = "is a link to " + shownText(validUtf8(targetOf(group, name, info.u.val_size)));
    else
      sayIfSeen(object.id(), child);
    return child;
  }

  static std::string targetOf(hid_t group, const std::string& name, std::size_t size) {
    constexpr std::size_t kLongest = 4096;
    std::string target(std::min(size, kLongest) + 1, '\0');
    if (H5Lget_val(group, name.c_str(), target.data(), target.size() - 1, H5P_DEFAULT) < 0)
      return "another place";
    return target.substr(0, target.find('\0'));
  }

  // One array may have several names, and stand in a group that has several: it is one recording, not two.
  void sayIfSeen(hid_t object, FileNode& node) {
    H5O_info_t info;
    if (!node.why.empty() || H5Oget_info(object, &info) < 0) return;
    const auto [seen, isNew] = m_seen.try_emplace(info.addr, node.place);
    if (!isNew) node.why = "is the same array as " + shownText(validUtf8(seen->second));
  }

  static std::string placeOf(hid_t object) {
    char name[1024];
    const ssize_t length = H5Iget_name(object, name, sizeof name);
    if (length > 0 && length < static_cast<ssize_t>(sizeof name)) return name;
    H5O_info_t info;
    return H5Oget_info(object, &info) < 0 ? "" : "@" + std::to_string(info.addr);
  }

  FileNode objectNode(hid_t object, Family family, int depth) {
    FileNode node;
    node.place = placeOf(object);
    H5O_info_t info;
    if (H5Oget_info(object, &info) < 0) {
      node.type = "damaged";
      node.why = "cannot be read";
      return node;
    }
    const bool ofMatlab = hasAttribute(object, "MATLAB_class");
    if (ofMatlab) family = Family::matlab;
    if (hasAttribute(object, "OCTAVE_NEW_FORMAT")) family = Family::octave;
    if (info.type != H5O_TYPE_GROUP && info.type != H5O_TYPE_DATASET) {
      node.why = "is neither a group nor an array";
      return node;
    }
    if (std::find(m_above.begin(), m_above.end(), info.addr) != m_above.end()) {
      node.why = info.type == H5O_TYPE_GROUP ? "is a link back to a group above it"
                                             : "is a reference back to where it stands";
      return node;
    }
    m_above.push_back(info.addr);
    if (info.type == H5O_TYPE_GROUP)
      groupNode(object, node, family, depth);
    else
      datasetNode(object, node, family, depth);
    m_above.pop_back();
    return node;
  }

  void groupNode(hid_t group, FileNode& node, Family family, int depth) {
    node.kind = FileNode::Kind::group;
    node.type = "group";
    if (hasAttribute(group, "MATLAB_sparse")) {
      node.kind = FileNode::Kind::numbers;
      node.type = "sparse";
      const H5Handle begins(H5Dopen2(group, "jc", H5P_DEFAULT));
      const auto extents = begins ? extentsOf(begins.id()) : std::vector<hsize_t>{};
      node.shape = {
          static_cast<std::uint64_t>(std::max(0.0, numberAttribute(group, "MATLAB_sparse").value_or(0))),
          extents.empty() || extents[0] == 0 ? 0 : extents[0] - 1};
      return;
    }
    if (family == Family::octave && H5Lexists(group, "value", H5P_DEFAULT) > 0) {
      const H5Handle value(H5Oopen(group, "value", H5P_DEFAULT));
      if (value && H5Lexists(value.id(), "cidx", H5P_DEFAULT) > 0) return octaveSparse(value.id(), node);
      if (value) node = objectNode(value.id(), family, depth + 1);
      const std::string type = textOf(group, "type");
      if (type == "cell") toCells(node);
      if (type == "struct") toStructs(node);
      return;
    }
    const std::string matlab = textAttribute(group, "MATLAB_class");
    if (!matlab.empty()) node.type = matlab;
    members(group, node, family, depth);
    if (family == Family::matlab) toStructs(node);
    if (const std::string type = textAttribute(group, "neurodata_type"); !type.empty()) {
      node.type = type;
      seriesOf(group, node);
    }
  }

  static std::string textOf(hid_t group, const char* name) {
    const H5Handle dataset(H5Dopen2(group, name, H5P_DEFAULT));
    const H5Handle type(dataset ? H5Dget_type(dataset.id()) : -1);
    constexpr std::size_t kMost = 100;
    if (!type || H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0) return {};
    const std::size_t size = H5Tget_size(type.id());
    if (size == 0 || size > kMost || !extentsOf(dataset.id()).empty()) return {};
    std::string text(size + 1, '\0');
    if (H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()) < 0) return {};
    return text.substr(0, text.find('\0'));
  }

  static void octaveSparse(hid_t group, FileNode& node) {
    node.kind = FileNode::Kind::numbers;
    node.type = "sparse";
    node.place = placeOf(group);
    for (const char* name : {"nr", "nc"}) {
      const H5Handle extent(H5Dopen2(group, name, H5P_DEFAULT));
      double value = 0;
      const bool isOne =
          extent && H5Sget_simple_extent_npoints(H5Handle(H5Dget_space(extent.id())).id()) == 1;
      if (isOne) H5Dread(extent.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
      node.shape.push_back(static_cast<std::uint64_t>(std::clamp(value, 0.0, 1e15)));
    }
  }

  // Rate, unit and conversion of a TimeSeries stand with its parts.
  void seriesOf(hid_t group, FileNode& node) {
    if (H5Lexists(group, "starting_time", H5P_DEFAULT) > 0) {
      const H5Handle start(H5Oopen(group, "starting_time", H5P_DEFAULT));
      if (start) node.rate = numberAttribute(start.id(), "rate").value_or(0);
    }
    for (const auto& child : node.children)
      if (child.name == "data") {
        node.unit = child.unit;
        node.conversion = child.conversion;
        node.offset = child.offset;
      }
  }

  void datasetNode(hid_t dataset, FileNode& node, Family family, int depth) {
    const H5Handle type(H5Dget_type(dataset));
    if (!type) {
      node.why = "has a type that cannot be read";
      return;
    }
    const auto extents = extentsOf(dataset);
    node.shape.assign(extents.begin(), extents.end());
    if (family != Family::plain) std::reverse(node.shape.begin(), node.shape.end());
    while (node.shape.size() < 2) node.shape.push_back(1);
    while (node.shape.size() > 2 && family != Family::plain && node.shape.back() == 1) node.shape.pop_back();
    node.ordinal = family == Family::plain ? 0 : 1;  // whether its axes are turned
    node.type = typeText(type.id());
    attributesOf(dataset, node);
    const std::string matlab = textAttribute(dataset, "MATLAB_class");
    const H5T_class_t kind = H5Tget_class(type.id());
    if (isReference(type.id())) return references(dataset, node, matlab, family, depth);
    if (matlab == "char" || kind == H5T_STRING) {
      node.kind = FileNode::Kind::text;
      if (!matlab.empty()) node.type = "char";
    } else if (kind == H5T_INTEGER || kind == H5T_FLOAT || isComplex(type.id()) || isBoolean(type.id())) {
      node.kind = FileNode::Kind::numbers;
      node.byRows = family == Family::plain && extents.size() == 2 && !isComplex(type.id());
      node.raw = rawNumbersOf(dataset, type.id(), node.size());
      if (const std::string other = otherFileOf(dataset); !other.empty()) {
        node.kind = FileNode::Kind::other;
        node.why = "is kept in another file (" + shownText(validUtf8(other)) + "), which is not followed";
      }
      if (!matlab.empty()) node.type = (isComplex(type.id()) ? "complex " : "") + matlab;
      if (numberAttribute(dataset, "MATLAB_empty").value_or(0) != 0) {
        node.shape = {0, 0};
        if (matlab == "struct" || matlab == "cell") node.kind = FileNode::Kind::other;
      }
    } else {
      node.why = "has the type " + node.type + ", which holds no real numbers";
    }
  }

  static void attributesOf(hid_t dataset, FileNode& node) {
    for (const char* name : {"unit", "units"})
      if (node.unit.empty()) node.unit = textAttribute(dataset, name);
    for (const char* name : {"rate", "sampling_rate", "SamplingRate", "fs"})
      if (node.rate == 0) node.rate = numberAttribute(dataset, name).value_or(0);
    node.conversion = numberAttribute(dataset, "conversion").value_or(1);
    node.offset = numberAttribute(dataset, "offset").value_or(0);
  }

  // Cells, or a field of an array of structs.
  void references(hid_t dataset, FileNode& node, const std::string& matlab, Family family, int depth) {
    if (matlab == "cell") node.type = "cell";
    const std::uint64_t n = node.size();
    if (n > kMost || depth > kDeepest) {
      node.why = "has more references than are looked into";
      return;
    }
    node.kind = FileNode::Kind::cells;
    std::vector<hobj_ref_t> all(static_cast<std::size_t>(n));
    if (n == 0) return;
    if (H5Dread(dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0) {
      node.kind = FileNode::Kind::other;
      node.type = "damaged";
      node.why = "cannot be read";
      return;
    }
    for (auto& reference : all) {
      if (++m_objects > kMost) return;
      const H5Handle object(H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, &reference));
      FileNode child;
      if (object)
        child = objectNode(object.id(), family, depth + 1);
      else
        child.why = "is a reference that leads nowhere";
      node.children.push_back(std::move(child));
    }
  }

  std::string m_path, m_wanted;
  std::map<haddr_t, std::string> m_seen;  // arrays, and the first place of each
  H5Handle m_file;
  FileNode m_root;
  std::vector<haddr_t> m_above;  // groups and lists of references on the way here
  std::size_t m_objects = 0;
};

}  // namespace

bool isHdf5(const std::string& path) {
  constexpr std::string_view kSignature("\x89HDF\r\n\x1a\n", 8);
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const std::uint64_t end = std::filesystem::file_size(path, error);
  for (std::uint64_t at = 0; !error && file && at + 8 <= end && at <= (1 << 20);
       at = at == 0 ? 512 : 2 * at) {
    char bytes[8];
    file.seekg(static_cast<std::streamoff>(at));
    if (file.read(bytes, 8) && std::string_view(bytes, 8) == kSignature) return true;
  }
  return false;
}

std::unique_ptr<FileTree> openHdf5(const std::string& path) {
  const std::lock_guard lock(hdf5Mutex());
  return std::make_unique<Hdf5>(path);
}

std::unique_ptr<FileTree> openHdf5Apart(const std::string& path, const std::string& wanted) {
  return openApart(path, "the HDF5 library", [path, wanted](bool lists) -> std::unique_ptr<FileTree> {
    const std::lock_guard lock(hdf5Mutex());
    return std::make_unique<Hdf5>(path, lists, wanted);
  });
}

}  // namespace keyhole
