#include "core/io/hdf5.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/io/hdf5_handles.h"
#include "core/io/reader_apart.h"
#include "core/io/text_encoding.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

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

// Two numbers named r and i, or real and imag.
bool isComplex(hid_t type) {
  if (H5Tget_class(type) != H5T_COMPOUND || H5Tget_nmembers(type) != 2) return false;
  char* first = H5Tget_member_name(type, 0);
  const std::string name = first ? first : "";
  H5free_memory(first);
  const H5T_class_t kind = H5Tget_member_class(type, 0);
  return (name == "r" || name == "real") && (kind == H5T_FLOAT || kind == H5T_INTEGER);
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
    default:
      return "unknown";
  }
}

class Hdf5 : public FileTree {
 public:
  // Without a listing it only loads, nodes that another one has listed.
  explicit Hdf5(const std::string& path, bool lists = true) : m_path(path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    if (!std::ifstream(path)) readFileBytes(path);  // throws the sentence for a missing or unreadable file
    m_file = H5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    if (!m_file) throw InputError(path + " cannot be opened as an HDF5 file: it is truncated or damaged");
    if (!lists) return;
    const H5Handle top(H5Gopen2(m_file.id(), "/", H5P_DEFAULT));
    if (!top) damaged("its root group");
    m_root.kind = FileNode::Kind::group;
    m_root.place = "/";
    members(top.id(), m_root, Family::plain, 0);
    if (m_objects > kMost)
      notes.push_back(path + ": only the first " + std::to_string(kMost) + " objects are listed");
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    const std::lock_guard lock(hdf5Mutex());
    std::vector<Matrix> values;
    for (const FileNode* node : nodes) values.push_back(loaded(*node));
    return values;
  }

 private:
  static constexpr std::size_t kMost = 100'000;
  static constexpr int kDeepest = 40;

  [[noreturn]] void damaged(const std::string& what) const {
    throw InputError(m_path + ":" + shownText(what) + " cannot be read: the file is truncated or damaged");
  }

  static herr_t addName(hid_t, const char* name, const H5L_info_t*, void* names) {
    auto& list = *static_cast<std::vector<std::string>*>(names);
    list.emplace_back(name);
    return list.size() > kMost ? 1 : 0;
  }

  void members(hid_t group, FileNode& node, Family family, int depth) {
    if (depth > kDeepest) {
      node.why = "is nested more than " + std::to_string(kDeepest) + " deep, and was not looked into";
      return;
    }
    std::vector<std::string> names;
    H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, addName, &names);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      if (++m_objects > kMost) return;
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
    if (info.type == H5L_TYPE_SOFT && child.kind == FileNode::Kind::numbers)
      child.why = "is a link to " + child.place;
    return child;
  }

  std::string placeOf(hid_t object) const {
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
    if (info.type == H5O_TYPE_GROUP) {
      if (std::find(m_above.begin(), m_above.end(), info.addr) != m_above.end()) {
        node.why = "is a link back to a group above it";
        return node;
      }
      m_above.push_back(info.addr);
      groupNode(object, node, family, depth);
      m_above.pop_back();
    } else if (info.type == H5O_TYPE_DATASET) {
      datasetNode(object, node, family, depth);
    } else {
      node.why = "is neither a group nor an array";
    }
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
      if (value) node = objectNode(value.id(), family, depth + 1);
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

  // An array of structs is a struct whose members are arrays of references, all of one size.
  static void toStructs(FileNode& node) {
    const auto& fields = node.children;
    const auto isList = [](const FileNode& f) {
      return f.kind == FileNode::Kind::cells && f.type == "references";
    };
    if (fields.empty() || !std::all_of(fields.begin(), fields.end(), isList)) return;
    const std::size_t n = fields.front().children.size();
    if (n == 0 ||
        !std::all_of(fields.begin(), fields.end(), [n](const FileNode& f) { return f.children.size() == n; }))
      return;
    FileNode structs = node;
    structs.kind = FileNode::Kind::structs;
    structs.shape = fields.front().shape;
    structs.children.clear();
    for (std::size_t i = 0; i < n; ++i) {
      FileNode one;
      one.kind = FileNode::Kind::group;
      one.type = "struct";
      for (const auto& field : fields) {
        one.children.push_back(field.children[i]);
        one.children.back().name = field.name;
      }
      structs.children.push_back(std::move(one));
    }
    node = std::move(structs);
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
    if (isReference(type.id())) return references(dataset, node, matlab, depth);
    if (matlab == "char" || kind == H5T_STRING) {
      node.kind = FileNode::Kind::text;
      if (!matlab.empty()) node.type = "char";
    } else if (kind == H5T_INTEGER || kind == H5T_FLOAT || isComplex(type.id()) || isBoolean(type.id())) {
      node.kind = FileNode::Kind::numbers;
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
  void references(hid_t dataset, FileNode& node, const std::string& matlab, int depth) {
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
        child = objectNode(object.id(), Family::matlab, depth + 1);
      else
        child.why = "is a reference that leads nowhere";
      node.children.push_back(std::move(child));
    }
  }

  H5Handle opened(const std::string& place) const {
    if (place.starts_with('@')) return H5Handle(H5Oopen_by_addr(m_file.id(), std::stoull(place.substr(1))));
    return H5Handle(H5Oopen(m_file.id(), place.c_str(), H5P_DEFAULT));
  }

  Matrix loaded(const FileNode& node) const {
    if (node.size() == 0) {
      constexpr std::uint64_t kMany = 1 << 30;
      const auto extent = [&](std::size_t i) { return static_cast<Index>(std::min(node.shape[i], kMany)); };
      return Matrix(extent(0), extent(1));
    }
    const H5Handle object = opened(node.place);
    if (!object) damaged(node.place);
    if (node.type == "sparse") return sparse(object.id(), node);
    requireBounded(object.id(), node);
    const H5Handle type(H5Dget_type(object.id()));
    if (!isComplex(type.id())) return numbers(object.id(), node, H5T_NATIVE_DOUBLE);
    const std::string real = memberName(type.id(), 0), imaginary = memberName(type.id(), 1);
    if ((numbers(object.id(), node, part(imaginary).id()).array() != 0).any())
      throw InputError(m_path + ":" + shownText(node.place) +
                       " is complex, and its imaginary part is not zero; allowed: real numbers");
    return numbers(object.id(), node, part(real).id());
  }

  static std::string memberName(hid_t type, unsigned i) {
    char* name = H5Tget_member_name(type, i);
    std::string text = name ? name : "";
    H5free_memory(name);
    return text;
  }

  static H5Handle part(const std::string& name) {
    H5Handle type(H5Tcreate(H5T_COMPOUND, sizeof(double)));
    H5Tinsert(type.id(), name.c_str(), 0, H5T_NATIVE_DOUBLE);
    return type;
  }

  // Chunks that were never written read as zeros, and compressed ones grow: bounded by what the file's bytes
  // could hold at zlib's best, or 256 MB.
  void requireBounded(hid_t dataset, const FileNode& node) const {
    constexpr std::uint64_t kAlways = std::uint64_t{1} << 28;
    const std::uint64_t entries = node.size(), most = std::numeric_limits<std::uint64_t>::max() / 8;
    const std::uint64_t stored = H5Dget_storage_size(dataset);
    const std::uint64_t possible =
        std::max<std::uint64_t>(kAlways, stored > most / 1032 ? most : 1032 * stored);
    if (entries > most || entries * 8 > possible)
      throw InputError(m_path + ":" + shownText(node.place) + " is " + shapeText(node.shape) + ", but only " +
                       std::to_string(stored) + " bytes are stored of it; allowed: up to " +
                       std::to_string(possible / 8) + " entries");
  }

  // In pieces of whole slowest-running indices (and whole chunks of them), each brought in order.
  Matrix numbers(hid_t dataset, const FileNode& node, hid_t memoryType) const {
    const auto extents = extentsOf(dataset);
    const auto entries = static_cast<Index>(node.size());
    const auto rows = static_cast<Index>(node.shape[0]);
    Matrix values = largeMatrix(rows, entries / rows);
    if (extents.empty() || node.ordinal == 1) {  // one behind the other as they are wanted
      if (H5Dread(dataset, memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) damaged(node.place);
      return values;
    }
    const hsize_t perIndex = static_cast<hsize_t>(entries) / extents[0];
    const hsize_t step = stepOf(dataset, extents, perIndex);
    std::vector<double> buffer(static_cast<std::size_t>(std::min(step, extents[0]) * perIndex));
    const H5Handle space(H5Dget_space(dataset));
    for (hsize_t first = 0; first < extents[0]; first += step) {
      std::vector<hsize_t> start(extents.size(), 0), count = extents;
      start[0] = first;
      count[0] = std::min(step, extents[0] - first);
      const hsize_t size = count[0] * perIndex;
      const H5Handle memory(H5Screate_simple(1, &size, nullptr));
      if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
          H5Dread(dataset, memoryType, memory.id(), space.id(), H5P_DEFAULT, buffer.data()) < 0)
        damaged(node.place);
      place(buffer, extents, static_cast<Index>(first), static_cast<Index>(count[0]), values);
    }
    return values;
  }

  static hsize_t stepOf(hid_t dataset, const std::vector<hsize_t>& extents, hsize_t perIndex) {
    constexpr hsize_t kPiece = 1 << 20;
    hsize_t step = std::max<hsize_t>(1, kPiece / perIndex);
    const H5Handle plist(H5Dget_create_plist(dataset));
    std::vector<hsize_t> chunk(extents.size());
    if (plist && H5Pget_layout(plist.id()) == H5D_CHUNKED &&
        H5Pget_chunk(plist.id(), static_cast<int>(chunk.size()), chunk.data()) > 0 && chunk[0] > 0)
      step = (step + chunk[0] - 1) / chunk[0] * chunk[0];
    return step;
  }

  // (i, j, k, …) of C order goes to row i, column j + n k + ….
  static void place(const std::vector<double>& buffer, const std::vector<hsize_t>& extents, Index first,
                    Index count, Matrix& values) {
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Rows> piece(buffer.data(), count, values.cols());
    if (extents.size() <= 2) {
      values.middleRows(first, count) = piece;
      return;
    }
    std::vector<Index> column(static_cast<std::size_t>(values.cols()));
    for (std::size_t c = 0; c < column.size(); ++c) {
      std::size_t rest = c;
      Index to = 0, stride = values.cols();
      for (std::size_t d = extents.size(); d-- > 1;) {
        stride /= static_cast<Index>(extents[d]);
        to += static_cast<Index>(rest % extents[d]) * stride;
        rest /= extents[d];
      }
      column[c] = to;
    }
    for (Index c = 0; c < values.cols(); ++c)
      values.col(column[static_cast<std::size_t>(c)]).segment(first, count) = piece.col(c);
  }

  Matrix sparse(hid_t group, const FileNode& node) const {
    const Vector rows = column(group, "ir", node), begins = column(group, "jc", node),
                 data = column(group, "data", node);
    const std::uint64_t most = mostOfSparse(static_cast<std::uint64_t>(data.size()));
    if (node.size() > most)
      throw InputError(m_path + ":" + shownText(node.place) + " is sparse, " + shapeText(node.shape) +
                       "; allowed: up to " + std::to_string(most) + " entries with the zeros");
    Matrix values = Matrix::Zero(static_cast<Index>(node.shape[0]), static_cast<Index>(node.shape[1]));
    if (begins.size() != values.cols() + 1) damaged(node.place);
    for (Index j = 0; j < values.cols(); ++j) {
      if (begins(j) < 0 || begins(j + 1) > static_cast<double>(std::min(rows.size(), data.size())))
        damaged(node.place);
      for (auto k = static_cast<Index>(begins(j)); k < static_cast<Index>(begins(j + 1)); ++k) {
        if (!(rows(k) >= 0 && rows(k) < static_cast<double>(values.rows()))) damaged(node.place);
        values(static_cast<Index>(rows(k)), j) = data(k);
      }
    }
    return values;
  }

  Vector column(hid_t group, const char* name, const FileNode& node) const {
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0) return Vector(0);  // no entry at all
    const H5Handle dataset(H5Dopen2(group, name, H5P_DEFAULT));
    FileNode part;
    part.place = node.place;
    const auto extents = dataset ? extentsOf(dataset.id()) : std::vector<hsize_t>{};
    part.shape = {extents.empty() ? 0 : extents[0], 1};
    if (extents.size() != 1 || part.size() == 0) return Vector(0);
    requireBounded(dataset.id(), part);
    return numbers(dataset.id(), part, H5T_NATIVE_DOUBLE);
  }

  std::string m_path;
  H5Handle m_file;
  FileNode m_root;
  std::vector<haddr_t> m_above;  // groups on the way here
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

std::unique_ptr<FileTree> openHdf5Apart(const std::string& path) {
  return openApart(path, "the HDF5 library", [path](bool lists) -> std::unique_ptr<FileTree> {
    const std::lock_guard lock(hdf5Mutex());
    return std::make_unique<Hdf5>(path, lists);
  });
}

}  // namespace keyhole
