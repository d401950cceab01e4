#include "core/io/hdf5_numbers.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <limits>

namespace keyhole {
namespace {

std::string memberName(hid_t type, unsigned i) {
  char* name = H5Tget_member_name(type, i);
  std::string text = name ? name : "";
  H5free_memory(name);
  return text;
}

H5Handle part(const std::string& name) {
  H5Handle type(H5Tcreate(H5T_COMPOUND, sizeof(double)));
  H5Tinsert(type.id(), name.c_str(), 0, H5T_NATIVE_DOUBLE);
  return type;
}

// As many whole chunks along an axis as have about a million numbers.
hsize_t stepOf(hid_t dataset, const std::vector<hsize_t>& extents, hsize_t perIndex, std::size_t axis = 0) {
  constexpr hsize_t kPiece = 1 << 20;
  hsize_t step = std::max<hsize_t>(1, kPiece / perIndex);
  const H5Handle plist(H5Dget_create_plist(dataset));
  std::vector<hsize_t> chunk(extents.size());
  if (plist && H5Pget_layout(plist.id()) == H5D_CHUNKED &&
      H5Pget_chunk(plist.id(), static_cast<int>(chunk.size()), chunk.data()) > 0 && chunk[axis] > 0)
    step = (step + chunk[axis] - 1) / chunk[axis] * chunk[axis];
  return step;
}

// Chunks that the file has; where it cannot be told, more than any.
hsize_t chunksOf(hid_t dataset) {
  const H5Handle space(H5Dget_space(dataset));
  hsize_t count = 0;
  return space && H5Dget_num_chunks(dataset, space.id(), &count) >= 0 ? count
                                                                      : std::numeric_limits<hsize_t>::max();
}

// How many chunks cover such extents; saturates.
hsize_t chunksIn(hid_t plist, const std::vector<hsize_t>& extents) {
  std::vector<hsize_t> chunk(extents.size());
  if (H5Pget_chunk(plist, static_cast<int>(chunk.size()), chunk.data()) < 0) return 0;
  hsize_t count = 1;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    const hsize_t along = chunk[d] == 0 ? 0 : extents[d] / chunk[d] + (extents[d] % chunk[d] != 0);
    if (along != 0 && count > std::numeric_limits<hsize_t>::max() / along)
      return std::numeric_limits<hsize_t>::max();
    count *= along;
  }
  return count;
}

// What a dataset is compressed with and this program cannot undo, such as "lzf (filter 32000)"; or empty.
std::string unknownFilter(hid_t dataset) {
  const H5Handle plist(H5Dget_create_plist(dataset));
  const int filters = plist ? H5Pget_nfilters(plist.id()) : 0;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    char name[64] = "";
    const auto filter = H5Pget_filter2(plist.id(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                       sizeof name - 1, name, &config);
    if (filter > 0 && H5Zfilter_avail(filter) <= 0)
      return std::string(name) + (name[0] ? " (filter " : "filter ") + std::to_string(filter) +
             (name[0] ? ")" : "");
  }
  return {};
}

// (i, j, k, …) of C order goes to row i, column j + n k + ….
void place(const std::vector<double>& buffer, const std::vector<hsize_t>& extents, Index first, Index count,
           Matrix& values) {
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

}  // namespace

void Hdf5Numbers::damaged(const std::string& what) const {
  throw InputError(m_path + ":" + shownText(what) + " cannot be read: the file is truncated or damaged");
}

H5Handle Hdf5Numbers::opened(const std::string& place) const {
  if (place.starts_with('@')) return H5Handle(H5Oopen_by_addr(m_file, std::stoull(place.substr(1))));
  return H5Handle(H5Oopen(m_file, place.c_str(), H5P_DEFAULT));
}

Matrix Hdf5Numbers::load(const FileNode& node) const {
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

// Chunks that were never written read as zeros, and compressed ones grow: bounded by what the file's bytes
// could hold at zlib's best, or 256 MB.
void Hdf5Numbers::requireBounded(hid_t dataset, const FileNode& node) const {
  if (const std::string filter = unknownFilter(dataset); !filter.empty())
    throw InputError(m_path + ":" + shownText(node.place) + " is compressed with " + shownText(filter) +
                     ", which is not known here; allowed: uncompressed, gzip, szip, shuffle, scale-offset, "
                     "fletcher32 (h5repack -f GZIP=4 rewrites the file)");
  constexpr std::uint64_t kAlways = std::uint64_t{1} << 28;
  const std::uint64_t entries = node.size(), most = std::numeric_limits<std::uint64_t>::max() / 8;
  const std::uint64_t stored = H5Dget_storage_size(dataset);
  const std::uint64_t possible =
      std::max<std::uint64_t>(kAlways, stored > most / 1032 ? most : 1032 * stored);
  if (entries > most || entries * 8 > possible)
    throw InputError(m_path + ":" + shownText(node.place) + " is " + shapeText(node.shape) + ", but only " +
                     std::to_string(stored) + " bytes are stored of it; allowed: up to " +
                     std::to_string(possible / 8) + " entries");
  requireRoom(m_path + ":" + shownText(node.place), 8 * entries);
  sayUnwritten(dataset, node);
}

// Of a dataset in one piece all or nothing is there; of one in chunks those that something was written to.
void Hdf5Numbers::sayUnwritten(hid_t dataset, const FileNode& node) const {
  const H5Handle plist(H5Dget_create_plist(dataset));
  if (!plist) return;
  const H5D_layout_t layout = H5Pget_layout(plist.id());
  const bool inChunks = layout == H5D_CHUNKED;
  if (!inChunks && layout != H5D_CONTIGUOUS) return;
  const hsize_t all = inChunks ? chunksIn(plist.id(), extentsOf(dataset)) : 1;
  const hsize_t written = inChunks ? chunksOf(dataset) : H5Dget_storage_size(dataset);
  if (written >= all) return;
  const std::string shown = m_path + ":" + shownText(node.place), shape = " is " + shapeText(node.shape);
  if (written == 0)
    throw InputError(shown + shape +
                     ", but none of it was ever written to the file; allowed: an array with numbers");
  double fill = 0;
  H5D_fill_value_t kind = H5D_FILL_VALUE_DEFAULT;
  const std::string missing = " in " + std::to_string(all) + " chunks, of which " +
                              std::to_string(all - written) + (all - written == 1 ? " was" : " were") +
                              " never written to the file";
  if (H5Pfill_value_defined(plist.id(), &kind) < 0 || kind == H5D_FILL_VALUE_UNDEFINED)
    throw InputError(shown + shape + missing +
                     ", and it has no fill value; allowed: an array that was written whole");
  if (H5Pget_fill_value(plist.id(), H5T_NATIVE_DOUBLE, &fill) < 0) fill = 0;
  m_notes.push_back(shown + shape + missing + ": they read as its fill value " + toText(fill));
}

// In pieces of whole slowest-running indices (and whole chunks of them), each brought in order.
Matrix Hdf5Numbers::numbers(hid_t dataset, const FileNode& node, hid_t memoryType) const {
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

Matrix Hdf5Numbers::sparse(hid_t group, const FileNode& node) const {
  const bool byOctave = H5Lexists(group, "cidx", H5P_DEFAULT) > 0;
  const Vector rows = column(group, byOctave ? "ridx" : "ir", node),
               begins = column(group, byOctave ? "cidx" : "jc", node), data = column(group, "data", node);
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

Vector Hdf5Numbers::column(hid_t group, const char* name, const FileNode& node) const {
  if (H5Lexists(group, name, H5P_DEFAULT) <= 0) return Vector(0);  // no entry at all
  const H5Handle dataset(H5Dopen2(group, name, H5P_DEFAULT));
  FileNode part;
  part.place = node.place;
  const auto extents = dataset ? extentsOf(dataset.id()) : std::vector<hsize_t>{};
  part.shape = {extents.empty() ? 0 : extents[0], 1};
  for (std::size_t d = 1; d < extents.size(); ++d) part.shape[0] *= extents[d];
  part.ordinal = 1;
  if (extents.empty() || extents.size() > 2 || part.size() == 0) return Vector(0);
  requireBounded(dataset.id(), part);
  return numbers(dataset.id(), part, H5T_NATIVE_DOUBLE);
}

std::optional<RawNumbers> rawNumbersOf(hid_t dataset, hid_t type, std::uint64_t entries) {
  const std::pair<hid_t, NumberType> known[] = {
      {H5T_STD_I8LE, NumberType::i8},   {H5T_STD_U8LE, NumberType::u8},   {H5T_STD_I16LE, NumberType::i16},
      {H5T_STD_U16LE, NumberType::u16}, {H5T_STD_I32LE, NumberType::i32}, {H5T_STD_U32LE, NumberType::u32},
      {H5T_STD_I64LE, NumberType::i64}, {H5T_STD_U64LE, NumberType::u64}, {H5T_IEEE_F32LE, NumberType::f32},
      {H5T_IEEE_F64LE, NumberType::f64}};
  const std::pair<hid_t, NumberType> swapped[] = {
      {H5T_STD_I8BE, NumberType::i8},   {H5T_STD_U8BE, NumberType::u8},   {H5T_STD_I16BE, NumberType::i16},
      {H5T_STD_U16BE, NumberType::u16}, {H5T_STD_I32BE, NumberType::i32}, {H5T_STD_U32BE, NumberType::u32},
      {H5T_STD_I64BE, NumberType::i64}, {H5T_STD_U64BE, NumberType::u64}, {H5T_IEEE_F32BE, NumberType::f32},
      {H5T_IEEE_F64BE, NumberType::f64}};
  const H5Handle plist(H5Dget_create_plist(dataset));
  if (!plist || H5Pget_layout(plist.id()) != H5D_CONTIGUOUS || H5Pget_external_count(plist.id()) != 0)
    return {};
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF || offset == 0) return {};
  for (const bool other : {false, true})
    for (const auto& [same, number] : other ? swapped : known)
      if (H5Tequal(type, same) > 0) {
        if (entries == 0 || H5Dget_storage_size(dataset) / bytesOf(number) != entries) return {};
        return RawNumbers{offset, number, other};
      }
  return {};
}

std::string otherFileOf(hid_t dataset) {
  const H5Handle plist(H5Dget_create_plist(dataset));
  if (!plist) return {};
  char name[256] = "";
  if (H5Pget_layout(plist.id()) == H5D_VIRTUAL) {
    std::size_t count = 0;
    if (H5Pget_virtual_count(plist.id(), &count) < 0) return {};
    for (std::size_t i = 0; i < count; ++i)
      if (H5Pget_virtual_filename(plist.id(), i, name, sizeof name) > 0 && std::string(name) != ".")
        return name;
    return {};
  }
  off_t offset = 0;
  hsize_t size = 0;
  if (H5Pget_external_count(plist.id()) > 0 &&
      H5Pget_external(plist.id(), 0, sizeof name - 1, name, &offset, &size) >= 0)
    return name[0] ? name : "another file";
  return {};
}

std::optional<Matrix> Hdf5Numbers::loadTurned(const FileNode& node) const {
  if (!node.byRows || node.size() == 0) return {};
  const H5Handle object = opened(node.place);
  if (!object) damaged(node.place);
  const H5Handle type(H5Dget_type(object.id()));
  if (isComplex(type.id())) return {};
  requireBounded(object.id(), node);
  Matrix values = largeMatrix(static_cast<Index>(node.shape[1]), static_cast<Index>(node.shape[0]));
  if (H5Dread(object.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    damaged(node.place);
  return values;
}

void Hdf5Numbers::stream(const FileNode& node, bool timeInColumns, const FileTree::Work& work) const {
  const H5Handle object = opened(node.place);
  if (!object) damaged(node.place);
  const H5Handle type(H5Dget_type(object.id()));
  const auto extents = node.type == "sparse" ? std::vector<hsize_t>{} : extentsOf(object.id());
  if (extents.size() != 2 || node.size() == 0 || isComplex(type.id())) {
    const Matrix values = load(node);
    work(timeInColumns ? values : Matrix(values.transpose()));
    return;
  }
  requireBounded(object.id(), node);
  // In the file's own order of axes, time is the first or the second.
  const std::size_t time = node.byRows == timeInColumns ? 1 : 0, across = 1 - time;
  const hsize_t step = stepOf(object.id(), extents, extents[across], time);
  const H5Handle space(H5Dget_space(object.id()));
  const auto units = static_cast<Index>(extents[across]);
  Matrix buffer;
  for (hsize_t first = 0; first < extents[time]; first += step) {
    const hsize_t count = std::min(step, extents[time] - first);
    hsize_t start[2] = {0, 0}, size[2] = {extents[0], extents[1]};
    start[time] = first;
    size[time] = count;
    const hsize_t all = count * extents[across];
    const H5Handle memory(H5Screate_simple(1, &all, nullptr));
    // The axis that runs fastest in the file runs down the columns in memory.
    buffer.resize(time == 0 ? units : static_cast<Index>(count),
                  time == 0 ? static_cast<Index>(count) : units);
    if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start, nullptr, size, nullptr) < 0 ||
        H5Dread(object.id(), H5T_NATIVE_DOUBLE, memory.id(), space.id(), H5P_DEFAULT, buffer.data()) < 0)
      damaged(node.place);
    if (!(time == 0 ? work(buffer) : work(buffer.transpose().eval()))) return;
  }
}

}  // namespace keyhole
