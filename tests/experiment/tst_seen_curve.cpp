// Tests core/experiment/seen_curve.h: the curve behind the panel over the seen fraction.
#include "core/common/error.h"
#include "core/experiment/seen_curve.h"
#include "tests/experiment/experiment_runs.h"

#include <QTest>

#include <cmath>

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings small() {
  return with(preset("low-rank-linear").settings,
              {{"teacher.size", "80"}, {"simulation.steps", "2000"}, {"observation.fraction", "0.25"}});
}

std::vector<std::shared_ptr<const SeenCurve>> grown(const Settings& settings,
                                                    const SeenCurveOptions& options) {
  std::vector<std::shared_ptr<const SeenCurve>> all;
  seenCurve(settings, options, noProgress(), [&](auto curve) { all.push_back(std::move(curve)); });
  return all;
}

}  // namespace

class TestSeenCurve : public QObject {
  Q_OBJECT

 private slots:
  // Fails if the panel would show another student at the present d than the eigenvalue panel does.
  void theFiniteCurveHoldsTheShownStudent() {
    const Settings settings = with(small(), {{"analysis.limit_runs", "0"}, {"analysis.point_starts", "0"}});
    const auto experiment = runExperiment(settings, nullptr);
    const auto curves = grown(settings, {80, 0, false});
    const SeenCurve& last = *curves.back();
    QVERIFY(last.complete);
    const auto d = static_cast<Index>(experiment->observation->seen.size());
    const auto row = std::find_if(last.finite.rows.begin(), last.finite.rows.end(),
                                  [d](const CurveRow& r) { return r.d == d; });
    QVERIFY(row != last.finite.rows.end());
    const auto& shown = experiment->studentAnalysis->spectrum.values;
    // The same sums and the same solver: nothing but rounding in another order.
    QVERIFY(std::abs(row->modes.leading.values(0) - shown(0)) < 1e-8);
  }

  // Fails if it does not grow in its order, or a stage takes away what was there.
  void itGrows() {
    const auto curves = grown(small(), {12, 3, false});
    QCOMPARE(curves.size(), std::size_t{3});
    QVERIFY(curves[0]->draws.empty() && curves[0]->finite.rows.empty() && !curves[0]->complete);
    QVERIFY(!curves[1]->draws.empty() && curves[1]->finite.rows.empty());
    QVERIFY(curves[2]->complete);
    QCOMPARE(curves[2]->finite.rows.size(), curves[2]->counts.size());
    QVERIFY(!curves[0]->longTime.theory.empty());
    // At d = D the student is the teacher, whose eigenvalues are all 0.
    QVERIFY(std::abs(curves[0]->longTime.rows.back().modes.leading.values(0)) < 1e-9);
  }

  // Fails if a move of the slider would compute the curve anew, or a change of the teacher would not.
  void whatItDependsOn() {
    const Settings settings = small();
    QVERIFY(
        sameSeenCurve(settings, with(settings, {{"observation.fraction", "0.5"}, {"fit.method", "lds"}})));
    QVERIFY(!sameSeenCurve(settings, with(settings, {{"teacher.seed", "7"}})));
    QVERIFY(!sameSeenCurve(settings, with(settings, {{"simulation.steps", "3000"}})));
    QVERIFY(!sameSeenCurve(settings, with(settings, {{"fit.rho", "0.5"}})));
  }

  void aRecordingHasNone() {
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    QVERIFY_EXCEPTION_THROWN(grown(settings, {}), InputError);
  }
};

QTEST_GUILESS_MAIN(TestSeenCurve)
#include "tst_seen_curve.moc"
