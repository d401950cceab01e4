// Tests core/io/tree_clock.h, npy_numbers.h through .npz files, and what says where a recording begins:
// clocks and rates beside an array, farther out and elsewhere, that agree and that contradict.
#include "core/common/error.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/hdf5_writer.h"
#include "tests/io/mat_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <zip.h>

namespace tst_tree_clock {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Asks to stop from the beginning on.
class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

void writeNpz(const std::string& path, const std::string& name, const std::string& bytes) {
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0),
               ZIP_FL_ENC_UTF_8);
  zip_close(archive);
}

// The bytes of a .npy file with this type and order, of numbers that it holds exactly.
template <class T>
std::string npyOf(const Matrix& values, const char* type, bool fortran) {
  std::string header = std::string("{'descr': '") + type +
                       "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" +
                       std::to_string(values.rows()) + ", " + std::to_string(values.cols()) + "), }";
  header.append(118 - header.size() - 1, ' ');
  std::string bytes = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n";
  const Matrix ordered = fortran ? values : Matrix(values.transpose());
  for (const double value : ordered.reshaped()) {
    const T stored = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char*>(&stored), sizeof stored);
  }
  return bytes;
}

const Vector evenTimes = Vector::LinSpaced(60, 0, 59 * 0.02);

}  // namespace

class TestTreeClock : public QObject {
  Q_OBJECT

 private slots:
  void clocks_data() {
    QTest::addColumn<QString>("at");
    QTest::addColumn<QString>("clock");
    QTest::addColumn<QVector<double>>("times");
    QTest::addColumn<double>("rate");  // beside the array; 0: none
    QTest::addColumn<double>("interval");
    QTest::addColumn<QString>("unit");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* at, const char* clock, const Vector& times, double rate,
                        double interval, const char* unit, const char* says) {
      QTest::newRow(name) << at << clock << QVector<double>(times.begin(), times.end()) << rate << interval
                          << unit << says;
    };
    Vector uneven = evenTimes, back = evenTimes;
    for (Index i = 1; i < 59; i += 3) uneven(i) += 0.004;
    back(30) = 0;
    row("beside", "x", "t", evenTimes, 0, 0.02, "", "f.h5:t rises with every time point");
    row("in milliseconds", "x", "time_ms", evenTimes * 1000, 0, 0.02, "s", "Δt = 0.02 s");
    row("farther out", "s/x", "t", evenTimes, 0, 0.02, "", "f.h5:t rises with every time point");
    row("elsewhere", "s/x", "other/time", evenTimes, 0, 0, "",
        "other/time elsewhere in the file has as many");
    row("of another length", "x", "t", evenTimes.head(59), 0, 0, "", "59 numbers, where");
    row("of the other axis", "x", "t", evenTimes.head(3), 0, 0, "", "exchange the axes with --transpose");
    row("that goes back", "x", "t", back, 0, 0, "", "no clock that rises");
    row("that counts", "x", "t", Vector::LinSpaced(60, 0, 59), 0, 0, "", "counts the time points");
    row("uneven", "x", "t", uneven, 0, 0.02, "", "its steps are uneven");
    row("without the name of one", "x", "axis", evenTimes, 0, 0, "", "f.h5:axis rises with every time point");
    row("and a rate that tells its unit", "x", "t", evenTimes, 50, 0.02, "s", "the clock counts seconds");
    row("and a rate, of milliseconds", "x", "t", evenTimes * 1000, 50, 0.02, "s", "counts milliseconds");
    row("and a rate that contradicts", "x", "t", evenTimes, 30, 1.0 / 30, "s",
        "in no unit agree with the rate beside it, which was taken");
    row("in seconds, and a rate that contradicts", "x", "time_s", evenTimes, 30, 0.02, "s",
        "they do not agree");
  }
  // Fails if a clock that stands there is neither used nor said, or used though it is none.
  void clocks() {
    QFETCH(QString, at);
    QFETCH(QString, clock);
    QFETCH(QVector<double>, times);
    QFETCH(double, rate);
    const std::string path = m_files.path("f.h5"), array = at.toStdString();
    {
      Hdf5Writer writer(path);
      if (array.find('/') != array.npos) writer.group(array.substr(0, array.find('/')));
      if (clock.contains('/')) writer.group(clock.section('/', 0, 0).toStdString());
      writer.matrix(array, tableNumbers());
      writer.vector(clock.toStdString(), Eigen::Map<const Vector>(times.data(), times.size()));
      if (rate > 0) writer.vector("fs", Vector::Constant(1, rate));
    }
    const Recording recording = readRecording(path + ":" + array);
    COMPARE_MATRICES(recording.activity, Matrix(tableNumbers().transpose()), 0.0);
    QTEST(QString::fromStdString(recording.intervalUnit), "unit");
    QFETCH(double, interval);
    QVERIFY2(std::abs(recording.interval - interval) <= 1e-9 * (1 + interval),
             qPrintable(QString::number(recording.interval) + "\n" + notesOf(recording)));
    QFETCH(QString, says);
    QVERIFY2(notesOf(recording).contains(says), qPrintable(notesOf(recording)));
    // Two sentences never say two things.
    QVERIFY(!says.contains("which was taken") || !notesOf(recording).contains("taken as the clock"));
  }

  // A clock or a rate in every struct of an array. Fails if that of the first passes for all of them.
  void eachTrialHasItsOwn() {
    const auto write = [&](const char* field, const std::vector<Matrix>& beside) {
      const char* fields[] = {"y", field};
      std::size_t dims[2] = {1, beside.size()};
      matvar_t* variable = Mat_VarCreateStruct("D", 2, dims, fields, 2);
      for (std::size_t k = 0; k < beside.size(); ++k) {
        m_kept.push_back(tableNumbers(20 + 5 * static_cast<Index>(k)));
        Mat_VarSetStructFieldByName(variable, "y", k, MatWriter::matrix(nullptr, m_kept.back()));
        Mat_VarSetStructFieldByName(variable, field, k, MatWriter::matrix(nullptr, beside[k]));
      }
      MatWriter(m_files.path("D.mat")).addVariable(variable);
      return readRecording(m_files.path("D.mat") + ":D.y");
    };
    const auto ramp = [](Index n, double step) {
      return Matrix(step * Vector::LinSpaced(n, 0, static_cast<double>(n - 1)));
    };
    const Recording alike = write("t", {ramp(20, 0.02), ramp(25, 0.02), ramp(30, 0.02)});
    QVERIFY(std::abs(alike.interval - 0.02) < 1e-12);
    QVERIFY2(notesOf(alike).contains("each trial has a clock of its own, t"), qPrintable(notesOf(alike)));
    QVERIFY(!notesOf(alike).contains("differ"));
    const Recording other = write("t", {ramp(20, 0.02), ramp(25, 0.02), ramp(30, 0.04)});
    QVERIFY2(notesOf(other).contains("its steps differ from trial to trial, from 0.02 to 0.04"),
             qPrintable(notesOf(other)));
    const auto number = [](double value) { return Matrix(Matrix::Constant(1, 1, value)); };
    const Recording rate = write("fs", {number(50), number(50), number(50)});
    QVERIFY(std::abs(rate.interval - 0.02) < 1e-12 && rate.intervalUnit == "s");
    QVERIFY2(notesOf(rate).contains("D.mat:D(1).fs says 50") && !notesOf(rate).contains("differ"),
             qPrintable(notesOf(rate)));
    QVERIFY(notesOf(write("fs", {number(50), number(50), number(25)})).contains("differ, from 25 to 50"));
  }

  // Types and orders of arrays in an archive, whole and in pieces, against what was written. Fails if a
  // piece's boundary, an order or a type is taken wrongly.
  void archives() {
    const Matrix values = (tableNumbers(30000, 7) * 100).array().round();
    const auto readAs = [&](const std::string& bytes) {
      writeNpz(m_files.path("a.npz"), "x.npy", bytes);
      COMPARE_MATRICES(readRecording(m_files.path("a.npz")).activity, Matrix(values.transpose()), 0.0);
      const auto stream = streamRecording(m_files.path("a.npz"), {});
      QVERIFY(stream && stream->units == 7 && stream->timepoints == 30000);
      Matrix all(7, 30000);
      Index at = 0;
      stream->run([&](const Matrix& piece) {
        all.middleCols(at, piece.cols()) = piece;
        at += piece.cols();
        return true;
      });
      QCOMPARE(at, Index{30000});
      COMPARE_MATRICES(all, Matrix(values.transpose()), 0.0);
    };
    readAs(npyBytes(values));
    for (const bool fortran : {false, true}) {
      readAs(npyOf<double>(values, "<f8", fortran));
      readAs(npyOf<float>(values, "<f4", fortran));
      readAs(npyOf<std::int32_t>(values, "<i4", fortran));
    }
  }

  // Fails if a stop is heard only once all of an archive, a .npy or an HDF5 file has been read.
  void aStopIsHeard() {
    const Matrix values = tableNumbers(400000, 5);
    writeNpz(m_files.path("a.npz"), "x.npy", npyBytes(values));
    StopAtOnce stop;
    ReadOptions options;
    options.progress = &stop;
    QVERIFY_EXCEPTION_THROWN(readFileData(m_files.path("a.npz"), options), Stopped);
  }

  // Spikes that begin late: it is said, and the step that begins there is one that can be taken.
  void spikesThatBeginLate() {
    const auto write = [&](double begin) {
      Hdf5Writer writer(m_files.path("late.nwb"));
      writer.group("units");
      writer.text("units", "neurodata_type", "Units");
      Vector times(400);
      for (Index k = 0; k < 200; ++k)
        times(k) = times(200 + k) = begin + 0.1 * static_cast<double>(k) + 0.013;
      writer.vector("units/spike_times", times);
      writer.vector("units/spike_times_index", (Vector(2) << 200, 400).finished());
    };
    RecordingOptions options;
    options.bin = options.steps.bin = 0.5;
    write(0);
    QVERIFY(!notesOf(readRecording(m_files.path("late.nwb"), options)).contains("window"));
    write(300);
    const Recording late = readRecording(m_files.path("late.nwb"), options);
    QVERIFY2(
        notesOf(late).contains("its first spike comes at 300.013 s, so that the first 600 bins are empty") &&
            notesOf(late).contains("--steps window:300.. begins there"),
        qPrintable(notesOf(late)));
    options.steps.window.from = 300;
    const Recording cut = readRecording(m_files.path("late.nwb"), options);
    QCOMPARE(cut.activity.cols(), Index{40});
    QCOMPARE(cut.activity.sum(), 400.0);
    QCOMPARE(cut.activity(0, 0), 5.0);
  }

 private:
  Files m_files;
  std::vector<Matrix> m_kept;
};

KEYHOLE_TEST(TestTreeClock)

}  // namespace tst_tree_clock

#include "tst_tree_clock.moc"
