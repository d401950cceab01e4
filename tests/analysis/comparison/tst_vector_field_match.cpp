// Tests core/analysis/comparison/vector_field_match.h
#include "core/analysis/comparison/vector_field_match.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "tests/support/matrix_compare.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numbers>

namespace tst_vector_field_match {

using namespace keyhole;
using namespace keyhole::test;

namespace {

Matrix draw(Index n, std::uint64_t seed) {
  return RandomStream(seed, Stream::test).normalMatrix(n, n);
}

Matrix haar(Index n, std::uint64_t seed) {
  return haarColumns(RandomStream(seed, Stream::test, 77), n, n);
}

Matrix skew(const Matrix& A) {
  return 0.5 * (A - A.transpose());
}

// exp(Ω) by scaling and squaring of the series: independent of the Cayley steps.
Matrix exponential(const Matrix& Omega) {
  const Matrix small = Omega / 1024;
  Matrix term = Matrix::Identity(Omega.rows(), Omega.rows()), sum = term;
  for (int k = 1; k < 14; ++k) {
    term = (term * small / k).eval();
    sum += term;
  }
  for (int k = 0; k < 10; ++k) sum = (sum * sum).eval();
  return sum;
}

Matrix rotations(std::initializer_list<double> frequencies) {
  const Index n = 2 * static_cast<Index>(frequencies.size());
  Matrix A = Matrix::Zero(n, n);
  Index i = 0;
  for (const double w : frequencies) {
    A(i, i + 1) = -w;
    A(i + 1, i) = w;
    i += 2;
  }
  return A;
}

}  // namespace

class TestVectorFieldMatch : public QObject {
  Q_OBJECT
 private slots:
  // Central differences along random directions, through the exponential. Error h² of the third derivative,
  // about 1e-8 at h = 1e-4.
  void gradientAgainstFiniteDifferences() {
    const double h = 1e-4;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Matrix A = draw(6, seed), B = draw(6, seed + 100), C = haar(6, seed);
      const Matrix Omega = skew(draw(6, seed + 200));
      const auto f = [&](double t) {
        const Matrix moved = exponential(t * Omega) * C;
        return matchValue(A, moved * B * moved.transpose()).f;
      };
      const MatchValue value = matchValue(A, C * B * C.transpose());
      const double slope = value.gradient.cwiseProduct(Omega).sum();
      QVERIFY(std::abs((f(h) - f(-h)) / (2 * h) - slope) < 1e-5 * (1 + std::abs(slope)));
      COMPARE_MATRICES(value.gradient, -value.gradient.transpose(), 0.0);
    }
  }

  // The same system in other coordinates, with either determinant: distance 0, proven.
  void aRotatedCopyIsTheSame() {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      const Index n = 2 + static_cast<Index>(seed % 9);
      const Matrix A = draw(n, seed), Q = haar(n, seed);
      const VectorFieldMatch match = matchVectorFields(A, Q * A * Q.transpose());
      QVERIFY2(match.angle < 1e-6, qPrintable(QString::number(match.angle)));
      QVERIFY(match.distance < 1e-6 * A.norm());
      QCOMPARE(match.status, MatchStatus::optimal);
      COMPARE_MATRICES(match.C * match.C.transpose(), Matrix::Identity(n, n), 1e-13);
      COMPARE_MATRICES(match.C * (Q * A * Q.transpose()) * match.C.transpose(), A, 1e-5);
    }
  }

  // Structures that leave the eigenvectors of the starts undetermined: rotations with equal and unequal
  // frequencies, a nilpotent chain, a matrix of rank one, and the identity plus a rotation.
  void degenerateCopies() {
    Matrix chain = Matrix::Zero(7, 7), one = Matrix::Zero(6, 6);
    chain.diagonal(1).setOnes();
    one(0, 3) = 2;
    const Matrix turn = rotations({1, 1, 0.5});
    for (const Matrix& A : {rotations({1, 2, 3}), turn, chain, one, Matrix(Matrix::Identity(6, 6) + turn)}) {
      const Matrix Q = haar(A.rows(), 5);
      const VectorFieldMatch match = matchVectorFields(A, Q * A * Q.transpose());
      QVERIFY2(match.angle < 1e-6, qPrintable(QString::number(match.angle)));
    }
  }

  // Symmetric matrices: the eigenvalues in order (von Neumann; Hoffman & Wielandt), proven by the bound.
  // Scaled to norm 1 first, hence the formula of the unscaled distance.
  void symmetricMatricesHaveAClosedForm() {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Matrix A = draw(8, seed), B = draw(8, seed + 50);
      A = (A + A.transpose()).eval();
      B = (B + 0.5 * B.transpose()).eval();
      B = (B + B.transpose()).eval();
      const Vector a = symmetricEigenSystem(A).values, b = symmetricEigenSystem(B).values;
      const VectorFieldMatch match = matchVectorFields(A, B);
      QVERIFY(std::abs(match.distance - (a - b).norm()) < 1e-9);
      QVERIFY(std::abs(match.angle - std::acos(a.dot(b) / (a.norm() * b.norm()))) < 1e-9);
      QCOMPARE(match.status, MatchStatus::optimal);
      QVERIFY(std::abs(eigenvalueDistance(A, B) - (a - b).norm()) < 1e-9);
      const double turned = -a.dot(a.reverse()) / a.squaredNorm();
      QVERIFY(std::abs(matchVectorFields(A, -A).angle - std::acos(turned)) < 1e-9);
    }
    QVERIFY(std::abs(matchVectorFields(Matrix::Identity(4, 4), -Matrix::Identity(4, 4)).angle -
                     std::numbers::pi) < 1e-12);
  }

  // In the plane every C is a rotation or a reflection: a fine grid over both finds the optimum.
  void againstAGridInThePlane() {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Matrix A = draw(2, seed), B = draw(2, seed + 30);
      double best = std::numeric_limits<double>::infinity();
      const int points = 20000;
      for (int k = 0; k < points; ++k)
        for (const double sign : {1.0, -1.0}) {
          const double t = 2 * std::numbers::pi * k / points;
          Matrix C(2, 2);
          C << std::cos(t), -sign * std::sin(t), std::sin(t), sign * std::cos(t);
          best = std::min(best, (A - C * B * C.transpose()).norm());
        }
      // The grid misses the optimum by at most half a step, to second order: 1e-7.
      QVERIFY(std::abs(matchVectorFields(A, B).distance - best) < 1e-6);
    }
  }

  // Skew matrices of other frequencies differ, by the angle between their frequencies.
  void rotationsOfOtherFrequencyDiffer() {
    const Matrix A = rotations({1, 2}), B = haar(4, 3) * rotations({1, 4}) * haar(4, 3).transpose();
    const VectorFieldMatch match = matchVectorFields(A, B);
    QVERIFY(std::abs(match.angle - std::acos((1 + 8) / std::sqrt(5.0 * 17.0))) < 1e-7);
    QCOMPARE(match.status, MatchStatus::optimal);
    // One frequency: the angle is blind to the speed, the distance is not.
    QVERIFY(matchVectorFields(rotations({1}), rotations({3})).angle < 1e-7);
    QVERIFY(std::abs(matchVectorFields(rotations({1}), rotations({3})).distance - std::sqrt(8.0)) < 1e-7);
  }

  // Generic pairs: symmetric to the bit, above the bound, no worse than 200 random starts would be, and a
  // stationary point.
  void genericPairs() {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      const Matrix A = draw(5, seed), B = draw(5, seed + 60);
      const VectorFieldMatch match = matchVectorFields(A, B), back = matchVectorFields(B, A);
      QCOMPARE(match.angle, back.angle);
      QCOMPARE(match.distance, back.distance);
      COMPARE_MATRICES(match.C, back.C.transpose(), 0.0);
      QVERIFY(match.status == MatchStatus::converged || match.status == MatchStatus::optimal);
      QVERIFY(match.angle >= match.angleBound);
      const Matrix a = A / A.norm(), b = B / B.norm();
      const MatchValue value = matchValue(a, match.C * b * match.C.transpose());
      QVERIFY(std::abs(std::acos(1 - value.f) - match.angle) < 1e-9);
      QVERIFY(value.gradient.norm() < 1e-6);
      QVERIFY(std::abs((A - match.C * B * match.C.transpose()).norm() - match.distance) < 1e-9);
      MatchOptions many;
      many.randomStarts = 60;
      many.seed = 9;
      QVERIFY(match.angle < matchVectorFields(A, B, many).angle + 1e-6);
    }
  }

  void eigenvaluesOfNormalMatricesAreALowerBound() {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Matrix U = haar(6, seed), V = haar(6, seed + 9);
      const Matrix A = U * (rotations({1, 2, 0.3}) + 0.4 * Matrix::Identity(6, 6)) * U.transpose();
      const Matrix B = V * (rotations({0.2, 2.5, 1.3}) - 0.1 * Matrix::Identity(6, 6)) * V.transpose();
      QVERIFY(eigenvalueDistance(A, B) <= matchVectorFields(A, B).distance + 1e-9);
    }
    Matrix nilpotent = Matrix::Zero(2, 2), bent = nilpotent;
    nilpotent(0, 1) = bent(0, 1) = 1;
    bent(1, 0) = 1e-4;
    QVERIFY(eigenvalueDistance(nilpotent, bent) > 100 * matchVectorFields(nilpotent, bent).distance);
    QVERIFY(std::abs(eigenvalueDistance(Matrix::Identity(2, 2), Matrix::Identity(3, 3)) - 1) < 1e-12);
  }

  void outcomesAreNamed() {
    const Matrix zero = Matrix::Zero(3, 3), A = draw(3, 1);
    QCOMPARE(matchVectorFields(zero, zero).status, MatchStatus::undefined);
    QCOMPARE(matchVectorFields(zero, zero).angle, 0.0);
    QCOMPARE(matchVectorFields(A, zero).angle, std::numbers::pi / 2);
    MatchOptions options;
    options.iterations = 1;
    options.randomStarts = 0;
    QCOMPARE(matchVectorFields(draw(6, 1), draw(6, 2), options).status, MatchStatus::iterationLimit);
    options.iterations = 0;
    QVERIFY_THROWS_EXCEPTION(InputError, matchVectorFields(A, A, options));
    QVERIFY_THROWS_EXCEPTION(InputError, matchVectorFields(A, Matrix::Ones(3, 2)));
    // A smaller system is one with modes that do nothing.
    Matrix larger = Matrix::Zero(5, 5);
    larger.bottomRightCorner(3, 3) = A;
    QVERIFY(matchVectorFields(A, larger).angle < 1e-6);
  }
};

KEYHOLE_TEST(TestVectorFieldMatch)

}  // namespace tst_vector_field_match

#include "tst_vector_field_match.moc"
