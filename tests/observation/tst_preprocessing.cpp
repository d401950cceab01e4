// Tests core/observation/preprocessing: each step against numbers known by hand, with trials and gaps.
#include "core/observation/preprocessing/preprocessing.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_preprocessing {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const double kGap = std::nan("");

// 2 units, 10 time points 0.1 s apart: 0 … 9, and 5 throughout.
Recording ramp() {
  Recording recording;
  recording.activity = Matrix::Constant(2, 10, 5);
  recording.activity.row(0).setLinSpaced(10, 0, 9);
  recording.channelNames = {"up", "flat"};
  recording.source = "ramp";
  recording.interval = 0.1;
  recording.intervalUnit = "s";
  return recording;
}

bool says(const Recording& recording, const char* text) {
  for (const auto& note : recording.notes)
    if (note.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

class TestPreprocessing : public QObject {
  Q_OBJECT

 private slots:
  // Fails if units lose their names, or a window is off by a sample.
  void unitsAndWindows() {
    const Recording second = withUnits(ramp(), "2");
    QCOMPARE(second.channelNames, std::vector<std::string>{"flat"});
    QCOMPARE(second.activity.rows(), Index{1});
    const Recording middle = cutToWindow(ramp(), {0.2, 0.5});
    COMPARE_MATRICES(middle.activity.row(0), Matrix(Eigen::RowVector3d(2, 3, 4)), 0.0);
    QCOMPARE(cutToWindow(ramp(), {0.7, 0}).activity.cols(), Index{3});
    QVERIFY(isSentence(refusal([] { cutToWindow(ramp(), {0.9, 0}); }), "leaves 1 of 10"));
    Recording unknown = ramp();
    unknown.intervalUnit = "";
    QVERIFY(isSentence(refusal([&] { cutToWindow(unknown, {0.1, 0}); }), "--dt"));
  }

  // Fails if a window is taken of the whole instead of each trial, or the input stays behind.
  void windowsAreOfEachTrial() {
    Recording recording = ramp();
    recording.trialLengths = {4, 6};
    recording.input = recording.activity.topRows(1) * 10;
    const Recording cut = cutToWindow(recording, {0.1, 0.3});
    QCOMPARE(cut.trialLengths, (std::vector<Index>{2, 2}));
    COMPARE_MATRICES(cut.activity.row(0), Matrix(Eigen::RowVector4d(1, 2, 5, 6)), 0.0);
    COMPARE_MATRICES(cut.input, Matrix(Eigen::RowVector4d(10, 20, 50, 60)), 0.0);
  }

  // A unit that is 0 but for gaps is silent; a flat one is constant alone.
  void silentAndConstantUnits() {
    Recording recording = ramp();
    recording.activity.conservativeResize(3, 10);
    recording.activity.row(2).setZero();
    recording.activity(2, 4) = kGap;
    recording.channelNames.push_back("none");
    QCOMPARE(withoutChannels(recording, Drop::silent).channelNames, (std::vector<std::string>{"up", "flat"}));
    const Recording varying = withoutChannels(recording, Drop::constant);
    QCOMPARE(varying.channelNames, std::vector<std::string>{"up"});
    QVERIFY(says(varying, "2 (flat), 3 (none)"));
  }

  // Counts are summed, other numbers averaged; a gap is left out of its bin; what fills no bin is said.
  void bins() {
    Recording counts = ramp();
    counts.activity(0, 1) = kGap;
    const Recording summed = inBins(counts, 0.3);
    // {0, gap, 2} -> 3 · mean 1, {3, 4, 5} -> 12, {6, 7, 8} -> 21; 9 is left.
    COMPARE_MATRICES(summed.activity.row(0), Matrix(Eigen::RowVector3d(3, 12, 21)), 1e-14);
    QCOMPARE(summed.interval, 0.3);
    QVERIFY(says(summed, "1 samples at the end"));
    Recording means = ramp();
    means.activity.array() += 0.5;
    COMPARE_MATRICES(inBins(means, 0.5).activity.row(0), Matrix(Eigen::RowVector2d(2.5, 7.5)), 1e-14);
    QVERIFY(isSentence(refusal([] { inBins(ramp(), 0.25); }), "whole multiple"));
  }

  // A constant stays what it is also at the ends and beside a gap; an impulse becomes the kernel.
  void smoothing() {
    for (const Smoothing kind : {Smoothing::gaussian, Smoothing::exponential}) {
      Recording recording = ramp();
      recording.activity(1, 3) = kGap;
      const Recording smooth = smoothed(recording, kind, 0.2);
      QVERIFY(std::isnan(smooth.activity(1, 3)));
      for (Index t = 0; t < 10; ++t)
        if (t != 3) QVERIFY(std::abs(smooth.activity(1, t) - 5) < 1e-12);
    }
    Recording impulse = ramp();
    impulse.activity = Matrix::Zero(1, 201);
    impulse.activity(0, 100) = 1;
    const Recording bell = smoothed(impulse, Smoothing::gaussian, 0.5);  // 5 samples
    QVERIFY(std::abs(bell.activity.sum() - 1) < 1e-4);                   // cut off at four widths
    QVERIFY(std::abs(bell.activity(0, 105) / bell.activity(0, 100) - std::exp(-0.5)) < 1e-12);
    const Recording decay = smoothed(impulse, Smoothing::exponential, 0.5);
    QCOMPARE(decay.activity.leftCols(100).cwiseAbs().maxCoeff(), 0.0);  // causal
    // The kernel is normalised by what of the past there is: all but e^-20 of it.
    QVERIFY(std::abs(decay.activity(0, 105) / decay.activity(0, 100) - std::exp(-1)) < 1e-8);
  }

  // Fails if a kernel reaches from one trial into the next.
  void smoothingEndsWithTheTrial() {
    Recording recording = ramp();
    recording.activity.row(0) << 0, 0, 0, 0, 0, 1, 1, 1, 1, 1;
    recording.trialLengths = {5, 5};
    for (const Smoothing kind : {Smoothing::gaussian, Smoothing::exponential})
      COMPARE_MATRICES(smoothed(recording, kind, 0.3).activity.row(0), Matrix(recording.activity.row(0)),
                       1e-12);
  }

  void squareRootAndDetrend() {
    Recording recording = ramp();
    QCOMPARE(squareRooted(recording).activity(0, 4), 2.0);
    recording.activity(1, 2) = -1;
    QVERIFY(isSentence(refusal([&] { squareRooted(recording); }), "2 (flat)"));
    // A line is gone but for its mean, with and without a gap.
    Recording line = ramp();
    line.activity(0, 6) = kGap;
    const Recording flat = detrended(line);
    for (Index t = 0; t < 10; ++t)
      if (t != 6) QVERIFY(std::abs(flat.activity(0, t) - (45.0 - 6) / 9) < 1e-12);
  }

  void scales() {
    Recording recording = withUnits(ramp(), "1");
    const Matrix z = scaled(recording, Scaling::zscore, 0).activity;
    QVERIFY(std::abs(z.mean()) < 1e-14 && std::abs(z.squaredNorm() / 10 - 1) < 1e-14);
    // Range 9, constant 1: a tenth.
    COMPARE_MATRICES(scaled(recording, Scaling::soft, 1).activity, Matrix(recording.activity / 10), 1e-15);
    QVERIFY(isSentence(refusal([] { scaled(ramp(), Scaling::zscore, 0); }), "2 (flat)"));
  }

  void splitAndMask() {
    const Recording split = splitIntoTrials(ramp(), 0.4);
    QCOMPARE(split.trialLengths, (std::vector<Index>{4, 4}));
    QVERIFY(says(split, "2 samples at the ends"));
    const Recording hidden = masked(ramp(), parseWindows("0.2..0.4;0.9..1.5"));
    QCOMPARE(hidden.activity.array().isNaN().count(), Index{6});
    QVERIFY(says(hidden, "3 time points"));
    QVERIFY(isSentence(refusal([] { masked(ramp(), {{5, 6}}); }), "meets no sample"));
    for (const char* bad : {"1", "2..1", "a..b", "1..", "-1..2"})
      QVERIFY2(isSentence(refusal([&] { parseWindows(bad); }), bad), bad);
  }

  // The order of the list: bins before the square root, the scale after it; the mask is in the time of the
  // recording, though a window was cut before.
  void stepsAreDoneInTheirOrder() {
    Preprocessing steps;
    steps.units = "1";
    steps.window = {0.2, 0};
    steps.bin = 0.2;
    steps.squareRoot = true;
    steps.mask = {{0.2, 0.4}};
    steps.split = 0.4;
    const Recording done = preprocessed(ramp(), steps);
    // 2 … 9 in pairs: 5, 9, 13, 17; roots; the first one masked; trials of two.
    QVERIFY(std::isnan(done.activity(0, 0)));
    COMPARE_MATRICES(done.activity.rightCols(3), Matrix(Eigen::RowVector3d(9, 13, 17).cwiseSqrt()), 1e-14);
    QCOMPARE(done.trialLengths, (std::vector<Index>{2, 2}));
  }
};

KEYHOLE_TEST(TestPreprocessing)

}  // namespace tst_preprocessing

#include "tst_preprocessing.moc"
