// Tests core/experiment/studies/score_draws.h and draw_cache.h
#include "core/experiment/studies/draw_cache.h"
#include "core/experiment/studies/follow_up.h"
#include "core/experiment/studies/score_draws.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_score_draws {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Settings drawn(const Changes& more = {}) {
  return with(
      small("figure-2", {{"simulation.steps", "900"}, {"fit.iterations", "5"}, {"analysis.draws", "3"}}),
      more);
}

class Counting : public Progress {
 public:
  void report(double, std::string_view what) override { reports += what.starts_with("drawing"); }
  int reports = 0;
};

bool same(const ScoreDistribution& a, const ScoreDistribution& b) {
  if (a.families.size() != b.families.size()) return false;
  for (std::size_t k = 0; k < a.families.size(); ++k) {
    if (a.families[k].draws.size() != b.families[k].draws.size()) return false;
    for (std::size_t i = 0; i < a.families[k].draws.size(); ++i)
      if (a.families[k].draws[i].score != b.families[k].draws[i].score) return false;
  }
  return true;
}

}  // namespace

class TestScoreDraws : public QObject {
  Q_OBJECT
 private slots:
  // A draw is what the experiment of that seed shows: two roads to one score. Fails if the seeds, the
  // estimators or the recordings are mixed up.
  void drawsAreTheExperimentsOfTheirSeeds() {
    const auto run = runWithStudies(drawn(), nullptr);
    QVERIFY(run->scores && run->scores->complete);
    QCOMPARE(run->scores->families.size(),
             std::size_t{6});  // three estimators, over circuits and over starts
    const auto& shown = run->scores->families[0];
    QVERIFY(shown.shown && shown.over == DrawnOver::circuits);
    QCOMPARE(shown.draws.size(), std::size_t{3});
    const auto other =
        runWithStudies(drawn({{"teacher.seed", "2"}, {"fit.seed", "2"}, {"analysis.draws", "0"}}), nullptr);
    QCOMPARE(shown.draws[1].seed, std::uint64_t{2});
    QCOMPARE(shown.draws[1].score, other->studentAnalysis->score.value);
    const auto& starts = run->scores->families[1];
    QVERIFY(starts.shown && starts.over == DrawnOver::starts);
    const auto turned = runWithStudies(drawn({{"fit.seed", "3"}, {"analysis.draws", "0"}}), nullptr);
    QCOMPARE(starts.draws[2].score, turned->studentAnalysis->score.value);
    // The shown one is among them.
    QCOMPARE(starts.draws[0].score, run->studentAnalysis->score.value);
  }

  // What was drawn is not drawn again, and reads back the same; another setting is another file.
  void cacheKeepsThem() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    const auto run = runWithStudies(drawn({{"analysis.draws", "0"}}), nullptr);
    Experiment asked = *run;
    asked.settings = drawn();
    Counting first, second;
    const auto drawnNow = scoreDistribution(asked, path, first);
    const auto kept = scoreDistribution(asked, path, second);
    QVERIFY(first.reports > 0 && drawnNow.complete && kept.complete);
    QVERIFY(same(drawnNow, kept));
    QVERIFY(same(kept, scoreDistribution(asked, "", noProgress())));
    QVERIFY(drawKey(drawn(), DrawnOver::circuits) !=
            drawKey(drawn({{"fit.latents", "4"}}), DrawnOver::circuits));
    QVERIFY(drawKey(drawn(), DrawnOver::circuits) ==
            drawKey(drawn({{"teacher.seed", "9"}}), DrawnOver::circuits));
    QVERIFY(drawKey(drawn(), DrawnOver::starts) !=
            drawKey(drawn({{"teacher.seed", "9"}}), DrawnOver::starts));
  }

  // A damaged file costs time, nothing else.
  void damagedCacheIsMadeAnew() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    const std::string key = "some key";
    cacheDraws(path, key, {{7, 1.5, ScoreStatus::defined, ComplexVector::Constant(2, {0.5, 0.25})}});
    const auto kept = cachedDraws(path, key);
    QCOMPARE(kept.size(), std::size_t{1});
    QVERIFY(kept[0].seed == 7 && kept[0].score == 1.5 &&
            kept[0].leading(1) == std::complex<double>(0.5, 0.25));
    QDir entries(folder.path());
    QFile file(entries.filePath(entries.entryList(QDir::Files).front()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"key\": \"some key\", \"draws\": [{}]}");
    file.close();
    QVERIFY(cachedDraws(path, key).empty());
  }

  void standing() {
    ScoreFamily family;
    for (const double score : {1.0, 2.0, 3.0, std::nan("")}) family.draws.push_back({1, score, {}, {}});
    QCOMPARE(standingOf(2.5, family).quantile, 2.0 / 3);
    QCOMPARE(standingOf(2.5, family).median, 2.0);
  }
};

KEYHOLE_TEST(TestScoreDraws)

}  // namespace tst_score_draws

#include "tst_score_draws.moc"
