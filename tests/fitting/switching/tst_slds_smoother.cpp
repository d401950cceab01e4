// Tests core/fitting/switching/gaussian_chain.h, slds_discrete.h and slds_smoother.h against dense algebra,
// enumeration and quadrature.
#include "core/fitting/switching/slds_smoother.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/Dense>
#include <QTest>

#include <numbers>

namespace tst_slds_smoother {

using namespace keyhole;
using namespace keyhole::test;

namespace {

double logNormal(double x, double mean, double variance) {
  return -0.5 * ((x - mean) * (x - mean) / variance + std::log(2 * std::numbers::pi * variance));
}

// The exact log-likelihood of a model with one latent: the forward recursion over (x, z), x on a fine grid
// (the trapezoidal rule converges faster than any power for Gaussians).
double byQuadrature(const SldsModel& model, const Trial& trial) {
  const Index points = 500, K = model.states();
  const double width = 8, step = 2 * width / static_cast<double>(points - 1);
  const auto at = [=](Index i) { return -width + step * static_cast<double>(i); };
  const auto sampleTerm = [&](Index i, Index t) {
    double sum = 0;
    for (Index n = 0; n < model.neurons(); ++n)
      if (!std::isnan(trial.activity(n, t)))
        sum += logNormal(trial.activity(n, t), model.C(n, 0) * at(i) + model.c(n), model.R(n));
    return sum;
  };
  Matrix now(points, K);
  for (Index i = 0; i < points; ++i)
    for (Index k = 0; k < K; ++k)
      now(i, k) =
          std::exp(model.logInitial(k) + logNormal(at(i), model.mu0(0), model.P0(0, 0)) + sampleTerm(i, 0));
  Matrix grid(1, points + 1);
  for (Index i = 0; i <= points; ++i) grid(0, i) = at(i);
  const Matrix logs = logTransitionsAt(model, grid);
  for (Index t = 1; t < trial.activity.cols(); ++t) {
    Matrix next = Matrix::Zero(points, K);
    for (Index j = 0; j < K; ++j) {
      const auto k = static_cast<std::size_t>(j);
      for (Index i = 0; i < points; ++i) {
        double mass = 0;
        for (Index from = 0; from < K; ++from)
          mass += now(i, from) * std::exp(logs(from + K * j, model.recurrent() ? i + 1 : 0));
        if (mass < 1e-200) continue;
        const double mean = model.F[k](0, 0) * at(i) + model.b[k](0);
        for (Index l = 0; l < points; ++l)
          next(l, j) += step * mass * std::exp(logNormal(at(l), mean, model.Q[k](0, 0)));
      }
    }
    for (Index l = 0; l < points; ++l) next.row(l) *= std::exp(sampleTerm(l, t));
    now = next;
  }
  return std::log(step * now.sum());
}

// A path's weight, in logarithms.
double weightOf(const DiscreteChain& chain, const std::vector<Index>& path) {
  const Index K = chain.logLikelihoods.rows();
  double sum = chain.logInitial(path[0]) + chain.logLikelihoods(path[0], 0);
  for (std::size_t t = 1; t < path.size(); ++t)
    sum += chain.logTransitions(path[t - 1] + K * path[t],
                                chain.logTransitions.cols() > 1 ? static_cast<Index>(t) : 0) +
           chain.logLikelihoods(path[t], static_cast<Index>(t));
  return sum;
}

}  // namespace

class TestSldsSmoother : public QObject {
  Q_OBJECT

 private slots:
  // Every block that is needed of the inverse, the mean and the determinant. Sizes with code of their own and
  // one without. 1e-10: the matrices are conditioned like 1e2.
  void chainIsTheDenseGaussian() {
    for (const Index L : {1, 2, 3, 5, 7, 8}) {
      const Index T = 9, n = L * T;
      const RandomStream random(static_cast<std::uint64_t>(L), Stream::test);
      GaussianChain chain{Matrix(L * L, T), random.normalMatrix(L * L, T), random.normalMatrix(L, T, 100)};
      Matrix dense = Matrix::Zero(n, n);
      for (Index t = 0; t < T; ++t) {
        const Matrix A = random.normalMatrix(L, L, 1000 + 50 * static_cast<std::uint64_t>(t));
        const Matrix D = A * A.transpose() + 4.0 * static_cast<double>(L) * Matrix::Identity(L, L);
        chain.diagonal.col(t) = D.reshaped();
        dense.block(t * L, t * L, L, L) = D;
        if (t == 0) continue;
        const Matrix B = chain.coupling.col(t).reshaped(L, L);
        dense.block(t * L, (t - 1) * L, L, L) = -B;
        dense.block((t - 1) * L, t * L, L, L) = -B.transpose();
      }
      QVERIFY(dense.llt().info() == Eigen::Success);
      ChainMoments found;
      solveChain(GaussianChain(chain), found);
      const Matrix inverse = dense.inverse();
      COMPARE_MATRICES(found.means, (inverse * chain.linear.reshaped()).reshaped(L, T), 1e-10);
      QVERIFY(std::abs(found.logDet - std::log(dense.determinant())) < 1e-9);
      for (Index t = 0; t < T; ++t) {
        COMPARE_MATRICES(found.covariances.col(t).reshaped(L, L), inverse.block(t * L, t * L, L, L), 1e-10);
        if (t > 0)
          COMPARE_MATRICES(found.lagged.col(t).reshaped(L, L), inverse.block(t * L, (t - 1) * L, L, L),
                           1e-10);
      }
      chain.diagonal.col(4) *= -1;
      QVERIFY_EXCEPTION_THROWN(solveChain(GaussianChain(chain), found), std::runtime_error);
    }
  }

  // All 3^6 paths: marginals, pairs, sum, and the largest. Also with logarithms of thousands, and an
  // impossible step. 1e-11: logarithms of size 1e3 are kept to 1e-13.
  void discreteChainIsItsEnumeration() {
    const Index K = 3, T = 6;
    for (const double scale : {1.0, 1000.0})
      for (const Index columns : {Index{1}, T}) {
        const RandomStream random(3, Stream::test, static_cast<std::uint64_t>(columns));
        DiscreteChain chain{random.normalMatrix(K, 1), random.normalMatrix(K * K, columns, 10),
                            scale * random.normalMatrix(K, T, 50)};
        chain.logTransitions.row(1).setConstant(-std::numeric_limits<double>::infinity());
        std::vector<std::vector<Index>> paths;
        Vector logs(729);
        for (Index code = 0; code < 729; ++code) {
          std::vector<Index> path;
          for (Index t = 0, left = code; t < T; ++t, left /= K) path.push_back(left % K);
          logs(code) = weightOf(chain, path);
          paths.push_back(path);
        }
        Index best = 0;
        const double most = logs.maxCoeff(&best);
        const Vector p = (logs.array() - most).exp();
        Matrix states = Matrix::Zero(K, T), pairs = Matrix::Zero(K * K, T);
        for (Index code = 0; code < 729; ++code)
          for (Index t = 0; t < T; ++t) {
            const auto& path = paths[static_cast<std::size_t>(code)];
            const auto now = static_cast<std::size_t>(t);
            states(path[now], t) += p(code) / p.sum();
            if (t > 0) pairs(path[now - 1] + K * path[now], t) += p(code) / p.sum();
          }
        const DiscretePosterior found = forwardBackward(chain);
        COMPARE_MATRICES(found.states, states, 1e-11);
        COMPARE_MATRICES(found.pairs, pairs, 1e-11);
        QVERIFY(std::abs(found.logNormaliser - most - std::log(p.sum())) < 1e-11 * scale);
        const auto path = likeliestPath(chain);
        for (Index t = 0; t < T; ++t)
          QCOMPARE(Index{path[static_cast<std::size_t>(t)]},
                   paths[static_cast<std::size_t>(best)][static_cast<std::size_t>(t)]);
      }
  }

  // States that do not differ cannot be told apart: whatever q(z) it starts from, the bound is the likelihood
  // of the LDS, q(x) its posterior and q(z) the prior. Fails if any term of the bound is missing.
  void equalStatesAreTheLds() {
    for (const Index K : {1, 3})
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const LdsModel lds = randomLds(seed, 3, 4, seed % 2 ? 2 : 0);
        Trial trial = test::sampleOf(lds, seed, 40);
        if (seed > 2) trial = withGaps(trial, 5);
        SldsPosterior posterior;
        posterior.z = independentStates(randomStates(seed, K, 40));
        const SldsModel model = switchingOf(lds, K);
        const double bound = improve(posterior, model, trial);
        const double exact = logLikelihood(lds, {trial});
        QVERIFY2(std::abs(bound - exact) < 1e-10 * std::abs(exact),
                 qPrintable(QString("%1 %2").arg(bound, 0, 'g', 15).arg(exact, 0, 'g', 15)));
        COMPARE_MATRICES(posterior.x.means, smooth(lds, {trial}).means[0], 1e-10);
        COMPARE_MATRICES(posterior.z.states, Matrix::Constant(K, 40, 1.0 / static_cast<double>(K)), 1e-10);
      }
  }

  // Two states that differ, one latent, six steps, with and without W: beside the exact likelihood (all paths
  // of states and latents, by quadrature) the bound rises with every update and stays below. Fails if it is
  // not a bound, or the updates are not coordinate ascent.
  void boundIsBelowTheLikelihood() {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      SldsModel model = randomSlds(seed, 2, 1, 3, 0, 0.7);
      if (seed > 4) makeRecurrent(model, seed);
      Trial trial = test::sampleOf(model, seed, 6).trial;
      if (seed % 2) trial = withGaps(trial, 4);
      const double exact = byQuadrature(model, trial);
      SldsPosterior posterior;
      posterior.z = independentStates(randomStates(seed, 2, 6));
      posterior.x.means = Matrix::Zero(1, 6);
      double before = -std::numeric_limits<double>::infinity();
      SldsPosterior after;
      for (int sweep = 0; sweep < 40; ++sweep) {
        // Two buffers, the second one of earlier contents, give what one in place does.
        const double apart = improve(posterior, model, trial, after);
        const double bound = improve(posterior, model, trial);
        QVERIFY(apart == bound && after.x.means == posterior.x.means && after.z.pairs == posterior.z.pairs);
        QVERIFY2(bound >= before - 1e-11 * std::abs(before),
                 qPrintable(QString("seed %1: %2 after %3").arg(seed).arg(bound).arg(before)));
        QVERIFY2(bound <= exact + 1e-8, qPrintable(QString("%1 %2").arg(bound).arg(exact)));
        before = bound;
      }
      // Not vacuous: six weakly informative steps cost less than a few nats.
      QVERIFY2(exact - before < 3, qPrintable(QString("%1 below %2").arg(before).arg(exact)));
    }
  }

  // Two states that differ, recurrent, with a gap: what is believed of the end of a recording that is summed
  // in pieces, beside the same recording without its first steps, in which the border lies elsewhere
  // (influence of the start decays as 0.9^t; 500 steps are 1e-23). Fails if a step at a border is taken from
  // another one.
  void piecesFitTogether() {
    SldsModel model = randomSlds(5, 2, 2, 4, 1);
    makeRecurrent(model, 5);
    const Index T = kPiece + 600, cut = 1000;
    const Trial whole = withGaps(test::sampleOf(model, 5, T).trial, 7);
    const Trial late{whole.activity.rightCols(T - cut), whole.input.rightCols(T - cut)};
    SldsPosterior a, b;
    const Matrix states = randomStates(5, 2, T);
    a.z = independentStates(states);
    b.z = independentStates(states.rightCols(T - cut));
    a.x.means = Matrix::Zero(2, T);
    b.x.means = Matrix::Zero(2, T - cut);
    for (int sweep = 0; sweep < 2; ++sweep) {
      improve(a, model, whole);
      improve(b, model, late);
      const Index n = T - cut - 500;
      COMPARE_MATRICES(a.x.means.rightCols(n), b.x.means.rightCols(n), 1e-9);
      COMPARE_MATRICES(a.x.lagged.rightCols(n), b.x.lagged.rightCols(n), 1e-9);
      COMPARE_MATRICES(a.z.states.rightCols(n), b.z.states.rightCols(n), 1e-9);
    }
  }

  // With one state the quadrature is the LDS's likelihood: the yardstick of the test above.
  void quadratureIsRight() {
    const LdsModel lds = randomLds(2, 1, 3, 0);
    const Trial trial = withGaps(test::sampleOf(lds, 2, 6), 4);
    QVERIFY(std::abs(byQuadrature(switchingOf(lds, 2), trial) - logLikelihood(lds, {trial})) < 1e-8);
  }
};

KEYHOLE_TEST(TestSldsSmoother)

}  // namespace tst_slds_smoother

#include "tst_slds_smoother.moc"
