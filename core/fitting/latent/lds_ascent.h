// The way to a maximum of the likelihood of an LDS with free C and full Q: EM first, then a quasi-Newton
// method on the exact gradient.
#pragma once

#include "core/fitting/fit.h"
#include "core/fitting/latent/lds_chart.h"

#include <deque>

namespace keyhole {

// What all starts of one fit share. `kind` is the free class (lds_class.h).
struct LdsGround {
  LdsGround(const LdsData& data_, const LdsClass& kind_)
      : data(data_), kind(kind_), smoother(data_, kind_.latents), emissions(data_, kind_) {}

  const LdsData& data;
  LdsClass kind;
  LdsSmoother smoother;
  LdsEmissionSteps emissions;
};

// One start on its way. A few steps of EM, which reach the neighbourhood of a maximum from anywhere; then
// L-BFGS (Nocedal 1980) whose first metric is the information of the complete data at each iterate, so that
// its first step is one of EM and those that follow learn what EM is slow in. Every step that is kept raises
// the likelihood (by 1e-4 of what the gradient promises at least); where none is found the memory is dropped
// and EM takes a step. With a bound on the spectral radius EM takes them all.
//
// The gradient is at rest when ½ gᵀ H g, what the quadratic model still promises, and ½ gᵀ I⁻¹ g, what one
// step of EM would gain, are both below `rest` nats, twice in a row. Both are free of units: rest = 1e-4 is
// 0.014 standard errors of any one parameter.
class LdsAscent {
 public:
  // Where it ends. tolerance: of EM alone, if the log-likelihood rises by less than this part of its size. 0:
  // never.
  struct Goal {
    double rest, tolerance;
  };

  // Throws std::runtime_error if the start cannot be evaluated, Stopped.
  LdsAscent(LdsGround& ground, LdsModel start, Goal goal, Progress& progress);

  // Before advance(), where another start has used the ground meanwhile.
  void resume() { m_sums = nullptr; }

  // One step. Sets status and broke where it is the last one. Throws Stopped.
  void advance(Progress& progress);

  bool ended() const { return m_ended; }
  FitStatus status() const { return m_status; }           // once ended: converged
  const std::string& ending() const { return m_ending; }  // the test that fired, for a sentence
  const std::string& broke() const { return m_broke; }    // why it ended early, if it did
  const LdsModel& model() const { return m_model; }
  double logLikelihood() const { return m_logLikelihood.back(); }
  const std::vector<double>& logLikelihoods() const { return m_logLikelihood; }  // of every step
  Index steps() const { return static_cast<Index>(m_logLikelihood.size()) - 1; }
  double promised() const { return m_promised; }  // ½ gᵀ H g, nats; infinite before it is known
  Index evaluations() const { return m_evaluations; }

 private:
  struct Pair {
    Vector step, change;  // of the coordinates, and the fall of the gradient along it
    double rho;
  };
  double evaluate(const LdsModel& model, Progress& progress);  // throws std::runtime_error
  void accept(LdsModel model, double value, const Vector* step);
  void emStep(Progress& progress, bool maySettle = true);
  void newtonStep(Progress& progress);
  Vector direction() const;
  bool atRest(double slope);
  void end(FitStatus status, std::string why = {});

  LdsGround& m_ground;
  Goal m_goal;
  LdsModel m_model;
  double m_leastNoise;
  bool m_settled;  // P0 is where it stays, or estimated
  LdsChart m_chart;
  Vector m_gradient;
  std::deque<Pair> m_memory;
  std::vector<double> m_logLikelihood;
  const LdsExpectations* m_sums = nullptr;  // of the model that was evaluated last
  double m_promised;
  Index m_evaluations = 0, m_quiet = 0;
  bool m_ended = false;
  FitStatus m_status = FitStatus::iterationLimit;
  std::string m_broke, m_ending = "the gradient was at rest";
};

}  // namespace keyhole
