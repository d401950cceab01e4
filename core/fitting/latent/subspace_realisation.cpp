#include "core/fitting/latent/subspace_realisation.h"

#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr double kDirections = 1e-13;  // of the leading eigenvalue: a direction below is rounding
constexpr double kSeenRank = 1e-8;     // of the largest pivot of C

// The blocks of the factor, named as in the LQ factorisation of [U_f; W_p; Y_f].
struct Blocks {
  explicit Blocks(const SubspaceMoments& moments)
      : N(moments.neurons), m(moments.inputs), k(moments.blockRows) {
    const Matrix& f = moments.factor;
    const Index u = moments.pastAt(), p = moments.pastRows(), at = moments.futureAt(),
                y = moments.futureRows();
    L11 = f.topLeftCorner(u, u);
    L21 = f.block(u, 0, p, u);
    L22 = f.block(u, u, p, p);
    L31 = f.block(at, 0, y, u);
    L32 = f.block(at, u, y, p);
    L33 = f.block(at, at, y, y);
    // The oblique projection's coefficients of the past, L32 L22⁻¹.
    weights = L32;
    L22.triangularView<Eigen::Lower>().solveInPlace<Eigen::OnTheRight>(weights);
  }

  Index N, m, k;
  Matrix L11, L21, L22, L31, L32, L33, weights;
};

// The observability matrix Γ (kN x L) in some basis.
Matrix observability(const Blocks& blocks, Index latents, SubspaceWeighting weighting) {
  const Matrix throughInput = blocks.weights * blocks.L21;
  Matrix gram = blocks.L32 * blocks.L32.transpose();
  gram.noalias() += throughInput * throughInput.transpose();
  const auto oblique = symmetricEigenSystem(gram, latents);
  Index found = 0;
  while (found < latents && oblique.values(found) > kDirections * oblique.values(0)) ++found;
  if (found < latents)
    throw std::runtime_error("the past of the recording predicts " + std::to_string(found) +
                             (found == 1 ? " direction" : " directions") + " of its future, fewer than the " +
                             std::to_string(latents) + " latents");
  if (weighting == SubspaceWeighting::n4sid)
    return oblique.vectors.leftCols(latents) *
           oblique.values.head(latents).array().pow(0.25).matrix().asDiagonal();
  const Matrix future = blocks.L32 * blocks.L32.transpose() + blocks.L33 * blocks.L33.transpose();
  const Eigen::LLT<Matrix> root(future);
  if (root.info() != Eigen::Success)
    throw std::runtime_error("the covariance of the future samples is singular beyond rounding");
  const Matrix canonical = root.matrixL().solve(blocks.L32);
  const auto spectrum = symmetricEigenSystem(canonical * canonical.transpose(), latents);
  const Vector scales = spectrum.values.head(latents).cwiseMax(0.0).array().pow(0.25);
  return root.matrixL() * Matrix(spectrum.vectors.leftCols(latents) * scales.asDiagonal());
}

// A as a combination of the rows of X: A Xᵀ (X Xᵀ)⁻¹.
Matrix regressed(const Matrix& A, const Matrix& X) {
  return leastSquares(X.transpose(), A.transpose()).transpose();
}

// The states with this observability matrix at the present step and the next one, and what they say of each
// other; all without the future inputs' part. Columns as those of the factor behind the future inputs.
void regressStates(SubspaceRealisation& real, const Blocks& blocks, Matrix& gamma, Index windows) {
  const Index N = blocks.N, p = blocks.L22.rows(), rest = gamma.rows() - N, L = gamma.cols();
  Matrix X = leastSquares(gamma, blocks.L32);
  const QrFactors basis = thinQr(regressed(blocks.L32.topRows(N), X));
  const Matrix& T = basis.R;
  const Vector pivots = T.diagonal().cwiseAbs();
  const Index seen = (pivots.array() > kSeenRank * pivots.maxCoeff()).count();
  if (seen < L)
    throw std::runtime_error("the channels show " + std::to_string(seen) +
                             (seen == 1 ? " direction" : " directions") + " of the " + std::to_string(L) +
                             " latents at a time");
  T.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(gamma);
  X = T.triangularView<Eigen::Upper>() * X;
  real.C = basis.Q;
  Matrix next(L, p + N);
  Matrix later(rest, p + N);
  later << blocks.L32.bottomRows(rest), blocks.L33.block(N, 0, rest, N);
  next = leastSquares(gamma.topRows(rest), later);
  real.F = regressed(next.leftCols(p), X);
  Matrix w = next, e(N, p + N);
  w.leftCols(p) -= real.F * X;
  e << blocks.L32.topRows(N) - real.C * X, blocks.L33.topLeftCorner(N, N);
  const auto count = static_cast<double>(windows);
  real.WW = w * w.transpose() / count;
  real.WE = w * e.transpose() / count;
  real.EE = e * e.transpose() / count;
  real.states = X * X.transpose() / count;
}

// D and B by least squares from the future inputs' effect on the outputs outside of Γ's columns, where it is
// that of the impulse responses alone: P⊥ (L31 - weights L21) = P⊥ Σ_j E_j [D; B] L11(u_j), E_j = [0; I, 0;
// 0, C; 0, C F; …] from block j on.
void regressInput(SubspaceRealisation& real, const Blocks& blocks, const Matrix& gamma, Progress& progress) {
  const Index N = blocks.N, m = blocks.m, k = blocks.k, L = gamma.cols(), size = N + L;
  real.B = Matrix::Zero(L, m);
  real.D = Matrix::Zero(N, m);
  if (m == 0) return;
  const Matrix U = thinQr(gamma).Q;
  Matrix effect = blocks.L31 - blocks.weights * blocks.L21;
  effect -= (U * (U.transpose() * effect)).eval();
  std::vector<Matrix> E;
  for (Index j = 0; j < k; ++j) {
    Matrix one = Matrix::Zero(k * N, size);
    one.block(j * N, 0, N, N).setIdentity();
    Matrix response = real.C;
    for (Index r = j + 1; r < k; ++r) {
      one.block(r * N, N, N, L) = response;
      response = (response * real.F).eval();
    }
    one -= (U * (U.transpose() * one)).eval();
    E.push_back(std::move(one));
  }
  const Matrix inputs = blocks.L11 * blocks.L11.transpose();
  Matrix normal = Matrix::Zero(size * m, size * m), right = Matrix::Zero(size, m);
  for (Index j = 0; j < k; ++j) {
    progress.checkpoint(0.85 + 0.05 * static_cast<double>(j) / static_cast<double>(k),
                        "identifying the input's weights");
    const auto present = static_cast<std::size_t>(j);
    right += E[present].transpose() * (effect * blocks.L11.middleRows(j * m, m).transpose());
    for (Index l = 0; l < k; ++l) {
      const Matrix product = E[present].transpose() * E[static_cast<std::size_t>(l)];
      for (Index a = 0; a < m; ++a)
        for (Index b = 0; b < m; ++b)
          normal.block(a * size, b * size, size, size) += inputs(j * m + a, l * m + b) * product;
    }
  }
  // Inputs that do not vary get no weight.
  normal.diagonal().array() += 1e-14 * static_cast<double>(size) * normal.diagonal().maxCoeff();
  const Vector found = normal.ldlt().solve(Vector(Eigen::Map<const Vector>(right.data(), right.size())));
  const Eigen::Map<const Matrix> weights(found.data(), size, m);
  real.D = weights.topRows(N);
  real.B = weights.bottomRows(L);
}

}  // namespace

SubspaceRealisation realise(const SubspaceMoments& moments, Index latents, SubspaceWeighting weighting,
                            Progress& progress) {
  progress.checkpoint(0.8, "identifying the subspace");
  const Blocks blocks(moments);
  progress.checkpoint(0.82, "identifying the subspace");
  Matrix gamma = observability(blocks, latents, weighting);
  progress.checkpoint(0.84, "identifying the subspace");
  SubspaceRealisation real;
  regressStates(real, blocks, gamma, moments.windows);
  regressInput(real, blocks, gamma, progress);
  return real;
}

}  // namespace keyhole
