// What the filter and the smoother of an LDS do at each step of a trial without gaps, whatever the samples:
// their covariances and gains. For lds_tiled.cpp.
#pragma once

#include "core/fitting/latent/lds_covariance_kernels.h"
#include "core/fitting/latent/lds_smoother.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace keyhole {

// n latents are known when this is compiled, or not (Eigen::Dynamic).
template <int n>
class LdsGains {
 public:
  using Square = Eigen::Matrix<double, n, n>;
  using Column = Eigen::Matrix<double, n, 1>;

  // What belongs to a step: it is the same for all steps from the last one on.
  struct Step {
    Square predicted, filtered;
    Square root;          // S, S Sᵀ the predicted covariance
    PivotOrder<n> order;  // of its columns
    Square seen;          // Z S
    Square factor;        // lower, M Mᵀ = I + seenᵀ seen
    Square back;          // the smoother's gain, from the next step to this one
    double logDet = 0;
  };

  explicit LdsGains(Index latents) : L(latents) {}

  // Of x_t = F x_{t-1} + N(0, Q), seen as Z x + N(0, I), from the covariance P0 on; as many steps as a trial
  // of `longest` takes until they stand still. Throws std::runtime_error if a covariance breaks.
  void prepare(const Square& F, const Square& Q, const Square& P0, const Square& Z, Index longest) {
    m_steps.clear();
    Square predicted = P0, ahead(L, L), unscaled(L, L);
    bool settled = false;
    for (Index t = 0; t < longest && !settled; ++t) {
      m_steps.emplace_back();
      Step& step = m_steps.back();
      step.predicted = predicted;
      step.root.resize(L, L);
      pivotedRoot<n>(predicted, step.root, step.order);
      if (t > 0) setBack(m_steps[m_steps.size() - 2], step.root, step.order, ahead);
      setGains(step, Z, unscaled);
      multiply<n>(F, step.filtered, ahead);
      symmetricProduct<n>(ahead, F, predicted);
      predicted += Q;
      settled = t > 0 && standsStill<n>(predicted, step.predicted) &&
                standsStill<n>(step.filtered, m_steps[m_steps.size() - 2].filtered);
    }
    Square root(L, L);
    PivotOrder<n> order;
    pivotedRoot<n>(predicted, root, order);
    setBack(m_steps.back(), root, order, ahead);
  }

  const std::vector<Step>& steps() const { return m_steps; }

  // The white coordinates w of x = m + S w, from the innovation: (I + seenᵀ seen)⁻¹ seenᵀ e.
  Column white(const Step& step, const Column& innovation) const {
    Column w = step.seen.transpose() * innovation;
    solveLower<n>(step.factor, w);
    solveLowerTransposed<n>(step.factor, w);
    return w;
  }

  // The same as a matrix, L x L.
  Square update(const Step& step) const {
    Square w(L, L);
    for (Index j = 0; j < L; ++j) w.col(j) = white(step, Column(Column::Unit(L, j)));
    return w;
  }

  // Adds Σ Cov(x_t) and Σ Cov(x_{t+1}, x_t) of a trial of T steps.
  void addCovariances(Index T, LdsExpectations& sums) {
    const Index steady = static_cast<Index>(m_steps.size()) - 1;
    const auto at = [&](Index t) -> const Step& {
      return m_steps[static_cast<std::size_t>(std::min(t, steady))];
    };
    Square now = at(T - 1).filtered, next(L, L), gained(L, L), lag(L, L), change(L, L);
    const Square last = now;
    Square total = now, lagged = Square::Zero(L, L);
    Index t = T - 2;
    if (addTail(T - 1 - steady, now, total, lagged)) t = steady - 1;
    for (; t >= 0; --t) {
      const Step& step = at(t);
      next = now;
      productByTranspose<n>(next, step.back, lag);
      lagged += lag;
      change = next - at(t + 1).predicted;
      multiply<n>(step.back, change, gained);
      symmetricProduct<n>(gained, step.back, now);
      now += step.filtered;
      total += now;
    }
    sums.ZZ.topLeftCorner(L, L) += total - last;
    sums.XX += total - now;
    sums.XZ.leftCols(L) += lagged;
    sums.firstCovariances += now;
    for (Matrix& channel : sums.covariances) channel += total;
  }

 private:
  // The last `count` steps backwards, which share one gain B: V_t = V + B (V_{t+1} - V) Bᵀ with a V that
  // stays. Sums of powers of B by doubling; false, and nothing done, if B^count is not gone to rounding.
  // now: V of the last step, then of the one `count` before it; total, lagged: without and with the last.
  bool addTail(Index count, Square& now, Square& total, Square& lagged) {
    constexpr double kGone = 1e-16;
    const Step& step = m_steps.back();
    const Square &B = step.back, P = step.predicted;
    Square power = B, scratch(L, L), term(L, L), still(L, L);
    // V = (P_f - B P Bᵀ) + B V Bᵀ.
    multiply<n>(B, P, scratch);
    symmetricProduct<n>(scratch, B, still);
    still = (step.filtered - still).eval();
    m_powers.clear();
    for (Index reach = 1; power.cwiseAbs().maxCoeff() > kGone; reach *= 2) {
      if (reach > count / 2 || !power.allFinite()) return false;
      m_powers.push_back(power);
      multiply<n>(power, still, scratch);
      symmetricProduct<n>(scratch, power, term);
      still += term;
      multiply<n>(power, power, scratch);
      power = scratch;
    }
    Square sum = now - still;  // of B^k (V_last - V) Bᵀ^k over k >= 0
    for (const Square& each : m_powers) {
      multiply<n>(each, sum, scratch);
      symmetricProduct<n>(scratch, each, term);
      sum += term;
    }
    const auto steps = static_cast<double>(count);
    // Of the last step and the count - 1 before it, each of which is `next` to one.
    const Square nexts = sum + steps * still;
    productByTranspose<n>(nexts, B, term);
    lagged += term;
    total += nexts - now + still;
    now = still;
    return true;
  }

  // B = (P⁻¹ F P_f)ᵀ, P = S Sᵀ = F P_f Fᵀ + Q the next step's predicted covariance; where P is singular, its
  // pseudoinverse.
  void setBack(Step& step, const Square& root, const PivotOrder<n>& order, const Square& ahead) const {
    Square solution = ahead;
    solveByRoot<n>(root, order, solution);
    step.back = solution.transpose();
  }

  // P_f = S (I + Sᵀ Zᵀ Z S)⁻¹ Sᵀ with P = S Sᵀ: also for a singular P, and symmetric by itself.
  void setGains(Step& step, const Square& Z, Square& half) const {
    for (Square* each : {&step.seen, &step.factor, &step.filtered}) each->resize(L, L);
    multiply<n>(Z, step.root, step.seen);
    gram<n>(step.seen, half);
    half.diagonal().array() += 1;
    if (!cholesky<n>(half, step.factor) || !step.predicted.allFinite())
      throw std::runtime_error("a covariance of the LDS is not positive semidefinite any more");
    half = step.root.transpose();
    solveLower<n>(step.factor, half);
    gram<n>(half, step.filtered);
    step.logDet = logDeterminant<n>(step.factor);
  }

  const Index L;
  std::vector<Step> m_steps;
  std::vector<Square> m_powers;  // of the steady gain back: 1, 2, 4 …
};

}  // namespace keyhole
