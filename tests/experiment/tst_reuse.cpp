// Tests what runExperiment() shares with the experiment before, and that sharing changes no result.
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_reuse {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Result = std::shared_ptr<const Experiment>;

// Which results two experiments share, as "teacher simulation observation fit picture-of-teacher …".
QString shared(const Result& a, const Result& b) {
  QStringList names;
  const auto add = [&](const char* name, const auto& x, const auto& y) {
    if (x && x == y) names << name;
  };
  add("teacher", a->teacher, b->teacher);
  add("simulation", a->simulation, b->simulation);
  add("observation", a->observation, b->observation);
  add("fit", a->fit, b->fit);
  add("teacherAnalysis", a->teacherAnalysis, b->teacherAnalysis);
  add("studentAnalysis", a->studentAnalysis, b->studentAnalysis);
  return names.join(' ');
}

double scaleOf(const Matrix& A) {
  return std::max(1.0, A.cwiseAbs().maxCoeff());
}

}  // namespace

class TestReuse : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_before = runExperiment(small("figure-3"), nullptr); }

  // Each row fails if a change of that setting computes more than it must (dragging would be slow) or less
  // (the picture would be false).
  void sharedStages_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* key, const char* text, const char* expected) {
      QTest::newRow(key) << key << text << expected;
    };
    row("teacher.seed", "4", "");
    row("simulation.sigma", "0.3", "teacher");
    row("observation.fraction", "0.5", "teacher simulation teacherAnalysis");
    row("observation.subset", "random", "teacher simulation teacherAnalysis");
    row("fit.rho", "0.1", "teacher simulation observation teacherAnalysis");
    const char* all = "teacher simulation observation fit teacherAnalysis studentAnalysis";
    row("analysis.persistent_tau", "1.5", all);
    row("analysis.growth_time", "7", all);
    row("analysis.point_starts", "5", all);
    row("analysis.flow_plane", "common", "teacher simulation observation fit teacherAnalysis");
    row("analysis.student_noise", "none", "teacher simulation observation fit teacherAnalysis");
    row("analysis.limit_start", "0.7", "teacher simulation observation fit");
    row("view.speed_map", "false", all);
    row("view.units_shown", "5", all);
  }
  void sharedStages() {
    QFETCH(QString, key);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const Settings settings = with(m_before->settings, {{key.toStdString(), text.toStdString()}});
    const Result after = runExperiment(settings, m_before);
    QCOMPARE(shared(m_before, after), expected);
    QCOMPARE(after->settings, settings);
    compare(*after, *runExperiment(settings, nullptr));
  }

  // What a setting of the analysis makes stale stands in its row. Fails if a row names too little: then what
  // is taken over from the experiment before is not what the settings ask for.
  void everySettingOfTheAnalysisIsHeeded() {
    for (const auto& row : settingsTable()) {
      QCOMPARE(row.remakes.has_value(), row.stage == Stage::analysis);
      if (row.stage != Stage::analysis) continue;
      Settings settings = m_before->asked;
      if (row.type == SettingType::choice)
        settings.set(row.key, row.choices.back().name);
      else if (settings.number(row.key) != row.minimum)
        settings.set(row.key, row.minimum);
      else
        settings.set(row.key, row.minimum > 0 ? 2 * row.minimum : 1.0);
      QVERIFY2(settings != m_before->asked || row.key == "analysis.draws", row.key.c_str());
      compare(*runExperiment(settings, m_before), *runExperiment(settings, nullptr));
    }
  }

  // Fails if a threshold is changed without the verdict heeding it.
  void verdictFollowsItsThreshold() {
    const Result before = runExperiment(small("low-rank-linear"), nullptr);
    const auto kindAt = [&](const char* tau) {
      const Settings settings = with(before->settings, {{"analysis.persistent_tau", tau}});
      return runExperiment(settings, before)->verdict.kind;
    };
    QCOMPARE(kindAt("10000"), VerdictKind::faithful);
    QVERIFY(kindAt("1") != VerdictKind::faithful);
  }

  // Fails if the sums kept from the whole teacher give another student than a run of its own, for any subset.
  void everyKeyholeFromTheSameSums() {
    for (const char* subset : {"first", "random", "chosen"}) {
      Result last = m_before;
      for (const char* fraction : {"0.025", "0.1", "0.6", "1"}) {
        const Settings settings = with(m_before->settings, {{"observation.subset", subset},
                                                            {"observation.units", "40, 3-9:2, 1"},
                                                            {"observation.fraction", fraction}});
        last = runExperiment(settings, last);
        QVERIFY(last->simulation == m_before->simulation);
        const Matrix scratch = runExperiment(settings, nullptr)->fit->student.A;
        COMPARE_MATRICES(last->fit->student.A, scratch, 1e-10 * scaleOf(scratch));
      }
    }
  }

  // Fails if the sums for the other φ are not added, replace the first ones, or are computed twice.
  void theOtherNonlinearityIsAddedOnce() {
    QVERIFY(m_before->simulation->tanhSums && !m_before->simulation->linearSums);
    const Settings linear = with(m_before->settings, {{"fit.phi", "linear"}});
    const Result second = runExperiment(linear, m_before);
    QVERIFY(second->simulation->tanhSums && second->simulation->linearSums);
    QVERIFY(!m_before->simulation->linearSums);  // what others hold is not touched
    const Matrix scratch = runExperiment(linear, nullptr)->fit->student.A;
    COMPARE_MATRICES(second->fit->student.A, scratch, 1e-10 * scaleOf(scratch));
    const Result third = runExperiment(m_before->settings, second);
    QCOMPARE(third->simulation, second->simulation);
    compare(*third, *m_before);
    QCOMPARE(runExperiment(linear, third)->simulation, second->simulation);
  }

  // Fails if the stationary covariance is solved again for every d, or kept when α or the method changed.
  void theCovarianceIsKeptForEveryKeyhole() {
    const Settings settings = small("low-rank-linear", {{"fit.method", "stationary-discrete"}});
    const Result first = runExperiment(settings, nullptr);
    QVERIFY(first->fit->kept.covariance);
    const Result wider = runExperiment(with(settings, {{"observation.fraction", "0.7"}}), first);
    QCOMPARE(wider->fit->kept.covariance, first->fit->kept.covariance);
    for (const Changes& changes :
         {Changes{{"simulation.alpha", "0.1"}}, Changes{{"fit.method", "stationary-continuous"}},
          Changes{{"teacher.seed", "9"}}}) {
      const Settings changed = with(settings, changes);
      const Result after = runExperiment(changed, first);
      QVERIFY(after->fit->kept.covariance != first->fit->kept.covariance);
      QVERIFY(after->fit->student.A == runExperiment(changed, nullptr)->fit->student.A);
    }
  }

  // Fails if what the MAP fits of every number of many units share is made again for each, serves another
  // question or another run, or gives a student other bits than one that is fitted first.
  void theNestedFactorIsKeptForEveryKeyhole() {
    const Settings settings = small("figure-3", {{"teacher.size", "160"},
                                                 {"observation.fraction", "0.9"},
                                                 {"analysis.limit_runs", "0"},
                                                 {"analysis.point_starts", "0"}});
    const Result first = runExperiment(settings, nullptr);
    QVERIFY(first->fit->kept.nested);
    const Settings narrower = with(settings, {{"observation.fraction", "0.82"}});
    const Result after = runExperiment(narrower, first);
    QCOMPARE(after->fit->kept.nested, first->fit->kept.nested);
    QVERIFY(after->fit->student.A == runExperiment(narrower, nullptr)->fit->student.A);
    for (const Changes& changes : {Changes{{"fit.rho", "0.1"}}, Changes{{"fit.phi", "linear"}},
                                   Changes{{"observation.subset", "random"}}, Changes{{"teacher.seed", "9"}},
                                   Changes{{"simulation.sigma", "0.3"}}}) {
      const Settings changed = with(settings, changes);
      const Result other = runExperiment(changed, first);
      QVERIFY(other->fit->kept.nested != first->fit->kept.nested);
      QVERIFY(other->fit->student.A == runExperiment(changed, nullptr)->fit->student.A);
    }
  }

  // Fails if an unfinished picture is taken for the finished one when it serves as the experiment before, or
  // what is finished of it is made again. The fit of the first sketch is not: it rests on other sums.
  void anUnfinishedPictureIsFinished() {
    std::vector<Result> pictures;
    runExperiment(m_before->settings, nullptr, noProgress(), [&](const Result& e) { pictures.push_back(e); });
    QVERIFY(pictures[0]->reached == Depth::sketch && pictures[1]->reached < Depth::numbers);
    const char* kept[] = {"teacher observation", "teacher simulation observation fit",
                          "teacher simulation observation fit"};
    QVERIFY(pictures[2]->studentAnalysis->limitSets->undecided && isAwaited(*pictures[2]));
    for (std::size_t i = 0; i < 3; ++i) {
      const Result after = runExperiment(m_before->settings, pictures[i]);
      QCOMPARE(shared(pictures[i], after), QString(kept[i]));
      QVERIFY(after->reached > Depth::sketch && !isAwaited(*after) &&
              after->studentAnalysis->reached >= Depth::numbers);
      compare(*after, *m_before);
    }
  }

 private:
  // The same to the last bit.
  static void compare(const Experiment& a, const Experiment& b) {
    QVERIFY(a.fit->student.A == b.fit->student.A);
    QVERIFY(a.simulation->display == b.simulation->display);
    QVERIFY(a.observation->seen == b.observation->seen);
    QVERIFY(a.studentAnalysis->activity == b.studentAnalysis->activity);
    QVERIFY(a.studentAnalysis->flow.speed == b.studentAnalysis->flow.speed);
    QVERIFY(a.teacherAnalysis->flow.speed == b.teacherAnalysis->flow.speed);
    QCOMPARE(a.verdict.sentence, b.verdict.sentence);
  }

  Result m_before;
};

KEYHOLE_TEST(TestReuse)

}  // namespace tst_reuse

#include "tst_reuse.moc"
