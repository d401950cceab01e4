#include "core/io/pipe_messages.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace keyhole {

void PipeEnd::close() {
  if (m_fd >= 0) ::close(m_fd);
  m_fd = -1;
}

bool PipeEnd::write(const void* bytes, std::size_t count) const {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t n = ::write(m_fd, next, std::min<std::size_t>(count, 1 << 20));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    next += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

bool PipeEnd::read(void* bytes, std::size_t count) const {
  char* next = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t n = ::read(m_fd, next, std::min<std::size_t>(count, 1 << 20));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    next += n;
    count -= static_cast<std::size_t>(n);
  }
  return true;
}

bool PipeEnd::writeText(const std::string& text) const {
  const std::uint64_t size = text.size();
  return write(&size, sizeof size) && write(text.data(), text.size());
}

std::optional<std::string> PipeEnd::readText() const {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  std::uint64_t size = 0;
  if (!read(&size, sizeof size) || size > kMost) return {};
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!read(text.data(), text.size())) return {};
  return text;
}

void Message::put(const std::string& text) {
  put(static_cast<std::uint64_t>(text.size()));
  m_bytes += text;
}

void Message::put(const FileNode& node) {
  put(static_cast<std::uint64_t>(node.kind));
  for (const std::string* text : {&node.name, &node.type, &node.unit, &node.why, &node.place}) put(*text);
  for (const double number : {node.rate, node.conversion, node.offset}) put(number);
  put(node.ordinal);
  put(static_cast<std::uint64_t>(node.byRows));
  put(static_cast<std::uint64_t>(node.raw.has_value()));
  const RawNumbers raw = node.raw.value_or(RawNumbers{});
  put(raw.offset);
  put(static_cast<std::uint64_t>(raw.type) * 2 + raw.swapped);
  put(static_cast<std::uint64_t>(node.shape.size()));
  for (const std::uint64_t extent : node.shape) put(extent);
  put(static_cast<std::uint64_t>(node.children.size()));
  for (const auto& child : node.children) put(child);
}

bool Message::get(std::string& text) {
  std::uint64_t size = 0;
  if (!get(size) || size > m_bytes.size() - m_at) return false;
  text = m_bytes.substr(m_at, static_cast<std::size_t>(size));
  m_at += static_cast<std::size_t>(size);
  return true;
}

bool Message::getCount(std::uint64_t& count, std::size_t each) {
  return get(count) && count <= (m_bytes.size() - m_at) / each;
}

bool Message::raw(void* to, std::size_t size) {
  if (size > m_bytes.size() - m_at) return false;
  std::memcpy(to, m_bytes.data() + m_at, size);
  m_at += size;
  return true;
}

bool Message::getRaw(FileNode& node) {
  std::uint64_t byRows = 0, isRaw = 0, offset = 0, type = 0;
  if (!get(byRows) || !get(isRaw) || !get(offset) || !get(type)) return false;
  if (type / 2 > static_cast<std::uint64_t>(NumberType::f64)) return false;
  node.byRows = byRows != 0;
  if (isRaw != 0) node.raw = RawNumbers{offset, static_cast<NumberType>(type / 2), type % 2 != 0};
  return true;
}

bool Message::getBelow(FileNode& node, int depth) {
  constexpr int kDeepest = 200;
  constexpr std::size_t kLeast = 16 * 8;  // bytes of a node
  std::uint64_t kind = 0, count = 0;
  if (depth > kDeepest || !get(kind) || kind > static_cast<std::uint64_t>(FileNode::Kind::other))
    return false;
  node.kind = static_cast<FileNode::Kind>(kind);
  for (std::string* text : {&node.name, &node.type, &node.unit, &node.why, &node.place})
    if (!get(*text)) return false;
  for (double* number : {&node.rate, &node.conversion, &node.offset})
    if (!get(*number)) return false;
  if (!get(node.ordinal) || !getRaw(node) || !getCount(count, 8)) return false;
  node.shape.resize(static_cast<std::size_t>(count));
  for (auto& extent : node.shape)
    if (!get(extent)) return false;
  if (!getCount(count, kLeast)) return false;
  node.children.resize(static_cast<std::size_t>(count));
  return std::all_of(node.children.begin(), node.children.end(),
                     [&](FileNode& child) { return getBelow(child, depth + 1); });
}

}  // namespace keyhole
