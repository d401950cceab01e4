// Tests that fits whose model knows no units give the same answer in all: core/fitting/latent and
// core/fitting/switching, over scales, offsets and orders of the channels, and units of the input.
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_student.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/regression/map_fit.h"
#include "core/fitting/switching/slds_fit.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/fitting/switching/slds_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tst_units {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kChannels = 6;

// A change of the recording that changes no model: y_i → scale_i y_place(i) + offset_i, u → s u + o.
struct Change {
  const char* name;
  Vector scale = Vector::Ones(kChannels), offset = Vector::Zero(kChannels);
  std::vector<Index> order = {0, 1, 2, 3, 4, 5};
  double inputScale = 1, inputOffset = 0;
};

std::vector<Change> changes() {
  Change unit{"another unit of one channel"}, units{"units of all"}, offset{"an offset of 1e6"},
      order{"another order"}, input{"another unit and zero of the input"};
  unit.scale(2) = 2;
  units.scale << 1e-6, 3, 1e3, 0.02, 1e6, 7;
  offset.offset.setConstant(1e6);
  order.order = {3, 1, 5, 0, 2, 4};
  input.inputScale = 1e4;
  input.inputOffset = 300;
  return {unit, units, offset, order, input};
}

std::vector<Trial> changed(std::vector<Trial> trials, const Change& change) {
  for (auto& [Y, U] : trials) {
    Y = (change.scale.asDiagonal() * Matrix(Y(change.order, Eigen::all))).colwise() + change.offset;
    U = change.inputScale * U.array() + change.inputOffset;
  }
  return trials;
}

// What the change alone does to the log-likelihood.
double ofUnits(const std::vector<Trial>& trials, const Change& change) {
  double sum = 0;
  for (const auto& trial : trials)
    sum += change.scale.array().log().sum() * static_cast<double>(trial.activity.cols());
  return sum;
}

void addChanges() {
  QTest::addColumn<int>("which");
  for (int i = 0; i < static_cast<int>(changes().size()); ++i)
    QTest::addRow("%s", changes()[static_cast<std::size_t>(i)].name) << i;
}

}  // namespace

class TestUnits : public QObject {
  Q_OBJECT
 private slots:
  void lds_data() { addChanges(); }
  // Every start ends at the same likelihood, less what the unit does to a density, and claims the same
  // eigenvalues. The recordings differ in rounding (1e-10 of the signal under the offset), which a fit that
  // is at rest to 1e-4 nats carries to some 1e-3 of a standard error. Fails if any start, bound, step or end
  // looks at a channel's unit.
  void lds() {
    QFETCH(int, which);
    const Change change = changes()[static_cast<std::size_t>(which)];
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const std::vector<Trial> trials = {sampleOf(randomLds(seed, 2, kChannels, 1), seed, 400)};
      LdsOptions options;
      options.kind.latents = 2;
      options.kind.emissions = static_cast<LdsEmissions>(seed % 2);
      const LdsFit one = fitLds(trials, options), other = fitLds(changed(trials, change), options);
      QCOMPARE(one.restarts.size(), other.restarts.size());
      QVERIFY(std::abs(one.logLikelihood.back() - other.logLikelihood.back() - ofUnits(trials, change)) <
              1e-2);
      COMPARE_EIGENVALUES(eigenvalues(one.model.F), eigenvalues(other.model.F), 1e-3);
    }
  }

  void cva_data() { addChanges(); }
  // Canonical variates know no units.
  void cva() {
    QFETCH(int, which);
    const Change change = changes()[static_cast<std::size_t>(which)];
    const std::vector<Trial> trials = {sampleOf(randomLds(4, 2, kChannels, 1), 4, 600)};
    SubspaceOptions options;
    options.latents = 2;
    options.weighting = SubspaceWeighting::cva;
    COMPARE_EIGENVALUES(eigenvalues(subspaceModel(trials, options).F),
                        eigenvalues(subspaceModel(changed(trials, change), options).F), 1e-6);
  }

  void slds_data() { addChanges(); }
  // With free emissions a switching LDS knows none either: start, bounds on the noise and iterations.
  void slds() {
    QFETCH(int, which);
    const Change change = changes()[static_cast<std::size_t>(which)];
    const std::vector<Trial> trials = {test::sampleOf(randomSlds(3, 2, 2, kChannels, 1), 3, 300).trial};
    SldsOptions options = quickSwitching(2, 2, 20);
    options.kind.emissions = LdsEmissions::free;
    options.kind.dynamicsNoise = LdsDynamicsNoise::full;
    const SldsFit one = fitSwitchingLds(trials, options),
                  other = fitSwitchingLds(changed(trials, change), options);
    const double apart = one.elbo.back() - other.elbo.back() - ofUnits(trials, change);
    QVERIFY2(std::abs(apart) < 0.05, qPrintable(QString::number(apart)));
    for (std::size_t k = 0; k < 2; ++k)
      COMPARE_EIGENVALUES(eigenvalues(one.model.F[k]), eigenvalues(other.model.F[k]), 1e-2);
  }

  // R² of what changes from one step to the next, at an offset of 1e8 standard deviations: a sum of squares
  // that is not taken about the mean has no digit left there. 1e-6: the recording itself has lost 8 digits.
  void r2ForgetsTheOffset() {
    std::vector<Trial> trials = {sampleOf(randomLds(4, 2, kChannels, 0), 4, 600)};
    const LdsModel model = subspaceModel(trials, {2, 0.1, 0, SubspaceWeighting::n4sid});
    const FitSummary solved{FitStatus::solved, {}, 1, {}, 0};
    const double known = studentOf(model, solved, trials, 0.1).oneStepR2;
    LdsModel moved = model;
    trials[0].activity.array() += 1e8;
    moved.c.array() += 1e8;
    QVERIFY(std::abs(studentOf(moved, solved, trials, 0.1).oneStepR2 - known) < 1e-6);
  }

  // A constant excites one direction and a sinusoid two, in whatever unit; noise excites all.
  void weakInputsAreNamed() {
    Trial trial{Matrix::Zero(3, 500), Matrix(1, 500)};
    for (Index t = 0; t < 500; ++t) trial.input(0, t) = 1e5 * std::sin(0.3 * static_cast<double>(t));
    QVERIFY(weakInputs({trial}, 2).empty());
    QCOMPARE(weakInputs({trial}, 3).size(), std::size_t{1});
    QVERIFY(QString::fromStdString(weakInputs({trial}, 6)[0]).contains("excites 2 of the 6 directions"));
    trial.input.setConstant(2);
    QVERIFY(QString::fromStdString(weakInputs({trial}, 6)[0]).contains("excites 1 of the 6 directions"));
    trial.input = 1e-5 * RandomStream(1, Stream::test, 3).normalMatrix(1, 500);
    QVERIFY(weakInputs({trial}, 6).empty());
    // Noise about a mean of a million deviations is noise.
    trial.input = RandomStream(1, Stream::test, 3).normalMatrix(1, 500).array() + 1e6;
    QVERIFY(weakInputs({trial}, 6).empty());
    trial.input.resize(0, 500);
    QVERIFY(weakInputs({trial}, 6).empty());
  }

  // One step changes once, in two trials twice; a staircase of five is an input like others. Fails if changes
  // between trials count, or a constant does.
  void rareChangesAreNamed() {
    Trial trial{Matrix::Zero(3, 100), Matrix::Constant(2, 100, 1.5)};
    trial.input.row(1).tail(40).setConstant(2);
    QCOMPARE(rareInputChanges({trial}),
             std::vector<std::string>{"input 2 changes at 1 of 99 steps only: whatever else changed then "
                                      "passes for what it does"});
    QVERIFY(QString::fromStdString(rareInputChanges({trial, trial})[0]).contains("at 2 of 198 steps"));
    for (Index step = 1; step <= 5; ++step) trial.input.row(1).tail(100 - 15 * step).array() += 1;
    QVERIFY(rareInputChanges({trial}).empty());
  }

  // … by every method that asks what an input does to latents.
  void weakInputsAreNamedByEveryFit() {
    std::vector<Trial> trials = {sampleOf(randomLds(4, 2, kChannels, 1), 4, 300)};
    for (Index t = 0; t < 300; ++t) trials[0].input(0, t) = std::sin(0.3 * static_cast<double>(t));
    const auto named = [](const std::vector<std::string>& notes) {
      return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
        return QString::fromStdString(note).contains("excites 2 of the 3 directions");
      });
    };
    LdsOptions lds;
    lds.kind.latents = 2;
    lds.iterations = 5;
    QVERIFY(named(fitLds(trials, lds).warnings));
    QVERIFY(named(fitSwitchingLds(trials, quickSwitching(2, 2, 2)).warnings));
    QVERIFY(named(fitSubspace(trials, {2, 0.1, 0, SubspaceWeighting::n4sid}).notes));
  }

  // Singular normal equations ask for more time points only where there are too few.
  void singularEquationsSayWhy() {
    MapOptions options;
    options.rho = 0;
    Matrix Y = RandomStream(1, Stream::test, 3).normalMatrix(6, 600);
    Y.row(4) = Y.row(2);
    const auto said = [&](Index steps) {
      return QString::fromStdString(
          fitMap(std::vector<Trial>{{Y.leftCols(steps), Matrix(0, steps)}}, options).summary.message);
    };
    QVERIFY2(said(600).contains("copies or sums"), qPrintable(said(600)));
    QVERIFY2(said(5).contains("more time points"), qPrintable(said(5)));
  }
};

KEYHOLE_TEST(TestUnits)

}  // namespace tst_units

#include "tst_units.moc"
