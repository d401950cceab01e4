#include "core/network/network.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <cassert>

namespace keyhole {
namespace {

ComplexVector lowRankEigenvalues(const LowRankForm& form) {
  const Index rank = form.M.cols();
  const ComplexVector inner = eigenvalues(form.N.transpose() * form.M);
  ComplexVector values = ComplexVector::Zero(form.M.rows());
  values.head(rank) = inner;
  orderByRealPart(values);
  return values;
}

struct Apply {
  ConstMatrixRef X;
  MatrixRef Y;
  void operator()(const DenseForm& form) {
    // Above 10⁶ multiplications BLAS packs the whole matrix first, which for a few states takes as long as
    // the product: in blocks of rows it does not.
    constexpr Index kFew = 32, kSmall = 1'000'000, kRows = 64;
    if (X.cols() == 1 || X.cols() > kFew || form.B.size() * X.cols() <= kSmall) {
      Y.noalias() = form.B * X;
      return;
    }
    for (Index first = 0; first < form.B.rows(); first += kRows) {
      const Index rows = std::min(kRows, form.B.rows() - first);
      Y.middleRows(first, rows).noalias() = form.B.middleRows(first, rows) * X;
    }
  }
  void operator()(const LowRankForm& form) {
    constexpr int kFewRanks = 32;
    if (X.cols() == 1 && form.M.cols() <= kFewRanks) {  // a step of a run: nothing is allocated
      Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kFewRanks, 1> latent(form.M.cols());
      latent.noalias() = form.N.transpose() * X.col(0);
      Y.col(0).noalias() = form.M * latent;
      return;
    }
    const Matrix latent = form.N.transpose() * X;
    Y.noalias() = form.M * latent;
  }
  void operator()(const ChainForm& form) {
    if (form.U.size() == 0) return form.applyModes(X, Y);
    const Matrix modes = form.U.transpose() * X;
    Matrix next(modes.rows(), modes.cols());
    form.applyModes(modes, next);
    Y.noalias() = form.U * next;
  }
};

struct Densify {
  Matrix operator()(const DenseForm& form) const { return form.B; }
  Matrix operator()(const LowRankForm& form) const { return form.M * form.N.transpose(); }
  Matrix operator()(const ChainForm& form) const {
    if (form.U.size() == 0) return form.modeMatrix();
    return form.U * form.modeMatrix() * form.U.transpose();
  }
};

struct LeftApply {
  ConstMatrixRef P;
  Matrix operator()(const DenseForm& form) const { return P.transpose() * form.B; }
  Matrix operator()(const LowRankForm& form) const { return (P.transpose() * form.M) * form.N.transpose(); }
  Matrix operator()(const ChainForm& form) const {
    const Matrix T = form.modeMatrix();
    if (form.U.size() == 0) return P.transpose() * T;
    return ((P.transpose() * form.U) * T) * form.U.transpose();
  }
};

}  // namespace

void ChainForm::applyModes(ConstMatrixRef X, MatrixRef Y) const {
  const Index n = size();
  for (Index j = 0; j < X.cols(); ++j) {
    const auto x = X.col(j);
    auto y = Y.col(j);
    y.head(n - 1) = links.cwiseProduct(x.tail(n - 1));
    y(n - 1) = 0;
    if (diagonal != 0) y += diagonal * x;
    if (beta != 0) y(0) += beta * x.tail(n - 1).sum();
  }
}

Matrix ChainForm::modeMatrix() const {
  const Index n = size();
  Matrix T = Matrix::Zero(n, n);
  T.diagonal(1) = links;
  T.row(0).tail(n - 1).array() += beta;
  T.diagonal().array() += diagonal;
  return T;
}

Network::Network(DenseForm form) : m_form(std::move(form)) {
  m_size = std::get<DenseForm>(m_form).B.rows();
  assert(std::get<DenseForm>(m_form).B.cols() == m_size);
}

Network::Network(LowRankForm form) : m_form(std::move(form)) {
  const auto& factors = std::get<LowRankForm>(m_form);
  assert(factors.M.rows() == factors.N.rows() && factors.M.cols() == factors.N.cols());
  m_size = factors.M.rows();
  m_exact = lowRankEigenvalues(factors);
}

Network::Network(ChainForm form) : m_form(std::move(form)) {
  const auto& chain = std::get<ChainForm>(m_form);
  m_size = chain.size();
  m_exact = ComplexVector::Constant(m_size, chain.diagonal);
}

void Network::apply(ConstMatrixRef X, MatrixRef Y) const {
  std::visit(Apply{X, Y}, m_form);
}

Matrix Network::applied(ConstMatrixRef X) const {
  Matrix Y(X.rows(), X.cols());
  apply(X, Y);
  return Y;
}

Matrix Network::leftApplied(ConstMatrixRef P) const {
  return std::visit(LeftApply{P}, m_form);
}

Matrix Network::dense() const {
  return std::visit(Densify{}, m_form);
}

Network& Network::withExactEigenvalues(ComplexVector values) {
  m_exact = std::move(values);
  return *this;
}

}  // namespace keyhole
