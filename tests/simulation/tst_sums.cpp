// Tests core/simulation/sums.h
#include "core/common/random.h"
#include "core/simulation/task.h"
#include "core/simulation/trajectory_sums.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_sums {

using namespace keyhole;

class TestSums : public QObject {
  Q_OBJECT
 private slots:
  // Two roads: in blocks, and by the definition written out. Fails if a block's edge is counted twice or
  // lost.
  void blocksGiveTheDefinition() {
    const double alpha = 0.1;
    const RandomStream random(1, Stream::test);
    const Matrix X = random.normalMatrix(5, 41), U = random.normalMatrix(2, 40, 100);
    RegressionSums sums = emptySums(5, 2);
    accumulate(sums, X.leftCols(18), U.leftCols(17), alpha, Nonlinearity::tanh);
    accumulate(sums, X.rightCols(24), U.rightCols(23), alpha, Nonlinearity::tanh);
    Matrix S = Matrix::Zero(5, 5), R = S, PU = Matrix::Zero(5, 2), XU = PU, UU = Matrix::Zero(2, 2);
    for (Index t = 1; t < 41; ++t) {
      const Vector phi = X.col(t - 1).array().tanh(), step = X.col(t) - (1 - alpha) * X.col(t - 1),
                   u = U.col(t - 1);
      S += phi * phi.transpose();
      R += step * phi.transpose();
      PU += phi * u.transpose();
      XU += step * u.transpose();
      UU += u * u.transpose();
    }
    COMPARE_MATRICES(sums.S, S, 1e-12);
    COMPARE_MATRICES(sums.R, R, 1e-12);
    COMPARE_MATRICES(sums.PU, PU, 1e-12);
    COMPARE_MATRICES(sums.XU, XU, 1e-12);
    COMPARE_MATRICES(sums.UU, UU, 1e-12);
    QCOMPARE(sums.count, Index{40});
  }

  // The sums of a few units are the sums of a recording of these units alone.
  void selectionIsARecordingOfTheChosen() {
    const Matrix X = RandomStream(2, Stream::test).normalMatrix(6, 30);
    const std::vector<Index> chosen = {4, 0, 3};
    RegressionSums all = emptySums(6, 0), some = emptySums(3, 0);
    accumulate(all, X, Matrix(0, 29), 0.2, Nonlinearity::linear);
    const Matrix part = X(chosen, Eigen::all);
    accumulate(some, part, Matrix(0, 29), 0.2, Nonlinearity::linear);
    const auto selected = selectUnits(all, chosen);
    COMPARE_MATRICES(selected.S, some.S, 1e-12);
    COMPARE_MATRICES(selected.R, some.R, 1e-12);
    COMPARE_MATRICES(selected.energy, some.energy, 1e-12);
    COMPARE_MATRICES(selected.sum, some.sum, 1e-12);
    COMPARE_MATRICES(selected.phiSum, some.phiSum, 1e-12);
  }

  // Taken about any point and moved back, the sums are the same; about their means they have none left, and
  // are those of the deviations. Fails if a cross term or the energy is not moved.
  void shiftsAreTakenBack() {
    const double alpha = 0.3;
    const Matrix X = RandomStream(4, Stream::test).normalMatrix(4, 30).array() + 2;
    const Matrix U = RandomStream(5, Stream::test).normalMatrix(2, 29).array() - 1;
    RegressionSums plain = emptySums(4, 2);
    RegressionSums moved =
        shiftedSums(Vector::LinSpaced(4, 0.5, 2.5), Vector::Constant(2, 0.4), alpha, Nonlinearity::tanh);
    accumulate(plain, X, U, alpha, Nonlinearity::tanh);
    accumulate(moved, X, U, alpha, Nonlinearity::tanh);
    const RegressionSums back = unshifted(moved);
    for (const auto member : {&RegressionSums::S, &RegressionSums::R, &RegressionSums::PU,
                              &RegressionSums::XU, &RegressionSums::UU})
      COMPARE_MATRICES(back.*member, plain.*member, 1e-12);
    for (const auto member :
         {&RegressionSums::energy, &RegressionSums::sum, &RegressionSums::phiSum, &RegressionSums::inputSum})
      COMPARE_MATRICES(back.*member, plain.*member, 1e-12);
    const RegressionSums one = centred(plain), other = centred(moved);
    const Matrix phis = X.leftCols(29).array().tanh(), steps = X.rightCols(29) - (1 - alpha) * X.leftCols(29);
    const Matrix phi = phis.colwise() - phis.rowwise().mean(),
                 step = steps.colwise() - steps.rowwise().mean();
    for (const auto& about : {one, other}) {
      COMPARE_MATRICES(about.S, phi * phi.transpose(), 1e-12);
      COMPARE_MATRICES(about.R, step * phi.transpose(), 1e-12);
      COMPARE_MATRICES(about.XU, step * U.transpose(), 1e-12);
      COMPARE_MATRICES(about.energy, step.rowwise().squaredNorm(), 1e-12);
      COMPARE_MATRICES(about.phiShift, phis.rowwise().mean(), 1e-13);
      COMPARE_MATRICES(about.stepShift, steps.rowwise().mean(), 1e-13);
      COMPARE_MATRICES(about.inputShift, U.rowwise().mean(), 1e-13);
      QVERIFY(about.phiSum.norm() < 1e-12 && about.sum.norm() < 1e-12 && about.inputSum.norm() < 1e-12);
    }
  }

  // Two roads: a chain's sums taken in its modes, and over its units. Fails if a part of them is not rotated,
  // or the energy is not that of the units.
  void modesGiveTheSumsOfUnits() {
    TeacherOptions chain;
    chain.kind = TeacherKind::chain;
    chain.size = 12;
    const Teacher teacher = buildTeacher(chain);
    SimulationOptions options;
    options.steps = 1500;  // three blocks
    options.task = TaskKind::integration;
    const Vector signal = integrationSignal(options.steps, options.seed);
    TrajectorySums modes(12, 1, options.alpha, Nonlinearity::linear);
    RegressionSums units = emptySums(12, 1);
    bool ranInModes = false;
    simulate(teacher, options, signal, [&](const StateBlock& block) {
      const Matrix input = signal.segment(block.first, block.states.cols() - 1).transpose();
      ranInModes = block.basis != nullptr;
      modes.add(block, input);
      accumulate(units, block.inUnits(), input, options.alpha, Nonlinearity::linear);
    });
    QVERIFY(ranInModes);
    const RegressionSums sums = modes.inUnits();
    const auto close = [](ConstMatrixRef a, ConstMatrixRef b) {
      return (a - b).norm() <= 1e-12 * std::max(b.norm(), 1e-300);
    };
    QVERIFY(close(sums.S, units.S) && close(sums.R, units.R) && close(sums.UU, units.UU));
    QVERIFY(close(sums.PU, units.PU) && close(sums.XU, units.XU) && close(sums.sum, units.sum));
    // Σ (x⁺)² is about α/2 of what it is the difference of.
    QVERIFY((sums.energy - units.energy).norm() <= 1e-10 * units.energy.norm());
    QCOMPARE(sums.count, units.count);
  }
};

KEYHOLE_TEST(TestSums)

}  // namespace tst_sums

#include "tst_sums.moc"
