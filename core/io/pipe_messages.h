// What goes through the pipe between a reader in a process of its own and the program: numbers and texts one
// behind the other, and the tree of a file's arrays.
#pragma once

#include "core/io/file_tree.h"

#include <cstdint>
#include <optional>
#include <string>

namespace keyhole {

// One end of a pipe; closed with it.
class PipeEnd {
 public:
  explicit PipeEnd(int fd) : m_fd(fd) {}
  ~PipeEnd() { close(); }
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  void close();

  // False if the other end is gone.
  bool write(const void* bytes, std::size_t count) const;
  bool read(void* bytes, std::size_t count) const;

  // A text with its length before it; at most a gigabyte is read, else nothing.
  bool writeText(const std::string& text) const;
  std::optional<std::string> readText() const;

 private:
  int m_fd;
};

// What is sent. The child may have come to grief before it wrote nonsense, so that everything that is read is
// checked: get… is false where there is not what is asked for.
class Message {
 public:
  Message() = default;
  explicit Message(std::string bytes) : m_bytes(std::move(bytes)) {}
  const std::string& bytes() const { return m_bytes; }

  void put(std::uint64_t value) { m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(double value) { m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text);
  void put(const FileNode& node);

  bool get(std::uint64_t& value) { return raw(&value, sizeof value); }
  bool get(double& value) { return raw(&value, sizeof value); }
  bool get(std::string& text);
  bool get(FileNode& node) { return getBelow(node, 0); }
  // A count of things that take at least so many bytes each.
  bool getCount(std::uint64_t& count, std::size_t each);

 private:
  bool raw(void* to, std::size_t size);
  bool getRaw(FileNode& node);
  bool getBelow(FileNode& node, int depth);

  std::string m_bytes;
  std::size_t m_at = 0;
};

}  // namespace keyhole
