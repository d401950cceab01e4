// Latent LDS on channels that are constant, copies, sums or far larger than the others:
// core/fitting/latent/lds_fit.h, channel_notes.h
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/fitting/latent/lds_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_lds_bad_channels {

using namespace keyhole;
using namespace keyhole::test;

class TestLdsBadChannels : public QObject {
  Q_OBJECT

 private slots:
  void neverFallsOnBadChannels_data() { addClasses(); }
  // EM's theorem where the bounds on the noise act: constant and copied channels, one in much larger units,
  // high floors, more latents than the recording has. Fails if a start lies outside of the bounds that the
  // steps keep, or Q loses its sign to rounding. Where every channel is a copy, or one is a million times the
  // others, rounding is larger than what is left to gain: there the fit may end early, and says so.
  void neverFallsOnBadChannels() {
    QFETCH(int, emissions);
    QFETCH(int, dynamics);
    QFETCH(int, noise);
    for (int bad = 0; bad < 5; ++bad) {
      Trial trial = sampleOf(randomLds(3, 2, 8, 1), 5, 300);
      if (bad == 0) trial.activity.row(4).setZero();
      if (bad == 1) trial.activity.row(4) = trial.activity.row(2);
      if (bad == 2) trial.activity.row(4) *= 1e3;
      if (bad == 3) trial.activity = trial.activity.row(0).replicate(8, 1).eval();
      if (bad == 4) trial.activity.row(4) *= 1e6;
      LdsOptions options = quick(3, 40);
      options.kind.emissions = static_cast<LdsEmissions>(emissions);
      options.kind.dynamicsNoise = static_cast<LdsDynamicsNoise>(dynamics);
      options.kind.emissionNoise = static_cast<LdsEmissionNoise>(noise);
      options.kind.noiseFloor = 0.1;
      const LdsFit fit = fitLds({trial}, options);
      QVERIFY2(firstFall(fit.logLikelihood).isEmpty(), qPrintable(firstFall(fit.logLikelihood)));
      const bool early = fit.logLikelihood.size() < 41;
      QVERIFY2(!early || fit.summary.status == FitStatus::converged ||
                   fit.summary.message.find("rounding would lower") != std::string::npos,
               fit.summary.message.c_str());
      QVERIFY(fit.logLikelihood.size() > 1);
      QVERIFY(symmetricEigenSystem(fit.model.Q).values.minCoeff() > 0 && fit.model.R.minCoeff() > 0);
      // Two roads to the value of what is returned.
      QVERIFY(std::abs(logLikelihood(fit.model, {trial}) - fit.logLikelihood.back()) <
              1e-9 * std::abs(fit.logLikelihood.back()));
    }
  }

  // Fails if a copy or a sum of other channels is not told, or told of channels that are neither.
  void dependentChannelsAreTold() {
    const Trial trial = sampleOf(randomLds(3, 2, 6, 0), 5, 300);
    const auto notesOf = [&](auto&& change) {
      Trial changed = trial;
      change(changed.activity);
      QStringList notes;
      for (const auto& warning : fitLds({changed}, quick(2, 3)).warnings)
        notes << QString::fromStdString(warning);
      return notes.filter("channels");
    };
    QVERIFY(notesOf([](Matrix&) {}).isEmpty());
    const auto copied = notesOf([](Matrix& Y) { Y.row(4) = Y.row(2); });
    QCOMPARE(copied.size(), 1);
    QVERIFY2(copied[0].endsWith("of their own: 5"), qPrintable(copied[0]));
    const auto summed = notesOf([](Matrix& Y) {
      Y.row(4) = 2e3 * Y.row(2) - Y.row(0);
      Y.row(4).array() += 7;
    });
    QCOMPARE(summed.size(), 1);
    QVERIFY2(summed[0].contains("6 channels that vary span 5 dimensions"), qPrintable(summed[0]));
    // With a large mean and in small units it is none.
    QVERIFY(notesOf([](Matrix& Y) { Y.row(4) = (1e-4 * Y.row(4)).array() + 1e3; }).isEmpty());
  }
};

KEYHOLE_TEST(TestLdsBadChannels)

}  // namespace tst_lds_bad_channels

#include "tst_lds_bad_channels.moc"
