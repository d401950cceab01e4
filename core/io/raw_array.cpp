#include "core/io/raw_array.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/common/parallel.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace keyhole {
namespace {

constexpr Index kNumbers = 1 << 20;    // in one piece
constexpr Index kStoppable = 1 << 23;  // between two looks whether to stop

class RawFile {
 public:
  RawFile(const std::string& path, const RawNumbers& raw) : m_path(path), m_raw(raw) {
    m_file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (m_file < 0) throw InputError("cannot read " + path + ": " + std::strerror(errno));
  }
  ~RawFile() { ::close(m_file); }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  // `count` numbers from the `first` on.
  void read(Index first, Index count, double* to) {
    const std::size_t size = bytesOf(m_raw.type);
    const std::uint64_t at = m_raw.offset + static_cast<std::uint64_t>(first) * size;
    if (m_raw.type == NumberType::f64 && !m_raw.swapped)
      return bytes(at, static_cast<std::size_t>(count) * size, reinterpret_cast<char*>(to));
    constexpr Index kAtOnce = 1 << 15;  // stays in the cache
    m_buffer.resize(static_cast<std::size_t>(std::min(count, kAtOnce)) * size);
    for (Index done = 0; done < count; done += kAtOnce) {
      const auto n = static_cast<std::size_t>(std::min(kAtOnce, count - done));
      bytes(at + static_cast<std::uint64_t>(done) * size, n * size, m_buffer.data());
      toDoubles(m_buffer.data(), n, m_raw.type, m_raw.swapped, to + done);
    }
  }

 private:
  void bytes(std::uint64_t at, std::size_t count, char* to) const {
    while (count > 0) {
      const ssize_t n = ::pread(m_file, to, std::min<std::size_t>(count, 1 << 26), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        throw InputError(
            m_path + " cannot be read beyond byte " + std::to_string(at) +
            (n < 0 ? std::string(": ") + std::strerror(errno) : ": the file is truncated or damaged"));
      to += n;
      at += static_cast<std::uint64_t>(n);
      count -= static_cast<std::size_t>(n);
    }
  }

  std::string m_path;
  RawNumbers m_raw;
  int m_file = -1;
  std::vector<char> m_buffer;
};

}  // namespace

Matrix readRaw(const std::string& path, const RawNumbers& raw, RawShape shape, const Progress& progress) {
  requireRoom(path, 8 * static_cast<std::uint64_t>(shape.inner) * static_cast<std::uint64_t>(shape.outer));
  Matrix values = largeMatrix(shape.inner, shape.outer);
  constexpr Index kWorthAThread = 1 << 22;
  const auto read = [&](Index first, Index count) {
    RawFile file(path, raw);
    inPieces(
        count, progress, [&](Index at, Index n) { file.read(first + at, n, values.data() + first + at); },
        kStoppable);
  };
  // Most of the time goes into the pages of the array, which two cores have sooner.
  if (values.size() >= kWorthAThread)
    inTwoHalves(values.size(), read);
  else if (values.size() > 0)
    read(0, values.size());
  return values;
}

void streamRaw(const std::string& path, const RawNumbers& raw, RawShape shape, bool alongOuter,
               const std::function<bool(const Matrix& piece)>& work) {
  RawFile file(path, raw);
  const Index across = alongOuter ? shape.inner : shape.outer, along = alongOuter ? shape.outer : shape.inner;
  const Index step = std::max<Index>(1, kNumbers / std::max<Index>(across, 1));
  Vector line(alongOuter ? 0 : std::min(step, along));
  for (Index first = 0; first < along; first += step) {
    const Index count = std::min(step, along - first);
    Matrix piece(across, count);
    if (alongOuter) {
      file.read(first * shape.inner, piece.size(), piece.data());
    } else {
      for (Index i = 0; i < across; ++i) {
        file.read(i * shape.inner + first, count, line.data());
        piece.row(i) = line.head(count).transpose();
      }
    }
    if (!work(piece)) return;
  }
}

}  // namespace keyhole
