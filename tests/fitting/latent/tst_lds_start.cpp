// Tests core/fitting/latent/lds_fit.h (startOf): what a seed means.
#include "core/fitting/latent/explaining_channels.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/reference.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tst_lds_start {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<Index> kOrder = {4, 7, 2, 0, 5, 1, 6, 3};

Trial withChannelsMoved(const Trial& trial) {
  return {trial.activity(kOrder, Eigen::all), trial.input};
}

// x_i follows x_{i-1}, the first one a slow input.
Trial seenChain() {
  constexpr Index kUnits = 60, kSteps = 1500;
  constexpr double kAlpha = 0.05;
  const Matrix noise = RandomStream(9, Stream::test).normalMatrix(1, kSteps);
  Vector x = Vector::Zero(kUnits);
  double u = 0;
  Trial trial{Matrix(kUnits / 3, kSteps), Matrix(0, kSteps)};
  for (Index t = 0; t < kSteps; ++t) {
    u += 0.2 * (noise(0, t) - 0.2 * u);
    Vector before(kUnits);
    before << u, x.head(kUnits - 1);
    x += kAlpha * (before - x);
    for (Index i = 0; i < trial.activity.rows(); ++i) trial.activity(i, t) = x(3 * i);
  }
  return trial;
}

}  // namespace

class TestLdsStart : public QObject {
  Q_OBJECT
 private slots:
  void aSeedIsOneStart_data() {
    QTest::addColumn<int>("estimator");
    QTest::newRow("exact") << static_cast<int>(LdsEstimator::exact);
    QTest::newRow("published") << static_cast<int>(LdsEstimator::published);
  }
  // With diagonal Q the rotation of the start is part of the result, so a seed has to mean one rotation,
  // however the processor's LAPACK rounds. Here the channels in another order make it round otherwise: the
  // start is the same one with its channels moved, and so are ten iterations. Fails if the axes that are
  // rotated have LAPACK's signs. (1e-9 of the start: n ε over the gaps of the variances, 1e-7 after the
  // iterations.)
  void aSeedIsOneStart() {
    QFETCH(int, estimator);
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      const Trial trial = sampleOf(randomLds(seed, 3, 8, 1), seed, 300);
      const Trial moved = withChannelsMoved(trial);
      LdsOptions options = quick(3, 10);
      options.estimator = static_cast<LdsEstimator>(estimator);
      const LdsModel start = startOf({trial}, options, seed, noProgress());
      const LdsModel other = startOf({moved}, options, seed, noProgress());
      COMPARE_MATRICES(other.C, Matrix(start.C(kOrder, Eigen::all)), 1e-9);
      COMPARE_MATRICES(other.F, start.F, 1e-9);
      options.seed = seed;
      const LdsFit one = fitLds({trial}, options, noProgress()), two = fitLds({moved}, options, noProgress());
      COMPARE_MATRICES(two.model.F, one.model.F, 1e-7);
    }
  }

  // The dynamics that EM starts from are the regression of the latents on themselves: what they leave is
  // orthogonal to all that they are regressed on, and its mean square is Q. The emissions span the leading
  // principal components. Over several trials, one of them in pieces: fails if a piece, or the step into the
  // next one, is left out or counted twice, or if a step leads from one trial into the next. (1e-9: the ridge
  // of 1e-10 in it.)
  void startIsARegression() {
    LdsModel truth = randomLds(5, 3, 8, 2);
    truth.F *= 0.8;  // stable
    const std::vector<Trial> trials = {sampleOf(truth, 1, kPiece + 9), sampleOf(truth, 2, 60)};
    LdsOptions options = quick(3);
    const LdsModel start = startOf(trials, options, 4, noProgress());
    Matrix moments = Matrix::Zero(8, 8), left = Matrix::Zero(3, 6), rest = Matrix::Zero(3, 3);
    for (const auto& [Y, U] : trials) {
      const Index T = Y.cols();
      const Matrix E = Y.colwise() - start.c, X = start.C.transpose() * E;
      moments += E * E.transpose();
      Matrix Z(6, T - 1);
      Z << X.leftCols(T - 1), U.rightCols(T - 1), Matrix::Ones(1, T - 1);
      Matrix e = X.rightCols(T - 1) - start.F * X.leftCols(T - 1) - start.V * U.rightCols(T - 1);
      e.colwise() -= start.b;
      left += e * Z.transpose();
      rest += e * e.transpose();
    }
    const auto steps = static_cast<double>(transitionsOf(trials));
    QVERIFY2(left.norm() < 1e-9 * steps, qPrintable(QString::number(left.norm() / steps)));
    COMPARE_MATRICES(start.Q, Matrix((rest / steps).diagonal().asDiagonal()), 1e-9);
    const Matrix axes = symmetricEigenSystem(moments, 3).vectors;
    COMPARE_MATRICES(start.C * start.C.transpose(), axes * axes.transpose(), 1e-9);
  }

  // Without a floor to fall to, the annealed start is that of PCA. Fails if it anneals below the fit's own
  // floor.
  void annealedWithoutFloorsIsPca() {
    const Trial trial = sampleOf(randomLds(4, 3, 8, 1), 4, 300);
    LdsOptions options = quick(3, 5);
    options.kind.noiseFloor = 0.01;
    options.start = LdsStart::pca;
    const LdsFit pca = fitLds({trial}, options);
    options.start = LdsStart::annealed;
    const LdsFit annealed = fitLds({trial}, options);
    QVERIFY(annealed.logLikelihood == pca.logLikelihood && annealed.model.F == pca.model.F);
    options.kind.noiseFloor = 0.009;
    QVERIFY(fitLds({trial}, options).logLikelihood != pca.logLikelihood);
  }

  // A chain of 60 units driven at its head, every third one seen without noise: the likelihood has many
  // maxima. From the same principal components the annealed way ends no lower with 3, 4 and 5 latents, and a
  // hundred nats higher with 4. (Not always at the best: there, 24 starts find more.) Fails if the floors do
  // not fall, or by far too fast.
  void annealingLeadsOverRuggedLikelihoods() {
    const Trial trial = seenChain();
    for (const int latents : {3, 4, 5}) {
      LdsOptions options = quick(latents, 400);
      options.tolerance = 1e-10;
      options.start = LdsStart::pca;
      const double pca = fitLds({trial}, options).logLikelihood.back();
      options.start = LdsStart::annealed;
      const double annealed = fitLds({trial}, options).logLikelihood.back();
      qInfo("%d latents: annealed %.2f, PCA %.2f", latents, annealed, pca);
      QVERIFY(annealed > pca + (latents == 4 ? 100 : -1));
    }
  }

  // All choices of three channels of nine, by another formula: determinants instead of what is left step by
  // step. Fails if the best of all is missed, the list is not in order, or a channel in other units is
  // another one.
  void explainingChannelsAreTheBestOfAll() {
    constexpr Index N = 9;
    constexpr double kFloor = 1e-3;
    for (const int draw : {1, 2, 3, 4, 5}) {
      const Matrix factors = RandomStream(static_cast<std::uint64_t>(draw), Stream::test).normalMatrix(N, 4);
      Matrix covariance = factors * factors.transpose() + 0.01 * Matrix::Identity(N, N);
      const auto costOf = [&](const std::vector<Index>& S) {
        const double base = covariance(S, S).determinant();
        double cost = 3 * std::log(kFloor);
        for (Index k = 0; k < N; ++k) {
          if (std::count(S.begin(), S.end(), k) > 0) continue;
          std::vector<Index> with = S;
          with.push_back(k);
          cost += std::log(std::max(covariance(with, with).determinant() / base / covariance(k, k), kFloor));
        }
        return cost;
      };
      double least = 1e300;
      for (Index a = 0; a < N; ++a)
        for (Index b = a + 1; b < N; ++b)
          for (Index c = b + 1; c < N; ++c) least = std::min(least, costOf({a, b, c}));
      const auto found = explainingChannels(covariance, 3, kFloor, 5);
      QCOMPARE(found.size(), std::size_t{5});
      QVERIFY(std::abs(costOf(found.front()) - least) < 1e-9 * std::abs(least));
      for (std::size_t i = 1; i < found.size(); ++i) QVERIFY(costOf(found[i]) >= costOf(found[i - 1]) - 1e-9);
      Vector units = Vector::Ones(N);
      units(4) = 1000;
      const Matrix scaled = units.asDiagonal() * covariance * units.asDiagonal();
      QVERIFY(explainingChannels(scaled, 3, kFloor, 5) == found);
    }
  }

  // A channel that never varies has no noise to be weighed by. Fails if the starts that follow channels
  // break.
  void aConstantChannelIsNoMatter() {
    const Trial trial = sampleOf(randomLds(4, 2, 6, 1), 4, 300);
    Trial more = trial;
    more.activity.conservativeResize(7, Eigen::NoChange);
    more.activity.row(6).setConstant(3);
    LdsOptions options;
    options.kind.latents = 2;
    const auto alone = channelStartsOf({trial}, options, 3), beside = channelStartsOf({more}, options, 3);
    QCOMPARE(beside.size(), alone.size());
    for (const LdsModel& model : beside) QVERIFY(model.F.allFinite() && (model.R.array() > 0).all());
  }

  // Further starts behind the channels that are followed are random, each from a seed of its own: the choice
  // of channels is one, so that starting there again would be the same start. Fails if it is repeated.
  void furtherStartsAreRandom() {
    LdsOptions options = quick(3, 5);
    options.start = LdsStart::channels;
    options.restarts = 3;
    const LdsFit fit = fitLds({sampleOf(randomLds(4, 3, 8, 1), 4, 300)}, options);
    QCOMPARE(fit.restarts.size(), std::size_t{3});
    QCOMPARE(fit.restarts[0].start, std::string("followed channels"));
    QCOMPARE(fit.restarts[1].start, std::string("random dynamics"));
    QCOMPARE(fit.restarts[2].start, std::string("random dynamics"));
    QVERIFY(fit.restarts[1].seed != fit.restarts[2].seed);
    QVERIFY(fit.restarts[1].objective != fit.restarts[2].objective);
  }

  // Where a latent model is of noise-free channels, several starts by default end no lower than any of 20
  // random ones (a nat is asked; the chain seen without noise, 3 to 5 latents). Fails if the channels that
  // are followed are no good choice.
  void theDefaultIsNoLowerThanRandomStarts() {
    const Trial trial = seenChain();
    for (const int latents : {3, 4, 5}) {
      LdsOptions options = quick(latents, 400);
      options.tolerance = 1e-10;
      options.kind.noiseFloor = 1e-4;
      const double several = fitLds({trial}, options).logLikelihood.back();
      options.start = LdsStart::random;
      options.restarts = 20;
      const double random = fitLds({trial}, options).logLikelihood.back();
      qInfo("%d latents: several %.2f, the best of 20 at random %.2f", latents, several, random);
      QVERIFY(several > random - 1);
    }
  }

  // The reference recording of Fig. 2's circuit, which has no noise of observation: 183,738.36 is where
  // floors that fall lead from subspace, PCA, factors and random dynamics alike (by four schedules of them);
  // without, the best of 40 starts ended 58 nats lower.
  void annealingOfTheReference() {
    SKIP_WITHOUT_REFERENCE();
    const Trial trial{referenceArray("lds_ff.activity").transpose(),
                      referenceArray("lds_ff.input").transpose()};
    LdsOptions options = quick(5, 200);
    options.tolerance = 1e-10;
    options.kind.noiseFloor = 1e-4;
    const LdsFit fit = fitLds({trial}, options);
    QVERIFY2(fit.logLikelihood.back() > 183738.36 - 1,
             qPrintable(QString::number(fit.logLikelihood.back(), 'f', 2)));
  }
};

KEYHOLE_TEST(TestLdsStart)

}  // namespace tst_lds_start

#include "tst_lds_start.moc"
