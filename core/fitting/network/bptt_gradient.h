// The loss of a student that runs under teacher forcing over windows of a recording (see bptt_fit.h), and its
// gradient by backpropagation through time.
#pragma once

#include "core/common/random.h"
#include "core/fitting/network/bptt_fit.h"
#include "core/fitting/pace.h"

#include <optional>

namespace keyhole {

struct BpttParameters {
  Matrix A;  // n x n
  Matrix V;  // n x m; 0 columns without an input
  Vector b;  // n
};

// Transitions first … first + length - 1 of a trial (transition t leads from sample t to t + 1).
struct BpttWindow {
  std::size_t trial;
  Index first;
  Index length;
  Index next;  // the window that follows in the same trial, -1 if there is none
};

// The windows that tile the trials, the longest ones first.
std::vector<BpttWindow> windowsOf(const std::vector<Trial>& trials, Index length);

// The mean variance of the seen units over all samples: s².
double meanVariance(const std::vector<Trial>& trials);

// Allocates in its constructor only.
class BpttGradient {
 public:
  // The trials must outlive it, be without missing samples and vary; the options must be valid.
  BpttGradient(const std::vector<Trial>& trials, const BpttOptions& options);

  // The loss of `at` and, if asked for, its gradient (matrices of the same shapes; overwritten). draw: which
  // draws of stochastic forcing. Where the hidden units start: starts(). Empty if a stop was requested. If
  // the loss is not finite the gradient is not valid.
  std::optional<double> evaluate(const BpttParameters& at, std::uint64_t draw, BpttParameters* gradient,
                                 Pace& pace);

  // H x windows, in the order of windowsOf(); 0 at first.
  const Matrix& starts() const { return m_starts; }
  void setStarts(ConstMatrixRef starts) { m_starts = starts; }

  // After evaluate(): where a window ended the next one of its trial starts from now on.
  void carryHidden();

 private:
  // Windows that run side by side: the columns of a step's matrix. At step t the first active(t) of them are
  // still running; their columns of step t begin at m_offsets[t].
  struct Group {
    Index first;  // window
    Index count;
    Index steps;  // of the longest one, which is the first
  };
  Group layOut(Index first);
  Index active(Index t) const;
  double forward(const Group& group, const BpttParameters& at, const RandomStream& draws, Pace& pace);
  void startWindows(const Group& group);
  void predict(const Group& group, const BpttParameters& at, Index t);
  double compareAndForce(const Group& group, Index t);
  void drawForcing(const Group& group, const RandomStream& draws, Index t);
  void backward(const Group& group, const BpttParameters& at, Pace& pace);
  void sumGradient(const Group& group, BpttParameters& gradient, Pace& pace) const;

  const std::vector<Trial>& m_trials;
  BpttOptions m_options;
  Index m_seen, m_size, m_inputs;
  std::vector<BpttWindow> m_windows;
  double m_lossScale;  // 1 / (N (number of transitions) α² s²)
  Matrix m_starts, m_ends;

  // One column per running window and step of the group, n rows.
  std::vector<Index> m_offsets;
  Matrix m_states;   // x̃
  Matrix m_phis;     // φ(x̃); empty if linear
  Matrix m_drives;   // u, m rows
  Matrix m_adjoint;  // ∂L/∂x of the state that the step leads to
  Vector m_keep;     // how much of x goes on in x̃: 1-β; 0 or 1 if stochastic
  Matrix m_next;     // work, n x 32
  std::vector<double> m_uniforms;
};

}  // namespace keyhole
