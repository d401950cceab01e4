#include "core/fitting/regression/map_pieces.h"

#include "core/common/error.h"

namespace keyhole {

MapPieces::MapPieces(const MapOptions& options) : m_options(options) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
}

void MapPieces::add(ConstMatrixRef piece) {
  const Index N = piece.rows(), n = piece.cols();
  if (n == 0) return;
  if (m_timepoints == 0) {
    m_sums = shiftedSums(piece.rowwise().mean(), Vector(0), m_options.alpha, m_options.phi);
    m_states = piece;
  } else {
    const Vector last = m_states.rightCols(1);
    m_states.resize(N, n + 1);
    m_states.col(0) = last;
    m_states.rightCols(n) = piece;
  }
  m_timepoints += n;
  if (m_states.cols() > 1)
    accumulate(m_sums, m_states, Matrix(0, m_states.cols() - 1), m_options.alpha, m_options.phi);
}

Student MapPieces::fit() const {
  if (m_timepoints < 2)
    throw InputError("the recording has " + std::to_string(m_timepoints) +
                     " time points; allowed: at least 2");
  Student student = fitMapNoted(m_sums, m_options);
  student.seen = m_sums.S.rows();
  student.steps = m_timepoints - 1;
  student.timePoints = m_timepoints;
  return student;
}

}  // namespace keyhole
