#include "core/fitting/network/forced_run.h"

#include "core/fitting/pace.h"
#include "core/fitting/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// What the steps of a trial leave unexplained, added up.
struct Sums {
  double left = 0;
  Spread changes;
  Index count = 0;

  void add(ConstMatrixRef change, ConstMatrixRef error) {
    left += error.squaredNorm();
    changes.add(change);
    count += change.cols();
  }
};

class Leader {
 public:
  Leader(const Student& student, Index seen)
      : m_student(student),
        m_seen(seen),
        m_hidden(student.A.rows() - seen),
        m_among(student.A.bottomRightCorner(m_hidden, m_hidden)),
        m_toSeen(student.A.topRightCorner(seen, m_hidden)) {}

  void startTrial() { m_state = Vector::Zero(m_hidden); }

  // Transitions first … first + count - 1: the changes x⁺ and the errors of their predictions.
  void lead(const Trial& trial, Index first, Index count, Matrix& change, Matrix& error) {
    const double a = m_student.alpha;
    const Matrix now = trial.activity.middleCols(first, count);
    m_drive.noalias() = m_student.A.leftCols(m_seen) * applied(m_student.phi, now);
    if (m_student.V.cols() > 0) m_drive.noalias() += m_student.V * trial.input.middleCols(first, count);
    if (m_student.b.size() > 0) m_drive.colwise() += m_student.b;
    runHidden(count);
    change = trial.activity.middleCols(first + 1, count) - (1 - a) * now;
    error = change - a * m_drive.topRows(m_seen);
    if (m_hidden > 0) error.noalias() -= a * m_toSeen * m_phis;
  }

  bool finite() const { return m_state.allFinite(); }

 private:
  // m_phis: φ of the hidden units before each of the steps.
  void runHidden(Index count) {
    const double a = m_student.alpha;
    m_phis.resize(m_hidden, count);
    Vector pull(m_hidden);
    for (Index t = 0; t < count && m_hidden > 0; ++t) {
      applyNonlinearity(m_student.phi, m_state.data(), m_phis.col(t).data(), m_hidden);
      pull.noalias() = m_among * m_phis.col(t);
      m_state = (1 - a) * m_state + a * (pull + m_drive.col(t).tail(m_hidden));
    }
  }

  const Student& m_student;
  Index m_seen, m_hidden;
  Matrix m_among, m_toSeen;
  Matrix m_drive, m_phis;
  Vector m_state;
};

double rSquared(const Sums& sums) {
  const double total = sums.changes.squares();
  return total > 0 ? 1 - sums.left / total : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ForcedRun forcedRun(const Student& student, const std::vector<Trial>& trials, Progress& progress) {
  const Index N = trials.front().activity.rows(), n = student.A.rows();
  const double perStep = 2.0 * static_cast<double>(n) * static_cast<double>(n + 8);
  const Index block = std::clamp(static_cast<Index>(2e7 / perStep), Index{16}, Index{512});
  Pace pace(progress, "running the student along the recording");
  pace.setFraction(1);
  Leader leader(student, N);
  Sums sums{0, Spread(N)};
  Matrix change, error;
  ForcedRun run;
  for (const auto& trial : trials) {
    leader.startTrial();
    const Index transitions = trial.activity.cols() - 1;
    for (Index first = 0; first < transitions && !pace.stopped(); first += block) {
      const Index count = std::min(block, transitions - first);
      leader.lead(trial, first, count, change, error);
      run.diverged = run.diverged || !leader.finite();
      sums.add(change, error);
      pace.stopAfter(perStep * static_cast<double>(count));
    }
  }
  run.transitions = sums.count;
  run.oneStepR2 = run.diverged ? std::numeric_limits<double>::quiet_NaN() : rSquared(sums);
  return run;
}

}  // namespace keyhole
