// Tests core/fitting/latent/subspace_pieces.h: a recording that passes by once.
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/fitting/latent/subspace_pieces.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace tst_subspace_pieces {

using namespace keyhole;
using namespace keyhole::test;

namespace {

// Two latents, one of them slow, seen by five channels with noise; a large mean, which must cost no digits,
// and a channel that does not vary.
Matrix recorded(Index T) {
  const Matrix noise = RandomStream(7, Stream::test).normalMatrix(7, T);
  const Matrix C = RandomStream(8, Stream::test).normalMatrix(5, 2);
  Matrix y(5, T);
  Vector x = Vector::Zero(2);
  for (Index t = 0; t < T; ++t) {
    x = (Matrix(2, 2) << 0.95, 0.1, 0, 0.6).finished() * x + noise.col(t).head(2);
    y.col(t) = C * x + 0.5 * noise.col(t).tail(5);
  }
  y.row(1).array() += 1e4;
  y.row(3).setConstant(1.0 / 3);
  return y;
}

Student inPiecesOf(const Matrix& y, const SubspaceOptions& options, Index step, Index kept) {
  SubspacePieces pieces(options, y.rows(), y.cols(), kept);
  for (Index first = 0; first < y.cols(); first += step)
    pieces.add(y.middleCols(first, std::min(step, y.cols() - first)));
  return pieces.fit();
}

QString refusalOf(const std::function<void()>& fit) {
  try {
    fit();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

class TestSubspacePieces : public QObject {
  Q_OBJECT

 private slots:
  // Two roads to one result: in pieces of any length, shorter than a window among them, as in one go. Fails
  // if a window across two pieces is lost or counted twice. The moments are rounded in another order and
  // about other means: a mean of 1e4 deviations costs 1e8 of the 1e16 of their squares.
  void piecesAreTheWhole() {
    const Matrix y = recorded(1500);
    for (const auto weighting : {SubspaceWeighting::n4sid, SubspaceWeighting::cva}) {
      SubspaceOptions options;
      options.latents = 2;
      options.alpha = 0.5;
      options.weighting = weighting;
      const Student whole = fitSubspace({{y, Matrix(0, y.cols())}}, options);
      QCOMPARE(whole.summary.status, FitStatus::solved);
      for (const Index step : {1, 7, 19, 20, 21, 1499, 1500}) {
        const Student student = inPiecesOf(y, options, step, 1'000'000);
        QCOMPARE(student.summary.status, FitStatus::solved);
        COMPARE_MATRICES(student.A, whole.A, 1e-6);
        COMPARE_MATRICES(student.latent->F, whole.latent->F, 1e-6);
        // The channel that does not vary says nothing of the latents; its R is whatever floor it gets.
        for (const Index channel : {0, 1, 2, 4})
          QVERIFY(std::abs(student.latent->R(channel) - whole.latent->R(channel)) < 1e-6);
        QVERIFY(student.latent->C.row(3).norm() < 1e-9 && whole.latent->C.row(3).norm() < 1e-9);
        QVERIFY(std::abs(student.oneStepR2 - whole.oneStepR2) < 1e-6);
        QCOMPARE(student.notes, whole.notes);
        QVERIFY(student.steps == 1499 && student.timePoints == 1500 && student.seen == 5);
      }
    }
  }

  // Where not all of it is kept, the dynamics are still those of all time points, and the note says the rest.
  void noiseOfStretches() {
    const Matrix y = recorded(4000);
    SubspaceOptions options;
    options.latents = 2;
    const Student whole = fitSubspace({{y, Matrix(0, y.cols())}}, options);
    const Student student = inPiecesOf(y, options, 333, 5 * 1000);
    COMPARE_MATRICES(student.latent->F, whole.latent->F, 1e-6);
    COMPARE_MATRICES(student.latent->C, whole.latent->C, 1e-6);
    // A quarter of the samples: the variances of the noise to some 1/sqrt(1000) of themselves, five of them.
    QVERIFY((student.latent->R - whole.latent->R).cwiseAbs().maxCoeff() < 0.2 * whole.latent->R.maxCoeff());
    QCOMPARE(student.notes.size(), std::size_t{1});
    QVERIFY(
        QString::fromStdString(student.notes.front()).contains("1000 of the 4000 time points, 10 stretches"));
  }

  // What the whole refuses, the pieces refuse in the same words.
  void refused() {
    const Matrix y = recorded(600);
    SubspaceOptions options;
    options.latents = 5;  // four channels vary
    const QString whole = refusalOf([&] { fitSubspace({{y, Matrix(0, y.cols())}}, options); });
    QVERIFY(whole.contains("1 to 4"));
    QCOMPARE(refusalOf([&] { inPiecesOf(y, options, 100, 1'000'000); }), whole);
    options.latents = 2;
    const Matrix few = y.leftCols(20);  // 17 windows of 4 steps, which have 20 rows
    const QString tooFew = refusalOf([&] { fitSubspace({{few, Matrix(0, few.cols())}}, options); });
    QVERIFY(!tooFew.isEmpty());
    QCOMPARE(refusalOf([&] { inPiecesOf(few, options, 7, 1'000'000); }), tooFew);
    QVERIFY(refusalOf([&] { SubspacePieces(options, 5, 600).fit(); }).contains("as announced"));
  }
};

KEYHOLE_TEST(TestSubspacePieces)

}  // namespace tst_subspace_pieces

#include "tst_subspace_pieces.moc"
