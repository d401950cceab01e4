// Tests core/io/neurodata.h, spike_times.h, trial_intervals.h and recording_input.h: files after the NWB
// schema, written by h5py where it is and by libhdf5, and trials out of one long recording.
#include "core/io/formats.h"
#include "core/io/npy.h"
#include "core/io/recording_file.h"
#include "tests/io/files.h"
#include "tests/io/hdf5_writer.h"
#include "tests/io/written_table.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QProcess>
#include <QTest>

#include <cmath>

namespace tst_neurodata {

using namespace keyhole;
using namespace keyhole::test;

namespace {

void group(Hdf5Writer& writer, const std::string& path, const std::string& type) {
  writer.group(path);
  writer.text(path, "neurodata_type", type);
}

void intervals(Hdf5Writer& writer, const std::string& name, const Vector& starts, const Vector& stops) {
  group(writer, "intervals/" + name, "TimeIntervals");
  writer.vector("intervals/" + name + "/start_time", starts);
  writer.vector("intervals/" + name + "/stop_time", stops);
}

Vector vectorOf(std::initializer_list<double> values) {
  Vector vector(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), vector.data());
  return vector;
}

RecordingOptions cutBy(const std::string& name, double bin = 0) {
  RecordingOptions options;
  options.missingAllowed = true;
  options.intervals = name;
  options.bin = bin;
  return options;
}

// Weighted, so that exchanged entries would be found.
double weightedSum(const Recording& recording) {
  double sum = 0;
  for (Index t = 0; t < recording.activity.cols(); ++t)
    for (Index i = 0; i < recording.activity.rows(); ++i)
      if (const double value = recording.activity(i, t); !std::isnan(value))
        sum += value * static_cast<double>(1 + (7 * t + 3 * i) % 11);
  return sum;
}

}  // namespace

class TestNeurodata : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a channel's conversion, the offset or the time of the first sample is lost: then trials begin
  // elsewhere.
  void electricalSeries() {
    const std::string path = m_files.path("lfp.nwb");
    const Matrix X = tableNumbers(300, 3);
    {
      Hdf5Writer writer(path);
      group(writer, "acquisition/LFP", "ElectricalSeries");
      writer.matrix("acquisition/LFP/data", X, true);
      writer.text("acquisition/LFP/data", "unit", "volts");
      writer.number("acquisition/LFP/data", "conversion", 0.5);
      writer.number("acquisition/LFP/data", "offset", 1);
      writer.vector("acquisition/LFP/channel_conversion", vectorOf({1, 2, 4}));
      writer.vector("acquisition/LFP/starting_time", vectorOf({5}));
      writer.number("acquisition/LFP/starting_time", "rate", 100);
      intervals(writer, "trials", vectorOf({5, 6, 7.9, 20}), vectorOf({5.5, 6.75, 9, 21}));
    }
    const Matrix volts = ((X * vectorOf({0.5, 1, 2}).asDiagonal()).array() + 1).matrix().transpose();
    COMPARE_MATRICES(readRecording(path).activity, volts, 1e-15);
    const Recording trials = readRecording(path, cutBy("trials"));
    QVERIFY((trials.trialLengths == std::vector<Index>{50, 75, 10}));
    COMPARE_MATRICES(trials.activity.leftCols(50), volts.leftCols(50), 1e-15);
    COMPARE_MATRICES(trials.activity.middleCols(50, 75), volts.middleCols(100, 75), 1e-15);
    COMPARE_MATRICES(trials.activity.rightCols(10), volts.rightCols(10), 1e-15);
    for (const char* said : {"165 of 300 time points belong to none", "is outside of the recording",
                             "is partly outside of the recording"})
      QVERIFY2(notesOf(trials).contains(said), qPrintable(notesOf(trials)));
    // The input of the whole session is cut with it.
    RecordingOptions options = cutBy("trials");
    writeNpy(m_files.path("u.npy"), Vector::LinSpaced(300, 0, 299));
    options.input = m_files.path("u.npy");
    const Matrix input = readRecording(path, options).input;
    QCOMPARE(input.cols(), Index{135});
    QCOMPARE(input(0, 50), 100.0);
    QCOMPARE(input(0, 134), 299.0);
  }

  // Fails if the clock of a recording that pauses is taken as even, so that a step leads across the pause.
  void pauses() {
    const std::string path = m_files.path("pause.nwb");
    const Matrix X = tableNumbers(100, 2);
    Vector times = Vector::LinSpaced(100, 0, 9.9);
    times.tail(40).array() += 3;
    {
      Hdf5Writer writer(path);
      group(writer, "acquisition/a", "TimeSeries");
      writer.matrix("acquisition/a/data", X);
      writer.vector("acquisition/a/timestamps", times);
    }
    const Recording recording = readRecording(path);
    QVERIFY((recording.trialLengths == std::vector<Index>{60, 40}));
    QVERIFY(std::abs(recording.interval - 0.1) < 1e-12);
    QVERIFY2(notesOf(recording).contains("jumps 1 time (first by 3.1 s before time point 61)"),
             qPrintable(notesOf(recording)));
    // The same of a table with a clock, and of one that counts its rows.
    const auto table = [&](const char* name, double scale) {
      return m_files.with("pause.csv",
                          written(X, {.header = std::string(name) + ",a,b\n", .before = [&](Index i) {
                                        return toText(std::round(times(i) * scale)) + ",";
                                      }}));
    };
    const Recording clock = readRecording(table("time_ms", 1000));
    QVERIFY2((clock.trialLengths == std::vector<Index>{60, 40}), qPrintable(notesOf(clock)));
    QVERIFY(std::abs(clock.interval - 0.1) < 1e-12);
    const Recording counting = readRecording(table("frame", 10));
    QVERIFY2((counting.trialLengths == std::vector<Index>{60, 40}) && counting.interval == 0,
             qPrintable(notesOf(counting)));
  }

  // Fails if counts are cut out of bins that begin at time 0 instead of with the trial, if a spike on an edge
  // falls into the earlier bin, or if what nobody observed counts as silence.
  void spikes() {
    const std::string path = m_files.path("units.nwb");
    {
      Hdf5Writer writer(path);
      group(writer, "units", "Units");
      writer.vector("units/spike_times", vectorOf({0.3, 0.65, 1.25, 0.1, 1.1}));
      writer.vector("units/spike_times_index", vectorOf({3, 5}));
      writer.matrix("units/obs_intervals", (Matrix(3, 2) << 0, 2, 0, 0.5, 1, 2).finished());
      writer.vector("units/obs_intervals_index", vectorOf({1, 3}));
      intervals(writer, "trials", vectorOf({0.25, 1.05}), vectorOf({0.66, 1.46}));
    }
    const double none = std::nan("");
    const Recording trials = readRecording(path, cutBy("trials", 0.1));
    QVERIFY((trials.trialLengths == std::vector<Index>{4, 4}));
    COMPARE_MATRICES(trials.activity.row(0), (Matrix(1, 8) << 1, 0, 0, 0, 0, 0, 1, 0).finished(), 0.0);
    const Matrix second = (Matrix(1, 8) << 0, 0, none, none, 1, 0, 0, 0).finished();
    for (Index t = 0; t < 8; ++t)
      QVERIFY(trials.activity(1, t) == second(0, t) ||
              (std::isnan(trials.activity(1, t)) && std::isnan(second(0, t))));
    QVERIFY2(notesOf(trials).contains("2 counts lie outside"), qPrintable(notesOf(trials)));
    RecordingOptions whole = cutBy("", 0.1);
    COMPARE_MATRICES(readRecording(path, whole).activity.row(0),
                     (Matrix(1, 13) << 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1).finished(), 0.0);
  }

  // An input with a clock of its own is brought to the bins: means of what falls into a bin, else the last
  // sample before it.
  void inputsWithAClock() {
    const std::string path = m_files.path("driven.nwb");
    {
      Hdf5Writer writer(path);
      group(writer, "units", "Units");
      writer.vector("units/spike_times", vectorOf({0.05, 0.5, 1.15, 0.1, 1.95}));
      writer.vector("units/spike_times_index", vectorOf({3, 5}));
      for (const double rate : {20.0, 4.0}) {
        const std::string at = "stimulus/presentation/r" + toText(rate);
        group(writer, at, "TimeSeries");
        writer.vector(at + "/data", Vector::LinSpaced(static_cast<Index>(2.5 * rate), 0, 2.5 * rate - 1));
        writer.vector(at + "/starting_time", vectorOf({0}));
        writer.number(at + "/starting_time", "rate", rate);
      }
    }
    RecordingOptions options = cutBy("", 0.1);
    options.input = path + ":stimulus/presentation/r20";
    Recording recording = readRecording(path, options);
    QCOMPARE(recording.input.cols(), Index{20});
    for (Index t = 0; t < 20; ++t) QCOMPARE(recording.input(0, t), 2.0 * static_cast<double>(t) + 0.5);
    QVERIFY2(notesOf(recording).contains("sampled every 0.05 s"), qPrintable(notesOf(recording)));
    options.input = path + ":stimulus/presentation/r4";
    recording = readRecording(path, options);
    for (Index t = 0; t < 20; ++t)
      QCOMPARE(recording.input(0, t),
               std::floor(0.4 * static_cast<double>(t) + 1e-9) +
                   (t % 5 == 2 ? 1.0 : 0.0));  // a sample at 0.25 falls into the bin from 0.2 on
  }

  // Fails if pieces are not the whole: rows or columns first, in place, in chunks or turned, with and without
  // a conversion. Several pieces each.
  void streamsAreTheWhole() {
    const Matrix X = tableNumbers(70'000, 40);
    writeNpy(m_files.path("s.npy"), X);
    {
      Hdf5Writer writer(m_files.path("s.h5"));
      writer.matrix("inPlace", X, false, H5T_IEEE_F32BE);
      writer.matrix("chunks", X.topRows(30'000), true);
      group(writer, "acquisition/a", "TimeSeries");
      writer.matrix("acquisition/a/data", X);
      writer.number("acquisition/a/data", "conversion", 0.25);
      writer.number("acquisition/a/data", "offset", -1);
      writer.vector("acquisition/a/starting_time", vectorOf({0}));
      writer.number("acquisition/a/starting_time", "rate", 50);
    }
    for (const char* place : {"s.npy", "s.h5:inPlace", "s.h5:chunks", "s.h5:acquisition/a"})
      for (const bool timeInColumns : {false, true}) {
        RecordingOptions options;
        options.timeInColumns = timeInColumns;
        const std::string spec = m_files.path(place);
        const auto stream = streamRecording(spec, options);
        QVERIFY2(stream.has_value(), place);
        const Recording whole = readRecording(spec, options);
        QVERIFY(stream->units == whole.activity.rows() && stream->timepoints == whole.activity.cols());
        QCOMPARE(stream->head.interval, whole.interval);
        Index at = 0, pieces = 0;
        stream->run([&](const Matrix& piece) {
          if (piece != whole.activity.middleCols(at, piece.cols())) return false;
          at += piece.cols();
          ++pieces;
          return true;
        });
        QVERIFY2(at == stream->timepoints && pieces > 1, place);
        const Recording beginning = beginningOf(*stream, 4000);
        const Index few = std::max<Index>(2, 4000 / stream->units);
        QCOMPARE(beginning.activity.cols(), few);
        COMPARE_MATRICES(beginning.activity, whole.activity.leftCols(few), 0.0);
      }
    RecordingOptions cut = cutBy("trials");
    QVERIFY(!streamRecording(m_files.path("s.npy"), cut));
  }

  // Tables of intervals of other kinds: CSV with names, a plain matrix; and what is none.
  void tablesOfIntervals() {
    const std::string path = m_files.path("x.npy");
    const Matrix X = tableNumbers(100, 2);
    writeNpy(path, X);
    writeNpy(m_files.path("k.npy"), (Matrix(2, 2) << 0, 1, 5, 7).finished());
    m_files.with("k.csv", "id,choice,start_time,stop_time\n0,left,0,1\n1,right,5,7\n2,none,8,NaN\n");
    for (const char* name : {"k.npy", "k.csv"}) {
      RecordingOptions options = cutBy(m_files.path(name));
      options.interval = 0.1;
      const Recording recording = readRecording(path, options);
      QVERIFY((recording.trialLengths == std::vector<Index>{10, 20}));
      COMPARE_MATRICES(recording.activity.rightCols(20), X.middleRows(50, 20).transpose(), 0.0);
    }
    const auto sentence = [&](const std::string& name, double interval) {
      RecordingOptions options = cutBy(name);
      options.interval = interval;
      return refusal([&] { readRecording(path, options); });
    };
    QVERIFY(isSentence(sentence(m_files.path("k.npy"), 0), "not known in seconds"));
    QVERIFY(isSentence(sentence("joind", 0.1), "holds no table of intervals \"joind\""));
    QVERIFY(isSentence(sentence(path, 0.001), "end after they begin"));
    writeNpy(m_files.path("far.npy"), (Matrix(1, 2) << 50, 60).finished());
    QVERIFY(isSentence(sentence(m_files.path("far.npy"), 0.1), "none of which holds two time points"));
  }

  // h5py writes after the schema, and NumPy says what should be read.
  void writtenByH5py() {
    QProcess python;
    python.start("/usr/bin/python3", {NWB_WRITERS, QString::fromStdString(m_files.path(""))});
    if (!python.waitForFinished(60'000) || python.exitCode() == 77) QSKIP("Python has no h5py or NumPy here");
    QVERIFY2(python.exitCode() == 0, python.readAllStandardError().constData());
    int read = 0;
    for (const QByteArray& line : python.readAllStandardOutput().split('\n')) {
      const auto parts = line.split('\t');
      if (parts.size() < 6) continue;
      ++read;
      RecordingOptions options = cutBy(parts[2].toStdString(), parts[1].toDouble());
      options.timeInColumns = parts[3] == "1";
      const std::string spec = m_files.path(parts[0].toStdString());
      if (parts[4] == "!") {
        const QString sentence = refusal([&] { readRecording(spec, options); });
        QVERIFY2(isSentence(sentence, parts[0].split(':')[0]) && sentence.contains(parts[5]),
                 qPrintable(sentence + " of " + line));
        continue;
      }
      const Recording recording = readRecording(spec, options);
      QByteArray lengths;
      for (const Index length : recording.trialLengths)
        lengths += (lengths.isEmpty() ? "" : ",") + QByteArray::number(length);
      if (lengths.isEmpty()) lengths = QByteArray::number(recording.activity.cols());
      QVERIFY2(recording.activity.rows() == parts[4].toInt() && lengths == parts[5],
               (line + " has " + lengths).constData());
      // A rate is stored in single precision.
      QVERIFY2(std::abs(recording.interval - parts[6].toDouble()) <= 1e-6 * parts[6].toDouble(),
               line.constData());
      // 1200 terms of up to 10 times 200.
      QVERIFY2(std::abs(weightedSum(recording) - parts[7].toDouble()) < 1e-6, line.constData());
    }
    QVERIFY(read > 35);
  }

  // What is in such a file, by role.
  void contents() {
    const FileContents contents = fileContents(m_files.path("lfp.nwb"));
    const auto roleOf = [&](const std::string& path) {
      for (const auto& array : contents.arrays)
        if (array.path == path) return QString(nameOf(array.role));
      return QString("none");
    };
    QCOMPARE(roleOf("intervals/trials"), QString("trials"));
    QCOMPARE(roleOf("intervals/trials/start_time"), QString("vector"));
  }

 private:
  Files m_files;
};

KEYHOLE_TEST(TestNeurodata)

}  // namespace tst_neurodata

#include "tst_neurodata.moc"
