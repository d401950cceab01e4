// Tests core/experiment/studies/compare.h and core/report/compare_report.h
#include "core/experiment/settings/fit_methods.h"
#include "core/report/compare_report.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_compare {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Comparison compared(const Settings& settings, const std::vector<std::string>& methods,
                    Progress& progress = noProgress()) {
  const auto run = runExperiment(settings, nullptr);
  CompareOptions options;
  options.methods = methods;
  return compareMethods(*run, options, progress);
}

class StopAfterTwo : public Progress {
 public:
  void report(double, std::string_view what) override {
    m_begun += what.starts_with("comparing: ") && what != m_last;
    m_last = what;
  }
  bool stopRequested() const override { return m_begun > 2; }

 private:
  std::string m_last;
  int m_begun = 0;
};

// How far it was, and with what words, one after the other.
class Listening : public Progress {
 public:
  void report(double fraction, std::string_view what) override {
    forward = forward && fraction >= m_last && fraction <= 1;
    m_last = fraction;
    if (what.starts_with("comparing: ") && (words.empty() || words.back() != what)) words.emplace_back(what);
  }
  bool forward = true;
  std::vector<std::string> words;

 private:
  double m_last = 0;
};

}  // namespace

class TestCompare : public QObject {
  Q_OBJECT
 private slots:
  // Seen whole, a linear teacher without input is recovered by MAP (a long run: T = 20000 against 10 units):
  // its dynamics are the teacher's. Seen through a keyhole, the non-normal one makes up persistence, and the
  // two gauges part: the data are fitted, the dynamics are not the teacher's.
  void gaugesTellTheTwoThingsApart() {
    const Changes long_ = {{"simulation.steps", "20000"}, {"fit.steps", "20000"}, {"fit.rho", "0"}};
    Settings whole = with(small("symmetric", long_), {{"teacher.size", "10"}, {"observation.fraction", "1"}});
    const auto good = compared(whole, {"map"}).rows.front();
    QVERIFY2(good.hasTheDynamics > 0.9, qPrintable(QString::number(good.hasTheDynamics)));
    QCOMPARE(good.verdict, std::string("faithful"));
    Settings keyhole = with(preset("chain").settings, {{"analysis.limit_runs", "0"},
                                                       {"teacher.size", "300"},
                                                       {"simulation.task", "none"},
                                                       {"simulation.steps", "14000"},
                                                       {"fit.steps", "14000"}});
    const auto fooled = compared(keyhole, {"map"}).rows.front();
    QVERIFY2(fooled.fitsTheData > 0.6 && fooled.hasTheDynamics < 0.3,
             qPrintable(QString("%1 %2").arg(fooled.fitsTheData).arg(fooled.hasTheDynamics)));
    QCOMPARE(fooled.verdict, std::string("spurious persistence"));
  }

  // One experiment, one answer: whatever the method, the row says what the window says for the same settings,
  // to the last bit, in verdict, eigenvalues, score and gauge; and on how many steps it rests, MAP on all,
  // the others on fit.steps. Fails if the comparison fits, analyses or judges by itself.
  void saysWhatTheWindowSays() {
    const Settings settings = small("figure-3", {{"simulation.steps", "3000"}, {"fit.steps", "1000"}});
    const auto rows = compared(settings, {"map", "cornn", "subspace"}).rows;
    for (const MethodRow& row : rows) {
      const auto shown = runExperiment(with(settings, {{"fit.method", row.name}}), nullptr);
      QVERIFY(row.spectrum.values == shown->studentAnalysis->spectrum.values);
      QCOMPARE(row.score.value, shown->studentAnalysis->score.value);
      QCOMPARE(row.hasTheDynamics, shown->studentAnalysis->hasTheDynamics);
      QCOMPARE(QString::fromStdString(row.sentence), QString::fromStdString(shown->verdict.sentence));
      QCOMPARE(row.verdict, nameOf(shown->verdict.kind));
      QCOMPARE(row.student.steps, row.name == "map" ? Index{2999} : Index{999});
    }
    const auto json = compareJson(compared(settings, {"subspace"}));
    QCOMPARE(json[0]["fitted_steps"].get<int>(), 999);
    QVERIFY2(contains(json[0]["warnings"].dump(), "the first 1000 of 3000 steps"), json.dump().c_str());
  }

  // A number of iterations that was asked for is that of the method that the settings choose, as in the
  // window, and else as published; where that method has none, it is for all. Fails if it is dropped, or if a
  // method gets it for the one before it.
  void iterationsAreTheWindows() {
    const auto iterationsOf = [](const char* chosen) {
      const auto comparison = compared(small("figure-3", {{"simulation.steps", "600"},
                                                          {"fit.method", chosen},
                                                          {"fit.estimator", "published"},
                                                          {"fit.iterations", "7"}}),
                                       {"lds-published", "bptt"});
      std::vector<long long> counts;
      for (const auto& row : comparison.rows) counts.push_back(row.settings.integer("fit.iterations"));
      return counts;
    };
    const auto published = [](const char* method) {
      Settings settings;
      settings.set("fit.method", std::string(method));
      settings.set("fit.estimator", std::string("published"));
      return usualIterations(settings);
    };
    using Counts = std::vector<long long>;
    QVERIFY(iterationsOf("map") == (Counts{7, 7}));
    QVERIFY(iterationsOf("lds") == (Counts{7, published("bptt")}));
    QVERIFY(iterationsOf("bptt") == (Counts{published("lds"), 7}));
  }

  // Fails if a fit's own progress is told as that of the whole: the bar would jump, with other words.
  void progressIsThatOfTheWhole() {
    Listening listening;
    const auto comparison = compared(small("figure-3", {{"fit.steps", "2000"}, {"fit.iterations", "3"}}),
                                     {"map", "lds", "cornn"}, listening);
    QVERIFY(comparison.complete);
    QVERIFY(listening.forward);
    QCOMPARE(listening.words.size(), std::size_t{3});
    for (std::size_t i = 0; i < 3; ++i)
      QCOMPARE(listening.words[i], "comparing: " + comparison.rows[i].label);
  }

  // Every method gets an entry, whatever becomes of it; the table has all of them.
  void tableHasEveryMethod() {
    const auto comparison = compared(small("chain", {{"simulation.steps", "700"}}),
                                     {"map", "lds-published", "lds", "lds-full", "cornn", "bptt"});
    QVERIFY(comparison.complete);
    QCOMPARE(comparison.rows.size(), std::size_t{5});  // lds-full is lds
    for (const auto& row : comparison.rows) {
      QVERIFY2(row.hasParameters, (row.name + ": " + row.summary.message).c_str());
      QVERIFY(row.analysis && row.agreement);
      QVERIFY(row.fitsTheData >= 0 && row.fitsTheData <= 1 && row.hasTheDynamics >= 0 &&
              row.hasTheDynamics <= 1);
    }
    const std::string csv = compareCsv(comparison);
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t{6});
    const auto json = compareJson(comparison);
    QCOMPARE(json.size(), std::size_t{5});
    QCOMPARE(json[1]["name"].get<std::string>(), std::string("lds-published"));
  }

  // Of several splits: the first is the one alone, the numbers are their mean, and the deviation is that of
  // the numbers themselves. Fails if a split is scored on what it was fitted to (it would foresee better), or
  // if two hold out the same.
  void splitsGiveErrors() {
    const auto run =
        runExperiment(small("figure-3", {{"simulation.steps", "3000"}, {"fit.steps", "3000"}}), nullptr);
    CompareOptions options;
    options.methods = {"map", "subspace"};
    const Comparison one = compareMethods(*run, options);
    options.splits = 5;
    int calls = 0;
    const Comparison five = compareMethods(*run, options, noProgress(), [&](const Comparison&) { ++calls; });
    QVERIFY(five.complete && calls == 2 + 2 * 4 + 1);
    QCOMPARE(five.fitted, Index{2400});
    for (std::size_t i = 0; i < 2; ++i) {
      const MethodRow& row = five.rows[i];
      QCOMPARE(row.splits.size(), std::size_t{5});
      QCOMPARE(row.splits[0].heldOut.oneStepR2, one.rows[i].heldOut.oneStepR2);
      QCOMPARE(row.score.value, one.rows[i].score.value);  // the shown fit's
      double mean = 0, squares = 0;
      for (const SplitRow& split : row.splits) mean += split.heldOut.oneStepR2 / 5;
      for (const SplitRow& split : row.splits) squares += std::pow(split.heldOut.oneStepR2 - mean, 2);
      QVERIFY(std::abs(row.heldOut.oneStepR2 - mean) < 1e-12);
      const SplitSpread spread = spreadOver(row, [](const SplitRow& s) { return s.heldOut.oneStepR2; });
      QVERIFY(std::abs(spread.deviation - std::sqrt(squares / 4)) < 1e-12 && spread.deviation > 0);
      QVERIFY(scoreSpread(row).count >= 0);
    }
    const auto json = compareJson(five);
    QCOMPARE(json[0]["held_out_splits"].size(), std::size_t{5});
    QVERIFY(json[0]["held_out_one_step_r2_sd"].is_number());
    QVERIFY(compareJson(one)[0]["held_out_one_step_r2_sd"].is_null());
    QVERIFY(contains(compareCsv(five), "held_out_one_step_r2,held_out_one_step_r2_sd,"));
    options.splits = 6;
    const std::string said = refusal([&] { (void)compareMethods(*run, options); });
    QVERIFY2(isOneSentence(said) && contains(said, "6; allowed: 1 to 5"), said.c_str());
  }

  // White noise in steps of α = 1 has nothing to foresee: a fit with many numbers foresees less than the mean
  // does, in some splits or in all, and the row says so. Fails if a mean above 0 hides splits below it.
  void foreseeingNothingIsSaid() {
    MethodRow row;
    for (const double r2 : {0.1, -0.05, 0.02}) {
      SplitRow split;
      split.heldOut.oneStepR2 = r2;
      split.heldOut.gainOnNoChange = r2;
      row.splits.push_back(split);
    }
    const auto remark = [&] {
      for (const CompareColumn& column : compareColumns())
        if (column.key == "held_out_remark") return column.text(row);
      return std::string();
    };
    QCOMPARE(remark(), std::string("worse than no change in 1 of 3 splits"));
    row.splits = {row.splits[1]};
    QCOMPARE(remark(), std::string("worse than no change"));
    row.splits[0].heldOut.gainOnNoChange = 0.4;
    QCOMPARE(remark(), std::string("worse than the mean step"));
    row.splits[0].heldOut.oneStepR2 = 0.1;
    QCOMPARE(remark(), std::string());
  }

  void unknownMethodsAreNamed() {
    const std::string said = refusal([] { (void)compared(small("chain"), {"map", "magic"}); });
    QVERIFY2(isOneSentence(said) && contains(said, "magic") && contains(said, "lds-published"), said.c_str());
  }

  void stopKeepsWhatIsDone() {
    StopAfterTwo stop;
    const auto comparison =
        compared(small("chain", {{"simulation.steps", "700"}}), {"map", "lds", "cornn"}, stop);
    QVERIFY(!comparison.complete);
    QCOMPARE(comparison.rows.size(), std::size_t{2});
  }
};

KEYHOLE_TEST(TestCompare)

}  // namespace tst_compare

#include "tst_compare.moc"
