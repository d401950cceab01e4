#include "core/analysis/flow/limit_sets.h"

#include "core/analysis/flow/reach.h"
#include "core/common/parallel.h"
#include "core/common/quiet_progress.h"
#include "core/common/random.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <thread>

namespace keyhole {
namespace {

constexpr double kDiverged = 1e6;  // relative to the start's norm, if the network is not known to be bounded
constexpr double kSettled =
    1e-5;  // speed per τ, relative to the start's norm, at which a run counts as at rest
constexpr double kSmallest = 1e-3;  // amplitude of a cycle, relative to the start's norm
constexpr Index kStored = 1000;     // samples per run kept for the picture
constexpr Index kExtension = 3;  // runs that do not come to rest go on for this many times their length …
constexpr Index kTraceStride = 10;  // … with a sample of their leading PC every so many steps

struct Runs {
  std::vector<Matrix> states;      // per run: N x n, after the dropped part
  double farthest = 0;             // what goes beyond diverges
  std::vector<char> diverged;      // not bits: two threads write to it
  std::vector<double> finalSpeed;  // ‖F‖ at the end
  Matrix last;                     // N x runs, after `steps`
  double startNorm = 1;
};

Matrix starts(const FlowSystem& system, const LimitSetOptions& options) {
  return options.startScale *
         RandomStream(options.seed, Stream::probe).normalMatrix(system.network.size(), options.runs);
}

// Which steps of a run are kept.
struct Stored {
  explicit Stored(const LimitSetOptions& options)
      : steps(options.steps),
        dropped(static_cast<Index>(options.dropFraction * static_cast<double>(options.steps))),
        stride(std::max<Index>(1, (options.steps - dropped) / kStored)) {}

  bool keeps(Index t) const { return t >= dropped && (t - dropped) % stride == 0; }
  Index column(Index t) const { return (t - dropped) / stride; }
  Index count() const { return (steps - dropped + stride - 1) / stride; }

  Index steps, dropped, stride;
};

// The two halves of the runs go on side by side.
void inHalves(Index runs, Progress& progress,
              const std::function<void(Index first, Index count, Progress& progress)>& work) {
  QuietProgress quiet(progress);
  inTwoHalves(runs, [&, caller = std::this_thread::get_id()](Index first, Index count) {
    // Only the calling thread reports.
    work(first, count, std::this_thread::get_id() == caller ? progress : quiet);
  });
}

void runSome(const FlowSystem& system, const LimitSetOptions& options, Index first, Index count, Runs& runs,
             Progress& progress) {
  const Stored stored(options);
  Matrix now = runs.last.middleCols(first, count), next(now.rows(), count);
  FreeRun run(system, options.alpha);
  for (Index t = 0; t < options.steps; ++t) {
    if (t % 25 == 0)
      progress.checkpoint(static_cast<double>(t) / static_cast<double>(options.steps),
                          "running to the limit sets");
    if (stored.keeps(t))
      for (Index k = 0; k < count; ++k)
        runs.states[static_cast<std::size_t>(first + k)].col(stored.column(t)) = now.col(k);
    run.step(now, next);
    for (Index k = 0; k < count; ++k)
      if (!(next.col(k).norm() < runs.farthest)) {
        runs.diverged[static_cast<std::size_t>(first + k)] = 1;
        next.col(k) = now.col(k);
      }
    now.swap(next);
  }
  runs.last.middleCols(first, count) = now;
}

Runs runAll(const FlowSystem& system, const LimitSetOptions& options, Progress& progress) {
  const Index N = system.network.size();
  Runs runs;
  runs.last = starts(system, options);
  runs.startNorm = std::max(runs.last.colwise().norm().mean(), 1e-12);
  const double reach = reachOf(system);
  runs.farthest = kDiverged * runs.startNorm;
  if (std::isfinite(reach)) runs.farthest = std::max(runs.farthest, 2 * reach);
  runs.states.assign(static_cast<std::size_t>(options.runs), Matrix(N, Stored(options).count()));
  runs.diverged.assign(static_cast<std::size_t>(options.runs), 0);
  inHalves(options.runs, progress, [&](Index first, Index count, Progress& own) {
    runSome(system, options, first, count, runs, own);
  });
  const Matrix velocity = flow(system, runs.last);
  for (Index k = 0; k < options.runs; ++k) runs.finalSpeed.push_back(velocity.col(k).norm());
  return runs;
}

bool atRest(const Runs& runs, std::size_t k) {
  return runs.finalSpeed[k] <= kSettled * runs.startNorm;
}

// Runs that go on, and what is recorded of them: one row of traces per run, one column per kTraceStride
// steps, of their leading PC.
struct Further {
  Matrix ends;    // N x runs
  Matrix traces;  // NaN from where a run has come to rest or left the finite range
};

// Which columns of now are neither at rest nor out of range.
std::vector<Index> stillMoving(const FlowSystem& system, const Matrix& now, double slowest) {
  const Matrix velocity = flow(system, now);
  std::vector<Index> moving;
  for (Index k = 0; k < now.cols(); ++k) {
    const double speed = velocity.col(k).norm();
    if (std::isfinite(speed) && speed > slowest) moving.push_back(k);
  }
  return moving;
}

// Runs first … first + count - 1 go on until they rest: what stands still can no longer turn out to be a
// cycle, and a large student's runs often come to rest soon after their `steps`.
void goOn(const FlowSystem& system, const LimitSetOptions& options, const LimitSets& sets, Further& further,
          Index first, Index count, Progress& progress) {
  constexpr Index kLook = 500;  // steps from one look at the speeds to the next
  std::vector<Index> moving(static_cast<std::size_t>(count));
  std::iota(moving.begin(), moving.end(), first);
  Matrix now = further.ends.middleCols(first, count), next(now.rows(), count);
  FreeRun run(system, options.alpha);
  const Index steps = further.traces.cols() * kTraceStride;
  const auto leading = sets.axes.col(0);
  const double offset = leading.dot(sets.mean);
  for (Index t = 0; t < steps && !moving.empty(); ++t) {
    if (t % 25 == 0)
      progress.checkpoint(static_cast<double>(t) / static_cast<double>(steps), "looking for limit cycles");
    run.step(now, next);
    now.swap(next);
    if (t % kTraceStride == 0)
      further.traces(moving, t / kTraceStride) = (now.transpose() * leading).array() - offset;
    if ((t + 1) % kLook != 0 && t + 1 != steps) continue;
    const auto kept = stillMoving(system, now, kSettled * sets.startNorm);
    further.ends(Eigen::all, moving) = now;
    if (kept.size() == moving.size()) continue;
    now = Matrix(now(Eigen::all, kept));
    next.resize(now.rows(), now.cols());
    std::vector<Index> rest;
    for (const Index k : kept) rest.push_back(moving[static_cast<std::size_t>(k)]);
    moving = rest;
  }
}

struct Oscillation {
  bool sustained = false;
  double period = 0;  // in samples
};

double amplitude(const Eigen::RowVectorXd& x) {
  return 0.5 * (x.maxCoeff() - x.minCoeff());
}

// x: the leading PC of one run after its first `steps`. See the header for the rule.
Oscillation oscillationOf(const Eigen::RowVectorXd& x, double smallest) {
  const Index half = x.size() / 3;
  const Eigen::RowVectorXd last = x.tail(2 * half);
  if (!last.allFinite()) return {};
  const Eigen::RowVectorXd centred = last.array() - last.mean();
  std::vector<double> crossings;
  for (Index i = 1; i < centred.size(); ++i)
    if (centred(i - 1) < 0 && centred(i) >= 0)
      crossings.push_back(static_cast<double>(i - 1) + centred(i - 1) / (centred(i - 1) - centred(i)));
  if (crossings.size() < 3) return {};
  const double before = amplitude(last.head(half)), after = amplitude(last.tail(half));
  if (!(after > smallest) || std::abs(before - after) > 0.05 * std::max(before, after)) return {};
  return {true, (crossings.back() - crossings.front()) / static_cast<double>(crossings.size() - 1)};
}

// How many of these ends (N x runs) are not within 1 % of an earlier one.
Index distinct(const Matrix& ends, double startNorm) {
  constexpr double kSame = 0.01;
  std::vector<Index> found;
  for (Index end = 0; end < ends.cols(); ++end) {
    const bool known = std::any_of(found.begin(), found.end(), [&](Index other) {
      const double size = std::max({startNorm, ends.col(end).norm(), ends.col(other).norm()});
      return (ends.col(end) - ends.col(other)).norm() <= kSame * size;
    });
    if (!known) found.push_back(end);
  }
  return static_cast<Index>(found.size());
}

std::vector<Index> runsOf(const LimitSets& sets, LimitKind kind) {
  std::vector<Index> runs;
  for (std::size_t k = 0; k < sets.kinds.size(); ++k)
    if (sets.kinds[k] == kind) runs.push_back(static_cast<Index>(k));
  return runs;
}

LimitKind kindOf(const Runs& runs, std::size_t k) {
  if (runs.diverged[k]) return LimitKind::divergence;
  return atRest(runs, k) ? LimitKind::fixedPoint : LimitKind::slow;
}

Pca basisOf(const Runs& runs) {
  const Index N = runs.states.front().rows(), n = runs.states.front().cols();
  const Index stride = std::max<Index>(1, n / 200);
  const Index each = (n + stride - 1) / stride;
  Matrix pooled(N, each * static_cast<Index>(runs.states.size()));
  Index column = 0;
  for (const auto& states : runs.states)
    for (Index i = 0; i < each; ++i) pooled.col(column++) = states.col(i * stride);
  return pca(pooled, 3);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Matrix everyNth(const Matrix& points, Index most) {
  const Index stride = std::max<Index>(1, (points.cols() + most - 1) / most);
  Matrix result(points.rows(), (points.cols() + stride - 1) / stride);
  for (Index i = 0; i < result.cols(); ++i) result.col(i) = points.col(i * stride);
  return result;
}

}  // namespace

LimitSets freeRuns(const FlowSystem& system, const LimitSetOptions& options, Progress& progress) {
  LimitSets sets;
  sets.varianceExplained = Vector::Zero(3);
  if (options.runs == 0) return sets;
  Runs runs = runAll(system, options, progress);
  const Pca basis = basisOf(runs);
  const Index axes = basis.components.cols();
  if (basis.totalVariance > 0) sets.varianceExplained.head(axes) = basis.variances / basis.totalVariance;
  sets.mean = basis.mean;
  sets.axes = basis.components;
  for (std::size_t k = 0; k < runs.states.size(); ++k) {
    Matrix projected = Matrix::Zero(3, runs.states[k].cols());
    projected.topRows(axes) = projectStates(basis, runs.states[k]);
    sets.kinds.push_back(kindOf(runs, k));
    sets.runs.push_back(everyNth(projected, options.pointsPerRun));
  }
  sets.startNorm = runs.startNorm;
  sets.ends = std::move(runs.last);
  const auto resting = runsOf(sets, LimitKind::fixedPoint);
  sets.restingPoints = isAffine(system) ? std::min<Index>(std::ssize(resting), 1)
                                        : distinct(sets.ends(Eigen::all, resting), sets.startNorm);
  sets.shownTime = sets.followedTime = options.alpha * static_cast<double>(options.steps);
  // A linear system has no limit cycle: a lasting oscillation there is a family of orbits, not an attractor.
  sets.undecided = !isAffine(system) && !runsOf(sets, LimitKind::slow).empty();
  return sets;
}

void decide(LimitSets& sets, const FlowSystem& system, const LimitSetOptions& options, Progress& progress) {
  if (!sets.undecided) return;
  const std::vector<Index> moving = runsOf(sets, LimitKind::slow);
  const auto count = static_cast<Index>(moving.size());
  Further further{sets.ends(Eigen::all, moving),
                  Matrix::Constant(count, kExtension * options.steps / kTraceStride,
                                   std::numeric_limits<double>::quiet_NaN())};
  inHalves(count, progress, [&](Index first, Index some, Progress& own) {
    goOn(system, options, sets, further, first, some, own);
  });
  std::vector<double> periods;
  for (Index i = 0; i < count; ++i) {
    const Index run = moving[static_cast<std::size_t>(i)];
    if (further.ends.col(i).allFinite()) sets.ends.col(run) = further.ends.col(i);
    const Oscillation found = oscillationOf(further.traces.row(i), kSmallest * sets.startNorm);
    if (!found.sustained) continue;
    sets.kinds[static_cast<std::size_t>(run)] = LimitKind::oscillation;
    periods.push_back(found.period * static_cast<double>(kTraceStride) * options.alpha);
  }
  std::vector<Index> resting = runsOf(sets, LimitKind::fixedPoint);
  for (const Index run : runsOf(sets, LimitKind::slow)) {
    if (!(flow(system, sets.ends.col(run)).norm() <= kSettled * sets.startNorm)) continue;
    resting.push_back(run);
    ++sets.restLater;
  }
  sets.restingPoints = distinct(sets.ends(Eigen::all, resting), sets.startNorm);
  sets.followedTime += options.alpha * static_cast<double>(kExtension * options.steps);
  sets.oscillating = static_cast<Index>(periods.size());
  if (!periods.empty()) sets.period = median(periods);
  sets.undecided = false;
}

LimitSets limitSets(const FlowSystem& system, const LimitSetOptions& options, Progress& progress) {
  LimitSets sets = freeRuns(system, options, progress);
  decide(sets, system, options, progress);
  return sets;
}

}  // namespace keyhole
