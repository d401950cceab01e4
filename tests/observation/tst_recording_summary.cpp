// Tests core/observation/summary: autocorrelation, effective samples, smoothing, stationarity and copies of
// processes for which they are known.
#include "core/common/random.h"
#include "core/observation/preprocessing/preprocessing.h"
#include "core/observation/summary/recording_preview.h"
#include "core/observation/summary/recording_summary.h"
#include "core/observation/summary/summary_words.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_recording_summary {

using namespace keyhole;

namespace {

Matrix noise(Index N, Index T, std::uint64_t seed = 1) {
  return RandomStream(seed, Stream::test).normalMatrix(N, T);
}

// x[t] = keep x[t-1] + noise, of variance 1.
Matrix autoregression(Index N, Index T, double keep, std::uint64_t seed = 1) {
  Matrix X = noise(N, T, seed);
  for (Index t = 1; t < T; ++t) X.col(t) = keep * X.col(t - 1) + std::sqrt(1 - keep * keep) * X.col(t);
  return X;
}

Recording recordingOf(Matrix activity, double seconds = 0.01) {
  Recording recording;
  recording.activity = std::move(activity);
  recording.source = "made";
  recording.interval = seconds;
  recording.intervalUnit = "s";
  return recording;
}

RecordingSummary summaryOf(const Recording& recording) {
  return summarise(recordedTrials(recording));
}

bool warns(const RecordingSummary& summary, const char* text) {
  for (const auto& warning : summary.warnings)
    if (warning.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

class TestRecordingSummary : public QObject {
  Q_OBJECT

 private slots:
  // Of more units than time points the components come from products over the units. Constant units add
  // nothing to them: twenty units, and the same beside twenty constant ones, which takes the other road. To
  // rounding.
  void componentsOfManyUnits() {
    const Matrix X = autoregression(20, 30, 0.5);
    Matrix more = Matrix::Constant(40, 30, 2.5);
    more.topRows(20) = X;
    const RecordingSummary few = summaryOf(recordingOf(X)), many = summaryOf(recordingOf(more));
    QVERIFY(few.components.size() > 2);
    QCOMPARE(many.components.size(), few.components.size());
    QVERIFY(std::abs(many.participationRatio - few.participationRatio) < 1e-9);
    QVERIFY(std::abs(many.effectiveSamples - few.effectiveSamples) < 1e-9);
    for (std::size_t i = 0; i < few.components.size(); ++i)
      QVERIFY(std::abs(many.components[i].share - few.components[i].share) < 1e-12);
  }

  // ρ(k) = 0.9^k, at lags that are counted one by one and at those of the averages. Its standard error is
  // about √(τ/T) = √(10 / 200,000) = 0.007; averages of up to 4 samples bend 0.9^k by less than 0.005.
  void autocorrelationOfAnAutoregression() {
    const Vector x = autoregression(1, 200000, 0.9).row(0);
    const Autocorrelation found = autocorrelation({x});
    for (std::size_t i = 0; i < found.lags.size() && found.lags[i] < 60; ++i)
      QVERIFY2(std::abs(found.values[i] - std::pow(0.9, found.lags[i])) < 0.035,
               qPrintable(QString::number(found.lags[i])));
    QVERIFY(std::abs(found.time() + 1 / std::log(0.9)) < 1);
    // 1 + 2 Σ 0.81^k = 1.81 / 0.19
    QVERIFY(std::abs(found.timeOfSquares() / (1.81 / 0.19) - 1) < 0.1);
  }

  // White noise: as many effective samples as there are, up to the noise of five squared correlations (5 / T
  // each side), and no smoothing. Trials are not glued: two halves give the same.
  void whiteNoiseIsIndependent() {
    Recording recording = recordingOf(noise(6, 20000));
    const RecordingSummary whole = summaryOf(recording);
    QVERIFY(whole.effectiveSamples > 0.99 * 20000);
    QCOMPARE(whole.smoothness.width, 0.0);
    // All six variances are alike: their standard error is √(2/T) = 1 %.
    QVERIFY(whole.participationRatio > 5.9 && whole.participationRatio <= 6 + 1e-9);
    QVERIFY(whole.warnings.empty());
    recording.trialLengths = {10000, 10000};
    QVERIFY(summaryOf(recording).effectiveSamples > 0.99 * 20000);
  }

  // T₂ = (1 + φ²) / (1 - φ²), whatever the number of units.
  void effectiveSamplesOfAnAutoregression() {
    const double keep = 0.95, known = 60000 * (1 - keep * keep) / (1 + keep * keep);
    const RecordingSummary summary = summaryOf(recordingOf(autoregression(4, 60000, keep)));
    QVERIFY2(std::abs(summary.effectiveSamples / known - 1) < 0.1,
             qPrintable(QString::number(summary.effectiveSamples)));
    // Driven by noise at every step: not smooth, however slow.
    QCOMPARE(summary.smoothness.width, 0.0);
  }

  void smoothingIsSeen_data() {
    QTest::addColumn<double>("sigma");
    for (const double sigma : {3.0, 8.0, 20.0}) QTest::newRow(qPrintable(QString::number(sigma))) << sigma;
  }

  // White noise through a Gaussian of standard deviation σ: 2.3548 σ wide. Between lags that double the width
  // is interpolated; D(2k)/D(k) is known to about its standard error, √(8 σ / (N T)) of itself.
  void smoothingIsSeen() {
    QFETCH(double, sigma);
    const Recording smooth = smoothed(recordingOf(noise(8, 20000), 1), Smoothing::gaussian, sigma);
    const RecordingSummary summary = summaryOf(smooth);
    QVERIFY2(std::abs(summary.smoothness.width / (2.3548 * sigma) - 1) < 0.12,
             qPrintable(QString::number(summary.smoothness.width)));
    // Σ ρ² of e^(-k²/4σ²): √(2π) σ.
    QVERIFY(std::abs(summary.effectiveSamples * std::sqrt(2 * M_PI) * sigma / 20000 - 1) < 0.15);
    QVERIFY(warns(summary, "no time constant below that"));
    QVERIFY(warns(summary, "averages over trials"));
    // A tenth of the variance as noise of each sample: nobody can tell the smoothing any more, nor is it
    // warned.
    Recording rough = smooth;
    rough.activity += std::sqrt(0.1 * summary.deviations.squaredNorm() / 8) * noise(8, 20000, 9);
    QVERIFY(!warns(summaryOf(rough), "averages over trials"));
  }

  // Fewer independent samples than units.
  void fewSamplesAreSaid() {
    const Recording few = smoothed(recordingOf(noise(70, 400), 0.01), Smoothing::gaussian, 0.12);
    const RecordingSummary summary = summaryOf(few);
    QVERIFY(summary.effectiveSamples < 30);
    QVERIFY(warns(summary, "effective samples for 70 units: no fit of a 70 x 70 matrix means anything"));
    QVERIFY(!parametersWarning(summary, 70 * 70).empty());
    QVERIFY(parametersWarning(summary, 10).empty());
    QCOMPARE(samplesPerParameter(summary, 70), summary.effectiveSamples);
  }

  // A step of two standard deviations of the noise between the halves, a line, and a variance times 16.
  void whatIsNotStationary() {
    Matrix step = noise(5, 4000);
    step.rightCols(2000).array() += 2;
    const RecordingSummary jumped = summaryOf(recordingOf(step));
    // In standard deviations of all: √(1 + 1).
    QVERIFY(std::abs(jumped.meanShift - std::sqrt(2.0)) < 0.05);
    Matrix line = noise(3, 4000);
    line.rowwise() += Eigen::RowVectorXd::LinSpaced(4000, -3, 3);
    const RecordingSummary drifting = summaryOf(recordingOf(line));
    // The line's variance is 6²/12 = 3 beside 1.
    QVERIFY(std::abs(drifting.drift - 0.75) < 0.02);
    Matrix louder = noise(3, 4000);
    louder.rightCols(2000) *= 4;
    const RecordingSummary loud = summaryOf(recordingOf(louder));
    QVERIFY(std::abs(loud.varianceRatio / 16 - 1) < 0.1);
    QVERIFY(warns(loud, "variance of the second half"));
    const RecordingSummary still = summaryOf(recordingOf(noise(5, 4000)));
    QVERIFY(still.meanShift < 0.1 && still.drift < 0.01 && still.warnings.empty());
  }

  // Copies are found whatever gaps they share; a unit beside them is none, nor are two constant ones.
  void copiesAreFound() {
    Matrix X = noise(5, 300);
    X(1, 7) = std::nan("");
    X.row(3) = X.row(1);
    X.row(4).setConstant(2);
    X.conservativeResize(6, 300);
    X.row(5).setConstant(2);
    const RecordingSummary summary = summaryOf(recordingOf(X));
    QCOMPARE(summary.copies, std::vector<Index>{3});
    QCOMPARE(summary.copied, std::vector<Index>{1});
    QCOMPARE(summary.constant, Index{2});
    QCOMPARE(summary.silent, Index{0});
    QCOMPARE(summary.missing, Index{2});
    QVERIFY(warns(summary, "copies of others say nothing of their own: 4"));
  }

  // Counts have rates, other numbers means; a gap is no zero.
  void ratesAreOfCounts() {
    Matrix counts = Matrix::Zero(2, 100);
    counts.row(0).setConstant(3);
    counts(0, 0) = std::nan("");
    counts(1, 50) = 1;
    const RecordingSummary summary = summaryOf(recordingOf(counts, 0.02));
    QVERIFY(summary.counts);
    QVERIFY(std::abs(summary.means(0) - 150) < 1e-9 && std::abs(summary.means(1) - 0.5) < 1e-12);
    counts(1, 50) = 0.5;
    QVERIFY(std::abs(summaryOf(recordingOf(counts, 0.02)).means(0) - 3) < 1e-12);
  }

  // Gaps at random change neither the participation ratio nor the effective samples by more than a few
  // percent.
  void gapsAreLeftOut() {
    Matrix X = autoregression(4, 30000, 0.9);
    const RecordingSummary whole = summaryOf(recordingOf(X));
    std::vector<double> u(X.size());
    RandomStream(3, Stream::test).uniforms(0, u);
    for (Index i = 0; i < X.size(); ++i)
      if (u[static_cast<std::size_t>(i)] < 0.02) X.data()[i] = std::nan("");
    const RecordingSummary gaps = summaryOf(recordingOf(X));
    QVERIFY(std::abs(gaps.participationRatio / whole.participationRatio - 1) < 0.02);
    QVERIFY(std::abs(gaps.effectiveSamples / whole.effectiveSamples - 1) < 0.1);
  }

  // A half of which nothing is there (before a unit was observed) is no change of it. Fails if missing
  // samples pass for a mean of 0 or a variance of 0.
  void aMissingHalfIsNoChange() {
    Matrix X = noise(3, 2000).array() + 5;
    X.leftCols(1000).setConstant(std::nan(""));
    const auto none = summaryOf(recordingOf(X));
    QCOMPARE(none.meanShift, 0.0);
    QCOMPARE(none.varianceRatio, 1.0);
    QVERIFY(!warns(none, "second half"));
    // The others tell it still.
    X.row(1) = noise(1, 2000, 2);
    X.row(1).tail(1000).array() += 4;
    const auto one = summaryOf(recordingOf(X));
    QVERIFY(one.meanShift > 1.5 && std::abs(one.varianceRatio - 1) < 0.2);
  }

  // Nothing that varies, two time points: no number may be made up, and nothing may break.
  void theSmallestRecordings() {
    const RecordingSummary flat = summaryOf(recordingOf(Matrix::Constant(2, 2, 1)));
    QCOMPARE(flat.effectiveSamples, 0.0);
    QVERIFY(flat.components.empty());
    QVERIFY(!summaryLines(flat).empty());
    const RecordingSummary two = summaryOf(recordingOf(noise(3, 2)));
    QVERIFY(two.effectiveSamples > 0 && two.effectiveSamples <= 2);
  }

  // The raster holds every time point once, in standard deviations.
  void thePreviewIsOfAll() {
    Recording recording = recordingOf(noise(7, 1300));
    const RecordingPreview preview = previewOf(recording, 3, 600, 2, 100);
    QCOMPARE(preview.raster.rows(), Index{3});
    QCOMPARE(preview.perColumn, Index{3});
    QCOMPARE(preview.raster.cols(), Index{434});
    const Index unit = preview.rasterUnits[1];
    const auto x = recording.activity.row(unit);
    const double mean = x.mean(), deviation = std::sqrt((x.array() - mean).square().mean());
    QVERIFY(std::abs(preview.raster(1, 5) - (x.segment(15, 3).mean() - mean) / deviation) < 1e-12);
    QCOMPARE(preview.traces.cols(), Index{100});
    QCOMPARE(preview.traces(1, 9), recording.activity(preview.traceUnits[1], 9));
  }
};

KEYHOLE_TEST(TestRecordingSummary)

}  // namespace tst_recording_summary

#include "tst_recording_summary.moc"
