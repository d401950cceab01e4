#include "core/fitting/switching/gaussian_chain.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kPoll = 4096;  // steps between two looks at the user's wish to stop: a few milliseconds

// The same for every size; the sizes that occur are known to the compiler. With S_t = Λ_tt - B_t S_{t-1}⁻¹
// B_tᵀ = Λ_t Λ_tᵀ (Cholesky), x_t given x_{t+1} has covariance S_t⁻¹ and gain S_t⁻¹ B_{t+1}ᵀ.
template <int L>
class ChainSolver {
  using Block = Eigen::Matrix<double, L, L>;
  using Column = Eigen::Matrix<double, L, 1>;

 public:
  ChainSolver(ChainMoments& out, Progress& progress)
      : m_out(out), m_progress(progress), m_n(out.means.rows()), m_factor(m_n) {
    for (Block* block : {&m_schur, &m_half, &m_inverse, &m_product, &m_covariance}) block->resize(m_n, m_n);
    for (Column* column : {&m_mean, &m_carry}) column->resize(m_n);
  }

  // Finds D_t where the covariances come to stand and leaves Λ_t⁻¹ there, B_t and the gain of t-1 where the
  // lagged ones do, h_t and Λ_t⁻¹ h̃_t in place of the means.
  void forwards() {
    const Index T = m_out.means.cols();
    double logDet = 0;
    for (Index t = 0; t < T; ++t) {
      if (t % kPoll == 0) m_progress.throwIfStopped();
      m_schur = block(m_out.covariances, t);
      m_mean = column(m_out.means, t);
      if (t > 0) {
        // Λ_{t-1}⁻¹ B_tᵀ; m_inverse is Λ_{t-1}⁻¹
        m_half.noalias() = m_inverse * block(m_out.lagged, t).transpose();
        m_schur.noalias() -= m_half.transpose() * m_half;
        m_mean.noalias() += m_half.transpose() * m_carry;
        block(m_out.lagged, t).noalias() = m_inverse.transpose() * m_half;
      }
      m_factor.compute(m_schur);
      if (m_factor.info() != Eigen::Success)
        throw std::runtime_error("the precision of the latent states is not positive definite any more");
      for (Index i = 0; i < m_n; ++i) logDet += std::log(m_factor.matrixLLT()(i, i));
      m_inverse.setIdentity();
      m_factor.matrixL().solveInPlace(m_inverse);
      m_carry.noalias() = m_inverse * m_mean;
      block(m_out.covariances, t) = m_inverse;
      column(m_out.means, t) = m_carry;
    }
    m_out.logDet = 2 * logDet;
    if (!std::isfinite(logDet)) throw std::runtime_error("the precision of the latent states is not finite");
  }

  // Only sums of positive terms: no cancellation.
  void backwards() {
    const Index T = m_out.means.cols();
    for (Index t = T - 1; t >= 0; --t) {
      if (t % kPoll == 0) m_progress.throwIfStopped();
      m_inverse = block(m_out.covariances, t);
      m_carry = column(m_out.means, t);
      auto mean = column(m_out.means, t);
      mean.noalias() = m_inverse.transpose() * m_carry;
      m_schur.noalias() = m_inverse.transpose() * m_inverse;
      if (t < T - 1) {
        m_half = block(m_out.lagged, t + 1);
        m_product.noalias() = m_covariance * m_half.transpose();
        m_schur.noalias() += m_half * m_product;
        mean.noalias() += m_half * column(m_out.means, t + 1);
        block(m_out.lagged, t + 1) = m_product;
      }
      m_covariance = 0.5 * (m_schur + m_schur.transpose());
      block(m_out.covariances, t) = m_covariance;
    }
    m_out.lagged.col(0).setZero();
  }

 private:
  Eigen::Map<const Block> block(const Matrix& all, Index t) const {
    return Eigen::Map<const Block>(all.data() + t * m_n * m_n, m_n, m_n);
  }
  Eigen::Map<Block> block(Matrix& all, Index t) const {
    return Eigen::Map<Block>(all.data() + t * m_n * m_n, m_n, m_n);
  }
  Eigen::Map<const Column> column(const Matrix& all, Index t) const {
    return Eigen::Map<const Column>(all.data() + t * m_n, m_n);
  }
  Eigen::Map<Column> column(Matrix& all, Index t) const {
    return Eigen::Map<Column>(all.data() + t * m_n, m_n);
  }

  ChainMoments& m_out;
  Progress& m_progress;
  Index m_n;
  Eigen::LLT<Block> m_factor;
  Block m_schur, m_half, m_inverse, m_product, m_covariance;
  Column m_mean, m_carry;
};

template <int L>
void solveSized(ChainMoments& out, Progress& progress) {
  ChainSolver<L> solver(out, progress);
  solver.forwards();
  solver.backwards();
}

}  // namespace

void solveChain(GaussianChain&& chain, ChainMoments& out, Progress& progress) {
  out.means = std::move(chain.linear);
  out.covariances = std::move(chain.diagonal);
  out.lagged = std::move(chain.coupling);
  switch (out.means.rows()) {
    case 2:
      return solveSized<2>(out, progress);
    case 3:
      return solveSized<3>(out, progress);
    case 5:
      return solveSized<5>(out, progress);
    default:
      return solveSized<Eigen::Dynamic>(out, progress);
  }
}

}  // namespace keyhole
