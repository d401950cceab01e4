// Tests core/experiment/studies/perturbation_stage.h
#include "core/experiment/studies/perturbation_stage.h"
#include "core/io/delimited.h"
#include "core/io/file_bytes.h"
#include "core/report/perturbation_report.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <Eigen/LU>
#include <QTemporaryDir>
#include <QTest>

namespace tst_perturbation_stage {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Run = std::shared_ptr<const Experiment>;

Run shortRun(std::string_view name, const Changes& changes = {}) {
  const Settings settings = small(name, {{"analysis.limit_runs", "0"}, {"analysis.draws", "0"}});
  return runExperiment(with(settings, changes), nullptr);
}

// Figure 2 with 200 units, 20 of them seen.
Run figure2() {
  return shortRun("figure-2", {{"teacher.size", "200"},
                               {"observation.fraction", "0.1"},
                               {"simulation.steps", "5000"},
                               {"fit.iterations", "60"}});
}

Perturbation pushed(const Run& experiment, PerturbationDirection direction,
                    PerturbationHidden hidden = PerturbationHidden::alone, double horizon = 100) {
  PerturbationSettings settings;
  settings.direction = direction;
  settings.hidden = hidden;
  settings.horizon = horizon;
  return perturb(*experiment, settings);
}

class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace

class TestPerturbationStage : public QObject {
  Q_OBJECT

 private slots:
  // The experiment of the stage. Fails if the push does not reach both, or reaches the teacher's hidden units
  // too: then the chain passes it on for as long as it has links.
  void theSpuriousStudentKeepsWhatTheChainForgets() {
    const Run run = figure2();
    const Perturbation alone = pushed(run, PerturbationDirection::slowMode);
    const PerturbedRun& teacher = alone.find(PerturbationRole::teacher)->run;
    const PerturbedRun& student = alone.find(PerturbationRole::shown)->run;
    QVERIFY2(student.halfLife > 20 * teacher.halfLife,
             qPrintable(QString("%1 %2").arg(student.halfLife).arg(teacher.halfLife)));
    QVERIFY2(contains(alone.conclusion, "not the circuit's"), alone.conclusion.c_str());
    QVERIFY2(isOneSentence(alone.conclusion), alone.conclusion.c_str());
    const Perturbation along = pushed(run, PerturbationDirection::slowMode, PerturbationHidden::along);
    QVERIFY(along.find(PerturbationRole::teacher)->run.halfLife > 20 * teacher.halfLife);
    QVERIFY2(!contains(along.conclusion, "not the circuit's"), along.conclusion.c_str());
    QVERIFY2(contains(along.conclusion, "passes the perturbation along"), along.conclusion.c_str());
    QVERIFY(alone.lastingMode == false);
  }

  // A true line attractor (λ₁ = 0.999: a loss of 1 - e^{-0.1} = 10 % in 100 τ) keeps the push when the hidden
  // units move along; of a push to the seen units alone it keeps what lies on the line, and the sentence says
  // so: δ ∝ P m leaves P m (mᵀδ)/‖m‖², that is ‖P m‖² of a unit m, times e^{-0.1}.
  void lineAttractorsKeepIt() {
    for (const char* name : {"line-attractor", "symmetric-line-attractor"}) {
      const Run run = shortRun(name, {{"simulation.steps", "20000"}, {"observation.fraction", "0.75"}});
      const Perturbation along = pushed(run, PerturbationDirection::slowMode, PerturbationHidden::along);
      QVERIFY2(std::isinf(along.find(PerturbationRole::teacher)->run.halfLife), name);
      QVERIFY2(along.find(PerturbationRole::shown)->run.halfLife > 20, name);
    }
    const Run run = shortRun("line-attractor");
    const Perturbation both = pushed(run, PerturbationDirection::input, PerturbationHidden::along);
    QVERIFY2(contains(both.conclusion, "both remember it alike"), both.conclusion.c_str());
    const Perturbation alone = pushed(run, PerturbationDirection::input, PerturbationHidden::alone);
    const Vector m = run->teacher->teacher->integrationMode.normalized();
    const double onTheLine = Vector(m(run->observation->seen)).squaredNorm();
    // Everything else decays with τ of at most 1/(1 - 0.4): gone. The exponential against Euler: O(α).
    QVERIFY(std::abs(alone.find(PerturbationRole::teacher)->run.remaining / (onTheLine * std::exp(-0.1)) -
                     1) < 1e-3);
    QVERIFY2(contains(alone.conclusion, "small part"), alone.conclusion.c_str());
    QVERIFY(alone.lastingMode == true);
  }

  // The rules of the sentence. Fails if a memory that a chain passes along is taken for a line attractor, or
  // a line attractor of which little was pushed for none.
  void theSentenceFollowsItsRules() {
    struct Case {
      double studentHalf, teacherHalf, teacherPart;
      std::optional<bool> lasting;
      const char* said;
    };
    const double inf = HUGE_VAL;
    for (const auto& [mine, real, part, lasting, said] : {
             Case{40, 1, 0.001, false, "the student's attractor is not the circuit's."},
             Case{40, 1, 0.04, false, "is not the circuit's (no mode"},
             Case{40, 1, 0.04, true, "of which this perturbation is a small part"},
             Case{40, 1, 0.04, {}, "of which this perturbation is a small part"},
             Case{40, 30, 0.3, true, "both remember it alike."},
             Case{inf, inf, 0.6, false, "alike (no mode"},
             Case{inf, 15, 0, true, "exaggerates"},
             Case{10, inf, 0.9, true, "understates"},
             Case{1, inf, 0.9, true, "misses"},
             Case{1, 1, 0.04, true, "misses"},
             Case{1, 2, 0, true, "neither"},
         }) {
      Perturbation perturbation;
      perturbation.lastingMode = lasting;
      perturbation.systems.resize(2);
      perturbation.systems[1].role = PerturbationRole::shown;
      perturbation.systems[0].run.halfLife = real;
      perturbation.systems[0].run.remaining = part;
      perturbation.systems[0].lateTimeConstant = 1000;
      perturbation.systems[1].run.halfLife = mine;
      const std::string sentence = conclusionOf(perturbation, 10);
      QVERIFY2(contains(sentence, said) && isOneSentence(sentence), sentence.c_str());
    }
  }

  // Unit length in the seen units whatever the direction, and the same there for the teacher. The size is a
  // multiple of the root mean square of the displayed activity.
  void directionsHaveUnitLength() {
    const Run run = shortRun("line-attractor");
    const auto& seen = run->observation->seen;
    for (const PerturbationDirection direction :
         {PerturbationDirection::random, PerturbationDirection::slowMode, PerturbationDirection::amplified,
          PerturbationDirection::input})
      for (const PerturbationHidden hidden : {PerturbationHidden::alone, PerturbationHidden::along}) {
        PerturbationSettings settings;
        settings.direction = direction;
        settings.hidden = hidden;
        settings.norm = 2;
        const Push push = pushOf(*run, settings);
        QVERIFY(std::abs(push.seen.norm() - 1) < 1e-14);
        QVERIFY((push.teacher(seen) - push.seen).norm() < 1e-14);
        const bool others = (push.teacher.squaredNorm() - 1) > 1e-6;
        QCOMPARE(others, hidden == PerturbationHidden::along);
        const Matrix X = run->simulation->display(seen, Eigen::all);
        const double rms = (X.colwise() - X.rowwise().mean()).norm() / std::sqrt(X.cols());
        QVERIFY(std::abs(push.norm / (2 * rms) - 1) < 1e-12);
      }
    const auto runs = pushed(run, PerturbationDirection::random).systems;
    QCOMPARE(runs.size(), std::size_t{2});
    QVERIFY(std::abs(runs[0].run.initial / runs[1].run.initial - 1) < 1e-12);
  }

  // The hidden units that move along are the regression of the hidden activity on the seen one: its residual
  // is uncorrelated with the seen units. Fails if the mean stays in, or rows are mixed up.
  void movingAlongIsTheRegression() {
    const Run run = shortRun("symmetric");
    const auto& seen = run->observation->seen;
    const Matrix Z = run->simulation->display.colwise() - run->simulation->display.rowwise().mean();
    const Matrix X = Z(seen, Eigen::all);
    Matrix B(Z.rows(), X.rows());  // column by column: Z ≈ B X
    PerturbationSettings settings;
    settings.hidden = PerturbationHidden::along;
    settings.direction = PerturbationDirection::random;
    Matrix directions(X.rows(), X.rows()), lifts(Z.rows(), X.rows());
    for (Index j = 0; j < X.rows(); ++j) {
      settings.seed = static_cast<std::uint64_t>(j + 1);
      const Push push = pushOf(*run, settings);
      directions.col(j) = push.seen;
      lifts.col(j) = push.teacher;
    }
    B = lifts * directions.inverse();
    const Matrix left = (Z - B * X) * X.transpose();
    // The ridge of 1e-9 of the mean variance, times the condition of random directions.
    QVERIFY2(left.norm() < 1e-6 * (Z * X.transpose()).norm(), qPrintable(QString::number(left.norm())));
  }

  // On the trajectory both are at the recorded activity; a linear system forgets as it does at rest.
  void onTheTrajectoryLinearSystemsForgetAlike() {
    const Run run = shortRun("figure-2", {{"fit.iterations", "20"}});
    PerturbationSettings settings;
    settings.horizon = 20;
    const Perturbation rest = perturb(*run, settings);
    settings.place = PerturbationPlace::trajectory;
    const Perturbation moving = perturb(*run, settings);
    for (std::size_t i = 0; i < 2; ++i) {
      const PerturbedRun &a = rest.systems[i].run, &b = moving.systems[i].run;
      QVERIFY((a.distance - b.distance).cwiseAbs().maxCoeff() < 1e-12 * a.distance.maxCoeff());
      QVERIFY(b.free.col(0).norm() > 0);
    }
    QVERIFY(rest.systems[0].run.free.isZero(0));
    const Index middle = (run->simulation->display.cols() - 1) / 2;
    const Vector recorded = run->simulation->display(run->observation->seen, middle);
    // The chain runs in its modes: there and back is rounding.
    QVERIFY((moving.systems[0].run.free.col(0) - recorded).norm() < 1e-12 * recorded.norm());
  }

  // Students with hidden units start where they know themselves to be; a tanh teacher has a trajectory of its
  // own.
  void hiddenUnitsAreInferred() {
    const Run run = shortRun("figure-3", {{"fit.method", "bptt"},
                                          {"fit.hidden", "5"},
                                          {"fit.iterations", "5"},
                                          {"analysis.point_starts", "0"}});
    PerturbationSettings settings;
    settings.place = PerturbationPlace::trajectory;
    settings.horizon = 5;
    const auto targets = perturbationTargets(*run, settings, pushOf(*run, settings));
    QCOMPARE(targets.size(), std::size_t{2});
    QVERIFY(targets[1].state.tail(5).norm() > 0);
    QVERIFY(targets[1].perturbation.tail(5).isZero(0));
  }

  // The compared students are pushed too, but only those of this very recording, and not the shown one again.
  void comparedStudentsArePushed() {
    const Run run = shortRun("chain", {{"simulation.steps", "700"}});
    CompareOptions options;
    options.methods = {"map", "subspace"};
    const Comparison comparison = compareMethods(*run, options);
    const auto others = studentsOf(comparison, *run);
    QCOMPARE(others.size(), std::size_t{1});
    PerturbationSettings settings;
    settings.place = PerturbationPlace::trajectory;
    const Perturbation result = perturb(*run, settings, others);
    QCOMPARE(result.systems.size(), std::size_t{3});
    QCOMPARE(result.systems[2].run.name, std::string("Subspace identification"));
    QCOMPARE(result.systems[2].role, PerturbationRole::other);
    QTemporaryDir folder;
    const std::string path = folder.filePath("push.csv").toStdString();
    writeFileAtomically(path, perturbationCsv(result));
    TableOptions plain;
    plain.indexColumn = "none";  // its columns of time are data here
    const DelimitedTable table = readDelimited(path, plain);
    QCOMPARE(table.columnNames.at(5), std::string("distance Subspace identification"));
    QVERIFY(table.values.col(4) == result.systems[2].run.time);
    QVERIFY(table.values.col(5) == result.systems[2].run.distance);
    QCOMPARE(studentsOf(comparison, *shortRun("chain", {{"simulation.steps", "701"}})).size(),
             std::size_t{0});
  }

  // Both systems on one plane, in which nothing is farther apart than it is.
  void planesAreProjections() {
    const Run run = shortRun("figure-3", {{"analysis.point_starts", "0"}});
    PerturbationSettings settings;
    settings.place = PerturbationPlace::trajectory;
    settings.horizon = 10;
    const Perturbation result = perturb(*run, settings);
    const auto planes = perturbationPlanes({&result.systems[0].run, &result.systems[1].run});
    QCOMPARE(planes.size(), std::size_t{2});
    for (std::size_t i = 0; i < 2; ++i) {
      const PerturbedRun& perturbed = result.systems[i].run;
      QCOMPARE(planes[i].free.cols(), perturbed.time.size());
      const Vector apart = (planes[i].perturbed - planes[i].free).colwise().norm().transpose();
      QVERIFY((apart.array() <= perturbed.distance.array() * (1 + 1e-12) + 1e-12).all());
    }
  }

  void badSettingsAreNamed() {
    QCOMPARE(problems(PerturbationSettings{}).size(), std::size_t{0});
    PerturbationSettings bad;
    bad.norm = 0;
    bad.horizon = 0.5;
    QCOMPARE(problems(bad).size(), std::size_t{2});
    for (const auto& sentence : problems(bad)) QVERIFY(isOneSentence(sentence));
    const Run run = shortRun("low-rank-linear");  // it has no input
    QVERIFY(contains(refusal([&] { perturb(*run, bad); }), "allowed"));
    const std::string said = refusal([&] { pushed(run, PerturbationDirection::input); });
    QVERIFY2(isOneSentence(said) && contains(said, "input"), said.c_str());
    Experiment unfitted = *run;
    unfitted.fit = std::make_shared<FitStage>();
    QVERIFY(isOneSentence(whyNot(unfitted, PerturbationDirection::slowMode)));
    QCOMPARE(whyNot(unfitted, PerturbationDirection::random), std::string());
    PerturbationSettings random;
    random.direction = PerturbationDirection::random;
    const Perturbation alone = perturb(unfitted, random);
    QVERIFY2(contains(alone.conclusion, "no student"), alone.conclusion.c_str());
    // A recording has no teacher to be pushed.
    Experiment recorded = *run;
    recorded.teacher = std::make_shared<TeacherStage>();
    QVERIFY(isOneSentence(whyNot(recorded, PerturbationDirection::amplified)));
    const Perturbation student = perturb(recorded, PerturbationSettings{});
    QCOMPARE(student.systems.size(), std::size_t{1});
    QVERIFY2(contains(student.conclusion, "recording"), student.conclusion.c_str());
    QVERIFY2(contains(student.conclusion, "steps") && !contains(student.conclusion, "τ"),
             student.conclusion.c_str());
    StopAtOnce stop;
    QVERIFY_EXCEPTION_THROWN(perturb(*run, PerturbationSettings{}, {}, stop), Stopped);
  }
};

KEYHOLE_TEST(TestPerturbationStage)

}  // namespace tst_perturbation_stage

#include "tst_perturbation_stage.moc"
