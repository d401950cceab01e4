// The maximisation steps of EM for an LDS. Each maximises, or provably does not lower, the expected
// log-likelihood, so that the log-likelihood never falls.
#pragma once

#include "core/fitting/latent/lds_smoother.h"

namespace keyhole {

// F, V, b by regression of E[x_t] on [x_{t-1}; v_t; 1], then Q from what is left, mu0 and P0 from the first
// states if the class estimates them. With model class `stable`, F goes from the old towards the best one
// only as far as its spectral radius stays <= 1. Q is the best one >= leastNoise I.
void updateDynamics(LdsModel& model, const LdsExpectations& sums, const LdsClass& kind,
                    double leastNoise = 0);

// The maximum of the expected log-likelihood over all Q >= least I: the eigenvalues (the diagonal, if of that
// class) are clipped.
Matrix raisedNoise(const Matrix& Q, double least, LdsDynamicsNoise kind);

// Brings a start within the bounds that the steps keep (R at least at the floors, one per channel; Q >=
// leastNoise I; F stable, if of that class): from outside of them the first step could lower the likelihood.
void moveWithinBounds(LdsModel& model, const Vector& floors, double leastNoise, const LdsClass& kind);

// The emission steps.
class LdsEmissionSteps {
 public:
  // Keeps a reference to the data.
  LdsEmissionSteps(const LdsData& data, const LdsClass& kind);

  // C, G, c and R. Free emissions: regression of y on [x_t; u_t; 1], per channel. Orthonormal ones: C by
  // majorisation of the weighted Procrustes problem with G and c profiled out, C ← polar(C + R⁻¹ (S_yx - C
  // S_xx)/Λ), Λ the largest curvature; then G, c. Each C step does not lower the expected log-likelihood,
  // whatever the number of them. Throws Stopped, of recordings with missing samples (the model is then as it
  // was).
  void update(LdsModel& model, const LdsExpectations& sums, const Progress& progress = noProgress());

  // Its two halves: the moments under these expectations, and the step itself.
  void collect(const LdsModel& model, const LdsExpectations& sums, const Progress& progress = noProgress());
  void maximise(LdsModel& model);

  // After collect(). w = [x; e] with the k rows e = [u; 1], or [1] where the class has no direct input.
  struct Channel {
    Matrix S;       // (L+k)², Σ w wᵀ
    Vector r;       // L+k, Σ w y
    double yy = 0;  // Σ y²
    double count = 0;
  };
  const Channel& channel(Index i) const { return m_channels[static_cast<std::size_t>(i)]; }
  // Its S: channels share it if nothing is missing.
  const Matrix& momentOf(Index channel) const;
  Index extras() const { return m_extras; }  // k

  // The smallest noise variance of each channel: a fraction of its variance for the floored class, else what
  // rounding demands.
  Vector floors() const;

  // The least dynamics noise that is not rounding beside the activity of a model's latents: 1e-12 of the
  // data's variance, in the latents' units.
  double leastDynamicsNoise(const LdsModel& model) const;

 private:
  void collectMoments(const LdsModel& model, const LdsExpectations& sums);
  void collectWithGaps(const LdsModel& model, const LdsExpectations& sums, const Progress& progress);
  void updateFree(LdsModel& model);
  void updateOrthonormal(LdsModel& model);
  void updateExtras(LdsModel& model);
  void updateNoise(LdsModel& model);

  const LdsData& m_data;
  LdsClass m_kind;
  Index m_extras = 1;  // k, rows of e
  std::vector<Channel> m_channels;
  Vector m_floors;
};

// A (AᵀA)^-½, the nearest matrix with orthonormal columns; A is N x L of rank L.
Matrix polarFactor(const Matrix& A);

}  // namespace keyhole
