#include "core/analysis/theory/long_time_students.h"

#include "core/linalg/eigen.h"

#include <lapacke.h>

namespace keyhole {
namespace {

// The lower Cholesky factor, and how many of its rows exist: the factor of a leading block is the leading
// block of the factor.
Index nestedCholesky(const Matrix& C, Matrix& L) {
  L = C;
  const auto n = static_cast<lapack_int>(C.rows());
  const auto info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, L.data(), n);
  L = L.triangularView<Eigen::Lower>().toDenseMatrix();
  return info > 0 ? static_cast<Index>(info) - 1 : C.rows();
}

bool isSymmetric(const Network& network) {
  const auto* form = std::get_if<DenseForm>(&network.form());
  return form && form->B == form->B.transpose();
}

}  // namespace

LongTimeStudents::LongTimeStudents(const Teacher& teacher, StationaryLimit limit, double alpha,
                                   bool leadingOnly)
    : m_teacher(teacher), m_alpha(limit == StationaryLimit::discrete ? alpha : 0) {
  const auto& form = teacher.network.form();
  if (const auto* lowRank = std::get_if<LowRankForm>(&form)) {
    auto factors = lowRankCovariance(*lowRank, limit, alpha);
    m_status = factors.status;
    m_solvable = units();
    if (m_status == FitStatus::solved) m_lowRank.emplace(*lowRank, std::move(factors));
    return;
  }
  auto covariance = stationaryCovariance(teacher, limit, alpha);
  m_status = covariance.status;
  if (m_status != FitStatus::solved) return;
  m_C = std::move(covariance.C);
  m_BC = std::move(covariance.BC);
  m_solvable = nestedCholesky(m_C, m_L);
  m_symmetric = limit == StationaryLimit::continuous && isSymmetric(teacher.network);
  const auto* chain = std::get_if<ChainForm>(&form);
  if (!leadingOnly || m_symmetric || m_solvable < units()) return;
  if (chain && ChainStudents::applicable(*chain))
    m_chain.emplace(*chain, m_L);
  else
    m_whitened.emplace(m_L, m_BC, limit == StationaryLimit::continuous ? 0.0 : alpha);
}

FitStatus LongTimeStudents::status(Index d) const {
  if (m_status == FitStatus::solved && d > m_solvable) return FitStatus::singular;
  return m_status;
}

std::string LongTimeStudents::message(Index d) const {
  switch (status(d)) {
    case FitStatus::solved:
      return "solved from the stationary covariance";
    case FitStatus::singular:
      return "the stationary covariance of the seen units is singular";
    default:
      return stationaryMessage(m_status);
  }
}

Matrix LongTimeStudents::student(Index d) const {
  if (m_lowRank) {
    const auto& form = std::get<LowRankForm>(m_teacher.network.form());
    return form.M.topRows(d) * m_lowRank->readers(d).transpose();
  }
  const auto L = m_L.topLeftCorner(d, d).triangularView<Eigen::Lower>();
  Matrix A = m_BC.topLeftCorner(d, d).transpose();
  L.solveInPlace(A);
  L.transpose().solveInPlace(A);
  return A.transpose();
}

StudentModes LongTimeStudents::modes(Index d, const ModeQuestions& asked) const {
  ModeQuestions questions = asked;
  questions.alpha = m_alpha;
  const auto& exact = m_teacher.network.exactEigenvalues();
  if (d < units() || !exact || m_symmetric) return modesOfPart(d, questions);
  if (!m_lowRank) return exactModes(m_teacher.network.dense(), *exact, questions);
  // Everything but the eigenvalues comes from the factors.
  StudentModes modes = m_lowRank->modes(d, questions);
  const StudentModes known = exactModes(Matrix(0, 0), *exact, {questions.count, false, questions.alpha});
  modes.leading = known.leading;
  modes.score = known.score;
  modes.road = known.road;
  modes.residual = known.residual;
  modes.henriciUndetermined = false;
  if (questions.all) modes.henrici = henriciNumber(m_teacher.network, *exact);
  return modes;
}

StudentModes LongTimeStudents::modesOfPart(Index d, const ModeQuestions& questions) const {
  if (m_lowRank) return m_lowRank->modes(d, questions);
  if (m_symmetric) return symmetricModes(m_C.topLeftCorner(d, d), questions);
  if (!questions.all) {
    std::optional<StudentModes> fast;
    if (m_chain) fast = m_chain->modes(d, questions.count);
    if (m_whitened) fast = m_whitened->modes(d, questions.count);
    if (fast && followMap(*fast, questions.alpha)) return *fast;
  }
  return denseModes(student(d), questions);
}

double LongTimeStudents::largestVariance(Index d) const {
  if (m_lowRank) return m_lowRank->largestVariance(d);
  return symmetricEigenSystem(m_C.topLeftCorner(d, d), 1).values(0);
}

}  // namespace keyhole
