// Tables whose cells are missing in many ways, through the command line: the likelihood of the model that is
// fitted to them, against the density of all samples that are there, computed at once. Files where they are
// (environment variable KEYHOLE_CASES), and twins that the test makes.
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/io/recording_file.h"
#include "tests/cli/run_cli.h"
#include "tests/support/test_registry.h"

#include <Eigen/Cholesky>
#include <QTest>

#include <cmath>
#include <fstream>

namespace tst_table_cases {

using namespace keyhole;
using namespace keyhole::test;

namespace {

using Json = nlohmann::ordered_json;

Matrix matrixOf(const Json& rows) {
  if (!rows[0].is_array()) {  // a vector
    const auto values = rows.get<std::vector<double>>();
    return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
  }
  Matrix matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (Index i = 0; i < matrix.rows(); ++i)
    for (Index j = 0; j < matrix.cols(); ++j)
      matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>();
  return matrix;
}

// ln of the joint Gaussian density of all samples that are there, by the parameters in the result: x[0] ~
// N(m, P), x[t] = F x[t-1] + b + w, y[t] = C x[t] + d + v. No filter is run, and nothing is left out but the
// rows and columns of what is missing.
double density(const Json& json, const Matrix& Y) {
  const Matrix F = matrixOf(json["transition"]), C = matrixOf(json["emission"]),
               Q = matrixOf(json["dynamics_cov"]), P = matrixOf(json["initial_covariance"]);
  const Vector b = matrixOf(json["dynamics_bias"]), d = matrixOf(json["emission_bias"]),
               r = matrixOf(json["emission_var"]), m = matrixOf(json["initial_mean"]);
  const Index N = Y.rows(), T = Y.cols();
  Matrix covariance(N * T, N * T), S = P;
  Vector off(N * T), mean = m;
  for (Index s = 0; s < T; ++s) {
    off.segment(s * N, N) = Y.col(s) - C * mean - d;
    Matrix ahead = S;
    for (Index t = s; t < T; ++t, ahead = F * ahead) {
      const Matrix together = C * ahead * C.transpose();
      covariance.block(s * N, t * N, N, N) = together.transpose();
      covariance.block(t * N, s * N, N, N) = together;
    }
    covariance.block(s * N, s * N, N, N).diagonal() += r;
    mean = F * mean + b;
    S = F * S * F.transpose() + Q;
  }
  std::vector<Index> there;
  for (Index k = 0; k < off.size(); ++k)
    if (std::isfinite(off(k))) there.push_back(k);
  const Eigen::LLT<Matrix> root(covariance(there, there));
  const Vector z = root.matrixL().solve(Vector(off(there)));
  const double logDeterminant = 2 * Matrix(root.matrixL()).diagonal().array().log().sum();
  return -0.5 * (z.squaredNorm() + logDeterminant + static_cast<double>(there.size()) * std::log(2 * M_PI));
}

Json fitOf(const std::string& file) {
  return runCli({"fit", file, "--alpha", "0.1", "--method", "lds", "--latents", "2"}).json();
}

double logLikelihood(const Json& json) {
  return json["log_likelihood"].back().get<double>();
}

// The sums of both roads are of order 10³ and round to about 10⁻¹⁰ of that.
void expectDensity(const Json& json, const Matrix& Y) {
  const double expected = density(json, Y), found = logLikelihood(json);
  QVERIFY2(std::abs(found - expected) < 1e-8 * std::abs(expected),
           qPrintable(QString("%1 for %2").arg(found, 0, 'g', 15).arg(expected, 0, 'g', 15)));
}

}  // namespace

class TestTableCases : public QObject {
  Q_OBJECT

 private slots:
  // Rows that are missing altogether stay in their place, however they are written. Fails if one vanishes
  // (time is cut and glued: another model, and another density) or if a count is fitted as a neuron.
  void missingRows() {
    const Matrix Y = gapped();
    const std::string comma = write("gap.csv", Y, ",", "NA", "a,b,c\n"),
                      tab = write("gap.tsv", Y, "\t", "", "a\tb\tc\n"),
                      errors = write("hash.csv", Y, ",", "#N/A", "a,b,c\n"),
                      counted = write("counted.csv", Y, ",", "", ",a,b,c\n", true);
    const Json first = fitOf(comma);
    expectDensity(first, Y);
    for (const auto& file : {tab, errors, counted}) {
      const Json json = fitOf(file);
      QCOMPARE(json["neurons"].get<int>(), 3);
      QCOMPARE(json["timepoints"].get<int>(), static_cast<int>(Y.cols()));
      QCOMPARE(logLikelihood(json), logLikelihood(first));
    }
  }

  // The right values that stand beside the files are those of maxima; a better start may end higher.
  void cases_data() {
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<double>("atLeast");
    QTest::newRow("first cells") << QStringList{"empty_first_cell.csv", "hash_first_cell.csv"} << -1113.29987;
    QTest::newRow("gaps") << QStringList{"gap.csv", "gap.tsv"} << -1075.65357;
    QTest::newRow("counts") << QStringList{"clean.csv", "pandas_named.csv", "r_writecsv.csv"} << -HUGE_VAL;
  }
  void cases() {
    const std::string folder = qEnvironmentVariable("KEYHOLE_CASES").toStdString() + "/tables/";
    if (folder == "/tables/") QSKIP("KEYHOLE_CASES does not name the folder of cases");
    QFETCH(QStringList, files);
    QFETCH(double, atLeast);
    Json first;
    for (const QString& file : files) {
      const std::string path = folder + file.toStdString();
      const Json json = fitOf(path);
      QCOMPARE(json["neurons"].get<int>(), 4);
      QCOMPARE(json["timepoints"].get<int>(), 300);
      if (first.is_null()) {
        first = json;
        expectDensity(json, readRecording(path, {.missingAllowed = true}).activity);
      }
      QCOMPARE(logLikelihood(json), logLikelihood(first));
      QVERIFY2(logLikelihood(json) > atLeast - 1e-4,
               qPrintable(QString::number(logLikelihood(json), 'f', 6)));
    }
  }

 private:
  // Three channels of a slow mode and a fast one, of which rows and single cells are missing.
  static Matrix gapped() {
    const RandomStream random(11, Stream::test);
    const Index T = 80;
    const Matrix C = random.normalMatrix(3, 2), noise = random.normalMatrix(2, T, 1000);
    Matrix X = Matrix::Zero(2, T);
    for (Index t = 1; t < T; ++t) {
      X(0, t) = 0.9 * X(0, t - 1) + noise(0, t);
      X(1, t) = 0.4 * X(1, t - 1) + noise(1, t);
    }
    Matrix Y = C * X + 0.5 * random.normalMatrix(3, T, 50000);
    Y.middleCols(30, 6).setConstant(std::numeric_limits<double>::quiet_NaN());
    Y(0, 10) = Y(2, 50) = std::numeric_limits<double>::quiet_NaN();
    return Y;
  }

  std::string write(const std::string& name, const Matrix& Y, const std::string& separator,
                    const std::string& missing, const std::string& header, bool counted = false) const {
    const std::string path = m_folder.path(name);
    std::ofstream file(path);
    file << header;
    for (Index t = 0; t < Y.cols(); ++t) {
      if (counted) file << t << separator;
      for (Index i = 0; i < Y.rows(); ++i)
        file << (i ? separator : "") << (std::isfinite(Y(i, t)) ? toText(Y(i, t)) : missing);
      file << "\n";
    }
    return path;
  }

  Folder m_folder;
};

KEYHOLE_TEST(TestTableCases)

}  // namespace tst_table_cases

#include "tst_table_cases.moc"
