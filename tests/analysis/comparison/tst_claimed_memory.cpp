// Tests core/analysis/comparison/claimed_memory.h and core/fitting/autocorrelation.h
#include "core/analysis/comparison/claimed_memory.h"
#include "core/analysis/comparison/slow_direction.h"
#include "core/common/random.h"
#include "core/fitting/autocorrelation.h"
#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/regression/map_fit.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_claimed_memory {

using namespace keyhole;

namespace {

constexpr Index kSteps = 20000;

Matrix noiseOf(Index units, std::uint64_t seed) {
  return RandomStream(seed, Stream::test).normalMatrix(units, kSteps);
}

Trial trialOf(Matrix activity) {
  const Index steps = activity.cols();
  return {std::move(activity), Matrix(0, steps)};
}

// x_{t+1} = F x_t + η.
Matrix markov(const Matrix& F, std::uint64_t seed) {
  Matrix x = noiseOf(F.rows(), seed);
  for (Index t = 1; t < x.cols(); ++t) x.col(t) += F * x.col(t - 1);
  return x;
}

Student mapOf(const std::vector<Trial>& trials) {
  MapOptions options;
  options.alpha = 1;
  options.rho = 0;
  return fitMap(trials, options);
}

ClaimedMemory memoryOf(const Matrix& activity, const Refit& refit = mapOf) {
  const std::vector<Trial> trials{trialOf(activity)};
  return claimedMemory(refit(trials), trials, refit, 40);
}

}  // namespace

class TestClaimedMemory : public QObject {
  Q_OBJECT
 private slots:
  // φ^l of a first-order process; |φ|^l of a rotation, whatever its angle. 20,000 samples: 0.02 is some three
  // standard errors. Fails if lags are shifted, or a rotation passes for forgotten where it crosses zero.
  void autocorrelationIsThatOfTheProcess() {
    const double phi = 0.9, angle = 1.1;
    const Matrix one = Matrix::Constant(1, 1, phi);
    const Vector real = autocorrelation({trialOf(markov(one, 1))}, ComplexVector::Ones(1), 12);
    Matrix turning(2, 2);
    turning << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
    const ComplexVector direction{{1.0, std::complex<double>(0, -1)}};
    const Vector modulus = autocorrelation({trialOf(markov(phi * turning, 2))}, direction, 12);
    for (Index lag = 0; lag < 12; ++lag) {
      const double expected = std::pow(phi, static_cast<double>(lag));
      QVERIFY2(std::abs(real(lag) - expected) < 0.06, qPrintable(QString::number(real(lag) - expected)));
      QVERIFY2(std::abs(modulus(lag) - expected) < 0.06,
               qPrintable(QString::number(modulus(lag) - expected)));
    }
  }

  // No step leads from one trial into the next: two halves that are each other's negative. Fails if they are
  // joined.
  void trialsAreNotJoined() {
    const Matrix x = markov(Matrix::Constant(1, 1, 0.99), 1);
    const Vector apart =
        autocorrelation({trialOf(x.leftCols(50)), trialOf(x.leftCols(50))}, ComplexVector::Ones(1), 40);
    const Vector alone = autocorrelation({trialOf(x.leftCols(50))}, ComplexVector::Ones(1), 40);
    for (Index lag = 0; lag < 40; ++lag) QVERIFY(std::abs(apart(lag) - alone(lag)) < 1e-10);
  }

  // wᵀ x follows the slowest mode alone: of F = V Λ V⁻¹ the row of V⁻¹. Fails with right eigenvectors.
  void slowDirectionIsALeftEigenvector() {
    Student student;
    student.alpha = 0.5;
    student.A = Matrix{{0.9, 0.7}, {0.0, 0.2}};
    const ComplexVector w = slowDirection(student, 2);
    const Vector residual = (student.A.transpose() * w.real() - 0.9 * w.real());
    QVERIFY(residual.norm() < 1e-12 && std::abs(w.norm() - 1) < 1e-12);
    QVERIFY(std::abs(slowestSteps(student) + 1 / std::log(0.95)) < 1e-9);  // F = 1 - α + α 0.9
  }

  // The right model: the recording is one of its own simulations, and outside of 95 % of them about once in
  // twenty. Of ten, more than two would be so in one of a hundred cases.
  void aMarkovRecordingKnows() {
    int outside = 0;
    const Matrix F{{0.95, 0.1}, {0.0, 0.6}};
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const ClaimedMemory memory = memoryOf(markov(F, seed));
      QVERIFY(memory.offered && memory.simulations == 40);
      const auto at = static_cast<Index>(memory.decisive);
      outside += memory.recording(at) < memory.low(at) || memory.recording(at) > memory.high(at);
    }
    QVERIFY2(outside <= 2, qPrintable(QString::number(outside)));
  }

  // A moving average over five steps has forgotten after five, and its regression of one step has λ = 0.8,
  // which remembers for 4.5. Fails if the student's memory is compared with itself.
  void aFiniteMemoryHasForgotten() {
    const Matrix noise = noiseOf(1, 3);
    Matrix average(1, kSteps - 4);
    for (Index t = 0; t < average.cols(); ++t) average(0, t) = noise.row(0).segment(t, 5).sum();
    const ClaimedMemory memory = memoryOf(average);
    QVERIFY(std::abs(memory.claimedSteps + 1 / std::log(0.8)) < 0.3);
    QVERIFY(memory.lower == 1.0);
    QVERIFY(QString::fromStdString(memory.sentence).contains("does not show it"));
  }

  // A slow process behind observation noise remembers for longer than its regression; subspace
  // identification, which knows of such noise, predicts it.
  void aSlowProcessBehindNoiseRemembersMore() {
    const Matrix F = Matrix::Constant(1, 1, 0.98);
    const Matrix slow = markov(F, 4);
    Matrix seen(3, kSteps);
    for (Index i = 0; i < 3; ++i) seen.row(i) = slow.row(0) + 5 * noiseOf(3, 5).row(i);
    const ClaimedMemory map = memoryOf(seen);
    QVERIFY(map.lower == 0.0);
    QVERIFY(QString::fromStdString(map.sentence).contains("remembers more"));
    const ClaimedMemory latent = memoryOf(seen, [](const std::vector<Trial>& trials) {
      SubspaceOptions options;
      options.latents = 1;
      options.alpha = 1;
      return fitSubspace(trials, options);
    });
    QVERIFY2(latent.lower > 0 && latent.lower < 1, latent.sentence.c_str());
  }

  // Between two sentences that contradict each other stands one that says so: the standing rises one by one
  // with the value, and the steps about each end are as wide as its own error. Fails at a hard border.
  void nearABorderItIsMarginal() {
    MemoryStanding before = MemoryStanding::forgets;
    int changes = 0;
    for (int i = 0; i <= 4000; ++i) {
      const double value = -2.0 + 0.001 * i;
      const MemoryStanding now = memoryStanding(value, -0.3, 0.1, 0.5, 40);
      QVERIFY(static_cast<int>(now) - static_cast<int>(before) <= 1 && now >= before);
      changes += now != before;
      before = now;
    }
    QCOMPARE(before, MemoryStanding::remembersMore);
    QCOMPARE(changes, 4);
    QCOMPARE(memoryStanding(-0.3, -0.3, 0.1, 0.5, 40), MemoryStanding::barelyLess);
    QCOMPARE(memoryStanding(0.5, -0.3, 0.1, 0.5, 40), MemoryStanding::barelyMore);
    // More simulations know the border better.
    QCOMPARE(memoryStanding(-0.35, -0.3, 0.1, 0.5, 40), MemoryStanding::barelyLess);
    QCOMPARE(memoryStanding(-0.35, -0.3, 0.1, 0.5, 4000), MemoryStanding::forgets);
  }

  // Twenty trials of 64 steps, each about a level of its own: neither the recording nor the student forgets
  // it within the 16 steps that are looked at, and two lower bounds are not compared as if they were times.
  void lowerBoundsHaveNoOrder() {
    const Matrix noise = noiseOf(1, 5), levels = noiseOf(1, 6);
    std::vector<Trial> trials;
    for (Index k = 0; k < 20; ++k)
      trials.push_back(trialOf((0.2 * noise.middleCols(64 * k, 64).array() + levels(0, k)).matrix()));
    const ClaimedMemory memory = claimedMemory(mapOf(trials), trials, mapOf, 40);
    QVERIFY(memory.offered);
    QCOMPARE(memory.lags.back(), Index{16});
    QVERIFY(memory.recording.minCoeff() > 0.37 && memory.median.minCoeff() > 0.37);
    QCOMPARE(memory.standing, MemoryStanding::remembersMore);
    const QString said = QString::fromStdString(memory.sentence);
    QVERIFY2(said.contains("neither has forgotten within the 16 steps") && !said.contains("more than 16"),
             qPrintable(said));
  }

  // Fails if a student that has no stationary recording is given one.
  void whatGrowsPredictsNothing() {
    Student student = mapOf({trialOf(markov(Matrix::Constant(1, 1, 0.9), 1))});
    student.A(0, 0) = 1.01;
    const ClaimedMemory memory =
        claimedMemory(student, {trialOf(markov(Matrix::Constant(1, 1, 0.9), 1))}, mapOf, 40);
    QVERIFY(!memory.offered && QString::fromStdString(memory.why).contains("grows"));
  }
};

KEYHOLE_TEST(TestClaimedMemory)

}  // namespace tst_claimed_memory

#include "tst_claimed_memory.moc"
