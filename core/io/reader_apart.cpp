#include "core/io/reader_apart.h"

#include "core/common/error.h"
#include "core/common/memory.h"
#include "core/io/pipe_messages.h"
#include "core/io/raw_array.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <new>
#include <optional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace keyhole {
namespace {

enum Reply : char { kDone = 'D', kRefused = 'R', kNoMemory = 'M' };

bool sendText(const PipeEnd& to, Reply reply, const std::string& text) {
  return to.write(&reply, 1) && to.writeText(text);
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
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGINT, SIGTERM, SIGPIPE, SIGXCPU})
    std::signal(signal, SIG_DFL);
}

// A child that runs work(pipe), which sends a reply; afterwards its fate is asked for.
class Child {
 public:
  Child(std::uint64_t bytes, rlim_t seconds, const std::function<void(const PipeEnd&)>& work)
      : m_seconds(seconds) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw InputError(std::string("cannot open a pipe to read a file: ") + std::strerror(errno));
    m_from = std::make_unique<PipeEnd>(ends[0]);
    PipeEnd to(ends[1]);
    m_id = ::fork();
    if (m_id < 0)
      throw InputError(std::string("cannot start a process to read a file: ") + std::strerror(errno));
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
      message.put(tree->root());
      if (sendText(to, kDone, message.bytes())) sendNotes(to, *tree);
    });
    requireDone(child);
    auto text = child.from().readText();
    if (!text || !Message(std::move(*text)).get(m_root)) refuse(child);
    takeNotes(child);
  }

  const FileNode& root() const override { return m_root; }

  std::vector<Matrix> load(const std::vector<const FileNode*>& nodes) override {
    if (nodes.size() == 1 && isWhole(*nodes[0])) return {fromPieces(*nodes[0])};
    std::vector<const FileNode*> asked;
    for (const FileNode* node : nodes)
      if (!isRaw(*node) || node->byRows) asked.push_back(node);
    std::vector<Matrix> loaded = asked.empty() ? std::vector<Matrix>() : loadApart(asked), all;
    std::size_t next = 0;
    for (const FileNode* node : nodes)
      all.push_back(!isRaw(*node) || node->byRows ? std::move(loaded[next++])
                                                  : readRaw(m_path, *node->raw, rawShape(*node), *progress));
    return all;
  }

  std::optional<Matrix> loadTurned(const FileNode& node) override {
    if (!node.byRows || node.shape.size() != 2 || node.size() == 0) return {};
    if (isRaw(node)) return readRaw(m_path, *node.raw, rawShape(node), *progress);
    return fromPieces(node);
  }

  void stream(const FileNode& node, bool timeInColumns, const Work& work) override {
    if (isRaw(node) && node.shape.size() == 2)
      return streamRaw(m_path, *node.raw, rawShape(node), node.byRows != timeInColumns, work);
    Child child(roomFor(node), secondsFor(node), [&](const PipeEnd& to) {
      const auto tree = m_make(false);
      tree->stream(node, timeInColumns, [&to](const Matrix& piece) { return sendMatrix(to, piece); });
      if (sendMatrix(to, Matrix())) sendNotes(to, *tree);  // the end
    });
    while (true) {
      requireDone(child);
      const Matrix piece = receivedPiece(child, node);
      if (piece.size() == 0) return takeNotes(child);
      if (!work(piece)) return;
      progress->throwIfStopped();
    }
  }

 private:
  static bool isRaw(const FileNode& node) { return node.raw && node.shape.size() == 2 && node.size() > 0; }
  // Column by column in the file, as it is wanted, but not uncompressed.
  static bool isWhole(const FileNode& node) {
    return !isRaw(node) && !node.byRows && node.shape.size() == 2 && node.size() > 0 &&
           node.type != "sparse" && !node.type.starts_with("complex");
  }
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

  static bool sendNotes(const PipeEnd& to, const FileTree& tree) {
    Message message;
    message.put(static_cast<std::uint64_t>(tree.notes.size()));
    for (const auto& note : tree.notes) message.put(note);
    return to.writeText(message.bytes());
  }

  void takeNotes(Child& child) {
    auto text = child.from().readText();
    if (!text) refuse(child);
    Message message(std::move(*text));
    std::uint64_t count = 0;
    if (!message.getCount(count, 8)) refuse(child);
    for (; count > 0; --count) {
      std::string note;
      if (!message.get(note)) refuse(child);
      if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
    }
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
      sendNotes(to, *tree);
    });
    std::vector<Matrix> all;
    for (const FileNode* node : nodes) {
      requireDone(child);
      all.push_back(received(child, *node));
    }
    takeNotes(child);
    return all;
  }

  // Piece by piece, so that a large array does not stand in the child as well. Time is the axis that runs
  // slowest in the file.
  Matrix fromPieces(const FileNode& node) {
    const RawShape shape = rawShape(node);
    Matrix values;
    Index at = 0;
    stream(node, !node.byRows, [&](const Matrix& piece) {
      if (at == 0) values = largeMatrix(shape.inner, shape.outer);
      if (piece.rows() != shape.inner || piece.cols() > shape.outer - at) refuseShape(node);
      values.middleCols(at, piece.cols()) = piece;
      at += piece.cols();
      return true;
    });
    if (at != shape.outer) refuseShape(node);
    return values;
  }

  [[noreturn]] void refuseShape(const FileNode& node) const {
    throw InputError(m_path + " cannot be read: " + m_library + " has other numbers than the " +
                     shapeText(node.shape) + " that the file says, so it is damaged");
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
    const auto text = child.from().readText();
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
