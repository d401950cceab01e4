// A part of a file as a stream of bytes, as it is or decompressed by zlib.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace keyhole {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // Throws InputError: the file ends before, or the compressed data are damaged.
  virtual void read(void* to, std::size_t bytes) = 0;
  virtual void skip(std::uint64_t bytes) = 0;

  // Up to so many bytes: fewer where the stream ends. Throws InputError: damaged.
  virtual std::size_t readSome(void* to, std::size_t bytes) = 0;

  // Reads on to the end and checks what there is to check. Throws InputError if the checksum does not fit or
  // the stream has bytes left over.
  virtual void finish() = 0;

  // No more than so many bytes can follow: an upper bound, for what a header claims.
  virtual std::uint64_t atMost() const = 0;

  std::uint64_t position() const { return m_position; }

 protected:
  std::uint64_t m_position = 0;
};

// Bytes from `begin` to `end` of the file. Throws InputError if it cannot be opened.
std::unique_ptr<ByteStream> fileStream(const std::string& path, std::uint64_t begin, std::uint64_t end);

// The same, decompressed (zlib's format, RFC 1950, whose end carries a checksum).
std::unique_ptr<ByteStream> inflatedStream(const std::string& path, std::uint64_t begin, std::uint64_t end);

}  // namespace keyhole
