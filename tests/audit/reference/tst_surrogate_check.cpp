// Tests core/audit/reference/surrogate_check.h
#include "core/audit/reference/surrogate_check.h"
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/FFT>

namespace tst_surrogate_check {

using namespace keyhole;

namespace {

Vector sizesOf(const Matrix& X, Index unit) {
  Eigen::FFT<double> fft;
  const Vector row = X.row(unit).transpose();
  ComplexVector spectrum;
  fft.fwd(spectrum, row);
  return spectrum.cwiseAbs();
}

// x[t] = 0.9 x[t-1] + noise, alike in all units but for noise of their own as large.
Matrix shared(Index N, Index T) {
  Matrix noise = RandomStream(7, Stream::test).normalMatrix(N + 1, T);
  for (Index t = 1; t < T; ++t) noise(N, t) += 0.9 * noise(N, t - 1);
  const double deviation = std::sqrt(noise.row(N).squaredNorm() / static_cast<double>(T));
  return noise.topRows(N) + Vector::Ones(N) * noise.row(N) / deviation + Matrix::Constant(N, T, 3);
}

// Rows whose truth is one statistic's sign, and no other's.
std::vector<ReferenceRow> rowsBy(const std::string& name) {
  const auto& names = statisticNames();
  const auto place = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  const Matrix noise =
      RandomStream(8, Stream::test).normalMatrix(static_cast<Index>(names.size() + apartNames().size()), 400);
  std::vector<ReferenceRow> rows(400);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ReferenceRow& row = rows[i];
    const auto column = noise.col(static_cast<Index>(i));
    row.statistics.values.assign(column.begin(), column.begin() + static_cast<Index>(names.size()));
    row.statistics.apart.assign(column.begin() + static_cast<Index>(names.size()), column.end());
    row.statistics.claimedSteps = 50;
    double& value = row.statistics.values[place];
    value = 0.35 + 0.2 * value;  // an autocorrelation, or a share of variance
    row.index = i;
    row.mechanism = value > 0.35 ? 0 : 5;
    row.modes = value > 0.35 ? std::vector<double>{100, 10} : std::vector<double>{10, 9, 8, 7};
  }
  return rows;
}

}  // namespace

class TestSurrogateCheck : public QObject {
  Q_OBJECT

 private slots:
  // A surrogate keeps each unit's mean and periodogram to rounding, and nothing that units share: the
  // correlations, 0.5 in the recording, are at most five standard errors, 5 √(τ/T) = 5 √(10 / 5000) = 0.22 of
  // slow series. Its length has no prime factor above 5: 5000 of 5003.
  void keepsEachUnitsSpectrumAlone() {
    const Matrix X = shared(4, 5003), S = independentUnits(X, 1, 0);
    QCOMPARE(S.cols(), Index{5000});
    for (Index i = 0; i < 4; ++i) {
      const Vector before = sizesOf(X.leftCols(5000), i), after = sizesOf(S, i);
      QVERIFY((before - after).cwiseAbs().maxCoeff() < 1e-9 * before.maxCoeff());
      QVERIFY(std::abs(S.row(i).mean() - X.row(i).head(5000).mean()) < 1e-9);
    }
    const auto correlation = [](const Matrix& Z) {
      const Vector a = Z.row(0).array() - Z.row(0).mean(), b = Z.row(1).array() - Z.row(1).mean();
      return a.dot(b) / a.norm() / b.norm();
    };
    QVERIFY(correlation(X) > 0.4 && std::abs(correlation(S)) < 0.22);
    QVERIFY(independentUnits(X, 1, 1) != S && independentUnits(X, 1, 0) == S);
  }

  // A table that decides by how slow each unit is says of surrogates what it says of the recording; one that
  // decides by how much the units share does not. (The autocorrelation of the units at one step is 0.45, in
  // surrogates too; the leading component has 0.6 of the variance, in surrogates a quarter.)
  void tellsWhatTheAnswerRestsOn() {
    const std::vector<Trial> trials = {{shared(4, 2000), Matrix(0, 2000)}};
    ClassifierOptions options;
    options.boosting.rounds = 30;
    options.boosting.depth = 2;
    const auto ask = [&](const std::string& name) {
      const auto rows = rowsBy(name);
      const WorldClassifier classifier(rows, options);
      const double told = classifier.answer(statisticsOf(trials).values).real();
      return std::pair{told, checkBySurrogates(trials, rows, classifier, told, 9)};
    };
    const auto [alone, byUnit] = ask("units: median autocorrelation at 1");
    QVERIFY(alone > 0.5 && byUnit.median > 0.5 && byUnit.least <= byUnit.median &&
            byUnit.median <= byUnit.largest);
    const auto [together, byShared] = ask("covariance: share of component 1");
    QVERIFY(together > 0.5 && byShared.largest < 0.5);
    QCOMPARE(byShared.made, Index{9});
    QVERIFY(byShared.sentence.find("rests on what its units share") != std::string::npos);
  }
};

KEYHOLE_TEST(TestSurrogateCheck)

}  // namespace tst_surrogate_check

#include "tst_surrogate_check.moc"
