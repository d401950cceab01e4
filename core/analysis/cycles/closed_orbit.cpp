#include "core/analysis/cycles/closed_orbit.h"

#include "core/analysis/cycles/monodromy.h"
#include "core/common/error.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr Index kPoll = 16;        // steps between two looks at the stop
constexpr Index kSixty = 60;       // steps come in multiples of it, so that fractions of the period are hit
constexpr double kShrunk = 1e-4;   // of the guess's amplitude: the orbit became a point
constexpr double kRepeats = 1e-5;  // a fraction of the period that comes back so near is the period
constexpr double kRough = 1e-6;
constexpr Index kDenseRoughly = 24;     // coordinates up to which the whole monodromy matrix is formed then
constexpr int kPatience = 8;            // Newton steps that must halve the residual then
constexpr int kHalvings = 5;            // of the step, at most
constexpr double kSmallestStep = 1e-3;  // of Newton's

double amplitudeOf(const Matrix& states) {
  const auto turn = states.leftCols(states.cols() - 1);  // the last one is the first again
  const Vector mean = turn.rowwise().mean();
  return std::sqrt((turn.colwise() - mean).colwise().squaredNorm().mean());
}

struct Shot {
  Vector x;
  double T = 0;
  Matrix states;  // n x (steps + 1); NaN from where the user stopped it
  double amplitude = 0;

  Vector gap() const { return states.rightCols(1) - states.leftCols(1); }
  double residual() const { return gap().norm() / amplitude; }
};

class Shooting {
 public:
  Shooting(const SmoothFlow& flow, const ShootingOptions& options, Progress& progress)
      : m_flow(flow),
        m_options(options),
        m_progress(progress),
        m_monodromy(flow, options.dense, options.subspace) {}

  ClosedOrbit run(ConstVectorRef guess, double periodGuess, bool roughly);

 private:
  Index stepsFor(double T, double step) const {
    return kSixty *
           std::max<Index>(1, static_cast<Index>(std::ceil(T / (step * static_cast<double>(kSixty)))));
  }
  Shot shoot(const Vector& x, double T) const;
  bool newtonStep(Shot& shot);
  ShootingStatus converge(Shot& shot);
  bool shorten(Shot& shot);
  ShootingStatus closeOnce(Shot& shot);
  ShootingStatus refine(Shot& shot);
  void describe(const Shot& shot);
  void addMultipliers(const Shot& shot);

  const SmoothFlow& m_flow;
  const ShootingOptions& m_options;
  Progress& m_progress;
  Monodromy m_monodromy;
  Index m_steps = 0;
  bool m_isRough = false;
  double m_firstAmplitude = 0;
  ClosedOrbit m_result;
};

Shot Shooting::shoot(const Vector& x, double T) const {
  Shot shot{x, T, Matrix(x.size(), m_steps + 1), 0};
  Matrix state = x;
  shot.states.col(0) = x;
  SmoothStepper stepper(m_flow);
  for (Index i = 1; i <= m_steps; ++i) {
    if (i % kPoll == 0 && m_progress.stopRequested()) {
      shot.states.rightCols(m_steps + 1 - i).setConstant(std::numeric_limits<double>::quiet_NaN());
      return shot;
    }
    stepper.step(T / static_cast<double>(m_steps), state);
    shot.states.col(i) = state;
  }
  shot.amplitude = amplitudeOf(shot.states);
  return shot;
}

// False if no fraction of the step makes the gap smaller, or the user stopped.
bool Shooting::newtonStep(Shot& shot) {
  const Index n = m_flow.size;
  const Vector gap = shot.gap();
  Matrix velocity(n, 2);
  m_flow.field(shot.states(Eigen::all, std::vector<Index>{0, m_steps}), velocity);
  Matrix seeds(n, 2);
  seeds << gap, velocity.col(1);
  if (!m_monodromy.compute(shot.x, shot.T, m_steps, seeds, m_progress)) return false;
  const Matrix& K = m_monodromy.basis();
  const Index k = K.cols();
  Matrix A(n + 1, k + 1);
  A << m_monodromy.image() - K, velocity.col(1), velocity.col(0).transpose() * K, 0.0;
  Vector b(n + 1);
  b << -gap, 0.0;
  const Vector change = leastSquares(A, b);
  const Vector dx = K * change.head(k);
  const double dT = change(k);
  double scale = std::min({1.0, 0.2 * shot.T / std::max(std::abs(dT), 1e-300),
                           2.0 * shot.amplitude / std::max(dx.norm(), 1e-300)});
  for (; scale >= kSmallestStep; scale *= 0.5) {
    if (m_progress.stopRequested()) return false;
    Shot next = shoot(shot.x + scale * dx, shot.T + scale * dT);
    if (next.gap().norm() < (1 - 1e-3 * scale) * gap.norm()) {
      shot = std::move(next);
      return true;
    }
  }
  return false;
}

ShootingStatus Shooting::converge(Shot& shot) {
  if (m_progress.stopRequested()) return ShootingStatus::stopped;
  if (!shot.states.allFinite()) return ShootingStatus::diverged;
  double before = std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration <= m_options.iterations; ++iteration) {
    m_progress.report(static_cast<double>(iteration) / (m_options.iterations + 1), "closing an orbit");
    m_progress.objective(0, m_result.iterations, shot.residual());
    if (!(shot.amplitude > kShrunk * m_firstAmplitude)) return ShootingStatus::fixedPoint;
    if (shot.residual() <= m_options.tolerance) return ShootingStatus::converged;
    if (iteration == m_options.iterations) break;
    if (m_isRough && iteration % kPatience == 0) {
      if (!(shot.residual() < 0.5 * before)) break;
      before = shot.residual();
    }
    if (m_progress.stopRequested()) return ShootingStatus::stopped;
    if (!newtonStep(shot))
      return m_progress.stopRequested() ? ShootingStatus::stopped : ShootingStatus::notConverged;
    ++m_result.iterations;
  }
  return ShootingStatus::notConverged;
}

// True if a fraction of the period is one, which is then the period.
bool Shooting::shorten(Shot& shot) {
  for (const Index parts : {6, 5, 4, 3, 2}) {
    const Vector there = shot.states.col(m_steps / parts);
    if ((there - shot.x).norm() > kRepeats * shot.amplitude) continue;
    shot.T /= static_cast<double>(parts);
    m_steps = stepsFor(shot.T, shot.T * static_cast<double>(parts) / static_cast<double>(m_steps));
    shot = shoot(shot.x, shot.T);
    return true;
  }
  return false;
}

ShootingStatus Shooting::closeOnce(Shot& shot) {
  const ShootingStatus status = converge(shot);
  return status == ShootingStatus::converged && shorten(shot) ? converge(shot) : status;
}

// Closes the orbit with smaller and smaller steps.
ShootingStatus Shooting::refine(Shot& shot) {
  ShootingStatus status = closeOnce(shot);
  for (int halving = 0; halving < kHalvings && status == ShootingStatus::converged; ++halving) {
    m_steps *= 2;
    Shot finer = shoot(shot.x, shot.T);
    if (finer.residual() <= m_options.tolerance) newtonStep(finer);  // to see how much the orbit changes
    status = converge(finer);
    if (status != ShootingStatus::converged) break;
    m_result.stepError =
        std::max(std::abs(finer.T - shot.T) / finer.T, (finer.x - shot.x).norm() / finer.amplitude);
    shot = std::move(finer);
    if (m_result.stepError <= m_options.accuracy) break;
  }
  return status;
}

void Shooting::describe(const Shot& shot) {
  const Index steps = shot.states.cols() - 1;  // not m_steps, if smaller ones did not close
  m_result.start = shot.x;
  m_result.period = shot.T;
  m_result.steps = steps;
  m_result.amplitude = shot.amplitude;
  m_result.residual = shot.amplitude > 0 ? shot.residual() : 0;
  m_result.mean = shot.states.leftCols(steps).rowwise().mean();
}

void Shooting::addMultipliers(const Shot& shot) {
  const auto turn = shot.states.leftCols(m_steps);
  for (Index i = 0; i < m_steps; ++i) m_result.divergence += m_flow.divergence(turn.col(i));
  m_result.divergence *=
      shot.T / static_cast<double>(m_steps);  // of a periodic function: exact to all orders
  Matrix velocity(m_flow.size, 1);
  m_flow.field(shot.x, velocity);
  m_result.multipliers = m_monodromy.multipliers(shot.x, shot.T, m_steps, velocity, m_progress);
  if (m_result.multipliers.size() == 0) return;
  m_result.trivialError = (m_result.multipliers.array() - 1.0).abs().minCoeff(&m_result.trivial);
}

ClosedOrbit Shooting::run(ConstVectorRef guess, double periodGuess, bool roughly) {
  m_isRough = roughly;
  m_steps = stepsFor(periodGuess, m_options.step);
  Shot shot = shoot(guess, periodGuess);
  m_firstAmplitude = shot.amplitude;
  m_result.status = roughly ? closeOnce(shot) : refine(shot);
  describe(shot);
  if (!roughly && m_result.status == ShootingStatus::converged) addMultipliers(shot);
  return m_result;
}

}  // namespace

std::vector<std::string> problems(const ShootingOptions& options) {
  std::vector<std::string> found;
  const auto outside = [&](bool fine, const char* name, double value, const char* allowed) {
    if (!fine) found.push_back(std::string(name) + " is " + toText(value) + "; allowed: " + allowed);
  };
  outside(options.tolerance > 0 && options.tolerance <= 1e-3, "tolerance", options.tolerance,
          "above 0, to 0.001");
  outside(options.iterations >= 1, "iterations", options.iterations, "a number from 1");
  outside(options.step > 0 && options.step <= 1, "step", options.step, "above 0, to 1");
  outside(options.accuracy > 0 && options.accuracy <= 1e-2, "accuracy", options.accuracy, "above 0, to 0.01");
  outside(options.dense >= 1, "dense", static_cast<double>(options.dense), "a number from 1");
  outside(options.subspace >= 2, "subspace", static_cast<double>(options.subspace), "a number from 2");
  return found;
}

ClosedOrbit closeOrbit(const SmoothFlow& flow, ConstVectorRef guess, double periodGuess,
                       const ShootingOptions& options, Progress& progress) {
  return Shooting(flow, options, progress).run(guess, periodGuess, false);
}

ClosedOrbit closeRoughly(const SmoothFlow& flow, ConstVectorRef guess, double periodGuess,
                         const ShootingOptions& options, Progress& progress) {
  ShootingOptions rough = options;
  rough.tolerance = std::max(options.tolerance, kRough);
  rough.dense = std::min(options.dense, kDenseRoughly);
  return Shooting(flow, rough, progress).run(guess, periodGuess, true);
}

Matrix orbitPoints(const SmoothFlow& flow, ConstVectorRef start, double period, Index steps, Index count) {
  const Index each = std::max<Index>(1, (steps + count - 1) / count);
  const double h = period / static_cast<double>(each * count);
  Matrix points(start.size(), count + 1);
  Matrix state = start;
  SmoothStepper stepper(flow);
  for (Index i = 0; i < count; ++i) {
    points.col(i) = state;
    for (Index j = 0; j < each; ++j) stepper.step(h, state);
  }
  points.col(count) = state;
  return points;
}

}  // namespace keyhole
