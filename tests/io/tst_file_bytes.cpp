// Tests core/io/file_bytes.h: a file is written whole or not at all.
#include "core/io/file_bytes.h"
#include "tests/io/files.h"
#include "tests/support/test_registry.h"

#include <QDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tst_file_bytes {

using namespace keyhole;
using namespace keyhole::test;

class TestFileBytes : public QObject {
  Q_OBJECT

 private slots:
  void bytesComeBack() {
    const std::string bytes("a\0b\n\xff", 5), path = m_files.with("a.bin", bytes);
    QVERIFY(readFileBytes(path) == bytes);
    m_files.with("a.bin", "");
    QVERIFY(readFileBytes(path).empty());
  }

  // Fails if a pipe, and so a device such as /dev/null, is replaced by a file; or a link is, instead of what
  // it leads to.
  void pipesAndLinksStay() {
    const std::string pipe = m_files.path("pipe"), target = m_files.with("target.txt", "old"),
                      link = m_files.path("link.txt");
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    writeFileAtomically(pipe, "through");
    char bytes[16] = {};
    QCOMPARE(::read(reader, bytes, sizeof bytes), ssize_t{7});
    QCOMPARE(QByteArray(bytes), QByteArray("through"));
    ::close(reader);
    QVERIFY(std::filesystem::is_fifo(pipe));
    std::filesystem::create_symlink(target, link);
    writeFileAtomically(link, "new");
    QVERIFY(std::filesystem::is_symlink(link) && readFileBytes(target) == "new");
    for (const std::string& made : {pipe, target, link}) std::filesystem::remove(made);
  }

  // Fails if a file that can't be written is lost, or leaves a part of itself behind.
  void aFailureLeavesNothing() {
    const std::string folder = m_files.path("in-the-way");
    createFolder(folder + "/inside");
    const QString sentence = refusal([&] { writeFileAtomically(folder, "x"); });
    QVERIFY2(isSentence(sentence, "in-the-way"), qPrintable(sentence));
    QVERIFY(QDir(folder.c_str()).exists("inside"));
    const auto missing = m_files.path("no-such-folder/a.txt");
    QVERIFY(isSentence(refusal([&] { writeFileAtomically(missing, "x"); }), "no-such-folder"));
    const auto left = QDir(m_files.path("").c_str()).entryList(QDir::Files | QDir::Hidden);
    QVERIFY2(left == QStringList{"a.bin"}, qPrintable(left.join(" ")));
  }

  // A disk that is full half way through, made with a limit on the size of files. Fails if the old file is
  // touched before the new one is complete, or a part of the new one stays.
  void aHalfWrittenFileLeavesTheOldOne() {
    const std::string path = m_files.with("a.bin", "old");
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const QString sentence = refusal([&] { writeFileAtomically(path, std::string(5000, 'x')); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(isSentence(sentence, "a.bin"), qPrintable(sentence));
    QVERIFY(readFileBytes(path) == "old");
    const auto left = QDir(m_files.path("").c_str()).entryList(QDir::Files | QDir::Hidden);
    QVERIFY2(left == QStringList{"a.bin"}, qPrintable(left.join(" ")));
  }

  // Fails if a folder that may not be written to costs the old file.
  void aLockedFolderKeepsTheOldFile() {
    if (geteuid() == 0) QSKIP("the administrator may write everywhere");
    const std::string folder = m_files.path("locked"), path = folder + "/a.txt";
    createFolder(folder);
    writeFileAtomically(path, "old");
    QCOMPARE(chmod(folder.c_str(), 0500), 0);
    const QString sentence = refusal([&] { writeFileAtomically(path, "new"); });
    chmod(folder.c_str(), 0700);
    QVERIFY2(isSentence(sentence, "a.txt"), qPrintable(sentence));
    QVERIFY(readFileBytes(path) == "old");
  }

  // Fails if bytes of a file can break a sentence about it, or a character is cut in two.
  void shownTexts() {
    QVERIFY(shownText("a\nb\x7f") == "a?b?");
    QVERIFY(shownText(std::string(60, 'a')) == std::string(60, 'a'));
    QVERIFY(shownText(std::string(59, 'a') + "ττ") == std::string(59, 'a') + "…");
    QVERIFY(shownText("").empty());
  }

  void unreadable() {
    QVERIFY(isSentence(refusal([&] { readFileBytes(m_files.path("missing")); }), "missing"));
    QVERIFY(isSentence(refusal([&] { readFileBytes(m_files.path("in-the-way")); }), "in-the-way"));
    QVERIFY(isSentence(refusal([&] { createFolder(m_files.path("a.bin")); }), "a.bin"));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestFileBytes)

}  // namespace tst_file_bytes

#include "tst_file_bytes.moc"
