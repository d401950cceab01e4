// Tests core/report/student_json.h
#include "core/analysis/attractors.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"
#include "core/io/json_values.h"
#include "core/report/attractors_json.h"
#include "core/report/json_text.h"
#include "core/report/student_json.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>

namespace tst_student_json {

using namespace keyhole;
using nlohmann::ordered_json;

namespace {

// Three units about (1, -2, 0.5) with an input, in two trials.
std::vector<Trial> recording(Index inputs) {
  std::vector<Trial> trials;
  Matrix B(3, 3);
  B << 0.8, -0.5, 0.1, 0.5, 0.7, 0, 0.2, 0, 0.3;
  Vector level(3);
  level << 1, -2, 0.5;
  for (const std::uint64_t k : {1u, 2u}) {
    const Matrix noise = RandomStream(k, Stream::test).normalMatrix(3, 200);
    Matrix X = 0.1 * noise;
    for (Index t = 1; t < X.cols(); ++t)
      X.col(t) = 0.9 * X.col(t - 1) + 0.1 * (B * X.col(t - 1) + noise.col(t));
    trials.push_back(
        {(0.4 * X).colwise() + level, RandomStream(k, Stream::test, 7).normalMatrix(inputs, X.cols())});
  }
  return trials;
}

// As `keyhole fit` writes it, through the text.
nlohmann::json written(const Student& student) {
  ordered_json json;
  json["dynamics"] = matrixToJson(student.A);
  json["one_step_r2"] = numberOrNull(student.oneStepR2);
  addStudentParts(json, student);
  json["summary"] = {{"status", nameOf(student.summary.status)},
                     {"iterations", student.summary.iterations},
                     {"message", student.summary.message}};
  return nlohmann::json::parse(jsonText(json));
}

struct Method {
  const char* name;
  Index inputs;
  std::vector<std::pair<const char*, const char*>> changes;
};

const std::vector<Method>& allMethods() {
  static const std::vector<Method> methods = {
      {"map", 0, {}},
      {"map", 2, {{"fit.phi", "tanh"}}},
      {"map", 0, {{"fit.offset", "off"}}},
      {"lds", 0, {{"fit.restarts", "2"}}},
      {"lds", 1, {{"fit.input_timing", "departure"}, {"fit.direct", "false"}, {"fit.bias", "false"}}},
      {"lds", 1, {{"fit.estimator", "published"}}},
      {"slds", 0, {{"fit.states", "2"}}},
      {"slds", 1, {{"fit.states", "2"}, {"fit.recurrent", "false"}}},
      {"slds", 0, {{"fit.states", "1"}}},
      {"subspace", 1, {}},
      {"cornn", 0, {}},
      {"force", 2, {{"fit.phi", "tanh"}}},
      {"bptt", 0, {{"fit.hidden", "2"}, {"fit.phi", "tanh"}}},
      {"bptt", 1, {{"fit.optimizer", "adam"}}},
  };
  return methods;
}

Student fitted(const Method& method) {
  Settings settings;
  settings.set("teacher.kind", std::string("recording"));
  settings.set("simulation.alpha", 0.1);
  settings.set("fit.method", std::string(method.name));
  settings.set("fit.latents", 2LL);
  settings.set("fit.iterations", 6LL);
  for (const auto& [key, value] : method.changes) settings.setFromText(key, value);
  return fitTrials(effective(settings), recording(method.inputs), noProgress());
}

bool same(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && (a.size() == 0 || (a.array() == b.array()).all());
}

bool sameAll(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool sameNumber(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

#define SAME(member) QVERIFY2(same(a.member, b.member), #member)

}  // namespace

class TestStudentJson : public QObject {
  Q_OBJECT

 private slots:
  // A property over all methods: written and read, a student is the same to the last bit, and so is what it
  // is left with. Fails if a part of a student is not written, is rounded, turned, or read as another.
  void writtenAndReadIsTheSame_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < allMethods().size(); ++i)
      QTest::newRow(qPrintable(QString("%1 %2").arg(i).arg(allMethods()[i].name))) << static_cast<int>(i);
  }
  void writtenAndReadIsTheSame() {
    QFETCH(int, index);
    const Student a = fitted(allMethods()[static_cast<std::size_t>(index)]);
    QVERIFY2(hasParameters(a.summary.status), a.summary.message.c_str());
    const Student b = studentFromJson(written(a), "fit.json");
    SAME(A);
    SAME(V);
    SAME(b);
    SAME(inner);
    SAME(Q);
    SAME(states);
    QVERIFY(a.phi == b.phi && a.convention == b.convention && a.alpha == b.alpha && a.seen == b.seen &&
            a.inputAtArrival == b.inputAtArrival && a.timePoints == b.timePoints && a.timePoints == 200 &&
            a.alphaAssumed == b.alphaAssumed && a.steps == b.steps && a.steps == 398 &&
            a.hiddenUnits() == b.hiddenUnits());
    QCOMPARE(a.emission.has_value(), b.emission.has_value());
    if (a.emission) {
      SAME(emission->C);
      SAME(emission->G);
      SAME(emission->c);
      SAME(emission->R);
    }
    QCOMPARE(a.latent != nullptr, b.latent != nullptr);
    if (a.latent) compareLatents(*a.latent, *b.latent);
    QCOMPARE(a.switching != nullptr, b.switching != nullptr);
    if (a.switching) compareParts(*a.switching, *b.switching);
    QVERIFY(a.summary.status == b.summary.status && a.summary.message == b.summary.message &&
            a.summary.iterations == b.summary.iterations && a.summary.cost == b.summary.cost);
    QVERIFY(sameNumber(a.oneStepR2, b.oneStepR2) && sameNumber(a.promisedRise, b.promisedRise));
    QCOMPARE(a.noiseFloor.has_value(), b.noiseFloor.has_value());
    if (a.noiseFloor)
      QVERIFY(a.noiseFloor->share == b.noiseFloor->share && a.noiseFloor->channels == b.noiseFloor->channels);
    QCOMPARE(a.restarts.size(), b.restarts.size());
    QCOMPARE(a.shownRestart, b.shownRestart);
    for (std::size_t i = 0; i < a.restarts.size(); ++i)
      QVERIFY(a.restarts[i].seed == b.restarts[i].seed &&
              a.restarts[i].eigenvalues == b.restarts[i].eigenvalues &&
              sameNumber(a.restarts[i].objective, b.restarts[i].objective) &&
              a.restarts[i].start == b.restarts[i].start && a.restarts[i].givenUp == b.restarts[i].givenUp &&
              (a.restarts[i].start.empty() || (a.restarts[i].status == b.restarts[i].status &&
                                               a.restarts[i].iterations == b.restarts[i].iterations)));
    QCOMPARE(QString::fromStdString(attractorsOf(a)), QString::fromStdString(attractorsOf(b)));
  }

  // One sentence for each thing that is malformed, which names the file and the thing.
  void malformedThingsAreNamed_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("named");
    const auto row = [](const char* pointer, const char* value, const char* named) {
      QTest::newRow(pointer) << pointer << value << named;
    };
    row("/dynamics/0/1", "\"x\"", "dynamics");
    row("/dynamics/0", "[1]", "dynamics");
    row("/student/alpha", "2", "alpha is 2");
    row("/student/alpha", "null", "alpha is null");
    row("/student/phi", "\"relu\"", "phi is relu");
    row("/student/convention", "\"other\"", "convention is other");
    row("/student/seen", "-1", "seen is -1");
    row("/student/drive", "[1]", "drive has 1 entries");
    row("/student/input_weights", "[[1]]", "input_weights is 1 x 1");
    row("/student/inferred_states", "[[1, 2, 3]]", "inferred_states is 1 x 3");
    row("/student", "[]", "student is no object");
    row("/student/input_at_arrival", "1", "input_at_arrival is 1");
    row("/emission", "[[1, 2]]", "emission is 1 x 2");
    row("/emission_var", "[1, -1, 1]", "emission_var has the entry -1");
    row("/emission_bias", "3", "emission_bias is no list");
    row("/states/1/drive", "[1, null]", "states 2, drive has the entry null");
    row("/states/0/dynamics", "[[1]]", "states 1, dynamics is 1 x 1");
    row("/log_transition", "[[0, 0]]", "log_transition has 1 rows");
    row("/path/3", "7", "path has the entry 7");
    row("/recurrent_weights", "[[1, 2]]", "recurrent_weights is 1 x 2");
    row("/student/posterior", "[[1]]", "posterior is 1 x 1");
    row("/summary/status", "3", "status is 3");
  }
  void malformedThingsAreNamed() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, named);
    nlohmann::json json = m_switching;
    json[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
    expectRefusal(json, named);
  }

  void missingThingsAreNamed_data() {
    QTest::addColumn<QString>("key");
    for (const char* key : {"emission_input", "log_transition", "path", "student", "summary", "dynamics"})
      QTest::newRow(key) << key;
  }
  void missingThingsAreNamed() {
    QFETCH(QString, key);
    nlohmann::json json = m_switching;
    json.erase(key.toStdString());
    expectRefusal(json, key == "summary" ? "dynamics" : key);
  }

  // A fit without parameters is no student, and says why it has none.
  void aFailedFitIsNoStudent() {
    nlohmann::json json = m_switching;
    json["dynamics"] = nullptr;
    json["summary"]["message"] = "the normal equations are singular";
    expectRefusal(json, "the normal equations are singular");
  }

 private:
  static void compareLatents(const LdsModel& a, const LdsModel& b) {
    SAME(F);
    SAME(V);
    SAME(b);
    SAME(Q);
    SAME(C);
    SAME(G);
    SAME(c);
    SAME(R);
    SAME(mu0);
    SAME(P0);
    QCOMPARE(a.inputAtArrival, b.inputAtArrival);
  }

  static void compareParts(const Switching& a, const Switching& b) {
    QVERIFY(sameAll(a.A, b.A) && sameAll(a.V, b.V) && sameAll(a.Q, b.Q));
    QCOMPARE(a.b.size(), b.b.size());
    for (std::size_t k = 0; k < a.b.size(); ++k) QVERIFY(same(a.b[k], b.b[k]));
    SAME(logTransition);
    SAME(W);
    SAME(w);
    SAME(posterior);
    SAME(visits);
    QVERIFY(a.path == b.path);
  }

  static std::string attractorsOf(const Student& student) {
    AttractorOptions options;
    options.starts = 12;
    options.completion = 1e7;
    const Matrix activity = student.states.size() > 0
                                ? student.states
                                : RandomStream(3, Stream::test).normalMatrix(student.A.rows(), 60);
    const FlowSystem system = systemOf(student);
    LimitSetOptions runs;
    runs.runs = 4;
    runs.steps = 500;
    runs.alpha = student.alpha;
    const LimitSets sets = freeRuns(system, runs);
    auto json = attractorsToJson(findAttractors(system, activity, &sets, options));
    json.erase("seconds");
    return json.dump();
  }

  static void expectRefusal(const nlohmann::json& json, const QString& named) {
    try {
      (void)studentFromJson(json, "fit.json");
    } catch (const InputError& error) {
      const QString message = QString::fromStdString(error.what());
      QVERIFY2(message.startsWith("fit.json") && message.contains(named) && message.contains("; allowed: "),
               qPrintable(message));
      return;
    }
    QFAIL("it was taken");
  }

  const nlohmann::json m_switching = written(fitted(allMethods()[6]));
};

KEYHOLE_TEST(TestStudentJson)

}  // namespace tst_student_json

#include "tst_student_json.moc"
