// Tests core/report/run_record.h: a record is enough to make the result again.
#include "core/io/file_bytes.h"
#include "core/linalg/blas_kernel.h"
#include "core/report/run_record.h"
#include "tests/experiment/experiment_runs.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

namespace tst_run_record {

using namespace keyhole;
using namespace keyhole::test;

class TestRunRecord : public QObject {
  Q_OBJECT
 private slots:
  // The settings of a record, put into fresh ones, act as those that were recorded, for any settings. Fails
  // if one that acts is left out, or is written so that it reads back as another.
  void settingsCanBeMadeAgain() {
    for (std::uint64_t draw = 1; draw <= 200; ++draw) {
      const Settings asked = randomSettings(draw);
      const auto record = nlohmann::json::parse(runRecord(asked).dump());
      QCOMPARE(record["seed"].get<long long>(), asked.integer("teacher.seed"));
      Settings again;
      for (const auto& [key, value] : record["settings"].items())
        if (value.is_string())
          again.set(key, value.get<std::string>());
        else if (value.is_boolean())
          again.set(key, value.get<bool>());
        else if (value.is_number_integer())
          again.set(key, value.get<long long>());
        else
          again.set(key, value.get<double>());
      for (const auto& row : settingsTable())
        if (row.stage != Stage::view)
          QVERIFY2(effective(again).value(row.key) == effective(asked).value(row.key), row.key.c_str());
    }
  }

  // Nothing in it that did not act. Fails if a setting that means nothing for the method is recorded.
  void whatDidNotActIsNotInIt() {
    Settings settings;
    settings.set("fit.method", std::string("cornn"));
    settings.set("fit.seed", 7LL);
    const auto record = runRecord(settings);
    QVERIFY(!record["settings"].contains("fit.seed"));
    QVERIFY(record["settings"].contains("fit.l2"));
    QCOMPARE(record["settings"]["fit.iterations"].get<int>(), 1000);
    QCOMPARE(record["version"].get<std::string>(), programVersion());
    QCOMPARE(record["blas_kernels"].get<std::string>(), blasKernel());
  }

  void aTableHasItsRecordBesideIt() {
    QTemporaryDir folder;
    const std::string path = folder.filePath("table.csv").toStdString();
    writeTable(path, "a,b\n1,2\n", Settings());
    QCOMPARE(readFileBytes(path), std::string("a,b\n1,2\n"));
    const auto beside = nlohmann::json::parse(readFileBytes(path + ".json"));
    QVERIFY(beside["run"] == nlohmann::json(runRecord(Settings())));
  }
};

KEYHOLE_TEST(TestRunRecord)

}  // namespace tst_run_record

#include "tst_run_record.moc"
