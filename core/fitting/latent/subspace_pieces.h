// Subspace identification of a recording that arrives piece by piece and need not fit into memory.
#pragma once

#include "core/fitting/latent/subspace_fit.h"
#include "core/fitting/latent/subspace_moments.h"

namespace keyhole {

class SubspacePieces {
 public:
  // timepoints: of the one trial, without input; all of them must come. mostKept: numbers of it that are
  // kept (80 MB): F and C need moments alone, but b, c, Q, R and the one-step R² the samples, one behind the
  // other. A longer recording gives them ten stretches, evenly spread. Throws InputError: bad options, too
  // few time points.
  SubspacePieces(const SubspaceOptions& options, Index neurons, Index timepoints,
                 Index mostKept = 10'000'000);

  // The next time points, N x n with n >= 1, all finite. Cost O(n k N²); memory O((k N)² + (n + 2k) N).
  // Throws Stopped.
  void add(ConstMatrixRef piece, Progress& progress = noProgress());

  Index timepoints() const { return m_timepoints; }

  // As fitSubspace() of the one trial, but for rounding if all of it is kept; else a note says of how many
  // time points the noise is known. Throws InputError, Stopped.
  Student fit(Progress& progress = noProgress()) const;

 private:
  struct Kept {
    Index first = 0;
    Matrix activity;
  };

  void keep(ConstMatrixRef piece);
  LdsModel model(const std::vector<Trial>& kept, Progress& progress) const;

  SubspaceOptions m_options;
  Index m_neurons, m_expected, m_blockRows = 0, m_timepoints = 0;
  WindowScale m_shift;      // the means of the first piece; `most` is infinite
  Vector m_least, m_most;   // of each channel
  Vector m_sum, m_squares;  // about the shift
  Matrix m_tail;            // the last 2k - 1 time points
  WindowMoments m_moments;  // about the shift
  std::vector<Kept> m_kept;
};

}  // namespace keyhole
