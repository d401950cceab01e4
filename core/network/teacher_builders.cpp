#include "core/network/teacher_builders.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/LU>
#include <lapacke.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace keyhole::builders {
namespace {

RandomStream networkStream(const Teacher& teacher, std::uint64_t part = 0) {
  return {teacher.options.seed, Stream::network, part};
}

// D x D i.i.d. N(0, gain²/D).
Matrix gaussianMatrix(const Teacher& teacher, double gain) {
  const Index D = teacher.options.size;
  return networkStream(teacher).normalMatrix(D, D) * (gain / std::sqrt(static_cast<double>(D)));
}

ComplexVector exactZeros(Index D) {
  return ComplexVector::Zero(D);
}

// λ₁ and the others, in the order of the eigenvectors.
Vector lineAttractorEigenvalues(const TeacherOptions& options) {
  Vector values(options.size);
  values(0) = options.leadingEigenvalue;
  const Index rest = options.size - 1;
  if (options.bulk == LineAttractorBulk::even && rest > 1)
    values.tail(rest) = Vector::LinSpaced(rest, options.bulkHalfWidth, -options.bulkHalfWidth);
  else
    values.tail(rest).setConstant(options.bulk == LineAttractorBulk::even ? 0.0 : options.bulkValue);
  return values;
}

Matrix unitColumns(Matrix A) {
  A.colwise().normalize();
  return A;
}

}  // namespace

void gaussian(Teacher& teacher) {
  teacher.network = Network(DenseForm{gaussianMatrix(teacher, teacher.options.gaussianGain)});
}

void symmetric(Teacher& teacher) {
  const Matrix Q = gaussianMatrix(teacher, teacher.options.symmetricGain);
  teacher.network = Network(DenseForm{0.5 * (Q + Q.transpose())});
  teacher.normal = true;
}

void lineAttractor(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index D = options.size;
  const Vector values = lineAttractorEigenvalues(options);
  Matrix U, B;
  if (options.bulk == LineAttractorBulk::oblique) {
    U = unitColumns(networkStream(teacher).normalMatrix(D, D));
    // B U = U Λ, so Bᵀ solves Uᵀ Bᵀ = (U Λ)ᵀ.
    const Matrix scaled = U * values.asDiagonal();
    B = U.transpose().partialPivLu().solve(scaled.transpose()).transpose();
  } else {
    U = haarColumns(networkStream(teacher), D, D);
    B = U * values.asDiagonal() * U.transpose();
    B = (0.5 * (B + B.transpose())).eval();
    teacher.normal = true;
  }
  ComplexVector exact = values.cast<std::complex<double>>();
  orderByRealPart(exact);
  teacher.network = Network(DenseForm{std::move(B)}).withExactEigenvalues(std::move(exact));
  const double d = static_cast<double>(D);
  teacher.integrationMode = d * U.col(0);
  teacher.readoutWeights = teacher.integrationMode / (d * d);
}

void chain(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index D = options.size;
  ChainForm form;
  form.beta = options.chainBeta;
  form.diagonal = options.chainDiagonal;
  form.links = Vector::Ones(D - 1);
  if (options.chainSkip > 0)
    for (Index i = options.chainSkip - 1; i < D - 1; i += options.chainSkip) form.links(i) = 0;
  if (options.chainRotated) form.U = haarColumns(networkStream(teacher), D, D);
  teacher.integrationMode = options.chainRotated ? Vector(form.U.rowwise().sum()) : Vector::Ones(D);
  teacher.readoutWeights = 0.7 / static_cast<double>(D) * teacher.integrationMode;
  teacher.network = Network(std::move(form));
}

void lowRankOrthogonal(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index r = options.rank;
  teacher.gammaSquared =
      options.orthogonalScale * static_cast<double>(options.size) / std::sqrt(static_cast<double>(r));
  const Matrix frame =
      std::sqrt(teacher.gammaSquared) * haarColumns(networkStream(teacher), options.size, 2 * r);
  teacher.network = Network(LowRankForm{frame.leftCols(r), frame.rightCols(r)});
  teacher.network.withExactEigenvalues(exactZeros(options.size));
}

void lowRankOscillator(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index D = options.size;
  const Matrix M = networkStream(teacher, 0).normalMatrix(D, 2);
  // G is drawn as its transpose, D x 2.
  const Matrix Gt = networkStream(teacher, 1).normalMatrix(D, 2) *
                    (options.oscillatorGain / std::sqrt(static_cast<double>(D)));
  const Matrix pinvT = M * (M.transpose() * M).inverse();  // (M⁺)ᵀ
  const Matrix GtFree =
      Gt - pinvT * (M.transpose() * Gt);  // ((G (I - M M⁺))ᵀ, the part of G that M cannot see
  Matrix sigma(2, 2);
  sigma << 0.5, -0.5, 0.5, 0.5;
  teacher.network = Network(LowRankForm{M, (pinvT + GtFree) * sigma.transpose()});
  ComplexVector exact = exactZeros(D);
  exact(0) = {0.5, 0.5};
  exact(1) = {0.5, -0.5};
  teacher.network.withExactEigenvalues(std::move(exact));
}

void lowRankRandom(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index r = options.rank;
  const Matrix frame = unitColumns(networkStream(teacher).normalMatrix(options.size, 2 * r));
  teacher.network = Network(LowRankForm{options.randomScale * frame.leftCols(r), frame.rightCols(r)});
}

void triangular(Teacher& teacher) {
  const auto D = static_cast<lapack_int>(teacher.options.size);
  Matrix T = gaussianMatrix(teacher, teacher.options.triangularGain);
  Matrix Z(D, D);
  Vector re(D), im(D);
  lapack_int sdim = 0;
  const auto info = LAPACKE_dgees(LAPACK_COL_MAJOR, 'V', 'N', nullptr, D, T.data(), D, &sdim, re.data(),
                                  im.data(), Z.data(), D);
  if (info != 0)
    throw std::runtime_error("the Schur factorisation of the triangular teacher did not converge");
  const Matrix strict = T.triangularView<Eigen::StrictlyUpper>();
  teacher.network = Network(DenseForm{Z * strict * Z.transpose()}).withExactEigenvalues(exactZeros(D));
}

void excitatoryInhibitory(Teacher& teacher) {
  const auto& options = teacher.options;
  const Index D = options.size;
  const Index excitatory = std::clamp<Index>(
      static_cast<Index>(std::lround(options.excitatoryFraction * static_cast<double>(D))), 1, D - 1);
  Matrix B = networkStream(teacher).normalMatrix(D, D).cwiseAbs();
  // |N(0, 1)| has mean √(2/π).
  const double unit = std::sqrt(std::numbers::pi / 2);
  B.leftCols(excitatory) *= unit * options.eiWeight / static_cast<double>(excitatory);
  B.rightCols(D - excitatory) *=
      -unit * options.eiInhibition * options.eiWeight / static_cast<double>(D - excitatory);
  teacher.network = Network(DenseForm{std::move(B)});
}

void imported(Teacher& teacher) {
  const Matrix& B = teacher.options.imported;
  teacher.options.size = B.rows();
  teacher.normal = (B * B.transpose() - B.transpose() * B).norm() <= 1e-12 * B.squaredNorm();
  teacher.network = Network(DenseForm{B});
}

}  // namespace keyhole::builders
