// Tests core/fitting/switching/slds_fit.h: the bound never falls, K = 1 is the LDS, known systems are
// segmented.
#include "core/common/error.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/run_student.h"
#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/switching/slds_start.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/fitting/switching/slds_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/Dense>
#include <QTest>

namespace tst_slds_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Share of the time points at which two paths of two states agree, up to exchanging the states.
double agreement(const std::vector<int>& a, const std::vector<int>& b) {
  double same = 0;
  for (std::size_t t = 1; t < a.size(); ++t) same += a[t] == b[t];
  same /= static_cast<double>(a.size() - 1);
  return std::max(same, 1 - same);
}

}  // namespace

class TestSldsFit : public QObject {
  Q_OBJECT

 private slots:
  void boundNeverFalls_data() {
    QTest::addColumn<int>("transitions");
    QTest::addColumn<int>("emissions");
    QTest::addColumn<int>("dynamics");
    for (const int transitions : {0, 1, 2})
      for (const int emissions : {0, 1})
        for (const int dynamics : {0, 1})
          QTest::addRow("transitions %d, emissions %d, dynamics noise %d", transitions, emissions, dynamics)
              << transitions << emissions << dynamics;
  }
  // Coordinate ascent, over random recordings and classes: trials, gaps, inputs, every kind of noise, with
  // and without bias, direct input, stability and stickiness. Fails if an update of q(x), q(z) or a parameter
  // is not the best one (or not a rise): sooner or later it falls.
  void boundNeverFalls() {
    QFETCH(int, transitions);
    QFETCH(int, emissions);
    QFETCH(int, dynamics);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      SldsModel truth = randomSlds(seed, 2, 3, 6, seed % 2 ? 1 : 0);
      std::vector<Trial> trials = {test::sampleOf(truth, seed, 80).trial,
                                   test::sampleOf(truth, seed + 10, 45).trial};
      if (seed % 3 == 0) trials[1] = withGaps(trials[1], 5);
      SldsOptions options = quickSwitching(seed % 2 ? 3 : 2, seed % 2 ? 2 : 3);
      options.transitions = static_cast<SldsTransitions>(transitions);
      options.kind.emissions = static_cast<LdsEmissions>(emissions);
      options.kind.dynamicsNoise = static_cast<LdsDynamicsNoise>(dynamics);
      options.kind.emissionNoise = static_cast<LdsEmissionNoise>(seed % 3);
      options.kind.bias = seed % 4 != 1;
      options.kind.direct = seed % 4 != 3;
      options.kind.stable = seed > 4;
      if (seed == 2 && transitions < 2) options.stickiness = 5;
      options.seed = seed;
      const SldsFit fit = fitSwitchingLds(trials, options);
      QVERIFY2(fit.elbo.size() == 26, qPrintable(QString::fromStdString(fit.summary.message)));
      QVERIFY2(firstFall(fit.elbo).isEmpty(),
               qPrintable(QString("seed %1 ").arg(seed) + firstFall(fit.elbo)));
      QVERIFY(fit.elbo.back() > fit.elbo.front());
    }
  }

  // The switching code itself with one state, iteration by iteration, beside fitLds(): parameters and
  // likelihood agree to rounding (1e-8; the two smoothers share no line). fitSwitchingLds() gives just that
  // fit. A long recording is summed in pieces: fails if one is left out or counted twice.
  void oneStateIsTheLds_data() {
    QTest::addColumn<Index>("steps");
    QTest::addColumn<Index>("iterations");
    QTest::newRow("short") << Index{120} << Index{30};
    QTest::newRow("in pieces") << Index{2 * kPiece + 7} << Index{4};
  }
  void oneStateIsTheLds() {
    QFETCH(const Index, steps);
    QFETCH(const Index, iterations);
    const LdsModel truth = randomLds(3, 2, 6, 1);
    const std::vector<Trial> trials = {test::sampleOf(truth, 1, steps),
                                       withGaps(test::sampleOf(truth, 2, steps / 2), 7)};
    LdsOptions lds;
    lds.kind.latents = 2;
    lds.iterations = iterations;
    lds.tolerance = 0;
    lds.kind.emissionNoise = LdsEmissionNoise::diagonal;
    const LdsData data(trials, true);
    LdsEmissionSteps emissions(data, lds.kind), ownEmissions(data, lds.kind);
    LdsModel known = startOf(trials, lds, lds.seed);
    LdsSmoother smoother(data, 2);
    SldsModel model = switchingOf(known, 1);
    std::vector<SldsPosterior> posteriors(2);
    for (std::size_t i = 0; i < 2; ++i)
      posteriors[i].z = independentStates(Matrix::Ones(1, trials[i].activity.cols()));
    for (std::size_t iteration = 0;; ++iteration) {
      double bound = 0;
      for (std::size_t i = 0; i < 2; ++i) bound += improve(posteriors[i], model, trials[i]);
      const LdsExpectations& sums = smoother.run(known, LdsSmoother::Need::emissions);
      QVERIFY(std::abs(bound - sums.logLikelihood) < 1e-8 * std::abs(bound));
      if (static_cast<Index>(iteration) == iterations) break;
      updateStates(model, trials, posteriors, lds.kind, {});
      updateEmissions(model, trials, posteriors, emissions);
      updateTransitions(model, posteriors, {});
      updateDynamics(known, sums, lds.kind);
      ownEmissions.update(known, sums);
    }
    COMPARE_MATRICES(model.F[0], known.F, 1e-8);
    COMPARE_MATRICES(model.V[0], known.V, 1e-8);
    COMPARE_MATRICES(model.Q[0], known.Q, 1e-8);
    COMPARE_MATRICES(model.C, known.C, 1e-8);
    COMPARE_MATRICES(model.R, known.R, 1e-8);
    COMPARE_MATRICES(model.P0, known.P0, 1e-8);
    lds.kind.emissionNoise = LdsEmissionNoise::floored;
    lds.restarts = 1;  // as there
    const LdsFit single = fitLds(trials, lds);
    const SldsFit fit = fitSwitchingLds(trials, quickSwitching(2, 1, static_cast<int>(iterations)));
    QVERIFY(fit.elbo == single.logLikelihood && fit.model.F[0] == single.model.F);
    const Student student = studentOf(fit, trials, 0.01);
    QVERIFY(!student.switching);
    COMPARE_MATRICES(student.A, paperScaling(single.model.F, 0.01), 0.0);
  }

  // A system of two clearly different rotations is segmented, and its eigenvalues come back. Chance is 0.5
  // to 0.55.
  void twoRotationsAreFound() {
    const SldsModel truth = twoRotations();
    const SwitchingSample sample = test::sampleOf(truth, 11, 1500);
    SldsOptions options = quickSwitching(2, 2, 60);
    options.kind.dynamicsNoise = LdsDynamicsNoise::full;
    options.kind.emissions = LdsEmissions::free;
    options.restarts = 3;
    options.compareWithLds = true;
    const SldsFit fit = fitSwitchingLds({sample.trial}, options);
    const double share = agreement(fit.paths[0], sample.path);
    QVERIFY2(share > 0.95, qPrintable(QString::number(share)));
    QVERIFY(fit.elbo.back() > fit.ldsLogLikelihood.value() + 100);
    // The order of the states is open.
    const bool swapped =
        fit.model.F[0].determinant() > 0 && std::abs(fit.model.F[0].trace() - truth.F[0].trace()) >
                                                std::abs(fit.model.F[0].trace() - truth.F[1].trace());
    for (std::size_t k = 0; k < 2; ++k) {
      const Matrix &found = fit.model.F[swapped ? 1 - k : k], &known = truth.F[k];
      COMPARE_EIGENVALUES(eigenvalues(found), eigenvalues(known), 0.05);
    }
  }

  // Every one of eight seeds ends at the best bound that any of them reaches, to within a nat, and finds the
  // four systems. Fails if it depends on luck with the first division which end is reached: the bounds of
  // poorer ends are tens to hundreds of nats lower.
  void everySeedReachesTheBestBound() {
    const SwitchingSample sample = test::sampleOf(trackSlds(1), 1, 800);
    SldsOptions options;
    options.kind.latents = 2;
    options.states = 4;
    options.iterations = 40;
    options.transitions = SldsTransitions::recurrent;
    options.compareWithLds = false;
    std::vector<double> bounds;
    for (options.seed = 1; options.seed <= 8; ++options.seed) {
      const SldsFit fit = fitSwitchingLds({sample.trial}, options);
      bounds.push_back(fit.elbo.back());
      std::vector<std::vector<double>> together(4, std::vector<double>(4, 0));
      for (std::size_t t = 1; t < sample.path.size(); ++t)
        together[static_cast<std::size_t>(sample.path[t])][static_cast<std::size_t>(fit.paths[0][t])] += 1;
      double same = 0;  // each true state by the found one that it is most
      for (const auto& row : together) same += *std::max_element(row.begin(), row.end());
      QVERIFY2(same > 0.97 * static_cast<double>(sample.path.size() - 1), qPrintable(QString::number(same)));
    }
    const auto [least, most] = std::minmax_element(bounds.begin(), bounds.end());
    QVERIFY2(*most - *least < 1, qPrintable(QString("%1 to %2").arg(*least).arg(*most)));
  }

  // The sign of the first latent decides on the state: a recurrent fit segments it, its W points the right
  // way (compared along the direction in which the found latents show the true one in the samples), and its
  // bound is above that of the Markov fit, which cannot know when the state will switch.
  void switchBySign() {
    SldsModel truth = twoStates();
    // Each state drives the first latent back across the border after a while: a relaxation oscillation.
    Matrix F(2, 2);
    F << 0.98, 0.05, 0, 0.9;
    truth.F = {F, F};
    truth.b = {Vector(2), Vector(2)};
    truth.b[0] << 0.02, -0.25;
    truth.b[1] << -0.02, 0.25;
    truth.logTransition.setZero();
    truth.W = Matrix(2, 2);
    truth.W << 10, 0, -10, 0;  // state 0 where the first latent is positive
    truth.w = Vector::Zero(2);
    const SwitchingSample sample = test::sampleOf(truth, 21, 1500);
    SldsOptions options = quickSwitching(2, 2, 60);
    options.kind.dynamicsNoise = LdsDynamicsNoise::full;
    options.transitions = SldsTransitions::recurrentOnly;
    options.restarts = 3;
    const SldsFit fit = fitSwitchingLds({sample.trial}, options);
    const double share = agreement(fit.paths[0], sample.path);
    QVERIFY2(share > 0.93, qPrintable(QString::number(share)));
    double same = 0;
    for (std::size_t t = 1; t < sample.path.size(); ++t) same += fit.paths[0][t] == sample.path[t];
    const Index first = same > 0.5 * static_cast<double>(sample.path.size()) ? 0 : 1;  // what truth calls 0
    // How the preference for that state grows along the truth's first latent, as the samples see it.
    const Vector direction =
        (fit.model.C.transpose() * fit.model.C).ldlt().solve(fit.model.C.transpose() * truth.C.col(0));
    const Vector preference = (fit.model.W.row(first) - fit.model.W.row(1 - first)).transpose();
    QVERIFY2(preference.dot(direction) > 2, qPrintable(QString::number(preference.dot(direction))));
    QVERIFY2(firstFall(fit.elbo).isEmpty(), qPrintable(firstFall(fit.elbo)));
    const SldsFit markov = [&] {
      options.transitions = SldsTransitions::markov;
      return fitSwitchingLds({sample.trial}, options);
    }();
    QVERIFY2(fit.elbo.back() > markov.elbo.back(),
             qPrintable(QString("%1 %2").arg(fit.elbo.back()).arg(markov.elbo.back())));
  }

  // With one state the prediction is the Kalman filter's: that of the smoother that has only seen the past.
  void predictionsSeeOnlyThePast() {
    const LdsModel lds = randomLds(6, 2, 4, 1);
    const Trial trial = withGaps(test::sampleOf(lds, 6, 20), 6);
    const Matrix predicted = predictSamples(switchingOf(lds, 2), trial);
    for (Index t = 1; t < 20; ++t) {
      Vector x = lds.mu0;
      if (t == 1) {
        Trial doubled{trial.activity.leftCols(2), trial.input.leftCols(2)};
        doubled.activity.col(1).setConstant(std::numeric_limits<double>::quiet_NaN());
        x = smooth(lds, {doubled}).means[0].col(0);
      } else {
        x = smooth(lds, {Trial{trial.activity.leftCols(t), trial.input.leftCols(t)}}).means[0].col(t - 1);
      }
      const Vector next = lds.F * x + lds.V * trial.input.col(t) + lds.b;
      COMPARE_MATRICES(predicted.col(t), Vector(lds.C * next + lds.G * trial.input.col(t) + lds.c), 1e-9);
    }
  }

  void sameSeedSameNumbers() {
    const auto trial = test::sampleOf(randomSlds(4, 2, 2, 6, 1), 4, 150).trial;
    SldsOptions options = quickSwitching(2, 3, 8);
    options.transitions = SldsTransitions::recurrent;
    options.restarts = 2;
    const SldsFit one = fitSwitchingLds({trial}, options), two = fitSwitchingLds({trial}, options);
    QVERIFY(one.model.F[2] == two.model.F[2] && one.model.W == two.model.W && one.elbo == two.elbo &&
            one.paths == two.paths);
    options.seed = 2;
    options.restarts = 1;
    QVERIFY(fitSwitchingLds({trial}, options).restarts[0].objective == one.restarts[1].objective);
  }

  // The student runs as the model steps: one step from each state, and the samples that it shows.
  void studentIsTheModel() {
    const auto trial = test::sampleOf(randomSlds(8, 2, 2, 6, 1), 8, 200).trial;
    SldsOptions options = quickSwitching(2, 2, 15);
    options.alpha = 0.2;
    options.compareWithLds = true;
    const SldsFit fit = fitSwitchingLds({trial}, options);
    const Student student = studentOf(fit, {trial}, options.alpha);
    QCOMPARE(student.switching->path.size(), std::size_t{200});
    QCOMPARE(student.switching->posterior.cols(), Index{200});
    QCOMPARE(student.states.cols(), Index{200});
    QVERIFY(student.seen == 6 && student.inputAtArrival && student.oneStepR2 <= 1);
    const Vector x = student.states.col(3);
    for (int from = 0; from < 2; ++from) {
      Index k = 0;
      fit.model.logTransition.row(from).maxCoeff(&k);
      const auto place = static_cast<std::size_t>(k);
      const StudentRun run = runStudent(student, x, 2, trial.input.middleCols(3, 2), Matrix(2, 0), from);
      COMPARE_MATRICES(
          run.states.col(1),
          Vector(fit.model.F[place] * x + fit.model.V[place] * trial.input.col(4) + fit.model.b[place]),
          1e-12);
    }
  }

  // More states than 100 steps of one system can fill, constant and doubled channels: a message, finite
  // numbers, a bound that does not fall, noise that does not shrink to 0 in a state of few steps.
  void poorDataGiveNoNaN() {
    Trial trial = test::sampleOf(randomLds(2, 2, 6, 0), 2, 100);
    trial.activity.row(1).setConstant(3);
    trial.activity.row(4) = trial.activity.row(0);
    for (const auto transitions : {SldsTransitions::markov, SldsTransitions::recurrent}) {
      SldsOptions options = quickSwitching(3, 6, 80);
      options.transitions = transitions;
      options.compareWithLds = true;
      const SldsFit fit = fitSwitchingLds({trial}, options);
      for (std::size_t k = 0; k < 6; ++k)
        QVERIFY(fit.model.F[k].allFinite() && fit.model.Q[k].allFinite() &&
                fit.model.Q[k].diagonal().minCoeff() > 0);
      QVERIFY(fit.model.W.allFinite() && fit.model.logTransition.allFinite() && fit.model.C.allFinite());
      QVERIFY2(firstFall(fit.elbo).isEmpty(), qPrintable(firstFall(fit.elbo)));
      QVERIFY(QString::fromStdString(fit.warnings.at(0)).contains("constant channels"));
      qInfo() << fit.summary.message.c_str() << fit.elbo.back() << fit.ldsLogLikelihood.value_or(0);
    }
  }

  // States that are alike are one LDS: x does not depend on the switches, the posterior factorises, and the
  // bound is the log-likelihood (two roads). Fails if the least result that a stop leaves is of another
  // model, or counts the switches.
  void statesThatAreAlikeAreTheLds() {
    for (const Index missing : {0, 5}) {
      const LdsModel model = randomLds(3, 2, 6, 1);
      Trial trial = test::sampleOf(model, 3, missing > 0 ? 80 : kPiece + 9);
      if (missing > 0) trial = withGaps(trial, missing);
      for (const Index states : {2, 4}) {
        const SldsStart least = alike(model, {trial}, quickSwitching(2, states));
        const double exact = logLikelihood(model, {trial});
        QVERIFY2(std::abs(least.elbo - exact) < 1e-9 * std::abs(exact),
                 qPrintable(QString::number(least.elbo - exact)));
      }
    }
  }

  void clustersAreFound() {
    Matrix points = 0.1 * RandomStream(1, Stream::test).normalMatrix(2, 90);
    for (Index t = 0; t < 90; ++t) points(t % 3 == 0 ? 0 : 1, t) += t % 3 == 2 ? -5 : 5;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto labels = kMeans(points, 3, seed);
      QVERIFY(labels == kMeans(points, 3, seed));
      for (std::size_t t = 3; t < 90; ++t) QCOMPARE(labels[t], labels[t - 3]);
    }
  }

  void badOptionsAreTold() {
    const auto trial = test::sampleOf(randomLds(2, 2, 6, 0), 2, 50);
    SldsOptions options = quickSwitching(2, 0);
    QCOMPARE(problems(options).front(), std::string("the number of discrete states is 0; allowed: 1 to 50"));
    QVERIFY_EXCEPTION_THROWN(fitSwitchingLds({trial}, options), InputError);
    options = quickSwitching(2, 2);
    options.stickiness = -1;
    QCOMPARE(problems(options).size(), std::size_t{1});
    options.stickiness = 1;
    options.transitions = SldsTransitions::recurrentOnly;
    QCOMPARE(problems(options).size(), std::size_t{1});
    QVERIFY_EXCEPTION_THROWN(fitSwitchingLds({}, quickSwitching(2, 2)), InputError);
    QVERIFY_EXCEPTION_THROWN(fitSwitchingLds({trial}, quickSwitching(9, 2)), InputError);
  }
};

KEYHOLE_TEST(TestSldsFit)

}  // namespace tst_slds_fit

#include "tst_slds_fit.moc"
