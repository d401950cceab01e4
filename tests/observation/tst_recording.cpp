// Tests core/observation/recording.h
#include "core/common/error.h"
#include "core/observation/recording.h"
#include "core/observation/rising_channels.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <limits>

namespace tst_recording {

using namespace keyhole;

class TestRecording : public QObject {
  Q_OBJECT
  static Recording of(Matrix activity) {
    Recording recording;
    recording.activity = std::move(activity);
    recording.source = "cells.npy";
    return recording;
  }
 private slots:
  void unusableOnesAreNamed_data() {
    QTest::addColumn<int>("neurons");
    QTest::addColumn<int>("steps");
    QTest::addColumn<double>("bad");
    QTest::addColumn<QString>("named");
    QTest::newRow("none") << 0 << 5 << 0.0 << "0 neurons";
    QTest::newRow("one time point") << 3 << 1 << 0.0 << "1 time point";
    QTest::newRow("NaN") << 3 << 5 << std::numeric_limits<double>::quiet_NaN()
                         << "in channel 2 at time point 4";
    QTest::newRow("infinite") << 3 << 5 << std::numeric_limits<double>::infinity()
                              << "inf in channel 2 at time point 4";
  }
  void unusableOnesAreNamed() {
    QFETCH(int, neurons);
    QFETCH(int, steps);
    QFETCH(double, bad);
    QFETCH(QString, named);
    Recording recording = of(Matrix::Constant(neurons, steps, 0.5));
    if (bad != 0) recording.activity(1, 3) = bad;
    try {
      requireUsable(recording);
      QFAIL("accepted");
    } catch (const InputError& error) {
      QVERIFY2(QString(error.what()).contains(named) && QString(error.what()).contains("cells.npy"),
               error.what());
    }
  }

  // Trials stand side by side. Fails if a boundary is lost, or whoever takes them as one is not told.
  void trials() {
    Recording recording = of(Matrix::Random(3, 10));
    QVERIFY(trialBounds(recording) == (std::vector<Index>{0, 10}));
    QVERIFY(joinedTrialsWarning(recording).empty());
    const std::string one = fingerprint(recording);
    recording.trialLengths = {10};
    QCOMPARE(fingerprint(recording), one);
    recording.trialLengths = {4, 6};
    QVERIFY(trialBounds(recording) == (std::vector<Index>{0, 4, 10}));
    QVERIFY(QString::fromStdString(joinedTrialsWarning(recording)).contains("2 trials"));
    QVERIFY(one.size() == 16 && fingerprint(recording) != one);
  }

  // Fails if a changed number, or two that change places, leave the fingerprint as it was.
  void fingerprints() {
    Recording recording = of(Matrix::Random(3, 10));
    const std::string known = fingerprint(recording);
    QCOMPARE(fingerprint(recording), known);
    std::swap(recording.activity(0, 1), recording.activity(1, 2));  // in the same lane: four entries apart
    QVERIFY(fingerprint(recording) != known);
    std::swap(recording.activity(0, 1), recording.activity(1, 2));
    recording.activity(2, 9) = -recording.activity(2, 9);
    QVERIFY(fingerprint(recording) != known);
  }

  // Of pieces of any length it is that of the whole. Fails if a boundary between pieces changes it.
  void fingerprintsOfPieces() {
    const Recording recording = of(Matrix::Random(3, 40));
    for (const Index step : {1, 2, 5, 7, 40}) {
      FingerprintOfPieces pieces;
      for (Index first = 0; first < 40; first += step)
        pieces.add(recording.activity.middleCols(first, std::min(step, 40 - first)));
      QCOMPARE(pieces.text(3, 40), fingerprint(recording));
    }
    FingerprintOfPieces rows;  // of a part of a larger matrix
    Matrix larger(5, 40);
    larger.topRows(3) = recording.activity;
    rows.add(larger.topRows(3));
    QCOMPARE(rows.text(3, 40), fingerprint(recording));
  }

  // Far more channels than time points: a hint at the axes.
  void wideOnes() {
    QVERIFY(QString::fromStdString(wideRecordingWarning(of(Matrix::Ones(300, 20)), false))
                .contains("say --transpose"));
    QVERIFY(QString::fromStdString(wideRecordingWarning(of(Matrix::Ones(300, 20)), true))
                .contains("leave out --transpose"));
    QVERIFY(wideRecordingWarning(of(Matrix::Ones(30, 20)), false).empty());
    QVERIFY(wideRecordingWarning(of(Matrix::Ones(5, 2)), false).empty());
    // Trials that are short for so many neurons, though all of them together are not.
    Recording trials = of(Matrix::Ones(30, 60));
    trials.trialLengths = {15, 10, 15, 10, 10};
    QVERIFY(QString::fromStdString(wideRecordingWarning(trials, false))
                .contains("trials of up to 15 time points"));
    trials.trialLengths = {30, 30};
    QVERIFY(wideRecordingWarning(trials, false).empty());
  }

  // Fails if a clock among the channels goes unsaid, or if activity that falls once is called one.
  void risingChannels() {
    Recording recording = of(Matrix::Random(4, 60));
    QCOMPARE(risingChannelWarning(recording), std::string());
    recording.activity.row(1) = Eigen::RowVectorXd::LinSpaced(60, 0, 3);
    QString said = QString::fromStdString(risingChannelWarning(recording));
    QVERIFY2(said.contains("channel 2 of") && said.contains("--steps units:1;3-4"), qPrintable(said));
    recording.activity(1, 30) = -1;
    QCOMPARE(risingChannelWarning(recording), std::string());
    recording.trialLengths = {30, 30};  // it begins anew with the second trial
    QVERIFY(!risingChannelWarning(recording).empty());
    recording.activity(1, 40) = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(risingChannelWarning(recording), std::string());
    // A state that changes once never falls, and does not rise for long.
    recording.activity.row(1) << Eigen::RowVectorXd::Zero(30), Eigen::RowVectorXd::Ones(30);
    QCOMPARE(risingChannelWarning(recording), std::string());
    // Piece by piece the same, of spike times two of which may be equal.
    RisingChannels rising;
    Eigen::RowVectorXd times = Eigen::RowVectorXd::LinSpaced(60, 0, 9);
    times(20) = times(19);
    for (Index t = 0; t < 60; t += 7) rising.add(times.middleCols(t, std::min<Index>(7, 60 - t)));
    QCOMPARE(rising.channels(), std::vector<Index>{0});
    said = QString::fromStdString(risingChannelWarning(of(times)));
    QVERIFY2(said.contains("as spike times"), qPrintable(said));
  }

  // Named in a warning; an error only if fewer than two channels vary.
  void constantChannels() {
    Recording recording = of(Matrix(3, 4));
    recording.activity << 1, 2, 3, 4, 7, 7, 7, 7, 0, 1, 0, 1;
    recording.channelNames = {"a", "b", "c"};
    QVERIFY(QString::fromStdString(constantChannelWarning(recording)).contains("2 (b)"));
    recording.activity.row(2).setZero();
    QVERIFY_EXCEPTION_THROWN(constantChannelWarning(recording), InputError);
    recording.activity.row(1) << 1, 2, 1, 2;
    recording.activity.row(2) << 5, 2, 1, 2;
    QVERIFY(constantChannelWarning(recording).empty());
    // Missing samples are no variation, also at the start, and not all of them are.
    const double gap = std::numeric_limits<double>::quiet_NaN();
    Matrix gaps(4, 4);
    gaps << gap, 3, gap, 3, gap, 3, gap, 4, gap, gap, gap, gap, 1, gap, gap, 2;
    QCOMPARE(keyhole::constantChannels(gaps), (std::vector<Index>{0, 2}));
  }
};

KEYHOLE_TEST(TestRecording)

}  // namespace tst_recording

#include "tst_recording.moc"
