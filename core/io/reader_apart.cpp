#include "core/io/reader_apart.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/raw_array.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyhole {
namespace {

// One end of a pipe.
class PipeEnd {
 public:
  explicit PipeEnd(int fd) : m_fd(fd) {}
  ~PipeEnd() { close(); }
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  void close() {
    if (m_fd >= 0) ::close(m_fd);
    m_fd = -1;
  }
  // False if the other end is gone.
  bool write(const void* bytes, std::size_t count) const {
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
  bool read(void* bytes, std::size_t count) const {
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

 private:
  int m_fd;
};

// What is sent: numbers and texts one behind the other. The child may have come to grief before it wrote
// nonsense, so that everything that is read is checked.
class Message {
 public:
  Message() = default;
  explicit Message(std::string bytes) : m_bytes(std::move(bytes)) {}
  const std::string& bytes() const { return m_bytes; }

  void put(std::uint64_t value) { m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(double value) { m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    m_bytes += text;
  }

  bool get(std::uint64_t& value) { return raw(&value, sizeof value); }
  bool get(double& value) { return raw(&value, sizeof value); }
  bool get(std::string& text) {
    std::uint64_t size = 0;
    if (!get(size) || size > m_bytes.size() - m_at) return false;
    text = m_bytes.substr(m_at, static_cast<std::size_t>(size));
    m_at += static_cast<std::size_t>(size);
    return true;
  }
  // A count of things that take at least so many bytes each.
  bool getCount(std::uint64_t& count, std::size_t each) {
    return get(count) && count <= (m_bytes.size() - m_at) / each;
  }

 private:
  bool raw(void* to, std::size_t size) {
    if (size > m_bytes.size() - m_at) return false;
    std::memcpy(to, m_bytes.data() + m_at, size);
    m_at += size;
    return true;
  }

  std::string m_bytes;
  std::size_t m_at = 0;
};

void put(Message& message, const FileNode& node) {
  message.put(static_cast<std::uint64_t>(node.kind));
  for (const std::string* text : {&node.name, &node.type, &node.unit, &node.why, &node.place})
    message.put(*text);
  for (const double number : {node.rate, node.conversion, node.offset}) message.put(number);
  message.put(node.ordinal);
  message.put(static_cast<std::uint64_t>(node.byRows));
  message.put(static_cast<std::uint64_t>(node.raw.has_value()));
  const RawNumbers raw = node.raw.value_or(RawNumbers{});
  message.put(raw.offset);
  message.put(static_cast<std::uint64_t>(raw.type) * 2 + raw.swapped);
  message.put(static_cast<std::uint64_t>(node.shape.size()));
  for (const std::uint64_t extent : node.shape) message.put(extent);
  message.put(static_cast<std::uint64_t>(node.children.size()));
  for (const auto& child : node.children) put(message, child);
}

bool getRaw(Message& message, FileNode& node) {
  std::uint64_t byRows = 0, isRaw = 0, offset = 0, type = 0;
  if (!message.get(byRows) || !message.get(isRaw) || !message.get(offset) || !message.get(type)) return false;
  if (type / 2 > static_cast<std::uint64_t>(NumberType::f64)) return false;
  node.byRows = byRows != 0;
  if (isRaw != 0) node.raw = RawNumbers{offset, static_cast<NumberType>(type / 2), type % 2 != 0};
  return true;
}

bool get(Message& message, FileNode& node, int depth = 0) {
  constexpr int kDeepest = 200;
  constexpr std::size_t kLeast = 16 * 8;  // bytes of a node
  std::uint64_t kind = 0, count = 0;
  if (depth > kDeepest || !message.get(kind) || kind > static_cast<std::uint64_t>(FileNode::Kind::other))
    return false;
  node.kind = static_cast<FileNode::Kind>(kind);
  for (std::string* text : {&node.name, &node.type, &node.unit, &node.why, &node.place})
    if (!message.get(*text)) return false;
  for (double* number : {&node.rate, &node.conversion, &node.offset})
    if (!message.get(*number)) return false;
  if (!message.get(node.ordinal) || !getRaw(message, node) || !message.getCount(count, 8)) return false;
  node.shape.resize(static_cast<std::size_t>(count));
  for (auto& extent : node.shape)
    if (!message.get(extent)) return false;
  if (!message.getCount(count, kLeast)) return false;
  node.children.resize(static_cast<std::size_t>(count));
  return std::all_of(node.children.begin(), node.children.end(),
                     [&](FileNode& child) { return get(message, child, depth + 1); });
}

enum Reply : char { kDone = 'D', kRefused = 'R', kNoMemory = 'M' };

bool sendText(const PipeEnd& to, Reply reply, const std::string& text) {
  const std::uint64_t size = text.size();
  return to.write(&reply, 1) && to.write(&size, sizeof size) && to.write(text.data(), text.size());
}

std::optional<std::string> receiveText(const PipeEnd& from) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  std::uint64_t size = 0;
  if (!from.read(&size, sizeof size) || size > kMost) return {};
  std::string text(static_cast<std::size_t>(size), '\0');
  if (!from.read(text.data(), text.size())) return {};
  return text;
}

std::uint64_t addressSpace() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

constexpr std::uint64_t kMemory = std::uint64_t{1} << 30;  // beyond what is there and what is asked for
constexpr rlim_t kSeconds = 60;

void limit([[maybe_unused]] std::uint64_t bytes, rlim_t seconds) {
#ifndef KEYHOLE_SANITIZED  // sanitizers set aside more than this
  const rlimit memory{addressSpace() + bytes + kMemory, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &memory);
#endif
  const rlimit time{seconds, seconds + 1};
  setrlimit(RLIMIT_CPU, &time);
  const rlimit core{0, 0};
  setrlimit(RLIMIT_CORE, &core);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGINT, SIGPIPE, SIGXCPU})
    std::signal(signal, SIG_DFL);
}

// A child that runs work(pipe), which sends a reply; afterwards its fate is asked for.
class Child {
 public:
  Child(std::uint64_t bytes, rlim_t seconds, const std::function<void(const PipeEnd&)>& work)
      : m_seconds(seconds) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw InputError(std::string("no pipe can be had to read a file: ") + std::strerror(errno));
    m_from = std::make_unique<PipeEnd>(ends[0]);
    PipeEnd to(ends[1]);
    m_id = ::fork();
    if (m_id < 0)
      throw InputError(std::string("no process can be had to read a file: ") + std::strerror(errno));
    if (m_id > 0) return;
    m_from->close();
    limit(bytes, seconds);
    try {
      work(to);
    } catch (const InputError& error) {
      sendText(to, kRefused, error.what());
    } catch (const std::bad_alloc&) {
      sendText(to, kNoMemory, "");
    } catch (const std::exception& error) {
      sendText(to, kRefused, error.what());
    }
    ::_exit(0);
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  const PipeEnd& from() const { return *m_from; }

  // Why it ended without a whole reply.
  std::string fate() {
    end();
    if (WIFSIGNALED(m_status) && WTERMSIG(m_status) == SIGXCPU)
      return "took more than " + std::to_string(m_seconds) + " s of processor time";
    if (WIFSIGNALED(m_status)) return std::string("crashed (") + ::strsignal(WTERMSIG(m_status)) + ")";
    return "ended too early";
  }

 private:
  // A child that is no longer listened to ends with its next word; one that hangs is ended.
  void end() {
    if (m_id <= 0) return;
    m_from->close();
    for (int i = 0; i < 100; ++i) {
      if (::waitpid(m_id, &m_status, WNOHANG) != 0) {
        m_id = -1;
        return;
      }
      ::usleep(i < 50 ? 200 : 10'000);
    }
    ::kill(m_id, SIGKILL);
    ::waitpid(m_id, &m_status, 0);
    m_id = -1;
  }

  std::unique_ptr<PipeEnd> m_from;
  pid_t m_id = -1;
  int m_status = 0;
  rlim_t m_seconds;
};

class Apart : public FileTree {
 public:
  Apart(const std::string& path, const std::string& library,
        std::function<std::unique_ptr<FileTree>(bool)> make)
      : m_path(path), m_library(library), m_make(std::move(make)) {
    Child child(0, kSeconds, [this](const PipeEnd& to) {
      const auto tree = m_make(true);
      Message message;
      put(message, tree->root());
      message.put(static_cast<std::uint64_t>(tree->notes.size()));
      for (const auto& note : tree->notes) message.put(note);
      sendText(to, kDone, message.bytes());
    });
    requireDone(child);
    auto text = receiveText(child.from());
    if (!text) refuse(child);
    Message message(std::move(*text));
    std::uint64_t count = 0;
    if (!get(message, m_root) || !message.getCount(count, 8)) refuse(child);
    notes.resize(static_cast<std::size_t>(count));
    for (auto& note : notes)
      if (!message.get(note)) refuse(child);
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    std::vector<const FileNode*> asked;
    for (const FileNode* node : nodes)
      if (!isRaw(*node) || node->byRows) asked.push_back(node);
    std::vector<Matrix> loaded = asked.empty() ? std::vector<Matrix>() : loadApart(asked), all;
    std::size_t next = 0;
    for (const FileNode* node : nodes)
      all.push_back(!isRaw(*node) || node->byRows ? std::move(loaded[next++])
                                                  : readRaw(m_path, *node->raw, rawShape(*node)));
    return all;
  }

  std::optional<Matrix> loadTurned(const FileNode& node) override {
    if (!node.byRows || node.shape.size() != 2 || node.size() == 0) return {};
    if (isRaw(node)) return readRaw(m_path, *node.raw, rawShape(node));
    Child child(roomFor(node), secondsFor(node), [&](const PipeEnd& to) {
      const auto values = m_make(false)->loadTurned(node);
      sendMatrix(to, values ? *values : Matrix());
    });
    requireDone(child);
    FileNode turned = node;
    std::swap(turned.shape[0], turned.shape[1]);
    return received(child, turned);
  }

  void stream(const FileNode& node, bool timeInColumns, const Work& work) override {
    if (isRaw(node) && node.shape.size() == 2)
      return streamRaw(m_path, *node.raw, rawShape(node), node.byRows != timeInColumns, work);
    Child child(roomFor(node), secondsFor(node), [&](const PipeEnd& to) {
      m_make(false)->stream(node, timeInColumns,
                            [&to](const Matrix& piece) { return sendMatrix(to, piece); });
      sendMatrix(to, Matrix());  // the end
    });
    while (true) {
      requireDone(child);
      const Matrix piece = receivedPiece(child, node);
      if (piece.size() == 0 || !work(piece)) return;
    }
  }

 private:
  static bool isRaw(const FileNode& node) { return node.raw && node.shape.size() == 2 && node.size() > 0; }
  static RawShape rawShape(const FileNode& node) {
    const auto rows = static_cast<Index>(node.shape[0]), columns = static_cast<Index>(node.shape[1]);
    return node.byRows ? RawShape{columns, rows} : RawShape{rows, columns};
  }

  static std::uint64_t bytesOfNode(const FileNode& node) {
    return std::min(node.size(), std::uint64_t{1} << 40) * 8;
  }
  static std::uint64_t roomFor(const FileNode& node) {
    return std::min(2 * bytesOfNode(node), std::uint64_t{1} << 44);
  }
  static rlim_t secondsFor(const FileNode& node) {
    constexpr std::uint64_t kBytesPerSecond = 10'000'000;
    return kSeconds + bytesOfNode(node) / kBytesPerSecond;
  }

  static bool sendMatrix(const PipeEnd& to, const Matrix& values) {
    const Reply done = kDone;
    const std::int64_t shape[2] = {values.rows(), values.cols()};
    return to.write(&done, 1) && to.write(shape, sizeof shape) &&
           to.write(values.data(), static_cast<std::size_t>(values.size()) * sizeof(double));
  }

  std::vector<Matrix> loadApart(const std::vector<const FileNode*>& nodes) {
    std::uint64_t room = 0;
    rlim_t seconds = 0;
    for (const FileNode* node : nodes) {
      room += roomFor(*node);
      seconds += secondsFor(*node);
    }
    Child child(std::min(room, std::uint64_t{1} << 44), seconds, [&](const PipeEnd& to) {
      const auto tree = m_make(false);
      for (const FileNode* node : nodes)
        if (!sendMatrix(to, std::move(tree->load({node}).front()))) return;
    });
    std::vector<Matrix> all;
    for (const FileNode* node : nodes) {
      requireDone(child);
      all.push_back(received(child, *node));
    }
    return all;
  }

  // Of a stream: at most as many numbers as the node has.
  Matrix receivedPiece(Child& child, const FileNode& node) const {
    std::int64_t shape[2] = {};
    if (!child.from().read(shape, sizeof shape)) refuse(child);
    const auto entries = static_cast<std::uint64_t>(shape[0]) * static_cast<std::uint64_t>(shape[1]);
    if (shape[0] < 0 || shape[1] < 0 || (shape[1] > 0 && shape[0] > (std::int64_t{1} << 50) / shape[1]) ||
        entries > node.size())
      refuse(child);
    Matrix values(shape[0], shape[1]);
    if (!child.from().read(values.data(), static_cast<std::size_t>(values.size()) * sizeof(double)))
      refuse(child);
    return values;
  }

  [[noreturn]] void refuse(Child& child) const {
    throw InputError(m_path + " cannot be read: " + m_library + " " + child.fate() +
                     ", so the file is damaged or far from what it says");
  }

  // The first byte of a reply.
  void requireDone(Child& child) const {
    Reply reply = kDone;
    if (!child.from().read(&reply, 1)) refuse(child);
    if (reply == kDone) return;
    const auto text = receiveText(child.from());
    if (!text) refuse(child);
    if (reply == kRefused) throw InputError(*text);
    throw InputError(m_path + " cannot be read: " + m_library +
                     " asks for more memory than its numbers need");
  }

  Matrix received(Child& child, const FileNode& node) const {
    std::int64_t shape[2] = {};
    if (!child.from().read(shape, sizeof shape)) refuse(child);
    const auto entries = static_cast<std::uint64_t>(shape[0]) * static_cast<std::uint64_t>(shape[1]);
    const bool fits = node.size() == 0
                          ? shape[0] == 0 || shape[1] == 0
                          : shape[0] == static_cast<std::int64_t>(node.shape[0]) && entries == node.size();
    if (shape[0] < 0 || shape[1] < 0 || !fits) refuse(child);
    Matrix values = largeMatrix(shape[0], shape[1]);
    if (!child.from().read(values.data(), static_cast<std::size_t>(values.size()) * sizeof(double)))
      refuse(child);
    return values;
  }

  std::string m_path, m_library;
  std::function<std::unique_ptr<FileTree>(bool)> m_make;
  FileNode m_root;
};

}  // namespace

std::unique_ptr<FileTree> openApart(const std::string& path, const std::string& library,
                                    std::function<std::unique_ptr<FileTree>(bool lists)> make) {
  return std::make_unique<Apart>(path, library, std::move(make));
}

}  // namespace keyhole
