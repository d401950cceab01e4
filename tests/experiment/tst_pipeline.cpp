// Tests runExperiment() as a whole: the same twice, coarse before fine, stopped anywhere, from a recording.
#include "core/io/file_bytes.h"
#include "core/io/npy.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_pipeline {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Result = std::shared_ptr<const Experiment>;

bool sameAnalysis(const SystemAnalysis& a, const SystemAnalysis& b) {
  return a.spectrum.values == b.spectrum.values && a.spectrum.conditions == b.spectrum.conditions &&
         a.singularValues == b.singularValues && a.activity == b.activity && a.henrici == b.henrici &&
         a.participationRatio == b.participationRatio && a.flow.speed == b.flow.speed &&
         a.flow.trajectory == b.flow.trajectory && a.limitSets->runs == b.limitSets->runs;
}

// Every number of the two, to the last bit.
bool same(const Experiment& a, const Experiment& b) {
  return a.simulation->display == b.simulation->display &&
         a.simulation->displayNoise == b.simulation->displayNoise &&
         a.simulation->signal == b.simulation->signal && a.observation->seen == b.observation->seen &&
         a.fit->student.A == b.fit->student.A && a.fit->student.V == b.fit->student.V &&
         a.fit->student.oneStepR2 == b.fit->student.oneStepR2 && a.studentReadout == b.studentReadout &&
         sameAnalysis(*a.teacherAnalysis, *b.teacherAnalysis) &&
         sameAnalysis(*a.studentAnalysis, *b.studentAnalysis) && a.verdict.sentence == b.verdict.sentence;
}

}  // namespace

class TestPipeline : public QObject {
  Q_OBJECT

 private slots:
  // Fails if anything depends on what was drawn or computed before, on memory not set, or on the clock.
  void sameSettingsSameBits() {
    for (const char* name : {"figure-3", "chain", "triangular", "symmetric-line-attractor"}) {
      const Result first = runExperiment(small(name), nullptr);
      runExperiment(small("low-rank-linear-3"), first);
      QVERIFY2(same(*first, *runExperiment(small(name), nullptr)), name);
    }
  }

  // Fails if the seed is not heeded by one of network, noise or subset.
  void anotherSeedOtherNumbers() {
    const Settings settings = small("figure-3", {{"observation.subset", "random"}});
    const Result a = runExperiment(settings, nullptr);
    const Result b = runExperiment(with(settings, {{"teacher.seed", "19"}}), nullptr);
    QVERIFY(a->teacher->teacher->network.dense() != b->teacher->teacher->network.dense());
    QVERIFY(a->simulation->displayNoise != b->simulation->displayNoise);
    QVERIFY(a->observation->seen != b->observation->seen);
  }

  // Fails if the fine picture comes first or not at all, the coarse one waits for the expensive parts, or it
  // claims to know what only the free runs tell.
  void coarseComesBeforeFine() {
    std::vector<Result> pictures;
    const auto sink = [&](const Result& e) { pictures.push_back(e); };
    const Result result = runExperiment(small("figure-3"), nullptr, noProgress(), sink);
    // A sketch, the picture, the same with all numbers, with what becomes of the free runs (of which some
    // still move here), and with what is found after it.
    QCOMPARE(pictures.size(), std::size_t{5});
    QCOMPARE(pictures[4], result);
    QVERIFY(pictures[3]->reached >= Depth::numbers && pictures[3]->reached < Depth::searched &&
            result->reached == Depth::searched);
    const auto& open = pictures[2]->studentAnalysis->limitSets;
    const auto& decided = pictures[3]->studentAnalysis->limitSets;
    QVERIFY(pictures[2]->reached >= Depth::numbers && open && open->undecided && decided &&
            !decided->undecided);
    QVERIFY(open->runs == decided->runs && open->oscillating == 0);
    QVERIFY(pictures[2]->verdict.kind != VerdictKind::spuriousLimitCycle);
    QVERIFY(pictures[1]->reached > Depth::sketch && pictures[1]->reached < Depth::numbers &&
            !pictures[1]->studentAnalysis->limitSets);
    QVERIFY(pictures[1]->studentAnalysis->flow.speed == result->studentAnalysis->flow.speed);
    QVERIFY(pictures[1]->studentAnalysis->activity == result->studentAnalysis->activity);
    const Experiment& coarse = *pictures[0];
    QVERIFY(coarse.reached == Depth::sketch && coarse.teacherAnalysis->reached == Depth::sketch &&
            coarse.studentAnalysis->reached == Depth::sketch);
    QVERIFY(!coarse.studentAnalysis->limitSets && coarse.studentAnalysis->singularValues.size() == 0);
    // The conditions of a few eigenvalues cost nothing and say at once what is undetermined.
    QCOMPARE(coarse.studentAnalysis->spectrum.conditions.size(), Index{8});
    QCOMPARE(coarse.verdict.kind, VerdictKind::undecided);
    // The sketch of a new teacher rests on the sums of the seen units alone; those of all follow.
    QVERIFY(coarse.simulation->seenSums && !coarse.simulation->tanhSums && result->simulation->tanhSums);
    QVERIFY(!result->simulation->seenSums && coarse.simulation->display == result->simulation->display);
    QVERIFY(pictures[1]->fit == result->fit && pictures[1]->simulation == result->simulation);
    COMPARE_EIGENVALUES(coarse.studentAnalysis->spectrum.values, result->studentAnalysis->spectrum.values,
                        1e-10);
    QVERIFY(result->studentAnalysis->limitSets && result->studentAnalysis->singularValues.size() == 8);
    QVERIFY(result->reached > Depth::sketch && result->verdict.kind != VerdictKind::undecided);
  }

  // Fails if the first picture of a teacher whose steps take long waits for all of them, does not say that it
  // rests on a part, or leaves a trace in what follows.
  void slowStepsAreShownInPart() {
    const Settings settings =
        small("symmetric",
              {{"teacher.size", "260"}, {"simulation.steps", "8000"}, {"observation.fraction", "0.05"}});
    std::vector<Result> pictures;
    const Result result =
        runExperiment(settings, nullptr, noProgress(), [&](const Result& e) { pictures.push_back(e); });
    QCOMPARE(pictures.size(), std::size_t{4});
    const Experiment& first = *pictures[0];
    const auto& sums = first.simulation->linearSums;
    QVERIFY(first.reached == Depth::sketch && sums && sums->count >= 2000 && sums->count < 7000);
    QVERIFY(first.simulation->display.cols() == 5000 &&
            first.simulation->display == result->simulation->display &&
            first.simulation->displayNoise == result->simulation->displayNoise);
    QVERIFY(first.fit->student.notes.back().starts_with("a first picture: "));
    QVERIFY(result->fit->student.notes.empty());
    QCOMPARE(result->simulation->linearSums->count, Index{7999});
    const Result atOnce = runExperiment(settings, nullptr);
    QVERIFY(atOnce->simulation->linearSums->R == result->simulation->linearSums->R);
    QVERIFY(atOnce->fit->student.A == result->fit->student.A && pictures[1]->fit == result->fit);
    // Whoever goes on from the first picture goes on from a part, and must not take it for the whole.
    const Result later = runExperiment(with(settings, {{"fit.rho", "0.01"}}), pictures[0]);
    QCOMPARE(later->simulation->linearSums->count, Index{7999});
    QVERIFY(runExperiment(settings, pictures[0])->fit->student.A == result->fit->student.A);
  }

  // Fails if the coarse picture of a large student waits for the conditions of its eigenvalues.
  void conditionsOfManyUnitsWait() {
    std::vector<Result> pictures;
    runExperiment(small("figure-3", {{"teacher.size", "150"}, {"observation.fraction", "0.9"}}), nullptr,
                  noProgress(), [&](const Result& e) { pictures.push_back(e); });
    QCOMPARE(pictures.size(), std::size_t{5});  // its free runs still move
    QCOMPARE(pictures[0]->studentAnalysis->spectrum.conditions.size(), Index{0});
    QCOMPARE(pictures[2]->studentAnalysis->spectrum.conditions.size(), Index{135});
  }

  // Fails if the few large steps of a sketch do not add up to the small ones: of a slow student the two runs
  // differ by the error of Euler's method, O(α), and by noise within a step; 15 % of the states' size allows
  // for both at α = 0.1.
  void theSketchResemblesThePicture() {
    for (const char* name : {"figure-3", "chain", "figure-2"}) {
      std::vector<Result> pictures;
      runExperiment(small(name, {{"simulation.steps", "4000"}, {"fit.method", "map"}}), nullptr, noProgress(),
                    [&](const Result& e) { pictures.push_back(e); });
      const SystemAnalysis &sketch = *pictures[0]->studentAnalysis, &picture = *pictures[1]->studentAnalysis;
      QVERIFY2(sketch.stride > 1 && picture.stride == 1, name);
      Matrix same(picture.activity.rows(), sketch.activity.cols());
      for (Index i = 0; i < same.cols(); ++i) same.col(i) = picture.activity.col(i * sketch.stride);
      const double apart = (same - sketch.activity).norm() / same.norm();
      QVERIFY2(apart < 0.15, (std::string(name) + ": " + std::to_string(apart)).c_str());
      QCOMPARE(activityAt(sketch, 2, 3 * sketch.stride + 1), sketch.activity(2, 3));
    }
  }

  // Fails if a student too fast for large steps is sketched with them: Euler's method would run away.
  void aFastStudentIsNotSketchedRoughly() {
    std::vector<Result> pictures;
    runExperiment(small("figure-3", {{"simulation.alpha", "0.9"}, {"simulation.steps", "5000"}}), nullptr,
                  noProgress(), [&](const Result& e) { pictures.push_back(e); });
    QCOMPARE(pictures[0]->studentAnalysis->stride, Index{1});
  }

  // Fails if a change of the view goes through a coarse picture: the panels would flicker.
  void nothingToRefineNothingCoarse() {
    const Result before = runExperiment(small("figure-3"), nullptr);
    std::vector<Result> pictures;
    const Result after = runExperiment(small("figure-3", {{"view.theme", "dark"}}), before, noProgress(),
                                       [&](const Result& e) { pictures.push_back(e); });
    QCOMPARE(pictures, std::vector<Result>{after});
    QVERIFY(after->reached > Depth::sketch && same(*before, *after));
  }

  // Fails if a wish to stop is overlooked at any report, turns into another exception, or leaves the
  // experiment before changed.
  void stopsAtEveryReport() {
    const Result before = runExperiment(small("chain"), nullptr);
    const Settings settings = small("figure-3", {{"fit.phi", "linear"}});
    StopAt counter;
    const Result expected = runExperiment(settings, before, counter);
    QVERIFY(counter.reports() > 40 && counter.fractionsInRange());
    int pictures = 0;
    for (int n = 1; n <= counter.reports(); n += n < 20 ? 1 : 41) {
      StopAt stop(n);
      pictures = 0;
      bool stopped = false;
      try {
        runExperiment(settings, before, stop, [&](const Result& e) {
          // Not one after the stop, and none that claims to know all.
          pictures += e->reached == Depth::searched || stop.stopRequested();
        });
      } catch (const Stopped&) {
        stopped = true;
      }
      // The search for points of rest reports as its threads get on: another run may have fewer reports.
      if (!stopped && stop.reports() < n) break;
      QVERIFY(stopped);
      QVERIFY2(stop.reports() == n, stop.after().c_str());  // not a single report later
      QCOMPARE(pictures, 0);
    }
    QVERIFY(same(*before, *runExperiment(small("chain"), nullptr)));
    QVERIFY(same(*expected, *runExperiment(settings, before)));
  }

  // Fails if what was stopped can't serve as the experiment before, although its first stages are good.
  void whatWasReachedBeforeTheStopIsReused() {
    Result picture;
    StopAt counter;
    int atPicture = 0;
    const auto sink = [&](const Result& e) {
      if (e->reached == Depth::sketch || e->reached >= Depth::numbers) return;
      picture = e;
      atPicture = counter.reports();
    };
    const Settings settings = small("figure-3");
    runExperiment(settings, nullptr, counter, sink);
    StopAt stop(atPicture + 1);  // within the complete analysis
    QVERIFY_EXCEPTION_THROWN(runExperiment(settings, nullptr, stop, sink), Stopped);
    QVERIFY(picture && picture->reached < Depth::numbers);
    const Result after = runExperiment(settings, picture);
    QVERIFY(after->simulation == picture->simulation && after->fit == picture->fit);
    QVERIFY(same(*after, *runExperiment(settings, nullptr)));
  }

  // Fails if a file that is not there, or settings that do not go together, are not named in one sentence.
  void badSettingsAreNamed() {
    const auto message = [](const Changes& changes) {
      return refusal([&] { runExperiment(small("figure-3", changes), nullptr); });
    };
    for (const auto& [changes, named] :
         {std::pair(Changes{{"teacher.kind", "imported"}}, "teacher.file is empty; allowed"),
          std::pair(Changes{{"teacher.kind", "recording"}}, "teacher.file is empty; allowed"),
          std::pair(Changes{{"teacher.kind", "imported"}, {"teacher.file", "none.npy"}}, "none.npy"),
          std::pair(Changes{{"teacher.kind", "recording"}, {"teacher.file", "none.csv"}}, "none.csv"),
          std::pair(Changes{{"observation.subset", "chosen"}, {"observation.units", "3, 41"}}, "41"),
          std::pair(Changes{{"observation.subset", "chosen"}, {"observation.units", ""}}, "allowed"),
          std::pair(
              Changes{{"teacher.kind", "low-rank-orthogonal"}, {"teacher.size", "4"}, {"teacher.rank", "3"}},
              "allowed")}) {
      const std::string said = message(changes);
      QVERIFY2(contains(said, named) && isOneSentence(said), said.c_str());
    }
  }

  // Fails if no stationary state, or a teacher that explodes, is anything but a status with a sentence.
  void withoutAStudent() {
    const Settings unstable =
        small("symmetric", {{"teacher.symmetric_gain", "5"}, {"fit.method", "stationary-continuous"}});
    const Result none = runExperiment(unstable, nullptr);
    QCOMPARE(none->fit->student.summary.status, FitStatus::noStationaryState);
    QVERIFY(none->teacherAnalysis && !none->studentAnalysis && none->studentReadout.size() == 0);
    QCOMPARE(none->verdict.kind, VerdictKind::undecided);
    QVERIFY2(contains(none->verdict.sentence, "no student"), none->verdict.sentence.c_str());
    const Settings exploding = with(unstable, {{"fit.method", "map"}, {"simulation.alpha", "1"}});
    const Result exploded = runExperiment(exploding, none);
    QVERIFY(exploded->simulation->diverged && exploded->simulation->display.allFinite());
    QVERIFY(!exploded->verdict.sentence.empty());
    // Back to a good one, from either.
    QVERIFY(same(*runExperiment(small("symmetric"), exploded), *runExperiment(small("symmetric"), nullptr)));
  }

  // Two roads to one student: through the teacher, or its activity written to a file and read as a
  // recording. Fails if file, transposition, subset or sums differ between the two.
  void aRecordingLeadsToTheSameStudent() {
    const Settings settings = small("low-rank-linear", {{"observation.subset", "random"}});
    const Result known = runExperiment(settings, nullptr);
    const std::string file = m_folder.filePath("activity.npy").toStdString();
    for (const char* transpose : {"false", "true"}) {
      const Matrix& z = known->simulation->display;
      writeNpy(file, std::string_view(transpose) == "true" ? Matrix(z) : Matrix(z.transpose()));
      const Result recorded =
          runExperiment(with(settings, {{"teacher.kind", "recording"},
                                        {"teacher.file", file},
                                        {"teacher.transpose", transpose},
                                        {"fit.offset", "off"}}),  // the teacher's equation has no constant
                        known);
      QVERIFY(recorded->observation->seen == known->observation->seen);
      const Matrix& expected = known->fit->student.A;
      COMPARE_MATRICES(recorded->fit->student.A, expected, 1e-10 * expected.cwiseAbs().maxCoeff());
      QVERIFY(!recorded->teacherAnalysis && recorded->studentAnalysis);
      QCOMPARE(recorded->verdict.kind, VerdictKind::undecided);
      QVERIFY2(contains(recorded->verdict.sentence, "not known"), recorded->verdict.sentence.c_str());
    }
  }

  // Fails if a silent channel of a recording goes unmentioned, or the long-time limit claims to know the
  // circuit behind a recording.
  void aRecordingsWarningsAndLimits() {
    Matrix activity = RandomStream(1, Stream::test).normalMatrix(4, 60);
    activity.row(2).setConstant(1);
    const std::string file = m_folder.filePath("silent.npy").toStdString();
    writeNpy(file, activity.transpose());
    const Settings settings = with({}, {{"teacher.kind", "recording"},
                                        {"teacher.file", file},
                                        {"observation.fraction", "1"},
                                        {"fit.method", "stationary-continuous"}});
    const Result experiment = runExperiment(settings, nullptr);
    QCOMPARE(experiment->teacher->warnings.size(), std::size_t{1});
    QVERIFY(contains(experiment->teacher->warnings[0], "3"));
    QCOMPARE(experiment->fit->student.summary.status, FitStatus::notRun);
    QVERIFY2(contains(experiment->verdict.sentence, "needs a known teacher"),
             experiment->verdict.sentence.c_str());
  }

  // Fails if withholding the input goes unsaid, or the student gets it all the same.
  void withholdingTheInputIsNoted() {
    const Result given = runExperiment(small("chain"), nullptr);
    const Result withheld = runExperiment(small("chain", {{"fit.use_input", "false"}}), given);
    QVERIFY(given->fit->student.V.cols() == 1 && given->fit->student.notes.empty());
    QCOMPARE(withheld->fit->student.V.cols(), Index{0});
    QCOMPARE(withheld->fit->student.notes.size(), std::size_t{1});
    QVERIFY(contains(withheld->fit->student.notes[0], "input"));
    QVERIFY(withheld->fit->student.A != given->fit->student.A);
  }

 private:
  QTemporaryDir m_folder;
};

KEYHOLE_TEST(TestPipeline)

}  // namespace tst_pipeline

#include "tst_pipeline.moc"
