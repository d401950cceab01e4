// Tests core/fitting/regression/map_pieces.h and core/observation/summary/summary_pieces.h
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/regression/map_pieces.h"
#include "core/observation/summary/summary_pieces.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace tst_map_pieces {

using namespace keyhole;

class TestMapPieces : public QObject {
  Q_OBJECT

 private slots:
  // Two roads to one result: in pieces of any length as in one go. Fails if the step between two pieces is
  // lost or counted twice. The sums are rounded in another order, about other means.
  void piecesAreTheWhole() {
    const Matrix noise = RandomStream(5, Stream::test).normalMatrix(4, 500);
    Matrix x = noise;
    for (Index t = 1; t < x.cols(); ++t) x.col(t) = 0.8 * x.col(t - 1) + noise.col(t);
    x.row(2).array() += 1e4;  // a large mean, which must cost no digits
    for (const bool offset : {false, true}) {
      MapOptions options;
      options.alpha = 0.5;
      options.offset = offset;
      const Student whole = fitMap(x, Matrix(), options);
      for (const Index step : {1, 7, 499, 500}) {
        MapPieces pieces(options);
        for (Index first = 0; first < x.cols(); first += step)
          pieces.add(x.middleCols(first, std::min(step, x.cols() - first)));
        const Student student = pieces.fit();
        COMPARE_MATRICES(student.A, whole.A, 1e-7);
        QVERIFY(std::abs(student.oneStepR2 - whole.oneStepR2) < 1e-7);
        QCOMPARE(student.steps, Index{499});
      }
    }
    MapPieces one(MapOptions{});
    one.add(x.leftCols(1));
    bool refused = false;
    try {
      one.fit();
    } catch (const InputError&) {
      refused = true;
    }
    QVERIFY(refused);
  }

  void summaryOfPieces() {
    Matrix x = RandomStream(6, Stream::test).normalMatrix(3, 100);
    x.row(1).setConstant(2);
    x.row(2).setZero();
    x(0, 5) = std::nan("");
    SummaryPieces pieces;
    for (Index first = 0; first < 100; first += 30)
      pieces.add(x.middleCols(first, std::min<Index>(30, 100 - first)));
    const RecordingSummary summary = pieces.summary(0.1);
    QVERIFY(summary.units == 3 && summary.timePoints == 100 && summary.missing == 1);
    QVERIFY(summary.constant == 2 && summary.silent == 1 && !summary.counts);
    double sum = 0, squares = 0;
    for (Index t = 0; t < 100; ++t)
      if (t != 5) sum += x(0, t), squares += x(0, t) * x(0, t);
    const double mean = sum / 99;
    QVERIFY(std::abs(summary.means(0) - mean) < 1e-12);
    QVERIFY(std::abs(summary.deviations(0) - std::sqrt(squares / 99 - mean * mean)) < 1e-12);
    QVERIFY(std::isnan(summary.effectiveSamples) && std::isnan(summary.drift));
  }
};

KEYHOLE_TEST(TestMapPieces)

}  // namespace tst_map_pieces

#include "tst_map_pieces.moc"
