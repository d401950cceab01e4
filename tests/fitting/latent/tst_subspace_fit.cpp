// Tests core/fitting/latent/subspace_fit.h: exact on recordings without noise, consistent on those with it.
#include "core/common/error.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_subspace_fit {

using namespace keyhole;
using namespace keyhole::test;

namespace {

SubspaceOptions with(Index latents, SubspaceWeighting weighting = SubspaceWeighting::n4sid) {
  SubspaceOptions options;
  options.latents = latents;
  options.weighting = weighting;
  return options;
}

// A recording without any noise; without an input it decays from its start.
Trial noiseFree(const LdsModel& model, std::uint64_t seed, Index T) {
  const Index L = model.latents(), N = model.neurons(), m = model.inputs();
  Trial trial{Matrix(N, T), RandomStream(seed, Stream::test, 200).normalMatrix(m, T)};
  Vector x = RandomStream(seed, Stream::test, 201).normalMatrix(L, 1);
  for (Index t = 0; t < T; ++t) {
    if (t > 0) x = (model.F * x + model.V * trial.input.col(t) + model.b).eval();
    trial.activity.col(t) = model.C * x + model.G * trial.input.col(t) + model.c;
  }
  return trial;
}

QString message(const std::vector<Trial>& trials, const SubspaceOptions& options) {
  try {
    return QString::fromStdString(fitSubspace(trials, options).summary.message);
  } catch (const InputError& error) {
    return error.what();
  }
}

void bothWeightings() {
  QTest::addColumn<int>("weighting");
  QTest::addColumn<int>("inputs");
  for (const int weighting : {0, 1})
    for (const int inputs : {0, 2})
      QTest::addRow("%s, %d inputs", weighting ? "cva" : "n4sid", inputs) << weighting << inputs;
}

}  // namespace

class TestSubspaceFit : public QObject {
  Q_OBJECT

 private slots:
  // Without noise the past determines the future: the answer is exact but for the ridge (1e-14 times some 200
  // rows, over the square of the smallest singular value of a step's projection, about 1e-2 of the largest:
  // 1e-8) and rounding. Fails if a block of the factor is taken at the wrong rows, if windows cross trials,
  // or if the mean of a trial that decays is taken as its steady state.
  void noiseFreeIsExact_data() { bothWeightings(); }
  void noiseFreeIsExact() {
    QFETCH(int, weighting);
    QFETCH(int, inputs);
    const LdsModel truth = randomLds(3, 3, 8, inputs);
    std::vector<Trial> trials;
    for (std::uint64_t k = 0; k < 6; ++k) trials.push_back(noiseFree(truth, 10 + k, 150));
    const LdsModel model = subspaceModel(trials, with(3, static_cast<SubspaceWeighting>(weighting)));
    COMPARE_EIGENVALUES(eigenvalues(model.F), eigenvalues(truth.F), 1e-6);
    COMPARE_MATRICES(model.C.transpose() * model.C, Matrix::Identity(3, 3), 1e-12);
    // The impulse responses do not depend on the basis of the latents.
    if (inputs > 0) {
      COMPARE_MATRICES(model.C * model.V + model.G, truth.C * truth.V + truth.G, 1e-5);
      COMPARE_MATRICES(model.C * model.F * model.V, truth.C * truth.F * truth.V, 1e-5);
      COMPARE_MATRICES(model.G, truth.G, 1e-5);
    }
  }

  // Ten recordings; the standard error of their mean is that of the ten fits themselves. Ten of these (of the
  // fit to one recording) bound every fit's error.
  void noisyRecoversEigenvalues_data() { bothWeightings(); }
  void noisyRecoversEigenvalues() {
    QFETCH(int, weighting);
    QFETCH(int, inputs);
    const LdsModel truth = randomLds(5, 2, 8, inputs);
    const ComplexVector expected = eigenvalues(truth.F);
    ComplexMatrix found(2, 10);
    for (Index r = 0; r < 10; ++r) {
      const auto trial = sampleOf(truth, 100 + static_cast<std::uint64_t>(r), 6000);
      found.col(r) =
          eigenvalues(subspaceModel({trial}, with(2, static_cast<SubspaceWeighting>(weighting))).F);
    }
    const ComplexVector mean = found.rowwise().mean();
    for (Index i = 0; i < 2; ++i) {
      const double deviation = std::sqrt((found.row(i).array() - mean(i)).abs2().sum() / 9.0);
      qInfo("eigenvalue %ld: error of the mean %.2g, deviation %.2g", static_cast<long>(i),
            std::abs(mean(i) - expected(i)), deviation);
      QVERIFY(deviation < 0.02);
      for (Index r = 0; r < 10; ++r) QVERIFY(std::abs(found(i, r) - expected(i)) < 10 * deviation);
      // No bias at finite k: the mean of ten is within four of its standard errors.
      QVERIFY(std::abs(mean(i) - expected(i)) < 4 * deviation / std::sqrt(10.0));
    }
  }

  // On fresh data, p parameters estimated by maximum likelihood from T time points cost p / (2 T) per time
  // point: with some 70 of them and T = 8000 about 0.005. Six times that is allowed; Q or R of a wrong split
  // of the innovations, a wrong b or c, or V at the wrong time cost tenths at least.
  void likelihoodIsCloseToTheTruths_data() { bothWeightings(); }
  void likelihoodIsCloseToTheTruths() {
    QFETCH(int, weighting);
    QFETCH(int, inputs);
    const LdsModel truth = randomLds(7, 3, 8, inputs);
    const std::vector<Trial> trials = {sampleOf(truth, 20, 4000), sampleOf(truth, 21, 4000)};
    const Trial fresh = sampleOf(truth, 22, 4000);
    const LdsModel model = subspaceModel(trials, with(3, static_cast<SubspaceWeighting>(weighting)));
    const double loss = logLikelihood(truth, {fresh}) - logLikelihood(model, {fresh});
    qInfo("loss per step %g", loss / 4000);
    QVERIFY(loss > 0);
    QVERIFY(loss / 4000 < 0.03);
  }

  // Steps of 1 % (α = 0.01): successive samples are nearly the same, so that the moments are ill-conditioned.
  // Without observation noise to speak of (R then ends at its rounding floor, far above the truth, and the
  // likelihood says nothing), and with ten times as much as there is signal in a step. The standard error of
  // an eigenvalue is about √((1 - |λ|²)/T)/α = 0.07 in the paper's scaling: six of them. Likelihood: as
  // below, 70/(2·20000) = 0.002 of maximum likelihood, five times that. Fails if the ridge is not small
  // against what a step adds.
  void smoothRecordings_data() {
    QTest::addColumn<double>("noise");
    QTest::addColumn<int>("weighting");
    for (const double noise : {1e-6, 1e-3, 0.1})
      for (const int weighting : {0, 1})
        QTest::addRow("noise %g, %s", noise, weighting ? "cva" : "n4sid") << noise << weighting;
  }
  void smoothRecordings() {
    QFETCH(double, noise);
    QFETCH(int, weighting);
    LdsModel truth = randomLds(9, 3, 10, 1);
    Matrix A(3, 3);
    A << 0.5, 3, 0, -3, 0.5, 0, 0, 0.3, -1;
    truth.F = 0.99 * Matrix::Identity(3, 3) + 0.01 * A;
    truth.V *= 0.01;
    truth.b *= 0.01;
    truth.Q = 1e-4 * Matrix::Identity(3, 3);
    truth.R.setConstant(noise * noise);
    truth.mu0.setZero();
    truth.P0 = 0.01 * Matrix::Identity(3, 3);  // as in the long run
    const Trial trial = sampleOf(truth, 1, 20000), fresh = sampleOf(truth, 2, 5000);
    const LdsModel model = subspaceModel({trial}, with(3, static_cast<SubspaceWeighting>(weighting)));
    const ComplexVector found = eigenvalues(paperScaling(model.F, 0.01)), expected = eigenvalues(A);
    for (Index i = 0; i < 3; ++i) QVERIFY(std::abs(found(i) - expected(i)) < 0.4);
    const double loss = (logLikelihood(truth, {fresh}) - logLikelihood(model, {fresh})) / 5000;
    qInfo("loss per step %g", loss);
    if (noise > 1e-5)
      QVERIFY(loss < 0.01);
    else
      QVERIFY(model.R.maxCoeff() < 1e-9 * trial.activity.squaredNorm() / 20000);
  }

  // What the recording cannot determine is one sentence that says what is wrong, not a model.
  void refusalsSayWhy() {
    const LdsModel truth = randomLds(3, 2, 4, 0);
    Trial trial = sampleOf(truth, 1, 2000);
    QVERIFY(message({trial}, with(0)).contains("the number of latents is 0"));
    QVERIFY(message({trial}, with(5)).contains("allowed: 1 to 4"));
    SubspaceOptions few = with(3);
    few.blockRows = 3;
    QVERIFY(message({trial}, few).contains("the number of block rows is 3"));
    few = with(2);
    few.alpha = 0;
    QVERIFY(message({trial}, few).contains("alpha is 0"));
    few = with(2);
    few.blockRows = 300;
    QVERIFY(message({trial}, few).contains("windows of 600 time points"));
    QVERIFY_THROWS_EXCEPTION(InputError, fitSubspace({withGaps(trial, 7)}, with(2)));
    Trial constant = trial;
    constant.activity.row(1).setConstant(0.1);
    QVERIFY(message({constant}, with(4)).contains("allowed: 1 to 3, the channels that vary"));
  }

  // A constant channel is explained by its offset alone and leaves the others' answer as it is.
  void constantChannelChangesNothing() {
    const LdsModel truth = randomLds(3, 2, 4, 0);
    const Trial trial = sampleOf(truth, 1, 2000);
    Trial more{Matrix(5, 2000), Matrix(0, 2000)};
    more.activity.topRows(4) = trial.activity;
    more.activity.row(4).setConstant(0.1);
    const LdsModel expected = subspaceModel({trial}, with(2)), found = subspaceModel({more}, with(2));
    COMPARE_EIGENVALUES(eigenvalues(found.F), eigenvalues(expected.F),
                        1e-9);  // the ridge grows with the rows
    QVERIFY(found.C.row(4).norm() < 1e-9);
    QVERIFY(std::abs(found.c(4) - 0.1) < 1e-9 && found.R(4) > 0);
  }

  // A recording without noise of two latents has no third one, with either weighting.
  void tooManyLatentsAreSingular_data() { bothWeightings(); }
  void tooManyLatentsAreSingular() {
    QFETCH(int, weighting);
    QFETCH(int, inputs);
    const LdsModel truth = randomLds(3, 2, 6, inputs);
    std::vector<Trial> trials;
    for (std::uint64_t k = 0; k < 6; ++k) trials.push_back(noiseFree(truth, 10 + k, 150));
    const Student student = fitSubspace(trials, with(3, static_cast<SubspaceWeighting>(weighting)));
    qInfo("%s", student.summary.message.c_str());
    QCOMPARE(student.summary.status, FitStatus::singular);
    QVERIFY(student.summary.message.find("fewer than the 3 latents") != std::string::npos);
    QCOMPARE(student.A.size(), Index{0});
  }

  // Windows of a trial never reach into the next one: the order of the trials changes rounding alone. Across
  // trials, every window that crossed would change with the order.
  void trialsAreApart() {
    const LdsModel truth = randomLds(3, 2, 6, 1);
    const Trial a = sampleOf(truth, 1, 300), b = sampleOf(truth, 2, 700), c = sampleOf(truth, 3, 400);
    const LdsModel first = subspaceModel({a, b, c}, with(2)), second = subspaceModel({c, a, b}, with(2));
    COMPARE_EIGENVALUES(eigenvalues(first.F), eigenvalues(second.F), 1e-8);
  }

  // As a student: the paper's scaling, the latent model itself, everything set.
  void studentIsTheModel() {
    const LdsModel truth = randomLds(3, 2, 6, 1);
    const Trial trial = sampleOf(truth, 1, 2000);
    SubspaceOptions options = with(2);
    options.alpha = 0.2;
    const Student student = fitSubspace({trial}, options);
    const LdsModel model = subspaceModel({trial}, options);
    QCOMPARE(student.summary.status, FitStatus::solved);
    QCOMPARE(student.summary.iterations, 1);
    QVERIFY(student.summary.seconds >= 0);
    QVERIFY(student.latent && student.inputAtArrival && student.emission);
    COMPARE_MATRICES(0.2 * student.A + 0.8 * Matrix::Identity(2, 2), model.F, 1e-14);
    QCOMPARE(student.states.cols(), Index{2000});
    QVERIFY(std::isfinite(student.oneStepR2));
  }

  // A stop ends the fit at once: there is no best so far.
  void stopsAtOnce() {
    class Stop : public Progress {
     public:
      bool stopRequested() const override { return true; }
    } stop;
    const Trial trial = sampleOf(randomLds(3, 2, 6, 1), 1, 2000);
    QVERIFY_THROWS_EXCEPTION(Stopped, fitSubspace({trial}, with(2), stop));
  }
};

KEYHOLE_TEST(TestSubspaceFit)

}  // namespace tst_subspace_fit

#include "tst_subspace_fit.moc"
