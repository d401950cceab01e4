#include "core/fitting/latent/lds_class.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/signs.h"

#include <Eigen/LU>

#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kRank = 1e-12;

void change(LdsInClass& written, const Matrix& S, const Matrix& inverse) {
  LdsModel& model = written.model;
  model.F = (S * model.F * inverse).eval();
  model.V = (S * model.V).eval();
  model.b = (S * model.b).eval();
  model.Q = symmetricPart(S * model.Q * S.transpose());
  model.C = (model.C * inverse).eval();
  model.mu0 = (S * model.mu0).eval();
  model.P0 = symmetricPart(S * model.P0 * S.transpose());
  written.change = (S * written.change).eval();
}

}  // namespace

LdsClass freeClassOf(LdsClass kind) {
  kind.emissions = LdsEmissions::free;
  kind.dynamicsNoise = LdsDynamicsNoise::full;
  return kind;
}

LdsInClass writtenAs(const LdsModel& model, const LdsClass& kind) {
  const Index L = model.latents();
  LdsInClass written{model, Matrix::Identity(L, L)};
  if (kind.emissions == LdsEmissions::orthonormal) {
    Vector sizes = model.C.rowwise().norm();
    sizes = (sizes.array() > 0).select(sizes, 1.0);
    const Vector values = singularValues(sizes.cwiseInverse().asDiagonal() * model.C);
    if (L > model.neurons() || !(values(L - 1) > kRank * values(0)))
      throw std::runtime_error("the emissions do not show all of the latents, so none are orthonormal");
    const QrFactors qr = thinQr(model.C);
    const Matrix inverse = qr.R.triangularView<Eigen::Upper>().solve(Matrix(Matrix::Identity(L, L)));
    change(written, qr.R, inverse);
    written.model.C = qr.Q;
  }
  // Orthonormal C leaves a rotation, which the axes of Q choose whatever the order of the channels.
  const bool diagonal = kind.dynamicsNoise == LdsDynamicsNoise::diagonal;
  if (!diagonal && kind.emissions == LdsEmissions::free) return written;
  const auto axes = symmetricEigenSystem(symmetricPart(written.model.Q));
  Matrix turn = axes.vectors.transpose();
  const Matrix turned = written.model.C * axes.vectors;
  for (Index i = 0; i < L; ++i) turn.row(i) *= directionSign(turned.col(i));
  change(written, turn, turn.transpose());
  if (diagonal) written.model.Q = axes.values.cwiseMax(0.0).asDiagonal();
  return written;
}

}  // namespace keyhole
