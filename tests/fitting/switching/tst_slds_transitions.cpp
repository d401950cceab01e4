// Tests the updates of the transitions of core/fitting/switching/slds_steps.h.
#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/switching/slds_start.h"
#include "tests/fitting/switching/slds_cases.h"
#include "tests/fitting/switching/slds_runs.h"
#include "tests/support/test_registry.h"

#include <Eigen/Dense>
#include <QTest>

#include <cmath>

namespace tst_slds_transitions {

using namespace keyhole;
using namespace keyhole::test;

class TestSldsTransitions : public QObject {
  Q_OBJECT

 private slots:
  // Repeated Newton steps end where the slope of the objective is 0, by central differences.
  void transitionsEndAtTheMaximum() {
    for (const auto kind : {SldsTransitions::recurrent, SldsTransitions::recurrentOnly}) {
      SldsModel model = randomSlds(4, 3, 2, 5, 0, 0.7);
      makeRecurrent(model, 4);
      std::vector<SldsPosterior> posteriors(1);
      const Trial trial = test::sampleOf(model, 4, 200).trial;
      posteriors[0].z = independentStates(randomStates(4, 3, 200));
      posteriors[0].x.means = Matrix::Zero(2, 200);
      improve(posteriors[0], model, trial);
      const SldsBounds bounds{kind, kind == SldsTransitions::recurrent ? 2.0 : 0.0, 0};
      for (int i = 0; i < 30; ++i) updateTransitions(model, posteriors, bounds);
      const double best = transitionObjective(model, posteriors, bounds);
      const auto slope = [&](double& parameter) {
        const double value = parameter, h = 1e-5;
        parameter = value + h;
        const double above = transitionObjective(model, posteriors, bounds);
        parameter = value - h;
        const double below = transitionObjective(model, posteriors, bounds);
        parameter = value;
        return (above - below) / (2 * h);
      };
      // The objective is about -100: its rounding over 2h is 1e-8; Newton stops when that is all.
      for (double& parameter : model.W.reshaped())
        QVERIFY2(std::abs(slope(parameter)) < 1e-4, qPrintable(QString::number(slope(parameter))));
      if (kind == SldsTransitions::recurrent)
        for (double& parameter : model.logTransition.reshaped()) QVERIFY(std::abs(slope(parameter)) < 1e-4);
      else
        for (double& parameter : model.w) QVERIFY(std::abs(slope(parameter)) < 1e-4);
      QVERIFY(std::isfinite(best));
    }
  }

  // The objective by its definition, step by step in other code, over trials that are longer than a piece and
  // shorter: fails if a step at a border is left out or counted twice. (1e-9 of it: n ε.)
  void transitionObjectiveIsItsDefinition() {
    SldsModel model = twoRotations();
    model.W = RandomStream(3, Stream::test).normalMatrix(2, 2);
    model.w = Vector{{0.2, -0.1}};
    std::vector<SldsPosterior> posteriors;
    for (const Index T : {5000, 30}) {
      const Trial trial = test::sampleOf(model, static_cast<std::uint64_t>(T), T).trial;
      posteriors.push_back({});
      posteriors.back().z = independentStates(Matrix::Constant(2, T, 0.5));
      posteriors.back().x.means = Matrix::Zero(2, T);
      improve(posteriors.back(), model, trial);
    }
    const SldsBounds bounds{SldsTransitions::recurrent, 2.0, 0};
    double sum = logPrior(model, bounds);
    const Matrix W = model.W.rowwise() - model.W.colwise().mean();
    for (const auto& [x, z] : posteriors) {
      const Matrix logs = logTransitionsAt(model, x.means);
      for (Index t = 1; t < x.means.cols(); ++t) {
        sum += z.pairs.col(t).dot(logs.col(t));
        sum -= 0.25 * (W * x.covariances.col(t - 1).reshaped(2, 2) * W.transpose()).trace();
      }
    }
    const double found = transitionObjective(model, posteriors, bounds);
    QVERIFY2(std::abs(found - sum) < 1e-9 * std::abs(sum),
             qPrintable(QString("%1, not %2").arg(found, 0, 'g', 15).arg(sum, 0, 'g', 15)));
  }
};

KEYHOLE_TEST(TestSldsTransitions)

}  // namespace tst_slds_transitions

#include "tst_slds_transitions.moc"
