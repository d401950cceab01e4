// Tests core/fitting/latent/lds_smoother.h against the joint Gaussian of all latents and samples, written
// out.
#include "core/fitting/latent/lds_smoother.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <Eigen/Dense>
#include <QTest>

#include <numbers>

namespace tst_lds_smoother {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Mean and covariance of the latents given the samples, and the samples' log-likelihood, by dense algebra.
struct Dense {
  Matrix means;       // L x T
  Matrix covariance;  // LT x LT
  double logLikelihood = 0;
};

Dense denseOf(const LdsModel& model, const Trial& trial) {
  const Index L = model.latents(), N = model.neurons(), T = trial.activity.cols();
  Vector mean(L * T);
  Matrix P = Matrix::Zero(L * T, L * T);
  mean.head(L) = model.mu0;
  P.topLeftCorner(L, L) = model.P0;
  for (Index t = 1; t < T; ++t) {
    mean.segment(t * L, L) = model.F * mean.segment((t - 1) * L, L) + model.V * trial.input.col(t) + model.b;
    const Matrix above = model.F * P.block((t - 1) * L, 0, L, t * L);
    P.block(t * L, 0, L, t * L) = above;
    P.block(0, t * L, t * L, L) = above.transpose();
    P.block(t * L, t * L, L, L) =
        model.F * P.block((t - 1) * L, (t - 1) * L, L, L) * model.F.transpose() + model.Q;
  }
  std::vector<Index> there;
  for (Index i = 0; i < N * T; ++i)
    if (!std::isnan(trial.activity.data()[i])) there.push_back(i);
  const auto n = static_cast<Index>(there.size());
  Matrix H = Matrix::Zero(n, L * T), S = Matrix::Zero(n, n);
  Vector left(n);
  for (Index k = 0; k < n; ++k) {
    const Index i = there[static_cast<std::size_t>(k)] % N, t = there[static_cast<std::size_t>(k)] / N;
    H.block(k, t * L, 1, L) = model.C.row(i);
    S(k, k) = model.R(i);
    left(k) = trial.activity(i, t) - model.c(i) - model.G.row(i).dot(trial.input.col(t));
  }
  left -= H * mean;
  S += H * P * H.transpose();
  const Eigen::LLT<Matrix> factor(S);
  Dense dense;
  dense.means = (mean + P * H.transpose() * factor.solve(left)).reshaped(L, T);
  dense.covariance = P - P * H.transpose() * factor.solve(H * P);
  dense.logLikelihood =
      -0.5 * (left.dot(factor.solve(left)) + 2 * Matrix(factor.matrixL()).diagonal().array().log().sum() +
              static_cast<double>(n) * std::log(2 * std::numbers::pi));
  return dense;
}

void compare(const LdsModel& model, const std::vector<Trial>& trials, double tolerance) {
  const Index L = model.latents(), width = L + model.inputs() + 1;
  const LdsExpectations found = smooth(model, trials);
  Matrix ZZ = Matrix::Zero(width, width), XZ = Matrix::Zero(L, width), XX = Matrix::Zero(L, L), all = XX;
  double logLikelihoodSum = 0;
  for (std::size_t k = 0; k < trials.size(); ++k) {
    const Dense dense = denseOf(model, trials[k]);
    COMPARE_MATRICES(found.means[k], dense.means, tolerance);
    logLikelihoodSum += dense.logLikelihood;
    for (Index t = 0; t < dense.means.cols(); ++t) {
      all += dense.covariance.block(t * L, t * L, L, L);
      if (t == 0) continue;
      Vector z(width);
      z << dense.means.col(t - 1), trials[k].input.col(t), 1;
      ZZ += z * z.transpose();
      ZZ.topLeftCorner(L, L) += dense.covariance.block((t - 1) * L, (t - 1) * L, L, L);
      XZ += dense.means.col(t) * z.transpose();
      XZ.leftCols(L) += dense.covariance.block(t * L, (t - 1) * L, L, L);
      XX += dense.means.col(t) * dense.means.col(t).transpose() + dense.covariance.block(t * L, t * L, L, L);
    }
  }
  const double scale = std::max(1.0, ZZ.cwiseAbs().maxCoeff());
  COMPARE_MATRICES(found.ZZ, ZZ, tolerance * scale);
  COMPARE_MATRICES(found.XZ, XZ, tolerance * scale);
  COMPARE_MATRICES(found.XX, XX, tolerance * scale);
  if (!found.perChannel) COMPARE_MATRICES(found.covariances.front(), all, tolerance * scale);
  QVERIFY(std::abs(found.logLikelihood - logLikelihoodSum) <= tolerance * std::abs(logLikelihoodSum));
  QVERIFY(std::abs(logLikelihood(model, trials) - logLikelihoodSum) <=
          tolerance * std::abs(logLikelihoodSum));
}

}  // namespace

class TestLdsSmoother : public QObject {
  Q_OBJECT

 private slots:
  void agreesWithTheJointGaussian_data() {
    QTest::addColumn<int>("latents");
    QTest::addColumn<int>("neurons");
    QTest::addColumn<int>("inputs");
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("gaps");
    QTest::newRow("one latent") << 1 << 3 << 0 << 12 << 0;
    QTest::newRow("inputs") << 2 << 4 << 2 << 15 << 0;
    QTest::newRow("more latents than neurons") << 4 << 2 << 1 << 12 << 0;
    // Long enough that the covariances stand still and are kept.
    QTest::newRow("steady") << 3 << 4 << 1 << 120 << 0;
    // Five latents have code of their own; and a trial that ends before they stand still.
    QTest::newRow("five latents") << 5 << 6 << 1 << 150 << 0;
    QTest::newRow("five latents, short") << 5 << 6 << 0 << 9 << 0;
    QTest::newRow("missing samples") << 2 << 4 << 1 << 20 << 3;
    QTest::newRow("one neuron with gaps") << 2 << 1 << 0 << 30 << 4;
  }
  // Fails if a mean, a covariance, a lagged one or the likelihood is wrong anywhere, also where the steady
  // covariance stands in. 1e-9: the dense covariance is conditioned like 1e4.
  void agreesWithTheJointGaussian() {
    QFETCH(int, latents);
    QFETCH(int, neurons);
    QFETCH(int, inputs);
    QFETCH(int, steps);
    QFETCH(int, gaps);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const LdsModel model = randomLds(seed, latents, neurons, inputs);
      std::vector<Trial> trials = {sampleOf(model, seed, steps), sampleOf(model, seed + 50, steps / 2)};
      if (gaps > 0) trials[0] = withGaps(trials[0], gaps);
      compare(model, trials, 1e-9);
      if (QTest::currentTestFailed()) return;
    }
  }

  // A whole time step without a sample, and a start that is known exactly.
  void singularCases() {
    LdsModel model = randomLds(5, 2, 3, 0);
    model.P0.setZero();
    Trial trial = sampleOf(randomLds(5, 2, 3, 0), 5, 14);
    trial.activity.col(6).setConstant(std::numeric_limits<double>::quiet_NaN());
    compare(model, {trial}, 1e-9);
    // Without gaps, and with noise in one direction only: covariances without an inverse.
    model.Q.setZero();
    model.Q(1, 1) = 0.3;
    compare(model, {sampleOf(randomLds(5, 2, 3, 0), 5, 40)}, 1e-9);
  }
};

KEYHOLE_TEST(TestLdsSmoother)

}  // namespace tst_lds_smoother

#include "tst_lds_smoother.moc"
