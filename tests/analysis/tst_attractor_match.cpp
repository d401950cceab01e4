// Tests core/analysis/attractor_match.h: a system against itself, perturbed, and against others.
#include "core/analysis/attractor_match.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <numbers>

namespace tst_attractor_match {

using namespace keyhole;

namespace {

constexpr Index kUnits = 24;
const RandomStream kRandom(7, Stream::test);

// Each of one kind, of 24 units, with `noise` on its weights.
Matrix teacherOf(const QString& kind) {
  const Matrix U = kRandom.normalMatrix(kUnits, 2, 5);
  const Vector u = U.col(0).normalized();
  if (kind == "point") return 0.5 / std::sqrt(24.0) * kRandom.normalMatrix(kUnits, kUnits, 10);
  if (kind == "wells") return 1.8 * u * u.transpose();
  if (kind == "line") return 1.0 * u * u.transpose();
  Matrix B(kUnits, kUnits);
  for (Index i = 0; i < kUnits; ++i)
    for (Index j = 0; j < kUnits; ++j) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(i - j) / kUnits;
      B(i, j) = (kind == "cycle" ? 1.6 * std::cos(angle) - 0.8 * std::sin(angle) : 1.5 * std::cos(angle)) *
                2 / kUnits;
    }
  return B;
}

Attractors attractorsOf(const Matrix& B) {
  const FlowSystem system{Network(DenseForm{B}), Nonlinearity::tanh, Convention::standard, {}, {}};
  LimitSetOptions options;
  options.runs = 6;
  const LimitSets runs = limitSets(system, options);
  const Matrix activity = kRandom.normalMatrix(kUnits, 200, 400);
  return findAttractors(system, activity, &runs, {});
}

const QStringList kKinds = {"point", "wells", "line", "ring", "cycle"};

}  // namespace

class TestAttractorMatch : public QObject {
  Q_OBJECT

 private slots:
  // Noise of 1e-3 on the weights leaves the objects the same: pinned points on a ring or a line come and go,
  // the ring and the line do not.
  void perturbedIsTheSame_data() {
    QTest::addColumn<QString>("kind");
    for (const QString& kind : kKinds) QTest::newRow(qPrintable(kind)) << kind;
  }
  void perturbedIsTheSame() {
    QFETCH(QString, kind);
    const Matrix B = teacherOf(kind);
    const Attractors teacher = attractorsOf(B);
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
      const Attractors other =
          attractorsOf(B + 1e-3 * kRandom.normalMatrix(kUnits, kUnits, 1000 + 100 * draw));
      const AttractorMatch match = matchAttractors(teacher, {}, other, {});
      QVERIFY2(match.isSame(), (teacher.coexistenceText() + " | " + other.coexistenceText()).c_str());
      QVERIFY(!match.same.empty());
      for (const MatchedAttractors& pair : match.same) QVERIFY(pair.distance < 0.1);
    }
  }

  // Of different kinds nothing is the same. (The line's middle is the point's place, but a line.)
  void othersAreNot() {
    std::vector<Attractors> all;
    for (const QString& kind : kKinds) all.push_back(attractorsOf(teacherOf(kind)));
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = 0; j < all.size(); ++j) {
        const AttractorMatch match = matchAttractors(all[i], {}, all[j], {});
        QCOMPARE(match.isSame(), i == j);
        if (i != j) QVERIFY2(match.same.empty(), qPrintable(kKinds[int(i)] + " " + kKinds[int(j)]));
      }
  }

  // In other coordinates: a system seen through some of its units is the same as itself seen so.
  void viewsAreCommon() {
    const Attractors wells = attractorsOf(teacherOf("wells"));
    const Matrix some = Matrix::Identity(10, kUnits);
    QVERIFY(matchAttractors(wells, {some, {}}, wells, {some, {}}).isSame());
    const AttractorMatch moved = matchAttractors(wells, {some, {}}, wells, {some, Vector::Constant(10, 100)});
    QVERIFY(moved.same.empty() && moved.onlyA.size() == 2 && moved.onlyB.size() == 2);
    QVERIFY_EXCEPTION_THROWN(matchAttractors(wells, {some, {}}, wells, {}), InputError);
    AttractorMatchOptions options;
    options.near = 0;
    options.periods = options.extents = 0.5;
    QCOMPARE(problems(options).size(), std::size_t{3});
  }
};

KEYHOLE_TEST(TestAttractorMatch)

}  // namespace tst_attractor_match

#include "tst_attractor_match.moc"
