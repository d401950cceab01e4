// Tests core/fitting/network/bptt_gradient.h
#include "core/common/random.h"
#include "core/fitting/network/bptt_gradient.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

namespace tst_bptt_gradient {

using namespace keyhole;

namespace {

// Random walks of three units with two inputs, in trials of unequal length.
std::vector<Trial> walks(const std::vector<Index>& lengths, Index neurons = 3, Index inputs = 2) {
  std::vector<Trial> trials;
  for (std::size_t k = 0; k < lengths.size(); ++k) {
    Trial trial{RandomStream(7, Stream::test, 2 * k).normalMatrix(neurons, lengths[k]),
                RandomStream(7, Stream::test, 2 * k + 1).normalMatrix(inputs, lengths[k])};
    for (Index t = 1; t < lengths[k]; ++t)
      trial.activity.col(t) = 0.9 * trial.activity.col(t - 1) + 0.4 * trial.activity.col(t);
    trials.push_back(std::move(trial));
  }
  return trials;
}

BpttParameters somewhere(Index n, Index m, double gain = 0.7) {
  return {gain / std::sqrt(static_cast<double>(n)) * RandomStream(3, Stream::test).normalMatrix(n, n),
          RandomStream(4, Stream::test).normalMatrix(n, m), RandomStream(5, Stream::test).normalMatrix(n, 1)};
}

double lossAt(BpttGradient& problem, const BpttParameters& at, std::uint64_t draw = 0) {
  Pace pace(noProgress(), "");
  return problem.evaluate(at, draw, nullptr, pace).value();
}

// The loss by the definition, one window and one step at a time; generalized forcing.
double plainLoss(const std::vector<Trial>& trials, const BpttParameters& at, const BpttOptions& options,
                 const std::vector<Vector>& starts) {
  const Index N = trials.front().activity.rows();
  double squares = 0, samples = 0;
  std::size_t window = 0;
  for (const auto& trial : trials)
    for (Index first = 0; first + 1 < trial.activity.cols(); first += options.window, ++window) {
      Vector x(N + options.hidden);
      x << trial.activity.col(first), starts[window];
      const Index end = std::min(first + options.window, trial.activity.cols() - 1);
      for (Index t = first; t < end; ++t) {
        const Vector drive = at.A * applied(options.phi, x) + at.V * trial.input.col(t) + at.b;
        x = ((1 - options.alpha) * x + options.alpha * drive).eval();
        squares += (x.head(N) - trial.activity.col(t + 1)).squaredNorm();
        samples += static_cast<double>(N);
        x.head(N) = ((1 - options.forcing) * x.head(N) + options.forcing * trial.activity.col(t + 1)).eval();
      }
    }
  return squares / (samples * options.alpha * options.alpha * meanVariance(trials)) +
         options.weightDecay * at.A.squaredNorm();
}

}  // namespace

class TestBpttGradient : public QObject {
  Q_OBJECT

 private slots:
  // Every transition belongs to exactly one window; windows follow each other in time.
  void windowsTileTheTrials() {
    const auto trials = walks({11, 2, 6});
    const auto windows = windowsOf(trials, 4);
    std::vector<std::vector<int>> covered{std::vector<int>(10), std::vector<int>(1), std::vector<int>(5)};
    for (std::size_t w = 0; w < windows.size(); ++w) {
      if (w > 0) QVERIFY(windows[w].length <= windows[w - 1].length);
      for (Index t = 0; t < windows[w].length; ++t)
        ++covered[windows[w].trial][static_cast<std::size_t>(windows[w].first + t)];
      const Index end = windows[w].first + windows[w].length;
      const bool lastOfTrial = end == trials[windows[w].trial].activity.cols() - 1;
      QCOMPARE(windows[w].next < 0, lastOfTrial);
      if (lastOfTrial) continue;
      const BpttWindow& next = windows[static_cast<std::size_t>(windows[w].next)];
      QCOMPARE(next.trial, windows[w].trial);
      QCOMPARE(next.first, end);
    }
    for (const auto& trial : covered)
      for (const int count : trial) QCOMPARE(count, 1);
  }

  // Two roads: windows side by side in groups of 32 columns, and one after the other by the definition. 3
  // trials of unequal length, more windows than a group holds. Fails if a window meets another's samples, if
  // the forcing pulls at the wrong time or if the normalisation is another. Sums of 300 terms: 1e-12.
  void lossIsTheDefinition_data() {
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<int>("hidden");
    QTest::newRow("linear") << false << 0;
    QTest::newRow("tanh, hidden") << true << 3;
  }
  void lossIsTheDefinition() {
    QFETCH(bool, tanh);
    QFETCH(int, hidden);
    const auto trials = walks({150, 20, 131});
    BpttOptions options;
    options.alpha = 0.2;
    options.phi = tanh ? Nonlinearity::tanh : Nonlinearity::linear;
    options.hidden = hidden;
    options.window = 7;
    options.forcing = 0.3;
    options.weightDecay = 0.01;
    const BpttParameters at = somewhere(3 + hidden, 2);
    BpttGradient problem(trials, options);
    const auto count = windowsOf(trials, 7).size();
    QVERIFY(count > 40);
    const double expected = plainLoss(trials, at, options, std::vector<Vector>(count, Vector::Zero(hidden)));
    QVERIFY(std::abs(lossAt(problem, at) / expected - 1) < 1e-12);
  }

  // Carried hidden units: with full forcing the seen units do not depend on the windows, so after as many
  // carries as a trial has windows the loss is that of one window that spans the trial. Fails if an end is
  // carried to the wrong window or across trials. Rounding: 1e-12.
  void carriedHiddenUnitsJoinTheWindows() {
    const auto trials = walks({40, 9, 26});
    BpttOptions options;
    options.alpha = 0.2;
    options.phi = Nonlinearity::tanh;
    options.hidden = 4;
    options.forcing = 1;
    options.window = 8;
    const BpttParameters at = somewhere(7, 2);
    BpttGradient parts(trials, options);
    for (int i = 0; i < 5; ++i) {
      lossAt(parts, at);
      parts.carryHidden();
    }
    const double joined = lossAt(parts, at);
    options.window = 1000;
    BpttGradient whole(trials, options);
    QVERIFY(std::abs(joined / lossAt(whole, at) - 1) < 1e-12);
    options.window = 8;
    BpttGradient fresh(trials, options);
    QVERIFY(std::abs(lossAt(fresh, at) / joined - 1) > 1e-6);  // the case can tell
  }

  // Central differences with step h = 1e-5 leave h²/6 times the third derivative (about 1e-10 of the loss
  // here) and rounding of the loss 1e-16/h = 1e-11 of it: 1e-6 of the largest entry of the gradient leaves
  // room for gradients that are small against the loss. Fails if any of the factors 1-β, α, 1-α, φ' or a
  // transposition is wrong, if a short window's last step is missed, or if the stochastic draws of the
  // gradient are not those of the loss.
  void gradientsAreThoseOfTheLoss_data() {
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<int>("hidden");
    QTest::addColumn<bool>("stochastic");
    QTest::addColumn<double>("forcing");
    for (const bool tanh : {false, true})
      for (const int hidden : {0, 2})
        for (const bool stochastic : {false, true})
          for (const double forcing : {0.0, 0.3, 1.0})
            QTest::addRow("%s, %d hidden, %s %.1f", tanh ? "tanh" : "linear", hidden,
                          stochastic ? "stochastic" : "generalized", forcing)
                << tanh << hidden << stochastic << forcing;
  }
  void gradientsAreThoseOfTheLoss() {
    QFETCH(bool, tanh);
    QFETCH(int, hidden);
    QFETCH(bool, stochastic);
    QFETCH(double, forcing);
    const auto trials = walks({90, 2, 47});
    BpttOptions options;
    options.alpha = 0.3;
    options.phi = tanh ? Nonlinearity::tanh : Nonlinearity::linear;
    options.hidden = hidden;
    options.window = 4;  // 23 + 1 + 12 windows: two groups
    options.forcingKind = stochastic ? ForcingKind::stochastic : ForcingKind::generalized;
    options.forcing = forcing;
    options.weightDecay = 0.05;
    BpttParameters at = somewhere(3 + hidden, 2), gradient = at;
    BpttGradient problem(trials, options);
    lossAt(problem, at, 5);
    problem.carryHidden();  // hidden units start elsewhere than at 0
    Pace pace(noProgress(), "");
    const double loss = problem.evaluate(at, 5, &gradient, pace).value();
    QVERIFY(loss > 0);
    const auto check = [&](double* value, const double* slope, Index count, double scale) {
      for (Index i = 0; i < count; ++i) {
        const double before = value[i], h = 1e-5;
        value[i] = before + h;
        const double above = lossAt(problem, at, 5);
        value[i] = before - h;
        const double below = lossAt(problem, at, 5);
        value[i] = before;
        const double difference = (above - below) / (2 * h);
        QVERIFY2(std::abs(difference - slope[i]) < 1e-6 * scale,
                 qPrintable(QString("%1: %2, not %3").arg(i).arg(slope[i]).arg(difference)));
      }
    };
    check(at.A.data(), gradient.A.data(), at.A.size(), gradient.A.cwiseAbs().maxCoeff());
    check(at.V.data(), gradient.V.data(), at.V.size(), gradient.V.cwiseAbs().maxCoeff());
    check(at.b.data(), gradient.b.data(), at.b.size(), gradient.b.cwiseAbs().maxCoeff());
  }

  // Stochastic forcing with probability 0 and 1 is generalized forcing with β = 0 and 1, to the bit; in
  // between two draws differ and the same draw is the same.
  void stochasticForcingHasTheRightEnds() {
    const auto trials = walks({200});
    BpttOptions options;
    options.window = 10;
    options.alpha = 0.3;
    const BpttParameters at = somewhere(3, 2);
    for (const double forcing : {0.0, 1.0}) {
      options.forcing = forcing;
      options.forcingKind = ForcingKind::generalized;
      BpttGradient generalized(trials, options);
      options.forcingKind = ForcingKind::stochastic;
      BpttGradient stochastic(trials, options);
      QCOMPARE(lossAt(stochastic, at), lossAt(generalized, at));
    }
    options.forcing = 0.5;
    BpttGradient problem(trials, options);
    QCOMPARE(lossAt(problem, at, 1), lossAt(problem, at, 1));
    QVERIFY(lossAt(problem, at, 1) != lossAt(problem, at, 2));
  }

  // Full forcing of a student without hidden units is one-step regression, whatever the windows: the gradient
  // vanishes at the solution of the normal equations of [φ; u; 1]. To rounding, against the gradient at 0.
  void fullForcingIsRegression() {
    const auto trials = walks({120, 60});
    BpttOptions options;
    options.alpha = 0.2;
    options.phi = Nonlinearity::tanh;
    options.forcing = 1;
    options.window = 16;
    Matrix Z(6, transitionsOf(trials)), steps(3, transitionsOf(trials));
    Index column = 0;
    for (const auto& trial : trials) {
      const Index count = trial.activity.cols() - 1;
      const Matrix now = trial.activity.leftCols(count);
      Z.middleCols(column, count) << applied(options.phi, now), trial.input.leftCols(count),
          Matrix::Ones(1, count);
      steps.middleCols(column, count) = trial.activity.rightCols(count) - (1 - options.alpha) * now;
      column += count;
    }
    const Matrix moments = Z * Z.transpose();
    const Matrix both = moments.llt().solve(Z * steps.transpose()) / options.alpha;
    const BpttParameters best{both.topRows(3).transpose(), both.middleRows(3, 2).transpose(),
                              both.bottomRows(1).transpose()};
    BpttParameters at = best, gradient = best;
    BpttGradient problem(trials, options);
    Pace pace(noProgress(), "");
    problem.evaluate(at, 0, &gradient, pace);
    const double there = gradient.A.norm() + gradient.V.norm() + gradient.b.norm();
    at = {Matrix::Zero(3, 3), Matrix::Zero(3, 2), Vector::Zero(3)};
    problem.evaluate(at, 0, &gradient, pace);
    QVERIFY(there < 1e-12 * (gradient.A.norm() + gradient.V.norm() + gradient.b.norm()));
  }
};

KEYHOLE_TEST(TestBpttGradient)

}  // namespace tst_bptt_gradient

#include "tst_bptt_gradient.moc"
