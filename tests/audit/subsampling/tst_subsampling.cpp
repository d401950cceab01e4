// Tests core/audit/subsampling and the surrogates that it is judged by.
#include "core/audit/reversibility/surrogates.h"
#include "core/audit/subsampling/subsampling.h"
#include "core/common/random.h"
#include "core/linalg/lyapunov.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_subsampling {

using namespace keyhole;

namespace {

std::vector<Index> firstUnits(Index n) {
  std::vector<Index> units;
  for (Index i = 0; i < n; ++i) units.push_back(i);
  return units;
}

// W = 0.9 I + 0.1 B of a symmetric B with eigenvalues up to 0.95.
Matrix symmetricMap(Index D) {
  const Matrix U = haarColumns(RandomStream(2, Stream::test), D, D);
  Vector values = Vector::LinSpaced(D, -0.4, 0.4);
  values(D - 1) = 0.95;
  return 0.9 * Matrix::Identity(D, D) + 0.1 * (U * values.asDiagonal() * U.transpose());
}

// B = γ² m nᵀ with orthogonal unit vectors: no eigenvalue but 0.
Matrix lowRankMap(Index D) {
  const Matrix U = haarColumns(RandomStream(3, Stream::test), D, 2);
  return 0.9 * Matrix::Identity(D, D) + 0.1 * 30 * U.col(0) * U.col(1).transpose();
}

// The times of an endless recording, seen units 1 … D in steps; white observation noise of this variance.
Vector endlessTimes(const Matrix& W, double noise) {
  const Index D = W.rows();
  const Matrix C = solveDiscreteLyapunov(W, Matrix::Identity(D, D)).X;
  const std::vector<Index> sizes = {2, 4, 8, 16, 32, 40};
  return nestedTimes(C + noise * Matrix::Identity(D, D), W * C, firstUnits(D), sizes, 1e9);
}

Trial runOf(const Matrix& W, Index seen, Index steps, std::uint64_t seed) {
  const Index D = W.rows(), burn = 500;
  const RandomStream random(seed, Stream::test, 4);
  std::vector<double> draw(static_cast<std::size_t>(D));
  Vector x = Vector::Zero(D);
  Trial trial{Matrix(seen, steps), Matrix(0, steps)};
  for (Index t = -burn; t < steps; ++t) {
    random.normals(static_cast<std::uint64_t>(t + burn), draw);
    x = W * x + Eigen::Map<const Vector>(draw.data(), D);
    if (t >= 0) trial.activity.col(t) = x.head(seen);
  }
  return trial;
}

}  // namespace

class TestSubsampling : public QObject {
  Q_OBJECT

 private slots:
  // The law: of a symmetric circuit the time never falls over nested subsets and never exceeds the circuit's
  // own, at any step and with observation noise. A low-rank circuit, which is not reversible, rises far above
  // its true 9.5 steps and then falls.
  void neverFallsForSymmetricCircuits() {
    for (const double noise : {0.0, 2.0}) {
      const Vector times = endlessTimes(symmetricMap(40), noise);
      for (Index k = 1; k < times.size(); ++k) QVERIFY(times(k) >= times(k - 1) * (1 - 1e-9));
      QVERIFY(times(times.size() - 1) <= -1 / std::log(0.995) * (1 + 1e-9));
    }
    const Vector lowRank = endlessTimes(lowRankMap(40), 0);
    QVERIFY(lowRank.maxCoeff() > 20);
    QVERIFY(std::abs(lowRank(5) + 1 / std::log(0.9)) < 0.01);  // all are seen: the truth
  }

  // A finite recording of each: the fall of the low-rank one is seen, that of the symmetric one is what
  // chance makes. (Among 39 surrogates p cannot be below 0.025.)
  void significanceOfAFall() {
    SubsamplingOptions options;
    options.orders = 3;
    options.surrogates = 39;
    options.resamples = 40;
    const auto falling = subsampleUnits({runOf(lowRankMap(40), 40, 6000, 1)}, options);
    QVERIFY2(falling.made, falling.why.c_str());
    QCOMPARE(falling.pValue, 0.025);
    QVERIFY(falling.fallFrom < 40);
    QVERIFY(falling.sentence.find("excludes symmetric circuits") != std::string::npos);
    for (const auto& point : falling.points) QVERIFY(point.low <= point.high);
    const auto rising = subsampleUnits({runOf(symmetricMap(40), 40, 20000, 1)}, options);
    QVERIFY2(rising.pValue > 0.05, rising.sentence.c_str());
    QVERIFY(rising.sentence.find("excludes nothing") != std::string::npos);
  }

  // Surrogates have the recording's covariance and its symmetrised lagged one, and no antisymmetric part:
  // over 200 of them, each entry's mean to four standard errors (1/√(200 · 600 effective samples) = 0.003).
  void surrogatesAreReversible() {
    Matrix F(2, 2);
    F << 0.6, -0.3, 0.3, 0.6;
    const Whitened components = whitened({runOf(F, 2, 1500, 2)});
    const Matrix& Z = components.series.front();
    const ComplexMatrix transform = transformOf(Z);
    const auto lagged = [](const Matrix& X, Index lag) {
      Matrix C = Matrix::Zero(2, 2);
      for (Index t = 0; t < X.cols(); ++t) C += X.col((t + lag) % X.cols()) * X.col(t).transpose();
      return Matrix(C / static_cast<double>(X.cols()));
    };
    Matrix zero = Matrix::Zero(2, 2), two = zero;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const Matrix made = reversibleSurrogate(transform, 1500, seed, 0);
      zero += lagged(made, 0) / 200;
      two += lagged(made, 2) / 200;
    }
    const Matrix own = lagged(Z, 2);
    QVERIFY(std::abs(own(0, 1) - own(1, 0)) > 0.3);  // the recording itself has an arrow
    COMPARE_MATRICES(zero, Matrix(Matrix::Identity(2, 2)), 0.013);
    COMPARE_MATRICES(two, Matrix(0.5 * (own + own.transpose())), 0.013);
  }

  void whatIsNotLookedAt() {
    const Trial good = runOf(symmetricMap(8), 8, 300, 3);
    Trial few = good, missing = good;
    few.activity = good.activity.topRows(3).eval();
    missing.activity(0, 0) = std::nan("");
    QVERIFY(subsampleUnits({few}, {}).why.find("3 units") != std::string::npos);
    QVERIFY(subsampleUnits({missing}, {}).why.find("missing") != std::string::npos);
    const auto shortOne = subsampleUnits({good}, {});
    QVERIFY(shortOne.made && std::isnan(shortOne.pValue) && !shortOne.whyNoPValue.empty());
  }
};

KEYHOLE_TEST(TestSubsampling)

}  // namespace tst_subsampling

#include "tst_subsampling.moc"
