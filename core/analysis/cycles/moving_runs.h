// Free runs that go on side by side, each with deviations of its own: where they come to, and their leading
// Lyapunov exponents on the way. All runs share their products with the network, which costs a fraction of
// following one after the other.
#pragma once

#include "core/analysis/cycles/lyapunov_exponents.h"

#include <vector>

namespace keyhole {

class MovingRuns {
 public:
  // starts: N x runs, finite; count: deviations of each, from 1 (more than N are N). The system, without
  // switching, must outlive it. The step, in τ, follows from how fast deviations turn and shrink at the
  // starts: at most 0.2.
  MovingRuns(const FlowSystem& system, ConstMatrixRef starts, Index count);

  // Further by `time` τ, with the deviations made orthonormal every τ. False: the user stopped, and the time
  // that counts ended there. Cost: per τ about `costPerTime()`. A run that leaves the finite range stays
  // there.
  bool advance(double time, Progress& progress);

  // Drops all other runs; numbers as given by the constructor's columns then are those of `kept`.
  void keep(const std::vector<Index>& kept);

  // Whether deviations change so fast (500 per τ and more) that the step cannot follow them.
  bool isTooStiff() const { return m_isTooStiff; }
  const Matrix& states() const { return m_states; }  // N x runs
  double time() const { return m_time; }             // τ since the starts
  double costPerTime() const;                        // multiplications per τ, a tanh counted as 20

  // Of run r, the leading `count` exponents: the first quarter of the time (at least 50 τ, at most half of
  // it) dropped, standard errors from 20 stretches of the rest. Stopped: without numbers, if less than 20 τ
  // are left. duration is what was averaged.
  LyapunovSpectrum exponents(Index run, const TimeWords& words = {}) const;

 private:
  bool advanceSome(Index first, Index count, Index time, Progress& progress);
  void orthonormalise(Index run, MatrixRef state, MatrixRef V);

  const FlowSystem& m_system;
  SmoothFlow m_flow;
  Index m_count;
  double m_step = 0;
  bool m_isTooStiff = false;
  double m_limit;
  Matrix m_states, m_V;                    // N x runs, N x (runs · count)
  std::vector<std::vector<double>> m_log;  // per run: log R_ii of every τ, count after count
  double m_time = 0;
};

}  // namespace keyhole
