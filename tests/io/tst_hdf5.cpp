// Tests core/io/hdf5.h, reader_apart.h and the HDF5 format: files written by libhdf5 itself, and by Python's
// writers where they are.
#include "core/io/formats.h"
#include "core/io/reader_apart.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/hdf5_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QProcess>
#include <QTest>

#include <csignal>
#include <fstream>

namespace tst_hdf5 {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// A series after the NWB schema, with a rate or with timestamps.
void writeSeries(Hdf5Writer& writer, const std::string& path, const char* type, const Matrix& data,
                 bool rate) {
  writer.group(path);
  writer.text(path, "neurodata_type", type);
  writer.matrix(path + "/data", data);
  writer.text(path + "/data", "unit", "volts");
  writer.number(path + "/data", "conversion", 0.5);
  writer.number(path + "/data", "offset", 2);
  if (rate) {
    writer.vector(path + "/starting_time", Vector::Zero(1));
    writer.number(path + "/starting_time", "rate", 20);
  } else {
    writer.vector(path + "/timestamps",
                  Vector::LinSpaced(data.rows(), 3, 3 + 0.25 * static_cast<double>(data.rows() - 1)));
  }
}

}  // namespace

class TestHdf5 : public QObject {
  Q_OBJECT

 private slots:
  // Fails if rows and columns are exchanged, chunks misplaced, or a type misread.
  void arrays() {
    const std::string path = m_files.path("a.h5");
    const Matrix X = tableNumbers(1000, 5), whole = (X * 10).array().round();
    {
      Hdf5Writer writer(path);
      writer.matrix("plain", X);
      writer.matrix("deep/er/filtered", X, true);
      writer.number("deep/er/filtered", "rate", 250);
      writer.matrix("single", X, false, H5T_IEEE_F32BE);
      writer.matrix("whole", whole, true, H5T_STD_I16BE);
    }
    COMPARE_MATRICES(readMatrixFile(path + ":plain"), X, 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":/deep/er/filtered"), X, 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":single"), X.cast<float>().cast<double>().eval(), 0.0);
    COMPARE_MATRICES(readMatrixFile(path + ":whole"), whole, 0.0);
    QCOMPARE(readRecording(path + ":deep/er/filtered").interval, 1.0 / 250);
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(
        isSentence(sentence, "a.h5 holds 4 numeric matrices") && sentence.contains("plain (1000 x 5 double)"),
        qPrintable(sentence));
    const auto contents = fileContents(path);
    QCOMPARE(contents.arrays.size(), std::size_t{4});
    QCOMPARE(QString::fromStdString(contents.arrays[0].path), QString("deep/er/filtered"));
    QCOMPARE(contents.arrays[0].rate, 250.0);
  }

  // Links: within the file they name nothing new, to another file they are not followed, in a circle they
  // end.
  void links() {
    const std::string path = m_files.path("links.h5");
    {
      Hdf5Writer writer(path);
      writer.matrix("g/x", tableNumbers());
      writer.softLink("again", "/g/x");
      writer.softLink("g/circle", "/g");
      writer.softLink("nowhere", "/none");
      writer.externalLink("outside", m_files.path("a.h5"));
    }
    QCOMPARE(readRecording(path).activity.rows(), Index{3});  // g/x, once
    COMPARE_MATRICES(readMatrixFile(path + ":again"), tableNumbers(), 0.0);
    for (const auto& [place, says] : {std::pair{":outside", "link to another file, which is not followed"},
                                      {":nowhere", "leads nowhere"},
                                      {":g/circle", "back to a group above"}}) {
      const QString sentence = refusal([&, p = place] { readRecording(path + p); });
      QVERIFY2(isSentence(sentence, "links.h5") && sentence.contains(says), qPrintable(sentence));
    }
  }

  // Fails if unit, conversion or rate of an NWB file are lost, or spike times are read as samples.
  void neurodata() {
    const std::string path = m_files.path("session.nwb");
    const Matrix X = tableNumbers();
    {
      Hdf5Writer writer(path);
      writer.text("/", "nwb_version", "2.6.0");
      writeSeries(writer, "processing/ophys/Fluorescence/Roi", "RoiResponseSeries", X, true);
      writer.group("units");
      writer.text("units", "neurodata_type", "Units");
      writer.vector("units/spike_times", (Vector(6) << 0, 0.05, 0.31, 0.1, 0.11, 0.45).finished());
      writer.vector("units/spike_times_index", (Vector(3) << 3, 3, 6).finished());
    }
    QVERIFY(isSentence(refusal([&] { readRecording(path); }), "holds 2 recordings, so a name is needed"));
    for (const char* place : {":processing/ophys/Fluorescence/Roi", ":processing/ophys"}) {
      const Recording recording = readRecording(path + place);
      COMPARE_MATRICES(recording.activity, Matrix((X.array() * 0.5 + 2).matrix().transpose()), 0.0);
      QCOMPARE(recording.interval, 0.05);
      QVERIFY2(notesOf(recording).contains("brought to volts"), qPrintable(notesOf(recording)));
    }
    const QString units = refusal([&] { readRecording(path + ":units"); });
    QVERIFY2(isSentence(units, "session.nwb:units holds spike times") && units.contains("--bin"),
             qPrintable(units));
    RecordingOptions binned;
    binned.bin = 0.1;
    const Recording counts = readRecording(path + ":units", binned);
    COMPARE_MATRICES(counts.activity,
                     (Matrix(3, 5) << 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1).finished(), 0.0);
    QCOMPARE(counts.interval, 0.1);
    QVERIFY2(notesOf(counts).contains("counted in 5 bins"), qPrintable(notesOf(counts)));
    {
      Hdf5Writer writer(m_files.path("back.nwb"));
      writer.group("units");
      writer.text("units", "neurodata_type", "Units");
      writer.vector("units/spike_times", (Vector(3) << 1, 0.5, 2).finished());
      writer.vector("units/spike_times_index", (Vector(1) << 3).finished());
    }
    const QString backwards = refusal([&] { readRecording(m_files.path("back.nwb"), binned); });
    QVERIFY2(isSentence(backwards, "back.nwb:units") && backwards.contains("run backwards"),
             qPrintable(backwards));
    {
      Hdf5Writer writer(path);
      writeSeries(writer, "acquisition/LFP", "ElectricalSeries", X, false);
    }
    QCOMPARE(readRecording(path).interval, 0.25);
    QCOMPARE(QString::fromStdString(readRecording(path).intervalUnit), QString("s"));
  }

  // Fails if a few bytes can ask for all the memory there is.
  void emptyClaims() {
    const std::string path = m_files.path("claim.h5");
    Hdf5Writer(path).claim("x", 1'000'000'000, 1000);
    const QString sentence = refusal([&] { readRecording(path); });
    QVERIFY2(isSentence(sentence, "claim.h5:/x is 1000000000 x 1000") && sentence.contains("allowed: up to"),
             qPrintable(sentence));
  }

  // Damage of any kind: the same numbers, other ones (HDF5 has no checksum of most of its parts), or one
  // sentence; never a crash of this process.
  void damaged() {
    const std::string path = m_files.path("good.h5"), bad = m_files.path("bad.h5");
    {
      Hdf5Writer writer(path);
      writer.matrix("g/x", tableNumbers(20, 3), true);
      writer.text("g/x", "unit", "mV");
    }
    const std::string good = readFileBytes(path);
    int refused = 0;
    for (std::size_t at = 0; at < good.size(); at += 37) {
      for (const bool cut : {false, true}) {
        std::string bytes = good;
        if (cut)
          bytes.resize(at);
        else
          bytes[at] = static_cast<char>(~bytes[at]);
        std::ofstream(bad, std::ios::binary) << bytes;
        const QString sentence = refusal([&] { readRecording(bad, {false, true}); });
        if (sentence.isEmpty()) continue;
        ++refused;
        QVERIFY2(isSentence(sentence, "bad.h5"), qPrintable(sentence));
      }
    }
    QVERIFY(refused > 10);
  }

  // A reader that comes to grief takes only its own process with it.
  void readersApart() {
    struct Broken : FileTree {
      const FileNode& root() const override { return m_root; }
      std::vector<Matrix> load(const std::vector<const FileNode*>&) override {
        std::raise(SIGSEGV);
        return {};
      }
      FileNode m_root;
    };
    const auto apart = [](std::function<std::unique_ptr<FileTree>(bool)> make) {
      return refusal([&] {
        const auto tree = openApart("x.h5", "the library", make);
        FileNode node;
        node.shape = {2, 2};
        tree->load({&node});
      });
    };
    const QString crash = apart([](bool) { return std::make_unique<Broken>(); });
    QVERIFY2(isSentence(crash, "x.h5 cannot be read: the library crashed"), qPrintable(crash));
    const QString ended = apart([](bool) -> std::unique_ptr<FileTree> { ::_exit(3); });
    QVERIFY2(isSentence(ended, "ended too early"), qPrintable(ended));
    const QString thrown = apart([](bool) -> std::unique_ptr<FileTree> { throw InputError("x.h5 is odd"); });
    QCOMPARE(thrown, QString("x.h5 is odd"));
#ifndef KEYHOLE_SANITIZED
    const QString greedy = apart([](bool) -> std::unique_ptr<FileTree> {
      std::vector<std::vector<double>> all;
      while (true) all.emplace_back(1 << 24, 1.0);
    });
    QVERIFY2(isSentence(greedy, "more memory"), qPrintable(greedy));
#endif
  }

  // h5py, SciPy and NumPy write, and say what is in their files.
  void pythonWriters() {
    QProcess python;
    python.start("/usr/bin/python3", {PYTHON_WRITERS, QString::fromStdString(m_files.path(""))});
    if (!python.waitForFinished(60'000) || python.exitCode() == 77)
      QSKIP("Python has no h5py, SciPy or NumPy here");
    QCOMPARE(python.exitCode(), 0);
    int read = 0;
    for (const QByteArray& line : python.readAllStandardOutput().split('\n')) {
      const auto parts = line.split('\t');
      if (parts.size() != 4) continue;
      const Recording recording = readRecording(m_files.path(parts[0].toStdString()), {false, true});
      QVERIFY2(recording.activity.rows() == parts[1].toInt() && recording.activity.cols() == parts[2].toInt(),
               line.data());
      // Weighted, so that exchanged entries would be found; both sums are of 1200 terms of order 10.
      double sum = 0;
      for (Index t = 0; t < recording.activity.cols(); ++t)
        for (Index i = 0; i < recording.activity.rows(); ++i)
          sum += recording.activity(i, t) * static_cast<double>(1 + (7 * t + 3 * i) % 11);
      QVERIFY2(std::abs(sum - parts[3].toDouble()) < 1e-7, line.data());
      ++read;
    }
    QVERIFY(read > 15);
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestHdf5)

}  // namespace tst_hdf5

#include "tst_hdf5.moc"
