#include "core/analysis/theory/student_modes.h"

#include "core/linalg/eigen.h"
#include "core/linalg/leading_eigen.h"
#include "core/linalg/singular.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

void findHenrici(StudentModes& modes, const ComplexVector& values, double norm, double undeterminedSquares) {
  if (undeterminedSquares > 1e-6 * norm * norm) {
    modes.henriciUndetermined = true;
    return;
  }
  const double squares = norm * norm;
  modes.henrici = squares > 0 ? std::sqrt(std::max(0.0, squares - values.squaredNorm()) / squares) : 0.0;
}

void findSingular(StudentModes& modes, ConstMatrixRef A, Index count) {
  LeadingSingularValues leading = leadingSingularValues(A, count);
  modes.singular = std::move(leading.values);
  modes.leftSingular = std::move(leading.left);
  modes.rightSingular = std::move(leading.right);
}

// Of all values, in steps of alpha.
LineAttractorScore scoreOfAll(const ComplexVector& values, const std::vector<bool>& undetermined,
                              double alpha) {
  Spectrum all = spectrumOf(values, alpha);
  all.undetermined = undetermined;
  return lineAttractorScore(all);
}

}  // namespace

bool followMap(StudentModes& modes, double alpha) {
  modes.leading.alpha = alpha;
  modes.score = lineAttractorScore(modes.leading);
  const ComplexVector& values = modes.leading.values;
  if (alpha == 0 || values.size() < 2) return true;
  // |1 - α + α λ|² = (1-α)² + 2α(1-α) Re λ + α² |λ|², and the others' real parts are no larger than the last.
  const double last = values(values.size() - 1).real(), keep = 1 - alpha;
  const double most = keep * keep + 2 * alpha * keep * last + alpha * alpha * modes.reach * modes.reach;
  const double second = mapModulus(values(leadingOrder(modes.leading)[1]), alpha);
  return second * second >= most;
}

std::string nameOf(ModeRoad road) {
  switch (road) {
    case ModeRoad::exact:
      return "exact";
    case ModeRoad::lowRank:
      return "low rank";
    case ModeRoad::companion:
      return "companion";
    case ModeRoad::symmetric:
      return "symmetric";
    case ModeRoad::krylov:
      return "Krylov";
    case ModeRoad::dense:
      return "dense";
  }
  return "unknown";
}

StudentModes denseModes(ConstMatrixRef A, const ModeQuestions& questions) {
  const Index n = A.rows(), k = std::min(questions.count, n);
  const EigenReport report = eigenReport(A, k);
  const double norm = A.norm();
  StudentModes modes;
  modes.road = ModeRoad::dense;
  modes.complete = true;
  modes.leading.values = report.values.head(k);
  modes.leading.conditions = report.conditions.head(k);
  double undeterminedSquares = 0;
  std::vector<bool> marked;
  for (Index i = 0; i < n; ++i) {
    const bool undetermined =
        roundingMayMove(report.conditions(i), distanceToNearest(report.values, i), n, norm);
    marked.push_back(undetermined);
    if (undetermined) undeterminedSquares += std::norm(report.values(i));
    if (i < k) modes.leading.undetermined.push_back(undetermined);
  }
  modes.residual = eigenResidual(A, modes.leading.values, report.vectors);
  modes.leading.alpha = questions.alpha;
  modes.score = scoreOfAll(report.values, marked, questions.alpha);
  if (!questions.all) return modes;
  findHenrici(modes, report.values, norm, undeterminedSquares);
  findSingular(modes, A, questions.count);
  return modes;
}

StudentModes exactModes(ConstMatrixRef A, const ComplexVector& values, const ModeQuestions& questions) {
  const Index k = std::min(questions.count, values.size());
  StudentModes modes;
  modes.road = ModeRoad::exact;
  modes.complete = true;
  modes.residual = 0;
  modes.leading.values = values.head(k);
  modes.leading.undetermined.assign(static_cast<std::size_t>(k), false);
  modes.leading.exact = true;
  modes.leading.alpha = questions.alpha;
  modes.score = lineAttractorScore(spectrumOf(values, questions.alpha));
  if (!questions.all) return modes;
  findHenrici(modes, values, A.norm(), 0);
  findSingular(modes, A, questions.count);
  return modes;
}

// λ̂ = 1 - 1/(2c) over the eigenvalues c > 0 of C: the leading λ̂ belong to the largest c. The largest |λ̂| are
// among the largest and the smallest c.
StudentModes symmetricModes(ConstMatrixRef C, const ModeQuestions& questions) {
  const Index n = C.rows(), k = std::min(questions.count, n);
  const auto system = symmetricEigenSystem(C, questions.all ? n : k);
  const Vector values = 1.0 - 0.5 / system.values.array();
  StudentModes modes;
  modes.road = ModeRoad::symmetric;
  modes.complete = true;
  modes.leading.values = values.head(k).cast<std::complex<double>>();
  modes.leading.conditions = Vector::Ones(k);
  modes.leading.undetermined.assign(static_cast<std::size_t>(k), false);
  // C v - c v = r gives (Â - λ̂) v = (C⁻¹/(2c)) r, and ‖C⁻¹‖ <= 2 (1 + ‖Â‖).
  const Matrix V = system.vectors.leftCols(k);
  const Matrix rest = C * V - V * system.values.head(k).asDiagonal();
  modes.residual = (rest.colwise().norm().transpose().array() / system.values.head(k).array()).maxCoeff();
  modes.score = lineAttractorScore(modes.leading);
  if (!questions.all) return modes;
  modes.henrici = 0;
  Vector singular = values.cwiseAbs();
  std::sort(singular.begin(), singular.end(), std::greater<>());
  modes.singular = singular.head(k);
  Index first = 0;
  values.cwiseAbs().maxCoeff(&first);
  modes.rightSingular = system.vectors.col(first);
  modes.leftSingular = values(first) < 0 ? Vector(-modes.rightSingular) : modes.rightSingular;
  return modes;
}

}  // namespace keyhole
