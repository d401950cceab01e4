// `keyhole attractors`, from files and from a preset.
#include "core/common/random.h"
#include "core/io/file_bytes.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>

namespace tst_attractors {

using namespace keyhole;
using namespace keyhole::test;

namespace {

const std::vector<std::string> kShort = {"--set", "simulation.steps=1000", "analysis.limit_steps=1000",
                                         "analysis.point_starts=16"};

std::vector<std::string> with(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

// Ctrl-C at the first report with these words.
class StopAtWords : public Progress {
 public:
  explicit StopAtWords(std::string words) : m_words(std::move(words)) {}
  void report(double, std::string_view what) override { m_stop = m_stop || what.find(m_words) != what.npos; }
  bool stopRequested() const override { return m_stop; }
  bool grantStop() override {
    m_stop = false;
    return true;
  }

 private:
  std::string m_words;
  std::atomic<bool> m_stop = false;
};

// The positive root of x = tanh(gain x) by bisection.
double well(double gain) {
  double low = 1e-3, high = gain;
  for (int i = 0; i < 200; ++i)
    (gain * std::tanh((low + high) / 2) > (low + high) / 2 ? low : high) = (low + high) / 2;
  return low;
}

}  // namespace

class TestAttractorsCommand : public QObject {
  Q_OBJECT

 private slots:
  // Two uncoupled units, one of gain 2: wells at ±x with x = 2 tanh x, and a saddle at 0. Fails if a point is
  // missing, lies elsewhere, or has another stability.
  void twoWellsFromAFile() {
    const std::string file = m_folder.path("wells.csv");
    writeFileAtomically(file, "2,0\n0,0.5\n");
    const Outcome outcome = runCli(with({"attractors", "--teacher", file}, kShort));
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    QVERIFY(json["student"].is_null() && json["verdict"].is_null());
    const auto& points = json["teacher"]["points"]["points"];
    QCOMPARE(points.size(), std::size_t{3});
    int stable = 0, saddles = 0;
    for (const auto& point : points) {
      const double x = point["position"][0];
      if (point["stability"] == "stable") {
        ++stable;
        QVERIFY(std::abs(std::abs(x) - well(2)) < 1e-10);
      } else if (point["stability"] == "saddle") {
        ++saddles;
        QVERIFY(std::abs(x) < 1e-10);
        QVERIFY(std::abs(point["eigenvalues"][0][0].get<double>() - 2) < 1e-9);
      }
      QVERIFY(point["residual"].get<double>() < 1e-11);
    }
    QCOMPARE(stable, 2);
    QCOMPARE(saddles, 1);
    const auto& census = json["teacher"]["points"]["census"];
    QVERIFY(census["completeness"] == "certified" && census["fixed"] == 3 && census["stable"] == 2);
    QVERIFY(census["missing"].is_null());
    const auto& coexisting = json["teacher"]["coexisting"];
    double shares = 0;
    for (const auto& one : coexisting["attractors"]) shares += one["share"].get<double>();
    QCOMPARE(coexisting["attractors"].size(), std::size_t{2});
    QVERIFY(std::abs(shares - 1) < 1e-12);
  }

  // A ring of 16 units: told as one continuous attractor, on which every run ends. Fails if it is listed as
  // many points, or its points are not marked as lying on it.
  void aRingFromAFile() {
    std::string rows;
    for (int i = 0; i < 16; ++i)
      for (int j = 0; j < 16; ++j)
        rows += std::to_string(2 * 1.5 / 16 * std::cos(2 * std::acos(-1.0) * (i - j) / 16)) +
                (j < 15 ? "," : "\n");
    const std::string file = m_folder.path("ring.csv");
    writeFileAtomically(file, rows);
    const Outcome outcome = runCli(with({"attractors", "--teacher", file}, kShort));
    QCOMPARE(outcome.code, 0);
    const auto teacher = outcome.json()["teacher"];
    QCOMPARE(teacher["continua"].size(), std::size_t{1});
    QVERIFY(teacher["slow_line"]["status"] == "ring" && teacher["slow_line"]["dimension"] == 1);
    QVERIFY(teacher["coexisting"]["attractors"][0]["kind"] == "continuum");
    for (const auto& point : teacher["points"]["points"])
      QVERIFY(point["kind"] == "not converged" || point["stability"] != "stable" || point["continuum"] == 1);
  }

  // A student that rests at 0 alone, of a teacher with two wells: the memory is missed. Fails if teacher and
  // student are mixed up, or the verdict does not rest on the points.
  void aStudentFromAFileIsJudged() {
    const std::string teacher = m_folder.path("teacher.csv"), student = m_folder.path("student.npy");
    writeFileAtomically(teacher, "2,0\n0,0.5\n");
    writeNpy(student, Matrix::Constant(1, 1, 0.4));
    const Outcome outcome = runCli(with({"attractors", "--teacher", teacher, "--student", student}, kShort));
    QCOMPARE(outcome.code, 0);
    const auto json = outcome.json();
    QCOMPARE(json["student"]["points"]["points"].size(), std::size_t{1});
    QVERIFY2(json["verdict"]["kind"] == "missed", outcome.out.c_str());
  }

  // What `keyhole fit` wrote comes back whole: a linear student with a drive, in steps of 0.2, rests at
  // (1 - A)⁻¹ b, also beside a tanh teacher in other steps; a latent one is judged in its latents. A file
  // that is no such result, or asks for other steps, is told in one sentence.
  void aFittedStudentIsWhatItsFileSays() {
    const RandomStream random(7, Stream::test);
    Matrix X = random.normalMatrix(2, 1500), noise = random.normalMatrix(2, 1500, 5000);
    for (Index t = 1; t < X.cols(); ++t) X.col(t) = 0.9 * X.col(t - 1) + 0.2 * noise.col(t);
    X.row(0).array() += 4;
    const std::string recording = m_folder.writeActivity("level.npy", X), fit = m_folder.path("fit.json"),
                      teacher = m_folder.path("beside.csv");
    writeFileAtomically(teacher, "2,0\n0,0.5\n");
    QCOMPARE(runCli({"fit", recording, "--alpha", "0.2", "-o", fit}).code, 0);
    const auto written = nlohmann::ordered_json::parse(readFileBytes(fit));
    const double a = written["dynamics"][0][0], b = written["dynamics"][0][1], c = written["dynamics"][1][0],
                 d = written["dynamics"][1][1];
    const double p = written["student"]["drive"][0], q = written["student"]["drive"][1];
    const double determinant = (1 - a) * (1 - d) - b * c;
    const double x = ((1 - d) * p + b * q) / determinant;
    for (const auto& args : {std::vector<std::string>{"attractors", "--student", fit},
                             {"attractors", "--student", fit, "--teacher", teacher}}) {
      const Outcome outcome = runCli(with(args, kShort));
      QVERIFY2(outcome.code == 0, outcome.err.c_str());
      const auto points = outcome.json()["student"]["points"];
      QCOMPARE(points["status"].get<std::string>(), std::string("exact"));
      QVERIFY(std::abs(points["points"][0]["position"][0].get<double>() - x) < 1e-9 * std::abs(x));
      QVERIFY(std::abs(x - 4) < 1);
      QCOMPARE(outcome.json()["run"]["settings"]["simulation.alpha"].get<double>(), 0.2);
    }
    const Outcome steps = runCli({"attractors", "--student", fit, "--set", "simulation.alpha=0.1"});
    QVERIFY2(steps.code == 2 && steps.oneSentence() && steps.err.find("0.2, in which") != std::string::npos,
             steps.err.c_str());
    const std::string latent = m_folder.path("lds.json");
    QCOMPARE(runCli({"fit", recording, "--method", "lds", "--latents", "1", "--iterations", "5", "--alpha",
                     "0.2", "-o", latent})
                 .code,
             0);
    const Outcome ofLatents = runCli(with({"attractors", "--student", latent, "--teacher", teacher}, kShort));
    QVERIFY2(ofLatents.code == 0, ofLatents.err.c_str());
    QCOMPARE(ofLatents.json()["student"]["points"]["points"][0]["position"].size(), std::size_t{1});
    const std::string other = m_folder.path("other.json");
    writeFileAtomically(other, R"({"dynamics": [[0.4]]})");
    const Outcome refused = runCli({"attractors", "--student", other});
    QVERIFY2(refused.code == 2 && refused.oneSentence() && refused.err.find(other) != std::string::npos,
             refused.err.c_str());
  }

  // A recording's student alone: its τ is not known, so that no sentence tells a time in it, but in steps,
  // and in seconds where the fit knew how long one is. Beside a known teacher it is told in that one's τ.
  void aStudentOfARecordingIsToldInSteps() {
    const RandomStream random(11, Stream::test);
    const Matrix noise = random.normalMatrix(2, 3000);
    Matrix X = Matrix::Zero(2, 3000);
    for (Index t = 1; t < X.cols(); ++t)
      X.col(t) = Vector::Map(std::array{0.998, 0.5}.data(), 2).cwiseProduct(X.col(t - 1)) + noise.col(t);
    const std::string recording = m_folder.writeActivity("slow.npy", X), fit = m_folder.path("slow.json"),
                      timed = m_folder.path("timed.json"), teacher = m_folder.path("known.csv");
    QCOMPARE(runCli({"fit", recording, "--alpha", "0.1", "-o", fit}).code, 0);
    QCOMPARE(runCli({"fit", recording, "--alpha", "0.1", "--dt", "0.02", "-o", timed}).code, 0);
    writeFileAtomically(teacher, "0.95,0\n0,0.3\n");
    const Outcome steps = runCli(with({"attractors", "--student", fit}, kShort)),
                  seconds = runCli(with({"attractors", "--student", timed}, kShort)),
                  beside = runCli(with({"attractors", "--student", timed, "--teacher", teacher}, kShort));
    for (const Outcome& outcome : {steps, seconds}) {
      QCOMPARE(outcome.code, 0);
      const auto json = outcome.json()["student"];
      QVERIFY2(json["summary"].dump().find("τ") == std::string::npos, json["summary"].dump().c_str());
      QVERIFY2(json["slow_line"]["message"].get<std::string>().find("steps") != std::string::npos,
               json["slow_line"]["message"].dump().c_str());
      QVERIFY2(outcome.err.find(" τ") == std::string::npos, outcome.err.c_str());
      const double tau = json["slow_line"]["slow_tau"], told = json["slow_line"]["slow_steps"];
      QVERIFY(std::abs(told - 10 * tau) < 1e-9 * told);
      QCOMPARE(json["tau_steps"].get<double>(), 10.0);
    }
    QVERIFY(steps.err.find(" s)") == std::string::npos &&
            !steps.json()["student"]["slow_line"].contains("slow_seconds"));
    QVERIFY2(seconds.err.find(" s)") != std::string::npos, seconds.err.c_str());
    const auto line = seconds.json()["student"]["slow_line"];
    QVERIFY(std::abs(line["slow_seconds"].get<double>() - 0.02 * line["slow_steps"].get<double>()) < 1e-9);
    QVERIFY2(beside.err.find(" τ") != std::string::npos && beside.err.find("steps (") == std::string::npos,
             beside.err.c_str());
    QVERIFY(beside.json()["student"]["tau_steps"].is_null());
  }

  // One and the same recording with α = 0.01, 0.1 and 1, and with none given: the line that is found, its
  // extent and its times in steps are the same, and an α that nobody gave is said to be assumed.
  void whatIsFoundDoesNotRestOnAlpha() {
    const RandomStream random(12, Stream::test);
    const Matrix noise = random.normalMatrix(2, 3000);
    Matrix X = Matrix::Zero(2, 3000);
    for (Index t = 1; t < X.cols(); ++t)
      X.col(t) = Vector::Map(std::array{0.998, 0.5}.data(), 2).cwiseProduct(X.col(t - 1)) + noise.col(t);
    const std::string recording = m_folder.writeActivity("any.npy", X), fit = m_folder.path("any.json");
    nlohmann::ordered_json first;
    std::string claim;
    for (const std::string alpha : {"", "0.01", "0.1", "1"}) {
      std::vector<std::string> args{"fit", recording, "--rho", "0", "-o", fit};
      if (!alpha.empty()) args.insert(args.end(), {"--alpha", alpha});
      QCOMPARE(runCli(args).code, 0);
      const Outcome outcome = runCli(with({"attractors", "--student", fit}, kShort));
      QCOMPARE(outcome.err.find("is assumed") != std::string::npos, alpha.empty());
      const auto line = outcome.json()["student"]["slow_line"];
      const auto sentence = outcome.json()["verdict"]["sentence"].get<std::string>();
      const std::string told = sentence.substr(0, sentence.find(" By α"));
      if (first.is_null()) first = line, claim = told;
      QCOMPARE(told, claim);
      QCOMPARE(line["status"].get<std::string>(), std::string("line"));
      for (const char* key : {"extent", "slow_steps"})
        QVERIFY2(
            std::abs(line[key].get<double>() / first[key].get<double>() - 1) < 1e-4,
            (std::string(key) + " at α = " + alpha + ": " + line[key].dump() + first[key].dump()).c_str());
    }
  }

  // Two wells along unit 1 | along unit 2. Fails if points of rest are counted instead of compared; and the
  // same system against itself is faithful.
  void pointsOfRestAreComparedByPlace() {
    const std::string first = m_folder.path("first.csv"), second = m_folder.path("second.csv");
    writeFileAtomically(first, "2,0\n0,0.5\n");
    writeFileAtomically(second, "0.5,0\n0,2\n");
    const auto kindOf = [](const std::string& teacher, const std::string& student) {
      return runCli(with({"attractors", "--teacher", teacher, "--student", student}, kShort))
          .json()["verdict"];
    };
    const auto other = kindOf(first, second);
    QVERIFY2(other["kind"] == "spurious persistence", other.dump().c_str());
    const auto same = kindOf(first, first);
    QVERIFY2(same["kind"] != "spurious persistence" && same["kind"] != "undecided", same.dump().c_str());
  }

  // diag(-1.5, -1.2) in steps of α = 1 diverges. Fails if Re λ, which says τ = 0.455, praises it.
  void whatDivergesInItsStepsIsNotFaithful() {
    const std::string file = m_folder.path("alternating.csv");
    writeFileAtomically(file, "-1.5,0\n0,-1.2\n");
    const Outcome outcome =
        runCli(with({"attractors", "--teacher", file, "--student", file, "--phi", "linear"},
                    with(kShort, {"simulation.alpha=1"})));
    const auto verdict = outcome.json()["verdict"];
    QVERIFY2(verdict["kind"] == "undecided", outcome.out.c_str());
    QVERIFY2(verdict["sentence"].get<std::string>().find("diverge") != std::string::npos,
             outcome.out.c_str());
  }

  // Fails if the linear answer is not the exact one.
  void linearIsExact() {
    const std::string file = m_folder.path("linear.csv");
    writeFileAtomically(file, "0.5,10\n0,0.3\n");
    const Outcome outcome = runCli(with({"attractors", "--teacher", file, "--phi", "linear"}, kShort));
    QCOMPARE(outcome.code, 0);
    const auto teacher = outcome.json()["teacher"];
    QVERIFY(teacher["points"]["status"] == "exact");
    QVERIFY(teacher["cycles"].empty());
    QVERIFY(std::abs(teacher["lyapunov"]["exponents"][0].get<double>() + 0.5) < 1e-9);
  }

  // A cycle beside a bistable unit, stopped at every part of the search that tells of itself (the proof of
  // three units is over too soon): what was found until then is written and told as a part, and nothing is
  // judged. Fails if nothing is written, or as if it were whole.
  void aStopWritesWhatWasFound() {
    const std::string file = m_folder.path("rotor.csv"), out = m_folder.path("part.json");
    writeFileAtomically(file, "1.6,-1.2,0\n1.2,1.6,0\n0,0,2\n");
    const auto args = with({"attractors", "--teacher", file, "--student", file, "-o", out}, kShort);
    // On a busy machine a short stage may be over before it reports, or when the stop is heeded: then nothing
    // is a part.
    int parts = 0;
    for (const std::string words :
         {"looking for points of rest", "searching points", "eigenvalues there", "following slow",
          "looking for missed", "closing orbits", "telling attractors", "averaging Lyapunov"}) {
      StopAtWords stop(words);
      const Outcome outcome = runCli(args, stop);
      const auto json = nlohmann::ordered_json::parse(readFileBytes(out));
      if (json["teacher"]["part"].is_null()) {
        QVERIFY2(outcome.code == 0 || json["student"].is_null(), (words + ": " + outcome.err).c_str());
        std::remove(out.c_str());
        continue;
      }
      ++parts;
      QVERIFY2(outcome.code == 130, (words + ": " + outcome.err).c_str());
      const std::string part = json["teacher"]["part"];
      QVERIFY2(outcome.err.find(part) != std::string::npos && part.find("Lyapunov") != std::string::npos,
               outcome.err.c_str());
      QVERIFY(json["student"].is_null() && json["verdict"]["kind"] == "undecided");
      const bool cyclesKnown = words.starts_with("telling") || words.starts_with("averaging");
      QCOMPARE(json["teacher"]["cycles"].size() == 2, cyclesKnown);
      std::remove(out.c_str());
    }
    QVERIFY2(parts >= 3, qPrintable(QString::number(parts)));
    StopAtWords early("simulating");
    const Outcome nothing = runCli(args, early);
    QVERIFY2(nothing.code == 130 && nothing.oneSentence(), nothing.err.c_str());
    QVERIFY(!QFile::exists(QString::fromStdString(out)));
  }

  // Through all stages: the output is written, and holds both systems.
  void aPreset() {
    const std::string out = m_folder.path("out.json");
    const Outcome outcome =
        runCli(with({"attractors", "low-rank-linear", "-o", out, "--set", "teacher.size=60"}, kShort));
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.out.empty());
    const auto json = nlohmann::ordered_json::parse(readFileBytes(out));
    QVERIFY(keysOf(json) == std::vector<std::string>({"source", "teacher", "student", "verdict", "run"}));
    QVERIFY(json["student"]["slow_line"]["status"].is_string());
    QVERIFY(!json["verdict"]["sentence"].get<std::string>().empty());
  }

 private:
  Folder m_folder;
};

KEYHOLE_TEST(TestAttractorsCommand)

}  // namespace tst_attractors

#include "tst_attractors.moc"
