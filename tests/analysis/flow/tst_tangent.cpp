// Tests core/analysis/flow/tangent.h by finite differences, and the latent flow against the whole one.
#include "core/analysis/flow/tangent.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/smooth_systems.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_tangent {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// (F(z + εV) - F(z - εV)) / 2ε: an error of ε² / 6 times third derivatives, and rounding / ε.
Matrix differences(const FlowSystem& system, const Vector& z, const Matrix& V) {
  constexpr double kStep = 1e-5;
  const Matrix at = z.replicate(1, V.cols());
  return (flow(system, at + kStep * V) - flow(system, at - kStep * V)) / (2 * kStep);
}

FlowSystem network(int form, Nonlinearity phi, Convention convention, Index D) {
  FlowSystem system;
  if (form == 0) system.network = Network(DenseForm{RandomStream(1, Stream::test).normalMatrix(D, D) * 0.3});
  if (form == 1) system.network = Network(rotatingForm(D, 1.5, 0.7));
  if (form == 2) system.network = Network(ChainForm{{}, 0.5, 0.2, Vector::Ones(D - 1)});
  system.phi = phi;
  system.convention = convention;
  system.drive = RandomStream(2, Stream::test).normalMatrix(D, 1).col(0);
  return system;
}

}  // namespace

class TestTangent : public QObject {
  Q_OBJECT

 private slots:
  // Fails if φ' is taken at another argument, or a part of J is forgotten.
  void isTheDerivative() {
    constexpr Index D = 9;
    const Vector z = RandomStream(3, Stream::test).normalMatrix(D, 1).col(0);
    const Matrix V = RandomStream(4, Stream::test).normalMatrix(D, 3);
    for (const int form : {0, 1, 2})
      for (const auto phi : {Nonlinearity::linear, Nonlinearity::tanh})
        for (const auto convention : {Convention::standard, Convention::leakyRate}) {
          const FlowSystem system = network(form, phi, convention, D);
          COMPARE_MATRICES(tangentFlow(system, z, V), differences(system, z, V), 1e-8);
          Matrix both(D, 6), states(D, 2);  // at two states at once, each with its own columns
          both << V, 2 * V;
          states << z, -0.5 * z;
          const Matrix changes = tangentFlows(system, states, both);
          COMPARE_MATRICES(changes.leftCols(3), tangentFlow(system, z, V), 1e-13);
          COMPARE_MATRICES(changes.rightCols(3), tangentFlow(system, -0.5 * z, 2 * V), 1e-13);
          const double trace = tangentFlow(system, z, Matrix::Identity(D, D)).trace();
          QVERIFY(std::abs(divergence(system, z) - trace) < 1e-12);
        }
  }

  void ofASwitchingSystemIsThatOfTheRegion() {
    Switching parts;
    parts.A = {Matrix::Identity(2, 2) * 0.5, RandomStream(5, Stream::test).normalMatrix(2, 2)};
    parts.b = {Vector::Zero(2), Vector::Ones(2)};
    parts.logTransition = Matrix::Zero(2, 2);
    parts.W = Matrix{{1.0, 0.0}, {-1.0, 0.0}};
    FlowSystem system{Network(DenseForm{parts.A[0]})};
    system.switching = std::make_shared<const Switching>(parts);
    for (const double x : {-1.0, 1.0}) {
      const Vector z{{x, 0.3}};
      COMPARE_MATRICES(tangentFlow(system, z, Matrix::Identity(2, 2)),
                       differences(system, z, Matrix::Identity(2, 2)), 1e-8);
    }
  }

  // Once the rest has decayed, the latent coordinates of a run are the run of the latent coordinates: e^{-40}
  // is below rounding, and both take the same linear combinations in every step.
  void latentFlowIsExact() {
    for (const auto convention : {Convention::standard, Convention::leakyRate}) {
      const FlowSystem system = network(1, Nonlinearity::tanh, convention, 30);
      const auto latent = latentFlow(system);
      QVERIFY(latent && latent->flow.size == 2);
      const SmoothFlow whole = smoothFlow(system);
      SmoothStepper steps(whole), latentSteps(latent->flow);
      Matrix z = RandomStream(6, Stream::test).normalMatrix(30, 2);
      for (int i = 0; i < 800; ++i) steps.step(0.05, z);
      Matrix kappa = latent->reduced(z);
      for (int i = 0; i < 200; ++i) {
        steps.step(0.05, z);
        latentSteps.step(0.05, kappa);
      }
      COMPARE_MATRICES(latent->reduced(z), kappa, 1e-10);
      Matrix velocity(2, 2), J(2, 2);
      constexpr double kStep = 1e-5;
      const Matrix at = kappa.col(0).replicate(1, 2), shift = kStep * Matrix::Identity(2, 2);
      latent->flow.field(at + shift, velocity);
      J = velocity;
      latent->flow.field(at - shift, velocity);
      J = (J - velocity) / (2 * kStep);
      Matrix product(2, 2);
      latent->flow.tangent(kappa.col(0), Matrix::Identity(2, 2), product);
      COMPARE_MATRICES(product, J, 1e-8);
      QVERIFY(std::abs(latent->flow.divergence(kappa.col(0)) - product.trace()) < 1e-12);
    }
  }

  void onlyLowRankHasOne() {
    QVERIFY(!latentFlow(network(0, Nonlinearity::tanh, Convention::standard, 9)));
    QVERIFY(!latentFlow(network(1, Nonlinearity::tanh, Convention::standard, 4)));
  }

  // Fifth order: halving the step divides the error by 32.
  void stepperIsOfFifthOrder() {
    const SmoothFlow flow = lorenz();
    const auto run = [&](Index steps) {
      Matrix z = Vector{{1.0, 2.0, 20.0}}, V = Matrix::Identity(3, 3);
      SmoothStepper stepper(flow);
      for (Index i = 0; i < steps; ++i) stepper.step(1.0 / static_cast<double>(steps), z, V);
      Matrix both(3, 4);
      both << z, V;
      return both;
    };
    const Matrix exact = run(3200), coarse = run(100), fine = run(200);
    const double ratio = (coarse - exact).norm() / (fine - exact).norm();
    QVERIFY2(ratio > 24 && ratio < 48, qPrintable(QString::number(ratio)));
  }
};

KEYHOLE_TEST(TestTangent)

}  // namespace tst_tangent

#include "tst_tangent.moc"
