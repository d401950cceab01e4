// Tests core/fitting/about_mean.h: the mean of a recording changes nothing in what FORCE and BPTT claim.
#include "core/common/random.h"
#include "core/fitting/network/bptt_fit.h"
#include "core/fitting/network/force_fit.h"
#include "core/fitting/run_student.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_about_mean {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Noise without any memory, in two trials, with an input.
std::vector<Trial> noiseAbout(const Vector& mean) {
  std::vector<Trial> trials;
  for (const Index steps : {300, 200}) {
    const Matrix numbers =
        RandomStream(4, Stream::test, static_cast<std::uint64_t>(steps)).normalMatrix(mean.size() + 1, steps);
    trials.push_back({numbers.topRows(mean.size()).colwise() + mean, numbers.bottomRows(1)});
  }
  return trials;
}

Student byForce(const std::vector<Trial>& trials, Nonlinearity phi = Nonlinearity::linear) {
  ForceOptions options;
  options.alpha = 0.5;
  options.phi = phi;
  options.offset = true;
  options.passes = 5;
  options.resetEvery = 1;
  return fitForce(trials, options);
}

Student byBptt(const std::vector<Trial>& trials) {
  BpttOptions options;
  options.alpha = 0.5;
  options.hidden = 2;
  options.epochs = 20;
  options.window = 50;
  return fitBptt(trials, options);
}

}  // namespace

class TestAboutMean : public QObject {
  Q_OBJECT

 private slots:
  // The same weights whatever the mean is: numbers near 1 less a mean of 1e3 are known to 1e-13, which five
  // passes or twenty epochs of smooth steps do not raise above 1e-9. Fails if the mean has to be learnt.
  void theMeanChangesNoWeight() {
    const Vector none = Vector::Zero(3), mean{{1000, -30, 4}};
    for (const auto& fit : {+[](const std::vector<Trial>& trials) { return byForce(trials); }, &byBptt}) {
      const Student at0 = fit(noiseAbout(none)), away = fit(noiseAbout(mean));
      COMPARE_MATRICES(away.A, at0.A, 1e-9);
      COMPARE_MATRICES(away.V, at0.V, 1e-9);
      QVERIFY(std::abs(away.oneStepR2 - at0.oneStepR2) < 1e-9);
    }
  }

  // Of x + m the student foresees what it foresees of x, plus m; of hidden units, too. Fails if the drive
  // does not hold the mean.
  void theDriveHoldsTheMean() {
    const Vector mean{{1000, -30, 4}};
    const Student at0 = byBptt(noiseAbout(Vector::Zero(3))), away = byBptt(noiseAbout(mean));
    Vector level = Vector::Zero(5);
    level.head(3) = mean;
    const Vector state = RandomStream(9, Stream::test).normalMatrix(5, 1);
    const Vector next = at0.A * state + at0.b, shifted = away.A * (state + level) + away.b;
    COMPARE_MATRICES(shifted, next + level, 1e-6);
  }

  // tanh knows where 0 is: no shift. Fails if it is fitted about the mean nevertheless.
  void tanhStaysWhereItIs() {
    const Student at0 = byForce(noiseAbout(Vector::Zero(3)), Nonlinearity::tanh),
                  away = byForce(noiseAbout(Vector::Constant(3, 2)), Nonlinearity::tanh);
    QVERIFY((away.A - at0.A).norm() > 0.1);
  }
};

KEYHOLE_TEST(TestAboutMean)

}  // namespace tst_about_mean

#include "tst_about_mean.moc"
