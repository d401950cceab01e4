// Tests core/io/json_values.h
#include "core/io/json_values.h"
#include "tests/io/files.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_json_values {

using namespace keyhole;
using namespace keyhole::test;

class TestJsonValues : public QObject {
  Q_OBJECT

 private slots:
  // Through text and back, to the last bit; rows stay rows.
  void matricesComeBack() {
    const Matrix values = (Matrix(2, 3) << 0.1, 1.0 / 3, -2e-310, 4, 5e200, -0.0).finished();
    const auto text = matrixToJson(values).dump();
    COMPARE_MATRICES(matrixFromJson(nlohmann::json::parse(text), "x"), values, 0.0);
    QCOMPARE(nlohmann::json::parse(text)[1][0].get<double>(), 4.0);
  }

  // JSON knows no NaN: it becomes null, in a number as in a matrix.
  void whatIsNotFiniteIsNull() {
    QVERIFY(numberOrNull(std::nan("")).is_null() && numberOrNull(HUGE_VAL).is_null());
    QVERIFY(vectorToJson(Vector::Constant(2, -HUGE_VAL))[1].is_null());
    ComplexVector values(1);
    values << std::complex<double>(0.5, -0.25);
    QCOMPARE(QString::fromStdString(eigenvaluesToJson(values).dump()), QString("[[0.5,-0.25]]"));
  }

  // A list comes back as it was, and what is not known at the same places.
  void listsComeBack() {
    const std::vector<double> values = {1.0 / 3, std::nan(""), -2e-310, 0};
    const auto json = nlohmann::ordered_json::parse(numbersToJson(values).dump());
    const std::vector<double> back = numbersFromJson(json);
    QCOMPARE(back.size(), values.size());
    QVERIFY(std::isnan(back[1]) && json[1].is_null());
    for (const std::size_t i : {0, 2, 3}) QCOMPARE(back[i], values[i]);
    QVERIFY(numbersToJson({}).is_array() && numbersFromJson(numbersToJson({})).empty());
  }

  void refused_data() {
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"3", "[1, 2]", "[[1, 2], [3]]", "[[1, \"2\"]]", "[[1, null]]", "{}", "[]",
                             "null", "[[1], 2]", "[[true]]", "[[[1]]]"})
      QTest::newRow(text) << QByteArray(text);
  }
  // Fails if what is no matrix of numbers becomes one, or is refused without its name.
  void refused() {
    QFETCH(QByteArray, text);
    const auto json = nlohmann::json::parse(text.toStdString());
    QVERIFY(isSentence(refusal([&] { matrixFromJson(json, "the weights"); }), "the weights"));
  }
};

KEYHOLE_TEST(TestJsonValues)

}  // namespace tst_json_values

#include "tst_json_values.moc"
