#include "core/io/npy_numbers.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace keyhole {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr Index kNpyPiece = 1 << 15;  // numbers at once: their bytes stay in the cache

// IEEE half precision: 1 sign, 5 exponent, 10 fraction bits.
double fromHalf(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double size;
  if (exponent == 31)
    size = fraction ? std::nan("") : HUGE_VAL;
  else if (exponent == 0)
    size = std::ldexp(fraction, -24);
  else
    size = std::ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -size : size;
}

template <class T>
double load(const char* bytes, bool bigEndian) {
  char ordered[sizeof(T)];
  std::memcpy(ordered, bytes, sizeof(T));
  if (bigEndian) std::reverse(ordered, ordered + sizeof(T));
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return static_cast<double>(value);
}

double loadHalf(const char* bytes, bool bigEndian) {
  return fromHalf(static_cast<std::uint16_t>(load<std::uint16_t>(bytes, bigEndian)));
}

// Of a complex number the real part, which stands first.
double (*loaderOf(const NpyHeader& header))(const char*, bool) {
  if (header.kind == 'c') return header.bytes == 8 ? load<float> : load<double>;
  if (header.kind == 'f')
    return header.bytes == 2 ? loadHalf : header.bytes == 4 ? load<float> : load<double>;
  const bool isSigned = header.kind == 'i';
  switch (header.bytes) {
    case 1:
      return isSigned ? load<std::int8_t> : load<std::uint8_t>;
    case 2:
      return isSigned ? load<std::int16_t> : load<std::uint16_t>;
    case 4:
      return isSigned ? load<std::int32_t> : load<std::uint32_t>;
    default:
      return isSigned ? load<std::int64_t> : load<std::uint64_t>;
  }
}

Index entriesBehind(const NpyHeader& header, std::size_t first) {
  Index product = 1;
  for (std::size_t d = first; d < header.shape.size(); ++d) product *= static_cast<Index>(header.shape[d]);
  return product;
}

// Where the numbers go, one behind the other in the order of the file: of more than two dimensions, entry (i,
// j, k, …) to row i, column j + n k + ….
class Places {
 public:
  Places(const NpyHeader& header, Matrix& to) : m_header(header), m_to(to), m_at(header.shape.size(), 0) {}

  void put(const double* values, Index count) {
    if (m_header.fortranOrder) {  // as the matrix lies in memory
      std::copy(values, values + count, m_to.data() + m_done);
      m_done += count;
      return;
    }
    if (m_at.size() == 2) return putRows(values, count);
    const std::size_t last = m_at.empty() ? 0 : m_at.size() - 1;
    for (Index n = 0; n < count; ++n) {
      std::size_t column = 0, stride = 1;
      for (std::size_t d = 1; d < m_at.size(); ++d) {
        column += m_at[d] * stride;
        stride *= m_header.shape[d];
      }
      m_to(m_at.empty() ? 0 : static_cast<Index>(m_at[0]), static_cast<Index>(column)) = values[n];
      for (std::size_t d = 0; d < m_at.size(); ++d) {
        if (++m_at[last - d] < m_header.shape[last - d]) break;
        m_at[last - d] = 0;
      }
    }
  }

 private:
  void putRows(const double* values, Index count) {
    auto row = static_cast<Index>(m_at[0]), column = static_cast<Index>(m_at[1]);
    for (Index n = 0; n < count; ++n) {
      m_to(row, column) = values[n];
      if (++column < m_to.cols()) continue;
      column = 0;
      ++row;
    }
    m_at = {static_cast<std::size_t>(row), static_cast<std::size_t>(column)};
  }

  const NpyHeader& m_header;
  Matrix& m_to;
  std::vector<std::size_t> m_at;  // the next entry
  Index m_done = 0;
};

Matrix roomFor(Index rows, Index columns, const std::string& path) {
  requireRoom(path, 8 * static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns));
  return largeMatrix(rows, columns);
}

}  // namespace

NpyNumbers::NpyNumbers(NpyHeader header, Source source, std::string path)
    : m_header(std::move(header)),
      m_source(std::move(source)),
      m_path(std::move(path)),
      m_load(loaderOf(m_header)) {}

void NpyNumbers::read(double* to, Index count) {
  const std::size_t size = m_header.bytes;
  const bool asInMemory = m_header.kind == 'f' && size == 8 && !m_header.bigEndian;
  for (Index first = 0; first < count; first += kNpyPiece) {
    const Index n = std::min(kNpyPiece, count - first);
    if (asInMemory) {
      m_source(reinterpret_cast<char*>(to + first), static_cast<std::size_t>(n) * size);
      m_done += n;
      continue;
    }
    m_bytes.resize(static_cast<std::size_t>(n) * size);
    m_source(m_bytes.data(), m_bytes.size());
    for (Index i = 0; i < n; ++i, ++m_done) {
      const char* at = m_bytes.data() + static_cast<std::size_t>(i) * size;
      to[first + i] = m_load(at, m_header.bigEndian);
      if (m_header.kind != 'c') continue;
      const double imaginary = m_load(at + size / 2, m_header.bigEndian);
      if (imaginary != 0)
        throw InputError(m_path + " is complex, and the imaginary part of entry " +
                         std::to_string(m_done + 1) + " is " + toText(imaginary) +
                         "; allowed: real numbers, or imaginary parts of zero");
    }
  }
}

Matrix npyMatrix(const NpyHeader& header, NpyNumbers::Source source, const std::string& path,
                 const Progress& progress) {
  const Index rows = header.shape.empty() ? 1 : static_cast<Index>(header.shape[0]);
  Matrix values = roomFor(rows, entriesBehind(header, 1), path);
  NpyNumbers numbers(header, std::move(source), path);
  Places places(header, values);
  std::vector<double> piece(static_cast<std::size_t>(std::min(values.size(), kNpyPiece)));
  inPieces(
      values.size(), progress,
      [&](Index, Index count) {
        numbers.read(piece.data(), count);
        places.put(piece.data(), count);
      },
      kNpyPiece);
  return values;
}

Matrix npyMatrixTurned(const NpyHeader& header, NpyNumbers::Source source, const std::string& path,
                       const Progress& progress) {
  Matrix values = roomFor(static_cast<Index>(header.shape[1]), static_cast<Index>(header.shape[0]), path);
  NpyNumbers numbers(header, std::move(source), path);
  inPieces(
      values.size(), progress, [&](Index first, Index count) { numbers.read(values.data() + first, count); },
      kNpyPiece);
  return values;
}

}  // namespace keyhole
