#include "core/fitting/gaussian_chain.h"

#include "core/common/error.h"

#include <Eigen/Cholesky>

#include <cmath>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kPoll = 4096;  // steps between two looks at the user's wish to stop: a few milliseconds

// (No report: how far the whole computation is, the caller knows.)
void stopIfAsked(const Progress& progress) {
  if (progress.stopRequested()) throw Stopped();
}

// The same for every size; the sizes that occur are known to the compiler. With S_t = Λ_tt - B_t S_{t-1}⁻¹
// B_tᵀ = Λ_t Λ_tᵀ (Cholesky), x_t given x_{t+1} has covariance S_t⁻¹ and gain S_t⁻¹ B_{t+1}ᵀ.
template <int L>
class ChainSolver {
  using Block = Eigen::Matrix<double, L, L>;
  using Column = Eigen::Matrix<double, L, 1>;

 public:
  ChainSolver(const GaussianChain& chain, ChainMoments& out, Progress& progress)
      : m_chain(chain), m_out(out), m_progress(progress), m_n(chain.linear.rows()), m_factor(m_n) {
    for (Block* block : {&m_schur, &m_half, &m_inverse, &m_product, &m_covariance}) block->resize(m_n, m_n);
    for (Column* column : {&m_mean, &m_carry}) column->resize(m_n);
  }

  // Leaves Λ_t⁻¹ where the covariances come to stand, the gain of t-1 where the lagged ones do, and Λ_t⁻¹ h̃_t
  // in place of the means.
  void forwards() {
    const Index T = m_chain.linear.cols();
    double logDet = 0;
    for (Index t = 0; t < T; ++t) {
      if (t % kPoll == 0) stopIfAsked(m_progress);
      m_schur = block(m_chain.diagonal, t);
      m_mean = column(m_chain.linear, t);
      if (t > 0) {
        // Λ_{t-1}⁻¹ B_tᵀ; m_inverse is Λ_{t-1}⁻¹
        m_half.noalias() = m_inverse * block(m_chain.coupling, t).transpose();
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
    const Index T = m_chain.linear.cols();
    for (Index t = T - 1; t >= 0; --t) {
      if (t % kPoll == 0) stopIfAsked(m_progress);
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

  const GaussianChain& m_chain;
  ChainMoments& m_out;
  Progress& m_progress;
  Index m_n;
  Eigen::LLT<Block> m_factor;
  Block m_schur, m_half, m_inverse, m_product, m_covariance;
  Column m_mean, m_carry;
};

template <int L>
void solveSized(const GaussianChain& chain, ChainMoments& out, Progress& progress) {
  ChainSolver<L> solver(chain, out, progress);
  solver.forwards();
  solver.backwards();
}

}  // namespace

void solveChain(const GaussianChain& chain, ChainMoments& out, Progress& progress) {
  const Index L = chain.linear.rows(), T = chain.linear.cols();
  out.means.resize(L, T);
  out.covariances.resize(L * L, T);
  out.lagged.resize(L * L, T);
  switch (L) {
    case 2:
      return solveSized<2>(chain, out, progress);
    case 3:
      return solveSized<3>(chain, out, progress);
    case 5:
      return solveSized<5>(chain, out, progress);
    default:
      return solveSized<Eigen::Dynamic>(chain, out, progress);
  }
}

}  // namespace keyhole
