// Tests core/fitting/latent/lds_chart.h, lds_class.h and lds_units.h: the gradient against finite
// differences, its metric, and changes of coordinates that change no likelihood.
#include "core/fitting/latent/lds_chart.h"
#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_units.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_lds_chart {

using namespace keyhole;
using namespace keyhole::test;

namespace {

struct Case {
  std::vector<Trial> trials;
  LdsClass kind;
  LdsModel model;
};

// Away from any maximum: another system than that of the recording.
Case caseOf(std::uint64_t seed) {
  Case one;
  const Index m = seed % 2 ? 1 : 0;
  one.trials = {sampleOf(randomLds(seed, 2, 5, m), seed, 60),
                sampleOf(randomLds(seed, 2, 5, m), seed + 9, 35)};
  if (seed % 3 == 0) one.trials[1] = withGaps(one.trials[1], 5);
  one.kind.latents = 2;
  one.kind = freeClassOf(one.kind);
  one.kind.bias = seed % 4 != 1;
  one.kind.direct = seed % 4 != 3;
  if (seed > 4) one.kind.emissionNoise = LdsEmissionNoise::isotropic;
  one.model = randomLds(seed + 50, 2, 5, m);
  const Matrix root = RandomStream(seed, Stream::test, 77).normalMatrix(2, 2);
  one.model.Q = 0.1 * root * root.transpose() + 0.05 * Matrix::Identity(2, 2);
  if (!one.kind.bias) one.model.b.setZero();
  if (!one.kind.direct) one.model.G.setZero();
  if (seed > 4) one.model.R.setConstant(0.3);
  return one;
}

}  // namespace

class TestLdsChart : public QObject {
  Q_OBJECT
 private slots:
  // Every coordinate by central differences of the log-likelihood itself, over random models of every class,
  // with gaps and without. h = 1e-5: the truncation is h² times a third derivative of about the gradient's
  // size, rounding 1e-16 · 500/h = 5e-9. Fails if a factor, a sign or a part of any gradient is wrong.
  void gradientIsTheLikelihoods() {
    constexpr double h = 1e-5;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const Case one = caseOf(seed);
      const LdsData data(one.trials, true);
      LdsSmoother smoother(data, 2);
      LdsEmissionSteps emissions(data, one.kind);
      LdsChart chart(one.kind, LdsFirstState::estimated, emissions.floors(), 1e-12);
      const LdsExpectations& sums = smoother.run(one.model, LdsSmoother::Need::emissions);
      emissions.collect(one.model, sums);
      const Vector gradient = chart.gradientAt(one.model, sums, emissions);
      for (Index i = 0; i < chart.size(); ++i) {
        Vector forth = Vector::Zero(chart.size()), back = forth;
        forth(i) = h;
        back(i) = -h;
        const double there = logLikelihood(chart.moved(forth), one.trials);
        const double here = logLikelihood(chart.moved(back), one.trials);
        const double difference = (there - here) / (2 * h);
        QVERIFY2(std::abs(difference - gradient(i)) < 1e-5 * std::max(1.0, std::abs(gradient(i))),
                 qPrintable(QString("seed %1, coordinate %2: %3, by differences %4")
                                .arg(seed)
                                .arg(i)
                                .arg(gradient(i))
                                .arg(difference)));
      }
    }
  }

  // The metric is that of EM: its step along the gradient is a step of EM to first order. Near a maximum, so
  // that first order is all there is; emissions and transitions, whose step is exact. Fails if the metric
  // belongs to other coordinates than the gradient.
  void firstStepIsOneOfEm() {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Case one = caseOf(seed);
      const LdsData data(one.trials, true);
      LdsSmoother smoother(data, 2);
      LdsEmissionSteps emissions(data, one.kind);
      LdsChart chart(one.kind, LdsFirstState::estimated, emissions.floors(), 1e-12);
      const LdsExpectations& sums = smoother.run(one.model, LdsSmoother::Need::emissions);
      emissions.collect(one.model, sums);
      Vector step = 1e-3 * chart.preconditioned(chart.gradientAt(one.model, sums, emissions));
      const LdsModel moved = chart.moved(step);
      LdsModel em = one.model;
      updateDynamics(em, sums, one.kind, 1e-12);
      emissions.maximise(em);
      COMPARE_MATRICES(Matrix((moved.F - one.model.F) / 1e-3), Matrix(em.F - one.model.F), 1e-6);
      COMPARE_MATRICES(Matrix((moved.C - one.model.C) / 1e-3), Matrix(em.C - one.model.C), 1e-6);
      COMPARE_MATRICES(Vector((moved.c - one.model.c) / 1e-3), Vector(em.c - one.model.c), 1e-6);
    }
  }

  // Free C and full Q are the class of orthonormal C and diagonal Q: random members of the one are members of
  // the other with the same likelihood, spectrum and smoothed states up to the change. 1e-9: another basis,
  // another rounding.
  void allFourClassesAreOne() {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const Case one = caseOf(seed);
      const double known = logLikelihood(one.model, one.trials);
      for (const auto emissions : {LdsEmissions::orthonormal, LdsEmissions::free})
        for (const auto noise : {LdsDynamicsNoise::diagonal, LdsDynamicsNoise::full}) {
          LdsClass kind = one.kind;
          kind.emissions = emissions;
          kind.dynamicsNoise = noise;
          const LdsInClass written = writtenAs(one.model, kind);
          const LdsModel& model = written.model;
          QVERIFY(std::abs(logLikelihood(model, one.trials) - known) < 1e-9 * std::abs(known));
          COMPARE_EIGENVALUES(eigenvalues(model.F), eigenvalues(one.model.F), 1e-9);
          if (emissions == LdsEmissions::orthonormal)
            COMPARE_MATRICES(model.C.transpose() * model.C, Matrix::Identity(2, 2), 1e-12);
          if (noise == LdsDynamicsNoise::diagonal) QVERIFY(model.Q.isDiagonal(0));
          COMPARE_MATRICES(smooth(model, one.trials).means[0],
                           Matrix(written.change * smooth(one.model, one.trials).means[0]), 1e-8);
        }
    }
  }

  // Emissions that do not show all latents have no orthonormal form.
  void hiddenLatentsHaveNoOrthonormalForm() {
    Case one = caseOf(2);
    one.model.C.col(1) = 2 * one.model.C.col(0);
    LdsClass kind = one.kind;
    kind.emissions = LdsEmissions::orthonormal;
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, writtenAs(one.model, kind));
  }

  // In units of the channels and back: the likelihood differs by the units alone. Fails if a centre or a
  // scale reaches the wrong parameter.
  void unitsChangeNothing() {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Case one = caseOf(seed);
      for (auto& trial : one.trials) {
        trial.activity.row(1) = 1e3 * trial.activity.row(1).array() + 7e3;
        if (trial.input.rows() > 0) trial.input = 20 * trial.input.array() + (one.kind.bias ? 50 : 0);
      }
      const LdsUnits units = unitsOf(one.trials, one.kind);
      const std::vector<Trial> own = inUnits(one.trials, units);
      const double inside = logLikelihood(one.model, own);
      const double outside = logLikelihood(outOfUnits(one.model, units), one.trials);
      QVERIFY2(std::abs(inside - logScale(one.trials, units) - outside) < 1e-8 * std::abs(outside),
               qPrintable(QString("%1 %2").arg(inside - logScale(one.trials, units)).arg(outside)));
    }
  }
};

KEYHOLE_TEST(TestLdsChart)

}  // namespace tst_lds_chart

#include "tst_lds_chart.moc"
