// Of its probabilities the audit says what was measured, of the tables for which it was.
#include "core/audit/measured_calibration.h"
#include "core/io/file_bytes.h"
#include "tests/support/test_registry.h"

#include <QTest>
#include <nlohmann/json.hpp>

namespace tst_measured_calibration {

using namespace keyhole;

class TestMeasuredCalibration : public QObject {
  Q_OBJECT

 private slots:
  // The shapes are those of the measurement that is kept.
  void areThoseOfTheMeasurement() {
    const auto kept = nlohmann::json::parse(readFileBytes(KEYHOLE_CALIBRATION))["shapes"];
    const auto& said = measuredCalibrations();
    QCOMPARE(said.size(), kept.size());
    for (std::size_t i = 0; i < said.size(); ++i) {
      QCOMPARE(said[i].units, kept[i]["units"].get<Index>());
      QCOMPARE(said[i].samples, kept[i]["samples"].get<Index>());
      QCOMPARE(said[i].circuits, kept[i]["table"].get<Index>());
    }
  }

  // Measured is what is alike in everything: other lengths, trials, steps, fractions and tables are not.
  void anotherTableIsNotMeasured() {
    ReferenceShape shape;
    shape.units = 12;
    shape.lengths = {2000};
    QCOMPARE(calibrationKnown(shape, 4000), CalibrationKnown::measured);
    QCOMPARE(calibrationKnown(shape, 2000), CalibrationKnown::ofAnotherTable);
    const auto changed = [&](auto change) {
      ReferenceShape other = shape;
      change(other);
      return calibrationKnown(other, 4000) == CalibrationKnown::notMeasured;
    };
    QVERIFY(changed([](ReferenceShape& s) { s.units = 13; }));
    QVERIFY(changed([](ReferenceShape& s) { s.lengths = {1000, 1000}; }));
    QVERIFY(changed([](ReferenceShape& s) { s.lengths = {2001}; }));
    QVERIFY(changed([](ReferenceShape& s) { s.gaussianWidth = 3; }));
    QVERIFY(changed([](ReferenceShape& s) { s.exponentialWidth = 3; }));
    QVERIFY(changed([](ReferenceShape& s) { s.detrend = true; }));
    QVERIFY(changed([](ReferenceShape& s) { s.meanCounts = {0.1}; }));
    QVERIFY(changed([](ReferenceShape& s) { s.mostUnits = priors::kMostUnitsAsked; }));  // asked fractions
  }

  void saysWhichItIs() {
    ReferenceAnswer answer;
    answer.shape.units = 12;
    answer.shape.lengths = {2000};
    answer.circuits = 4000;
    const auto said = [](const std::optional<ReferenceAnswer>& one) {
      return QString::fromStdString(calibrationSentence(one));
    };
    QVERIFY(said(answer).contains("was measured for recordings of this shape, with a table as large"));
    answer.circuits = 20000;
    QVERIFY(said(answer).contains("with a table of 4000 circuits; this one has 20000."));
    answer.shape.units = 11;
    QVERIFY(said(answer).contains("was not measured for recordings as this one") &&
            said(answer).contains("12 x 2000"));
    QVERIFY(said({}).contains("was measured for 6 shapes"));
    for (const auto& one : {said({}), said(answer)})
      QVERIFY(one.contains("by circuits of it that the classifier was not trained on"));
  }
};

KEYHOLE_TEST(TestMeasuredCalibration)

}  // namespace tst_measured_calibration

#include "tst_measured_calibration.moc"
