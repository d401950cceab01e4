#include "core/analysis/comparison/perturbation.h"

#include "core/analysis/comparison/student_filter.h"
#include "core/analysis/nonnormal/eigenmodes.h"
#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/signs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace keyhole {
namespace {

constexpr double kLimit = 1e12;
constexpr Index kPollEvery = 256;  // steps

Vector unit(const Vector& direction) {
  const double norm = direction.norm();
  if (!(norm > 0 && std::isfinite(norm)))
    throw InputError("the direction of the perturbation has the length " + toText(norm) +
                     "; allowed: a finite one above 0");
  return direction / norm;
}

void requireSize(Index size, Index allowed, const std::string& what) {
  if (size != allowed)
    throw InputError(what + " has " + std::to_string(size) + " entries; allowed: " + std::to_string(allowed));
}

void requireUnits(const std::vector<Index>& seen, Index units) {
  for (const Index i : seen)
    if (i < 0 || i >= units)
      throw InputError("a seen unit has the index " + std::to_string(i) + "; allowed: 0 to " +
                       std::to_string(units - 1));
}

Matrix seenOf(const PerturbationTarget& target, ConstMatrixRef states) {
  if (target.emission.size() > 0) return target.emission * states;
  return states(target.seen, Eigen::all);
}

// A linear chain in its own modes, where a step costs O(N); others as they are.
PerturbationTarget inModes(const PerturbationTarget& target) {
  const auto* chain = std::get_if<ChainForm>(&target.system.network.form());
  if (!chain || chain->U.size() == 0 || !isAffine(target.system)) return target;
  PerturbationTarget moved = target;
  ChainForm plain = *chain;
  plain.U.resize(0, 0);
  moved.system.network = Network(std::move(plain));
  if (target.system.drive.size() > 0) moved.system.drive = chain->U.transpose() * target.system.drive;
  moved.state = chain->U.transpose() * target.state;
  moved.perturbation = chain->U.transpose() * target.perturbation;
  moved.emission = target.emission.size() > 0 ? Matrix(target.emission * chain->U)
                                              : Matrix(chain->U(target.seen, Eigen::all));
  return moved;
}

// Two states side by side: the free one and the perturbed one, or, in affine systems, the difference.
class PairRun {
 public:
  PairRun(const PerturbationTarget& target, double norm)
      : m_affine(isAffine(target.system)),
        m_free(target.system, target.alpha),
        m_stepper(target.system.network, target.system.phi, target.system.convention, target.alpha),
        m_states(target.state.size(), 2) {
    m_states.col(0) = target.state;
    m_states.col(1) = norm * target.perturbation;
    if (!m_affine) m_states.col(1) += target.state;
    m_drive = Matrix::Zero(target.state.size(), target.system.drive.size() > 0 ? 2 : 0);
    if (m_drive.cols() > 0) m_drive.col(0) = target.system.drive;
    m_next = m_states;
  }

  void step() {
    if (m_affine)
      m_stepper.step(m_states, m_drive, m_next);
    else
      m_free.step(m_states, m_next);
    m_states.swap(m_next);
  }

  Vector free() const { return m_states.col(0); }
  Vector difference() const { return m_affine ? Vector(m_states.col(1)) : m_states.col(1) - m_states.col(0); }
  bool inRange() const { return m_states.cwiseAbs().maxCoeff() < kLimit; }

 private:
  bool m_affine;
  FreeRun m_free;
  Stepper m_stepper;
  Matrix m_states, m_drive, m_next;
};

// The time from which on the distance stays below a fraction of the initial one.
double lastAbove(const PerturbedRun& run, double fraction) {
  const double level = fraction * run.initial;
  const Index n = run.distance.size();
  Index k = n - 1;
  while (k >= 0 && run.distance(k) < level) --k;
  if (k < 0) return 0;
  if (k == n - 1) return HUGE_VAL;
  const double above = run.distance(k), below = run.distance(k + 1);
  const double share = below > 0 && above > below ? std::log(above / level) / std::log(above / below) : 0.0;
  return run.time(k) + share * (run.time(k + 1) - run.time(k));
}

void describe(PerturbedRun& run) {
  run.initial = run.distance.size() > 0 ? run.distance(0) : 0;
  if (!(run.initial > 0)) {
    run.remaining = run.halfLife = run.timeConstant = run.peak = run.peakTime =
        std::numeric_limits<double>::quiet_NaN();
    return;
  }
  Index at = 0;
  run.peak = run.distance.maxCoeff(&at) / run.initial;
  run.peakTime = run.time(at);
  run.remaining = run.distance(run.distance.size() - 1) / run.initial;
  run.halfLife = lastAbove(run, 0.5);
  run.timeConstant = lastAbove(run, std::exp(-1.0));
}

void requireFitting(const PerturbationTarget& target) {
  const Index N = target.system.network.size();
  requireSize(target.state.size(), N, "the state of \"" + target.name + "\"");
  requireSize(target.perturbation.size(), N, "the perturbation of \"" + target.name + "\"");
  if (target.emission.size() > 0)
    requireSize(target.emission.cols(), N, "an emission of \"" + target.name + "\"");
  requireUnits(target.seen, N);
}

PerturbedRun perturbed(const PerturbationTarget& target, const PerturbationOptions& options,
                       const std::function<void()>& poll) {
  const auto steps = std::max<Index>(1, static_cast<Index>(std::llround(options.horizon / target.alpha)));
  const Index stride = (steps + options.points - 2) / (options.points - 1);
  const Index most = (steps + stride - 1) / stride + 1;
  const PerturbationTarget moved = inModes(target);
  PairRun pair(moved, options.norm);
  PerturbedRun run;
  run.name = target.name;
  run.time.resize(most);
  Matrix free(moved.state.size(), most), difference(moved.state.size(), most);
  Index kept = 0;
  for (Index t = 0; t <= steps; ++t) {
    if (t > 0) pair.step();
    if (t % kPollEvery == 0) poll();
    if (t % stride != 0 && t != steps) continue;
    run.diverged = !pair.inRange();
    if (run.diverged) break;
    run.time(kept) = static_cast<double>(t) * target.alpha;
    free.col(kept) = pair.free();
    difference.col(kept++) = pair.difference();
  }
  run.time.conservativeResize(kept);
  run.free = seenOf(moved, free.leftCols(kept));
  const Matrix apart = seenOf(moved, difference.leftCols(kept));
  run.perturbed = run.free + apart;
  run.distance = apart.colwise().norm().transpose();
  describe(run);
  return run;
}

}  // namespace

PerturbationTarget teacherTarget(FlowSystem system, double alpha, const std::vector<Index>& seen,
                                 const Vector& state, const Vector& direction) {
  requireUnits(seen, system.network.size());
  requireSize(direction.size(), static_cast<Index>(seen.size()), "the direction of the perturbation");
  PerturbationTarget target{"teacher", std::move(system), alpha, state, {}, seen, {}, 1};
  target.perturbation = Vector::Zero(target.system.network.size());
  target.perturbation(seen) = unit(direction);
  requireFitting(target);
  return target;
}

PerturbationTarget teacherTargetOnAllUnits(FlowSystem system, double alpha, const std::vector<Index>& seen,
                                           const Vector& state, const Vector& direction) {
  requireUnits(seen, system.network.size());
  PerturbationTarget target{"teacher", std::move(system), alpha, state, unit(direction), seen, {}, 1};
  requireFitting(target);
  const double part = seenOf(target, target.perturbation).norm();
  if (part > 0)
    target.perturbation /= part;
  else
    target.captured = 0;
  return target;
}

PerturbationTarget studentTarget(const Student& student, const Vector& state, const Vector& direction) {
  const Index d = seenUnits(student);
  requireSize(direction.size(), d, "the direction of the perturbation");
  const Vector push = unit(direction);
  PerturbationTarget target{"student", systemOf(student), student.alpha, state, {}, {}, {}, 1};
  if (student.emission) {
    target.emission = student.emission->C;
    target.perturbation = leastNormSolution(target.emission, push);
    target.captured = (target.emission * target.perturbation).norm();
  } else {
    target.perturbation = Vector::Zero(student.A.rows());
    target.perturbation.head(d) = push;
    for (Index i = 0; i < d; ++i) target.seen.push_back(i);
  }
  requireFitting(target);
  return target;
}

Vector randomDirection(Index d, std::uint64_t seed) {
  return unit(RandomStream(seed, Stream::probe, 2).normalMatrix(d, 1));
}

Vector slowDirection(const Student& student) {
  const ComplexVector mode = modeInUnits(student, eigenmodes(student.A).at(0).right);
  ComplexVector seen = mode.head(seenUnits(student));
  const std::complex<double> square = seen.cwiseProduct(seen).sum();
  if (std::abs(square) > 0) seen *= std::polar(1.0, -0.5 * std::arg(square));
  const Vector direction = seen.real();
  return unit(directionSign(direction) * direction);
}

Vector seenDirection(const Vector& direction, const std::vector<Index>& seen) {
  requireUnits(seen, direction.size());
  return unit(direction(seen));
}

Vector inputDirection(const Student& student, Index input) {
  if (input < 0 || input >= student.V.cols())
    throw InputError("the input has the index " + std::to_string(input) + "; allowed: one of the student's " +
                     std::to_string(student.V.cols()) + " from 0");
  const Vector column = student.V.col(input);
  return unit(student.emission ? Vector(student.emission->C * column) : column.head(seenUnits(student)));
}

std::vector<std::string> problems(const PerturbationOptions& options) {
  std::vector<std::string> found;
  if (!(options.norm > 0 && std::isfinite(options.norm)))
    found.push_back("the size of the perturbation is " + toText(options.norm) +
                    "; allowed: a number above 0");
  if (!(options.horizon > 0 && std::isfinite(options.horizon)))
    found.push_back("the horizon is " + toText(options.horizon) + "; allowed: a number above 0");
  if (options.points < 2)
    found.push_back("the number of points is " + std::to_string(options.points) + "; allowed: at least 2");
  return found;
}

std::vector<PerturbedRun> perturbAll(const std::vector<PerturbationTarget>& targets,
                                     const PerturbationOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  for (const auto& target : targets) requireFitting(target);
  std::vector<PerturbedRun> runs;
  for (const auto& target : targets) {
    const double fraction = static_cast<double>(runs.size()) / static_cast<double>(targets.size());
    runs.push_back(perturbed(target, options, [&] { progress.checkpoint(fraction, "perturbing"); }));
  }
  return runs;
}

}  // namespace keyhole
