// The long-time students of one teacher for any number d of seen units (the first d): what can be shared is
// computed once, and each d takes the fastest road that the teacher's structure allows.
#pragma once

#include "core/analysis/theory/chain_students.h"
#include "core/analysis/theory/low_rank_students.h"
#include "core/analysis/theory/whitened_students.h"

#include <optional>

namespace keyhole {

class LongTimeStudents {
 public:
  // Cost: low rank O(D r²), unrotated chain O(D²), else O(D³). leadingOnly: prepares for questions without
  // `all`. alpha is used by the discrete limit only.
  LongTimeStudents(const Teacher& teacher, StationaryLimit limit, double alpha, bool leadingOnly);

  Index units() const { return m_teacher.network.size(); }

  // Of the student of the first d units: solved, noStationaryState, diverged or singular.
  FitStatus status(Index d) const;
  std::string message(Index d) const;  // one sentence

  // Their score is that of the map of the discrete limit's step, or of the flow (questions.alpha is not
  // used). Precondition: status(d) is solved. Safe to call from several threads. Throws std::runtime_error if
  // a QR iteration fails.
  StudentModes modes(Index d, const ModeQuestions& questions) const;

  // λ_max(P C Pᵀ), which bounds every time constant (theory_curves.h). Precondition as above. O(d³), low rank
  // O(d r²).
  double largestVariance(Index d) const;

  // d x d. Precondition as above. O(d³).
  Matrix student(Index d) const;

 private:
  StudentModes modesOfPart(Index d, const ModeQuestions& questions) const;

  Teacher m_teacher;
  double m_alpha = 0;  // of the discrete limit
  FitStatus m_status = FitStatus::notRun;
  Index m_solvable = 0;  // the largest d whose covariance has a Cholesky factor
  bool m_symmetric = false;
  std::optional<LowRankStudents> m_lowRank;
  std::optional<ChainStudents> m_chain;
  Matrix m_C, m_BC, m_L;  // dense roads
  std::optional<WhitenedStudents> m_whitened;
};

}  // namespace keyhole
