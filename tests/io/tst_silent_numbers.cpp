// Numbers that would become others without a word: whole ones that no double holds, what was never written to
// an HDF5 file, numbers that are kept in other files, spike times that are no seconds; and files that ask for
// more memory than there is.
#include "core/common/random.h"
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/hdf5_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>
#include <matio.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <span>

namespace tst_silent_numbers {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kRows = 40;

// Two columns of small numbers; in three places of the first, odd ones beyond 2^53.
std::vector<std::int64_t> longNumbers() {
  std::vector<std::int64_t> values;
  for (std::int64_t t = 0; t < kRows; ++t) {
    values.push_back(t < 3 ? (std::int64_t{1} << 60) + 2 * t + 1 : t * t % 7);
    values.push_back(t * t % 11 - 5);
  }
  return values;
}

std::string npyOfLongNumbers() {
  std::string header = "{'descr': '<i8', 'fortran_order': False, 'shape': (40, 2), }";
  header.append(118 - header.size() - 1, ' ');
  const auto values = longNumbers();
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" +
         std::string(reinterpret_cast<const char*>(values.data()), 8 * values.size());
}

void writeLongHdf5(const std::string& path, bool chunked) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t extents[2] = {kRows, 2}, chunk[2] = {8, 2};
  const hid_t space = H5Screate_simple(2, extents, nullptr), plist = H5Pcreate(H5P_DATASET_CREATE);
  if (chunked) H5Pset_chunk(plist, 2, chunk);
  const hid_t set = H5Dcreate2(file, "x", H5T_STD_I64LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
  H5Dwrite(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, longNumbers().data());
  H5Dclose(set);
  H5Pclose(plist);
  H5Sclose(space);
  H5Fclose(file);
}

void writeLongMat(const std::string& path) {
  mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
  std::vector<std::int64_t> byColumns;
  const auto values = longNumbers();
  for (std::size_t j = 0; j < 2; ++j)
    for (std::size_t t = 0; t < kRows; ++t) byColumns.push_back(values[2 * t + j]);
  std::size_t extents[2] = {kRows, 2};
  matvar_t* variable = Mat_VarCreate("x", MAT_C_INT64, MAT_T_INT64, 2, extents, byColumns.data(), 0);
  Mat_VarWrite(file, variable, MAT_COMPRESSION_NONE);
  Mat_VarFree(variable);
  Mat_Close(file);
}

// A group of units after the NWB schema whose times are `times` of each of three units.
void writeUnits(const std::string& path, const Vector& times, const std::string& unit = {}) {
  Hdf5Writer writer(path);
  writer.group("units");
  writer.text("units", "neurodata_type", "Units");
  Vector all(3 * times.size());
  all << times, times, times;
  writer.vector("units/spike_times", all);
  if (!unit.empty()) writer.text("units/spike_times", "unit", unit);
  const auto n = static_cast<double>(times.size());
  writer.vector("units/spike_times_index", (Vector(3) << n, 2 * n, 3 * n).finished());
}

// 400 spikes of a neuron that fires 20 times a second on average, never twice within 4 ms.
Vector spikeTimes() {
  Vector times(400), uniform(400);
  RandomStream(4, Stream::test).uniforms(0, std::span<double>(uniform.data(), 400));
  double now = 0.0123;
  for (Index k = 0; k < times.size(); ++k) {
    times(k) = now;
    now += 0.004 - 0.046 * std::log(1 - uniform(k));
  }
  return times;
}

}  // namespace

class TestSilentNumbers : public QObject {
  Q_OBJECT

 private slots:
  // Fails if whole numbers are rounded without being counted, in whatever kind of file, whole or in pieces;
  // and if those that fit are blamed.
  void longIntegers() {
    const std::string npy = m_files.with("long.npy", npyOfLongNumbers());
    writeLongHdf5(m_files.path("long.h5"), false);
    writeLongHdf5(m_files.path("chunks.h5"), true);
    writeLongMat(m_files.path("long.mat"));
    for (const char* name : {"long.npy", "long.h5", "chunks.h5", "long.mat"}) {
      const std::string path = m_files.path(name);
      const Recording recording = readRecording(path);
      QCOMPARE(recording.activity(0, 0), 0x1p60);
      QCOMPARE(recording.activity(1, 39), static_cast<double>(39 * 39 % 11 - 5));
      // Doubles of this size are 256 apart.
      const QString says =
          "has 3 whole numbers of 64 bits from 2^53 on, which are held as the nearest double: off by up to "
          "128";
      QVERIFY2(notesOf(recording).contains(says), qPrintable(name + (": " + notesOf(recording))));
      const auto stream = streamRecording(path, {});
      if (!stream) continue;
      stream->run([](const Matrix&) { return true; });
      QString said;
      for (const auto& note : keyhole::notesOf(*stream)) said += QString::fromStdString(note) + "\n";
      QVERIFY2(said.contains(says), qPrintable(name + (" in pieces: " + said)));
    }
    std::string fitting = npyOfLongNumbers();
    std::memset(fitting.data() + 128, 0, 3 * 16);
    QVERIFY(notesOf(readRecording(m_files.with("fitting.npy", fitting))).isEmpty());
  }

  // Spike times in the unit that the file names. Fails if it is not looked at, or not said.
  void spikeTimesInTheirUnit() {
    const std::string seconds = m_files.path("seconds.nwb"), thousandths = m_files.path("ms.nwb"),
                      odd = m_files.path("odd.nwb");
    writeUnits(seconds, spikeTimes(), "seconds");
    writeUnits(thousandths, 1000 * spikeTimes(), "milliseconds");
    writeUnits(odd, spikeTimes(), "volts");
    RecordingOptions options;
    options.bin = 0.05;
    const Recording a = readRecording(seconds + ":units", options),
                    b = readRecording(thousandths + ":units", options);
    // Rounding may carry a spike over the edge of a bin.
    QVERIFY(a.activity.cols() == b.activity.cols() && (a.activity - b.activity).cwiseAbs().sum() <= 4);
    QVERIFY2(
        notesOf(b).contains("gives its spike times in milliseconds") && !notesOf(a).contains("gives its"),
        qPrintable(notesOf(b)));
    QVERIFY(isSentence(refusal([&] { readRecording(odd + ":units", options); }), "spike times in \"volts\""));
  }

  // A table is text: there it can be told exactly which whole numbers change.
  void longIntegersInTables() {
    const auto notes = [&](const std::string& first, const std::string& second) {
      std::string text = "a,b\n";
      for (int t = 0; t < 30; ++t)
        text += std::to_string(t * t % 7) + ".5," +
                (t == 3   ? first
                 : t == 5 ? second
                          : std::to_string(t * t % 11)) +
                "\n";
      return notesOf(readRecording(m_files.with("long.csv", text)));
    };
    const QString two = notes("9007199254740993", "123456789012345678901");
    QVERIFY2(two.contains(
                 "2 whole numbers have more digits than are held (line 5, column 2 is \"9007199254740993\")"),
             qPrintable(two));
    QVERIFY(!notes("9007199254740992", "-1e300").contains("digits"));
  }

  // Fails if chunks that were never written read as numbers without a word.
  void unwritten() {
    const std::string path = m_files.path("unwritten.h5");
    {
      const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const hsize_t extents[2] = {45, 3}, chunk[2] = {10, 2};
      const hid_t space = H5Screate_simple(2, extents, nullptr), plist = H5Pcreate(H5P_DATASET_CREATE);
      H5Pset_chunk(plist, 2, chunk);
      const double fill = -7;
      H5Pset_fill_value(plist, H5T_NATIVE_DOUBLE, &fill);
      const hid_t set = H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
      // The first 30 rows: three of five chunks, in both rows of chunks.
      const hsize_t start[2] = {0, 0}, count[2] = {30, 3};
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
      const hid_t memory = H5Screate_simple(2, count, nullptr);
      const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = tableNumbers(30, 3);
      H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, rows.data());
      for (const hid_t id : {set}) H5Dclose(id);
      H5Pclose(plist);
      H5Sclose(memory);
      H5Sclose(space);
      H5Fclose(file);
    }
    const QString says =
        "is 45 x 3 in 10 chunks, of which 4 were never written to the file: they read as its fill value -7";
    const Recording recording = readRecording(path);
    COMPARE_MATRICES(recording.activity.leftCols(30), Matrix(tableNumbers(30, 3).transpose()), 0.0);
    QCOMPARE(recording.activity(2, 44), -7.0);
    QVERIFY2(notesOf(recording).contains(says), qPrintable(notesOf(recording)));
    const auto stream = streamRecording(path, {});
    QVERIFY(stream.has_value());
    stream->run([](const Matrix&) { return true; });
    QVERIFY(keyhole::notesOf(*stream).size() == recording.notes.size());
    // Nothing at all was written.
    Hdf5Writer(m_files.path("nothing.h5")).claim("x", 300, 200);
    const QString sentence = refusal([&] { readRecording(m_files.path("nothing.h5")); });
    QVERIFY2(isSentence(sentence, "nothing.h5:/x is 300 x 200, but none of it was ever written"),
             qPrintable(sentence));
    // A whole file says nothing of the kind.
    Hdf5Writer(m_files.path("whole.h5")).matrix("x", tableNumbers(45, 3), true);
    QVERIFY(notesOf(readRecording(m_files.path("whole.h5"))).isEmpty());
  }

  // Numbers that a file keeps in others are not fetched from there.
  void otherFiles() {
    const std::string raw = m_files.with("numbers.bin", std::string(8 * 40 * 2, '\x01'));
    const std::string outside = m_files.path("outside.h5"), source = m_files.path("source.h5");
    const hsize_t extents[2] = {40, 2};
    const hid_t space = H5Screate_simple(2, extents, nullptr);
    {
      const hid_t file = H5Fcreate(outside.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      const hid_t external = H5Pcreate(H5P_DATASET_CREATE), mapped = H5Pcreate(H5P_DATASET_CREATE);
      H5Pset_external(external, raw.c_str(), 0, 8 * 40 * 2);
      H5Pset_virtual(mapped, space, source.c_str(), "/x", space);
      for (const auto& [name, plist] : {std::pair{"external", external}, {"mapped", mapped}})
        H5Dclose(H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plist, H5P_DEFAULT));
      H5Pclose(external);
      H5Pclose(mapped);
      H5Fclose(file);
    }
    H5Sclose(space);
    Hdf5Writer(source).matrix("x", tableNumbers(40, 2));
    for (const char* name : {"external", "mapped"}) {
      const QString sentence = refusal([&] { readRecording(outside + ":" + name); });
      QVERIFY2(isSentence(sentence, "outside.h5") && sentence.contains("another file") &&
                   sentence.contains("not followed"),
               qPrintable(sentence));
    }
  }

  // The same spikes in seconds, milliseconds and minutes: the first are taken without a word, the others with
  // one.
  void spikesThatAreNoSeconds() {
    RecordingOptions binned;
    const Vector seconds = spikeTimes();
    const auto notes = [&](const Vector& times, double bin) {
      const std::string path = m_files.path("units.nwb");
      writeUnits(path, times);
      binned.bin = bin;
      return notesOf(readRecording(path, binned));
    };
    QVERIFY2(!notes(seconds, 0.02).contains("may be"), qPrintable(notes(seconds, 0.02)));
    const QString milliseconds = notes(1000 * seconds, 20);
    QVERIFY2(milliseconds.contains("units.nwb:units: no two spikes of a unit are closer than") &&
                 milliseconds.contains("the times may be milliseconds"),
             qPrintable(milliseconds));
    const QString minutes = notes(seconds / 60, 0.02 / 60);
    QVERIFY2(minutes.contains("unit 1 fires") && minutes.contains("minutes"), qPrintable(minutes));
    // Rare events of an hour are none of it; of weeks they are.
    const Vector rare = Vector::LinSpaced(400, 0.37, 3600);
    QVERIFY(!notes(rare.array() + 0.3 * (rare.array() * 7).sin(), 1).contains("days"));
    const QString refused = refusal([&] {
      writeUnits(m_files.path("far.nwb"), 1e6 * seconds);
      binned.bin = 0.02;
      readRecording(m_files.path("far.nwb"), binned);
    });
    QVERIFY2(isSentence(refused, "far.nwb:units") && refused.contains("may be milliseconds"),
             qPrintable(refused));
  }

  // Timestamps of a series in nanoseconds, of 40 samples at 100 Hz: taken as the schema says, with a word.
  void timestampsThatAreNoSeconds() {
    const auto notes = [&](double unit) {
      const std::string path = m_files.path("clock.nwb");
      Hdf5Writer writer(path);
      writer.group("acquisition/LFP");
      writer.text("acquisition/LFP", "neurodata_type", "ElectricalSeries");
      writer.matrix("acquisition/LFP/data", tableNumbers(40, 3));
      writer.vector("acquisition/LFP/timestamps", unit * Vector::LinSpaced(40, 1, 1.39));
      return path;
    };
    QVERIFY(!notesOf(readRecording(notes(1))).contains("may be"));
    const QString far = notesOf(readRecording(notes(1e9)));
    QVERIFY2(far.contains("clock.nwb:acquisition/LFP/timestamps") && far.contains("nanoseconds"),
             qPrintable(far));
  }

  // Complex numbers of NumPy: real ones with a part of zero, or one sentence.
  void complexNpy() {
    const auto file = [&](double imaginary) {
      std::string header = "{'descr': '<c16', 'fortran_order': False, 'shape': (40, 1), }";
      header.append(118 - header.size() - 1, ' ');
      std::string bytes = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n";
      for (int t = 0; t < 40; ++t)
        for (const double part : {t * t % 7 + 0.5, t == 9 ? imaginary : 0.0})
          bytes.append(reinterpret_cast<const char*>(&part), sizeof part);
      return m_files.with("complex.npy", bytes);
    };
    QCOMPARE(readRecording(file(0)).activity(0, 3), 9 % 7 + 0.5);
    const QString sentence = refusal([&] { readRecording(file(-2)); });
    QVERIFY2(isSentence(sentence, "complex.npy is complex, and the imaginary part of entry 10 is -2"),
             qPrintable(sentence));
  }

  // Sparse files of terabytes, as large as their headers say: one sentence, and no attempt.
  void moreThanMemory() {
    const std::string npy = m_files.path("vast.npy");
    std::string head = npyBytes(Matrix::Zero(1, 1));
    const std::string from = "(1, 1), }", to = "(1000000000, 500), }";
    head.replace(head.find(from), to.size(), to);
    writeFileAtomically(npy, head.substr(0, 128));
    std::error_code error;
    std::filesystem::resize_file(npy, 128 + std::uint64_t{8} * 500 * 1'000'000'000, error);
    if (error) QSKIP("the file system has no files of this size");
    const QString sentence = refusal([&] { readRecording(npy); });
    QVERIFY2(isSentence(sentence, "vast.npy needs 4000 GB of memory, of which"), qPrintable(sentence));
    const auto stream = streamRecording(npy, {});
    QVERIFY(stream && stream->timepoints == 1'000'000'000);
    QCOMPARE(beginningOf(*stream, 1000).activity.size(), Index{1000});
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestSilentNumbers)

}  // namespace tst_silent_numbers

#include "tst_silent_numbers.moc"
