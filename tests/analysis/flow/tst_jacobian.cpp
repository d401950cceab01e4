// Tests core/analysis/flow/jacobian.h
#include "core/analysis/flow/jacobian.h"
#include "core/common/random.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/teacher_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_jacobian {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const RandomStream kRandom(1, Stream::test);

FlowSystem system(const Network& network, Nonlinearity phi, Convention convention) {
  return {network, phi, convention, kRandom.normalMatrix(network.size(), 1, 900), {}};
}

// Two planes with dynamics of their own, parted by the sign of the first coordinate.
FlowSystem switching() {
  auto parts = std::make_shared<Switching>();
  for (std::uint64_t k = 0; k < 2; ++k) {
    parts->A.push_back(kRandom.normalMatrix(3, 3, 10 + 10 * k));
    parts->b.push_back(kRandom.normalMatrix(3, 1, 15 + 10 * k));
  }
  parts->logTransition = Matrix::Constant(2, 2, std::log(0.5));
  parts->W = (Matrix(2, 3) << -5, 0, 0, 5, 0, 0).finished();
  FlowSystem made{Network(DenseForm{parts->A[0]}), Nonlinearity::linear, Convention::standard, {}, parts};
  return made;
}

// dF/dz by central differences: truncation h² F'''/6 (tanh''' <= 2, connectivity of order 1) and rounding
// ε |F|/h, both about 1e-10 at h = 1e-5 .
Matrix differences(const FlowSystem& system, const Vector& z) {
  const double h = 1e-5;
  const Index n = z.size();
  const Matrix centre = z.replicate(1, n), step = h * Matrix::Identity(n, n);
  return (flow(system, centre + step) - flow(system, centre - step)) / (2 * h);
}

}  // namespace

class TestJacobian : public QObject {
  Q_OBJECT
 private slots:
  // Every form of the network in every convention. Fails if a slope multiplies rows instead of columns, is
  // taken at the wrong point, or -I is lost.
  void agreesWithDifferences_data() {
    QTest::addColumn<int>("form");
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<bool>("leaky");
    const char* names[] = {"dense", "low rank", "chain", "rotated chain"};
    for (int form = 0; form < 4; ++form)
      for (const bool tanh : {false, true})
        for (const bool leaky : {false, true})
          QTest::addRow("%s, %s, %s", names[form], tanh ? "tanh" : "linear", leaky ? "leaky" : "standard")
              << form << tanh << leaky;
  }
  void agreesWithDifferences() {
    QFETCH(int, form);
    QFETCH(bool, tanh);
    QFETCH(bool, leaky);
    TeacherOptions options = teacherOptions(
        form == 0 ? TeacherKind::gaussian : (form == 1 ? TeacherKind::lowRankOscillator : TeacherKind::chain),
        12);
    options.oscillatorGain = 1;
    options.chainRotated = form == 3;
    const FlowSystem made =
        system(buildTeacher(options).network, tanh ? Nonlinearity::tanh : Nonlinearity::linear,
               leaky ? Convention::leakyRate : Convention::standard);
    const Vector z = kRandom.normalMatrix(12, 1, 50);
    COMPARE_MATRICES(jacobian(made, z), differences(made, z), 1e-8);
    COMPARE_MATRICES(effectiveConnectivity(made, z), Matrix(jacobian(made, z) + Matrix::Identity(12, 12)),
                     1e-14);
  }

  // On each side of the border the dynamics of that side.
  void switchesWithTheRegion() {
    const FlowSystem made = switching();
    for (const double side : {-1.0, 1.0}) {
      const Vector z = Eigen::Vector3d(side, 0.3, -0.2);
      COMPARE_MATRICES(jacobian(made, z), differences(made, z), 1e-8);
      COMPARE_MATRICES(effectiveConnectivity(made, z), made.switching->A[side > 0 ? 1 : 0], 0);
    }
  }

  // Saturated units neither send (standard) nor move (leaky rate). Fails if 1 - tanh² is negative there.
  void saturatedUnitsHaveNoSlope() {
    const FlowSystem made =
        system(Network(DenseForm{Matrix::Identity(2, 2)}), Nonlinearity::tanh, Convention::standard);
    const Vector gains = slopes(made, Eigen::Vector2d(100, 0));
    QCOMPARE(gains(0), 0.0);
    QCOMPARE(gains(1), 1.0);
  }
};

KEYHOLE_TEST(TestJacobian)

}  // namespace tst_jacobian

#include "tst_jacobian.moc"
