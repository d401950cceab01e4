// Tests core/experiment/studies/seen_curve.h: the curve behind the panel over the seen fraction.
#include "core/common/error.h"
#include "core/experiment/studies/seen_curve.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_seen_curve {

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
    const auto curves = grown(settings, {80, 0, true});
    const SeenCurve& last = *curves.back();
    QVERIFY(last.complete);
    const auto d = static_cast<Index>(experiment->observation->seen.size());
    const auto row = std::find_if(last.finite.rows.begin(), last.finite.rows.end(),
                                  [d](const CurveRow& r) { return r.d == d; });
    QVERIFY(row != last.finite.rows.end());
    const auto& shown = experiment->studentAnalysis->spectrum.values;
    // The same sums and the same solver: nothing but rounding in another order.
    QVERIFY(std::abs(row->modes.leading.values(0) - shown(0)) < 1e-8);
    QVERIFY(std::abs(row->modes.leftOverlap - experiment->overlap->left(0)) < 1e-8);
    QVERIFY(std::abs(row->modes.rightOverlap - experiment->overlap->right(0)) < 1e-8);
    QCOMPARE(row->modes.chanceOverlap, experiment->overlap->chance(0));
    // At d = D the long-time student is the teacher; the square root that an overlap takes halves the digits.
    const StudentModes& all = last.longTime.rows.back().modes;
    QVERIFY(std::abs(all.leftOverlap - 1) < 1e-6 && std::abs(all.rightOverlap - 1) < 1e-6);
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

  // Fails if the expensive curve keeps the panel waiting for its last row, or its coarse grid holds other
  // rows than the whole.
  void aCoarseGridComesFirst() {
    const auto curves = grown(small(), {12, 0, true});
    QCOMPARE(curves.size(), std::size_t{3});
    const SeenCurve &coarse = *curves[0], &whole = *curves[1];
    QVERIFY(coarse.counts.size() < whole.counts.size() && coarse.counts.size() >= 3);
    QCOMPARE(coarse.longTime.rows.size(), coarse.counts.size());
    QCOMPARE(coarse.positions.size(), coarse.counts.size());
    QCOMPARE(coarse.counts.front(), whole.counts.front());
    QCOMPARE(coarse.counts.back(), whole.counts.back());
    for (std::size_t i = 0; i < coarse.counts.size(); ++i) {
      const auto row = std::find_if(whole.longTime.rows.begin(), whole.longTime.rows.end(),
                                    [&](const CurveRow& r) { return r.d == coarse.counts[i]; });
      QVERIFY(row != whole.longTime.rows.end());
      QCOMPARE(coarse.longTime.rows[i].d, coarse.counts[i]);
      QCOMPARE(coarse.longTime.rows[i].modes.henrici, row->modes.henrici);
    }
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

  // Fails if a row belongs to another value than its place on the axis says, or to another number of seen
  // units.
  void overASettingEachRowIsTheStudentOfThatValue() {
    const Settings settings =
        with(small(),
             {{"analysis.limit_runs", "0"}, {"analysis.point_starts", "0"}, {"view.curve_over", "fit.rho"}});
    const auto curves = grown(settings, {5, 3, false});
    const SeenCurve& last = *curves.back();
    QVERIFY(last.complete && last.longTime.rows.empty());  // ρ does not matter to the limit
    QCOMPARE(last.finite.rows.size(), std::size_t{5});
    QCOMPARE(last.draws.size(), std::size_t{5});
    for (const std::size_t i : {std::size_t{0}, std::size_t{4}}) {
      const auto experiment =
          runExperiment(with(settings, {{"fit.rho", std::to_string(last.positions[i])}}), nullptr);
      QCOMPARE(last.counts[i], static_cast<Index>(experiment->observation->seen.size()));
      const auto& shown = experiment->studentAnalysis->spectrum.values;
      QVERIFY(std::abs(last.finite.rows[i].modes.leading.values(0) - shown(0)) < 1e-8);
    }
    QVERIFY(std::abs(last.finite.rows[0].modes.leading.values(0) -
                     last.finite.rows[4].modes.leading.values(0)) > 1e-3);
  }

  void overTheSizeOfTheTeacher() {
    const Settings settings =
        with(small(),
             {{"teacher.size", "40"}, {"observation.fraction", "0.25"}, {"view.curve_over", "teacher.size"}});
    const auto curves = grown(settings, {8, 0, false});
    const SeenCurve& last = *curves.back();
    QVERIFY(last.positions.size() >= 5 && last.longTime.rows.size() == last.positions.size());
    QVERIFY(last.positions.front() >= 10);  // d = 10 units cannot be seen of fewer
    for (std::size_t i = 0; i < last.positions.size(); ++i) {
      QCOMPARE(last.longTime.rows[i].units, static_cast<Index>(last.positions[i]));
      QCOMPARE(last.longTime.rows[i].d, Index{10});
    }
    // A stable teacher seen in a smaller part has slower students: mean field, science.md section 6.
    QVERIFY(last.longTime.rows.front().modes.leading.values(0).real() <
            last.longTime.rows.back().modes.leading.values(0).real());
  }

  // Fails if moving along the axis would compute the curve anew, or seeing more units would not.
  void whatACurveOverASettingDependsOn() {
    const Settings settings = with(small(), {{"view.curve_over", "simulation.steps"}});
    QVERIFY(sameSeenCurve(settings, with(settings, {{"simulation.steps", "500"}})));
    QVERIFY(!sameSeenCurve(settings, with(settings, {{"observation.fraction", "0.5"}})));
    QVERIFY(!sameSeenCurve(settings, with(settings, {{"view.curve_over", "observed"}})));
  }

  // A setting that the teacher does not have gets its sentence, and every axis is one of the setting's
  // choices.
  void axes() {
    QVERIFY_EXCEPTION_THROWN(grown(with(small(), {{"view.curve_over", "teacher.chain_beta"}}), {}),
                             InputError);
    std::vector<std::string> choices;
    for (const Choice& choice : settingRow("view.curve_over").choices) choices.push_back(choice.name);
    std::vector<std::string> expected = curveAxes();
    expected.insert(expected.begin(), "observed");
    QCOMPARE(choices, expected);
    for (const std::string& key : curveAxes()) {
      const Settings defaults;
      const auto values = curveAxisValues(defaults, key, 9);
      QVERIFY(values.size() >= 5);
      for (const std::string& value : values)
        (void)parseSetting(settingRow(key), value);  // throws if out of range
    }
  }

  void aRecordingHasNone() {
    Settings settings;
    settings.set("teacher.kind", std::string("recording"));
    QVERIFY_EXCEPTION_THROWN(grown(settings, {}), InputError);
  }
};

KEYHOLE_TEST(TestSeenCurve)

}  // namespace tst_seen_curve

#include "tst_seen_curve.moc"
