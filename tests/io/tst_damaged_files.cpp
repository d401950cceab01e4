// Files damaged at random, always the same ones: whatever is in them, they are read or refused in one
// sentence. (MATLAB's structures and cells are left out: matio itself builds what their damaged shapes ask
// for while it only lists a file.)
#include "core/experiment/settings/session.h"
#include "core/io/delimited.h"
#include "core/io/mat.h"
#include "core/io/npy.h"
#include "tests/io/files.h"
#include "tests/io/mat_writer.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <fstream>
#include <random>
#include <sys/resource.h>

namespace tst_damaged_files {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Flips, cuts, inserts, repeats or overwrites a few bytes.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto upTo = [&random](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n)(random);
  };
  const std::size_t times = 1 + upTo(3);
  for (std::size_t i = 0; i < times && !bytes.empty(); ++i) {
    // Headers, where most is decided, are hit as often as all the rest.
    const std::size_t at = upTo(upTo(1) ? bytes.size() - 1 : std::min<std::size_t>(bytes.size() - 1, 200));
    switch (upTo(5)) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(at, 1 + upTo(8), static_cast<char>(upTo(255)));
        break;
      case 2:
        bytes.erase(at, 1 + upTo(8));
        break;
      case 3:
        for (std::size_t j = at; j < std::min(at + 4, bytes.size()); ++j) bytes[j] = '\xff';
        break;
      default:
        bytes[at] = static_cast<char>(upTo(255));
    }
  }
  return bytes;
}

}  // namespace

class TestDamagedFiles : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
#ifndef KEYHOLE_SANITIZED  // sanitizers set aside more than this
    const rlimit memory{std::size_t{2} << 30, RLIM_INFINITY};
    QCOMPARE(setrlimit(RLIMIT_AS, &memory), 0);
#endif
    const Matrix values = Matrix::Random(20, 3);
    m_npy = npyBytes(values);
    m_session = sessionBytes(Session{});
    m_csv = delimitedBytes({"a", "b", "c"}, values);
    {
      MatWriter writer(m_files.path("good.mat"));
      writer.addMatrix("x", values);
      writer.addMatrix("y", values, true);
      writer.addText("note");
    }
    m_mat = readFileBytes(m_files.path("good.mat"));
  }

  // Each fails if damage leads to a crash, an exception of another kind (no memory for an absurd size among
  // them), or an answer that is no sentence.
  void npy() {
    check(m_npy, "damaged.npy", 2000, [](const std::string& path) { readNpy(path); });
  }
  void csv() {
    check(m_csv, "damaged.csv", 2000, [](const std::string& path) { readDelimited(path); });
  }
  void session() {
    check(m_session, "damaged.keyhole", 1000, [](const std::string& path) { loadSession(path); });
  }
  void mat() {
    check(m_mat, "damaged.mat", 1500, [](const std::string& path) { readMat(path, "y"); });
    check(m_mat, "damaged.mat", 1500, [](const std::string& path) { readMat(path, ""); });
    check(m_mat, "damaged.mat", 1500, [](const std::string& path) { matVariables(path); });
  }

 private:
  void check(const std::string& good, const char* name, int times,
             const std::function<void(const std::string&)>& read) {
    std::mt19937 random(7);
    int refused = 0;
    for (int i = 0; i < times; ++i) {
      const std::string path = m_files.path(name);
      std::ofstream(path, std::ios::binary) << damaged(good, random);
      const QString sentence = refusal([&] { read(path); });
      if (sentence.isEmpty()) continue;
      ++refused;
      QVERIFY2(isSentence(sentence, name), qPrintable(sentence));
    }
    QVERIFY(refused > times / 10);
  }

  Files m_files;
  std::string m_npy, m_csv, m_mat, m_session;
};

KEYHOLE_TEST(TestDamagedFiles)

}  // namespace tst_damaged_files

#include "tst_damaged_files.moc"
