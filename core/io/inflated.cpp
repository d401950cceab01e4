#include "core/io/inflated.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <algorithm>
#include <fstream>
#include <vector>
#include <zlib.h>

namespace keyhole {
namespace {

class FileStream : public ByteStream {
 public:
  FileStream(const std::string& path, std::uint64_t begin, std::uint64_t end)
      : m_path(path), m_file(path, std::ios::binary), m_left(end - begin) {
    if (!m_file) readFileBytes(path);  // throws the sentence
    m_file.seekg(static_cast<std::streamoff>(begin));
  }

  void read(void* to, std::size_t bytes) override {
    if (bytes > m_left || !m_file.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) refuse();
    m_left -= bytes;
    m_position += bytes;
  }

  void skip(std::uint64_t bytes) override {
    if (bytes > m_left || !m_file.seekg(static_cast<std::streamoff>(bytes), std::ios::cur)) refuse();
    m_left -= bytes;
    m_position += bytes;
  }

  std::size_t readSome(void* to, std::size_t bytes) override {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, m_left));
    read(to, n);
    return n;
  }

  void finish() override {}

  std::uint64_t atMost() const override { return m_left; }
  const std::string& path() const { return m_path; }

 private:
  [[noreturn]] void refuse() const {
    throw InputError(m_path + " is truncated or damaged: a part of it ends before what its header says");
  }

  std::string m_path;
  std::ifstream m_file;
  std::uint64_t m_left;
};

class InflatedStream : public ByteStream {
 public:
  InflatedStream(const std::string& path, std::uint64_t begin, std::uint64_t end)
      : m_file(path, begin, end), m_input(kChunk) {
    if (inflateInit(&m_zlib) != Z_OK) throw InputError("zlib cannot be started to read " + path);
  }
  ~InflatedStream() override { inflateEnd(&m_zlib); }
  InflatedStream(const InflatedStream&) = delete;
  InflatedStream& operator=(const InflatedStream&) = delete;

  void read(void* to, std::size_t bytes) override {
    auto* next = static_cast<Bytef*>(to);
    while (bytes > 0) {
      const std::size_t piece = std::min(bytes, kLargest);
      const std::size_t got = inflateSome(next, piece);
      if (got == 0) refuse("it ends before what its header says");
      next += got;
      bytes -= got;
    }
  }

  void skip(std::uint64_t bytes) override {
    std::vector<Bytef> scratch(std::min<std::uint64_t>(bytes, kChunk));
    while (bytes > 0) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, scratch.size()));
      read(scratch.data(), piece);
      bytes -= piece;
    }
  }

  std::size_t readSome(void* to, std::size_t bytes) override {
    return inflateSome(static_cast<Bytef*>(to), std::min(bytes, kLargest));
  }

  void finish() override {
    Bytef more = 0;
    if (inflateSome(&more, 1) > 0) refuse("it has bytes left over");
    if (m_zlib.avail_in > 0 || m_file.atMost() > 0) refuse("bytes follow behind its end");
  }

  // zlib packs at most 1032 to 1.
  std::uint64_t atMost() const override { return 1032 * (m_zlib.avail_in + m_file.atMost() + 64); }

 private:
  static constexpr std::size_t kChunk = 1 << 18, kLargest = 1 << 30;

  // Up to so many bytes; 0 at the end of the stream, whose checksum has been found right then.
  std::size_t inflateSome(Bytef* to, std::size_t bytes) {
    m_zlib.next_out = to;
    m_zlib.avail_out = static_cast<uInt>(bytes);
    while (m_zlib.avail_out > 0 && !m_ended) {
      if (m_zlib.avail_in == 0) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(m_file.atMost(), kChunk));
        if (piece == 0) refuse("it ends before its checksum");
        m_file.read(m_input.data(), piece);
        m_zlib.next_in = m_input.data();
        m_zlib.avail_in = static_cast<uInt>(piece);
      }
      const int status = inflate(&m_zlib, Z_NO_FLUSH);
      m_ended = status == Z_STREAM_END;
      if (status != Z_OK && !m_ended)
        refuse(m_zlib.msg ? m_zlib.msg : "zlib stops with status " + std::to_string(status));
    }
    const std::size_t got = bytes - m_zlib.avail_out;
    m_position += got;
    return got;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(m_file.path() + " is damaged: its compressed data are not what was written (" + why +
                     ")");
  }

  FileStream m_file;
  std::vector<Bytef> m_input;
  z_stream m_zlib = {};
  bool m_ended = false;
};

}  // namespace

std::unique_ptr<ByteStream> fileStream(const std::string& path, std::uint64_t begin, std::uint64_t end) {
  return std::make_unique<FileStream>(path, begin, end);
}

std::unique_ptr<ByteStream> inflatedStream(const std::string& path, std::uint64_t begin, std::uint64_t end) {
  return std::make_unique<InflatedStream>(path, begin, end);
}

}  // namespace keyhole
