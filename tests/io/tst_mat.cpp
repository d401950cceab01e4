// Tests core/io/mat.h
#include "core/io/mat.h"
#include "tests/io/files.h"
#include "tests/io/mat_writer.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_mat {

using namespace keyhole;
using namespace keyhole::test;

class TestMat : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a class of numbers, a compressed variable or MATLAB's column order is misread.
  void everyClassOfNumbers() {
    const Matrix expected = (Matrix(2, 3) << 1, 2, 3, 4, 5, 6).finished();
    const std::string path = m_files.path("classes.mat");
    {
      MatWriter writer(path);
      writer.addMatrix("d", expected);
      writer.addMatrix("z", expected, true);
      writer.add<float>("s", MAT_C_SINGLE, MAT_T_SINGLE, {1, 4, 2, 5, 3, 6}, 2);
      writer.add<std::int16_t>("i", MAT_C_INT16, MAT_T_INT16, {1, 4, 2, 5, 3, 6}, 2);
      writer.add<std::uint8_t>("u", MAT_C_UINT8, MAT_T_UINT8, {1, 4, 2, 5, 3, 6}, 2);
    }
    for (const char* name : {"d", "z", "s", "i", "u"}) {
      COMPARE_MATRICES(readMat(path, name), expected, 0.0);
    }
    QCOMPARE(matVariables(path).size(), std::size_t{5});
    QCOMPARE(QString::fromStdString(matVariables(path).front()), QString("d (2 x 3 double)"));
  }

  // The only matrix needs no name, even beside a text; of two, one must be named.
  void namesAreAskedForOnlyIfNeeded() {
    const std::string one = m_files.path("one.mat"), two = m_files.path("two.mat");
    {
      MatWriter writer(one);
      writer.addText("note");
      writer.addMatrix("spikes", Matrix::Identity(2, 2));
      MatWriter other(two);
      other.addMatrix("left", Matrix::Identity(2, 2));
      other.addMatrix("right", Matrix::Identity(3, 3));
    }
    COMPARE_MATRICES(readMat(one, ""), Matrix::Identity(2, 2), 0.0);
    const QString sentence = refusal([&] { readMat(two, ""); });
    QVERIFY2(
        isSentence(sentence, "two.mat") && sentence.contains("left (2 x 2 double), right (3 x 3 double)"),
        qPrintable(sentence));
  }

  // Fails if what is no matrix of numbers is read as one, or the user isn't told what there is.
  void refused() {
    const std::string path = m_files.path("bad.mat");
    {
      MatWriter writer(path);
      writer.addText("note");
      writer.addMatrix("x", Matrix::Identity(2, 2));
    }
    const auto says = [](const std::function<void()>& read, const char* what) {
      const QString sentence = refusal(read);
      return isSentence(sentence, ".mat") && sentence.contains(what);
    };
    QVERIFY(says([&] { readMat(path, "y"); }, "allowed: note (1 x 2 char), x (2 x 2 double)"));
    QVERIFY(says([&] { readMat(path, "note"); }, "char"));
    QVERIFY(says([&] { readMat(m_files.path("missing.mat"), "x"); }, "No such file"));
    QVERIFY(
        says([&] { readMat(m_files.with("text.mat", "not a mat file at all"), "x"); }, "not a MATLAB file"));
    QVERIFY(says([&] { readMat(m_files.with("empty.mat", ""), ""); }, "not a MATLAB file"));
    createFolder(m_files.path("folder.mat"));
    QVERIFY(says([&] { readMat(m_files.path("folder.mat"), ""); }, "not a MATLAB file"));
    // Version 4 has no such mark at its end, and is not read.
    std::string marked = readFileBytes(path);
    marked[125] = 4;
    QVERIFY(says([&] { readMat(m_files.with("mark.mat", marked), "x"); }, "allowed: .mat version 5 or 7.3"));
    const std::string whole = readFileBytes(path);
    QVERIFY(
        says([&] { readMat(m_files.with("cut.mat", whole.substr(0, whole.size() - 20)), "x"); }, "cut.mat"));
  }

  // Fails if a few damaged bytes of a shape are enough to ask for all the memory there is.
  void impossibleShapes() {
    const std::string path = m_files.path("shape.mat");
    {
      MatWriter writer(path);
      writer.addMatrix("x", Matrix::Ones(20, 3));
    }
    std::string bytes = readFileBytes(path);
    const std::string shape("\x14\0\0\0\x03\0\0\0", 8);
    const auto at = bytes.find(shape);
    QVERIFY(at != std::string::npos);
    bytes.replace(at + 4, 4, std::string("\0\0\0\x08", 4));  // 20 x 134 million
    const QString sentence = refusal([&] { readMat(m_files.with("shape.mat", bytes), "x"); });
    QVERIFY2(isSentence(sentence, "shape.mat:x") && sentence.contains("damaged"), qPrintable(sentence));
  }

  // Fails if a file of many variables, or with a broken name, makes the sentence endless or many lines.
  void longListsAreCut() {
    const std::string path = m_files.path("many.mat");
    {
      MatWriter writer(path);
      for (int i = 0; i < 200; ++i)
        writer.addMatrix(("channel" + std::to_string(i)).c_str(), Matrix::Ones(2, 2));
    }
    QString sentence = refusal([&] { readMat(path, "x"); });
    QVERIFY2(isSentence(sentence, "channel0 (2 x 2 double)") && sentence.contains(" more"),
             qPrintable(sentence));
    std::string bytes = readFileBytes(path);
    bytes.replace(bytes.find("channel0"), 8, "chan\nel0");
    sentence = refusal([&] { readMat(m_files.with("many.mat", bytes), ""); });
    QVERIFY2(isSentence(sentence, "chan?el0"), qPrintable(sentence));
    QCOMPARE(matVariables(path).size(), std::size_t{200});
  }

  // Real files, where they are: the shapes that their authors state.
  void realRecordings() {
    const QString folder = qEnvironmentVariable("KEYHOLE_RECORDINGS");
    if (folder.isEmpty()) QSKIP("KEYHOLE_RECORDINGS does not name the folder of real recordings");
    const std::string head = (folder + "/head-direction/DataHDCells_RunSleep.mat").toStdString();
    const Matrix rem = readMat(head, "Qrem");
    QCOMPARE(rem.rows(), Index{97600});
    QCOMPARE(rem.cols(), Index{19});
    QVERIFY(rem.minCoeff() >= 0);  // spike counts
    const Matrix zebrafish =
        readMat((folder + "/zebrafish-integrator/111609FISH4.mat").toStdString(), "FluoIpsi");
    QCOMPARE(zebrafish.rows(), Index{4097});
    QCOMPARE(zebrafish.cols(), Index{19});
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestMat)

}  // namespace tst_mat

#include "tst_mat.moc"
