#include "core/fitting/latent/lds_ascent.h"

#include "core/fitting/latent/em_end.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kEmSteps = 5;         // before the gradient is followed
constexpr std::size_t kMemory = 40;   // pairs; their cost is nothing beside a pass over the recording
constexpr double kArmijo = 1e-4;      // of the promised rise
constexpr int kTries = 5;             // of lengths along one direction
constexpr double kCurvature = 1e-10;  // a pair with less curvature says nothing but rounding
constexpr double kPoint = 1e-8;       // of Q: P0 of a first state that is one point
constexpr double kRounding = 1e-13;   // of the log-likelihood and its terms: no rise below is seen

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

LdsAscent::LdsAscent(LdsGround& ground, LdsModel start, Goal goal, Progress& progress)
    : m_ground(ground),
      m_goal(goal),
      m_model(std::move(start)),
      m_leastNoise(ground.emissions.leastDynamicsNoise(m_model)),
      m_settled(ground.data.trials().size() > 1),
      m_chart(ground.kind, m_settled ? LdsFirstState::estimated : LdsFirstState::point,
              ground.emissions.floors(), m_leastNoise),
      m_promised(kInfinity) {
  moveWithinBounds(m_model, ground.emissions.floors(), m_leastNoise, ground.kind);
  accept(m_model, evaluate(m_model, progress), nullptr);
}

double LdsAscent::evaluate(const LdsModel& model, Progress& progress) {
  m_sums = nullptr;
  ++m_evaluations;
  const LdsExpectations& sums = m_ground.smoother.run(model, LdsSmoother::Need::emissions, progress);
  if (!std::isfinite(sums.logLikelihood))
    throw std::runtime_error("the log-likelihood left the finite range");
  m_ground.emissions.collect(model, sums, progress);
  m_sums = &sums;
  return sums.logLikelihood;
}

// The model that was evaluated last becomes the present one; step: the way there in the chart's coordinates.
void LdsAscent::accept(LdsModel model, double value, const Vector* step) {
  m_model = std::move(model);
  m_logLikelihood.push_back(value);
  const Vector before = m_gradient;
  m_gradient = m_chart.gradientAt(m_model, *m_sums, m_ground.emissions);
  if (!step || before.size() != m_gradient.size()) {
    m_memory.clear();
    return;
  }
  // What is held in one of the two says nothing of the curvature.
  Pair pair{*step, before - m_gradient, 0};
  for (Index i = 0; i < m_gradient.size(); ++i)
    if (before(i) == 0.0 || m_gradient(i) == 0.0) pair.change(i) = pair.step(i) = 0.0;
  const double curvature = pair.step.dot(pair.change);
  if (!(curvature > kCurvature * std::abs(pair.step.dot(before)))) return;
  pair.rho = 1 / curvature;
  m_memory.push_back(std::move(pair));
  if (m_memory.size() > kMemory) m_memory.pop_front();
}

// The two loops of L-BFGS.
Vector LdsAscent::direction() const {
  Vector q = m_gradient;
  std::vector<double> shares(m_memory.size());
  for (std::size_t i = m_memory.size(); i-- > 0;) {
    shares[i] = m_memory[i].rho * m_memory[i].step.dot(q);
    q -= shares[i] * m_memory[i].change;
  }
  Vector d = m_chart.preconditioned(q);
  for (std::size_t i = 0; i < m_memory.size(); ++i)
    d += (shares[i] - m_memory[i].rho * m_memory[i].change.dot(d)) * m_memory[i].step;
  for (Index i = 0; i < d.size(); ++i)
    if (m_gradient(i) == 0.0) d(i) = 0.0;
  return d;
}

void LdsAscent::end(FitStatus status, std::string why) {
  m_ended = true;
  m_status = status;
  m_broke = std::move(why);
}

bool LdsAscent::atRest(double slope) {
  m_promised = 0.5 * slope;
  const double em = 0.5 * m_gradient.dot(m_chart.preconditioned(m_gradient));
  // Where a covariance is nearly singular, rounding can make the metric indefinite: that promises nothing.
  const bool known = m_promised >= 0 && em >= 0;
  m_quiet = known && std::max(m_promised, em) <= m_goal.rest ? m_quiet + 1 : 0;
  return m_quiet >= 2;
}

// A covariance that is singular to rounding has no coordinates: then what was reached stands.
void LdsAscent::advance(Progress& progress) {
  try {
    if (m_ground.kind.stable || !m_settled || steps() < kEmSteps)
      emStep(progress);
    else
      newtonStep(progress);
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error& error) {
    end(FitStatus::iterationLimit, error.what());
  }
}

// Of one trial the likelihood rises as P0 → 0 with mu0 at the mean of the first state (which EM reaches only
// as 1/n of its steps): the last step before the gradient is followed goes there, unless that would be a
// fall.
void LdsAscent::emStep(Progress& progress, bool maySettle) {
  const bool settles = maySettle && !m_settled && !m_ground.kind.stable && steps() + 1 >= kEmSteps;
  LdsModel next = m_model;
  try {
    if (!m_sums) evaluate(m_model, progress);
    const Vector first = m_sums->firstMeans.rowwise().mean();
    updateDynamics(next, *m_sums, m_ground.kind, m_leastNoise);
    if (settles) {
      next.mu0 = first;
      next.P0 = kPoint * next.Q;
    } else if (m_ground.data.trials().size() == 1 && m_settled) {
      next.mu0 = m_model.mu0;
      next.P0 = m_model.P0;
    }
    m_ground.emissions.maximise(next);
    const double value = evaluate(next, progress), before = logLikelihood();
    if (settles && !(value >= before)) {
      m_sums = nullptr;
      return emStep(progress, false);
    }
    const double scale = std::max(std::abs(before), static_cast<double>(m_sums->transitions));
    const AfterStep after = afterStep(before, value, scale);
    if (after == AfterStep::broken)
      return end(FitStatus::iterationLimit, brokenByRounding("the log-likelihood", before - value));
    if (after == AfterStep::rounding) return end(FitStatus::converged);
    m_settled = m_settled || settles;
    accept(std::move(next), value, nullptr);
    if (m_ground.kind.stable && stoodStill(m_logLikelihood, m_goal.tolerance)) {
      m_ending = "the log-likelihood stood still";
      end(FitStatus::converged);
    }
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error& error) {
    end(FitStatus::iterationLimit, error.what());
  }
}

void LdsAscent::newtonStep(Progress& progress) {
  Vector d = direction();
  double slope = m_gradient.dot(d);
  if (!(slope > 0)) {
    m_memory.clear();
    d = m_chart.preconditioned(m_gradient);
    slope = m_gradient.dot(d);
    if (!(slope > 0 || m_gradient.isZero(0))) {
      m_promised = kInfinity;  // not known
      return emStep(progress);
    }
  }
  if (m_goal.rest > 0 && atRest(slope)) return end(FitStatus::converged);
  const double before = logLikelihood();
  const double seen =
      kRounding *
      std::max(std::abs(before), static_cast<double>(m_ground.data.trials().front().activity.size()));
  double share = 1;
  for (int i = 0; i < kTries; ++i) {
    Vector step = share * d;
    double value = -kInfinity;
    LdsModel next = m_chart.moved(step);
    try {
      value = evaluate(next, progress);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error&) {
      value = -kInfinity;
    }
    const double promised = m_gradient.dot(step);
    if (value >= before + kArmijo * promised || (value >= before && promised < seen))
      return accept(std::move(next), value, &step);
    const double done = promised / slope;  // moved() may have shortened it
    share = std::isfinite(value) ? done * std::clamp(promised / (2 * (before + promised - value)), 0.1, 0.5)
                                 : 0.1 * done;
  }
  m_memory.clear();
  m_sums = nullptr;
  if (slope < seen) return end(FitStatus::converged);
  emStep(progress);
}

}  // namespace keyhole
