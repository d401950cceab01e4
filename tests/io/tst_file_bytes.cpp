// Tests core/io/file_bytes.h: a file is written whole or not at all.
#include "core/io/file_bytes.h"
#include "tests/io/files.h"

#include <QDir>
#include <QTest>

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

  void unreadable() {
    QVERIFY(isSentence(refusal([&] { readFileBytes(m_files.path("missing")); }), "missing"));
    QVERIFY(isSentence(refusal([&] { readFileBytes(m_files.path("in-the-way")); }), "in-the-way"));
    QVERIFY(isSentence(refusal([&] { createFolder(m_files.path("a.bin")); }), "a.bin"));
  }

 private:
  Files m_files;
};

QTEST_GUILESS_MAIN(TestFileBytes)
#include "tst_file_bytes.moc"
