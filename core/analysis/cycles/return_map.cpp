#include "core/analysis/cycles/return_map.h"

#include "core/analysis/flow/smooth_flow.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kRest = 1e-9;
constexpr double kDiverged = 1e6;
constexpr double kAgree = 1e-8;
constexpr std::size_t kMostReturns = 8;  // in one period
constexpr int kBisections = 60;
constexpr double kNoProgress = 1e-10;  // τ: a piece this short …
constexpr int kCaught = 6;             // … so many times in a row is sliding

// A run in pieces, none of which leaves the region that it starts in.
class Walker {
 public:
  Walker(const FlowSystem& system, ConstVectorRef start) : m_system(system), m_now(start) {
    m_flow.size = start.size();
    m_flow.field = [this](ConstMatrixRef z, MatrixRef velocities) {
      const Switching& parts = *m_system.switching;
      velocities.noalias() = parts.A[m_region] * z;
      velocities -= z;
      velocities.colwise() += parts.b[m_region];
    };
  }
  Walker(const Walker&) = delete;  // the flow points here
  Walker& operator=(const Walker&) = delete;

  // One piece of at most h. False: it slides.
  bool advance(double h);
  // The state a part s of the last piece's time after its start.
  Matrix within(double s) { return stepped(m_before, s * m_taken); }

  const Matrix& now() const { return m_now; }
  const Matrix& before() const { return m_before; }
  double taken() const { return m_taken; }

 private:
  std::size_t regionOf(const Matrix& z) const {
    return static_cast<std::size_t>(regionsOf(m_system, z).front());
  }
  Matrix stepped(Matrix z, double h) {
    m_stepper.step(h, z);
    return z;
  }

  const FlowSystem& m_system;
  SmoothFlow m_flow;
  SmoothStepper m_stepper{m_flow};
  std::size_t m_region = 0;
  Matrix m_now, m_before;
  double m_taken = 0;
  int m_short = 0;
};

bool Walker::advance(double h) {
  m_before = m_now;
  m_region = regionOf(m_now);
  m_taken = h;
  m_now = stepped(m_before, h);
  if (regionOf(m_now) != m_region) {
    double inside = 0, beyond = h;
    for (int i = 0; i < kBisections; ++i) {
      const double middle = 0.5 * (inside + beyond);
      (regionOf(stepped(m_before, middle)) == m_region ? inside : beyond) = middle;
    }
    m_taken = beyond;
    m_now = stepped(m_before, beyond);
  }
  m_short = m_taken < kNoProgress ? m_short + 1 : 0;
  return m_short < kCaught;
}

struct Crossing {
  Vector state;
  double time = 0;
};

class Returns {
 public:
  Returns(const FlowSystem& system, ConstVectorRef start, const ReturnOptions& options, Progress& progress)
      : m_system(system),
        m_options(options),
        m_progress(progress),
        m_walker(system, start),
        m_limit(kDiverged * (1 + start.norm())) {}

  ReturnOrbit run();

 private:
  bool move(double h);  // false: m_result.status says why
  bool settle();
  bool nextCrossing();
  bool closed();
  void describe(std::size_t returns);

  const FlowSystem& m_system;
  const ReturnOptions& m_options;
  Progress& m_progress;
  Walker m_walker;
  double m_limit;
  double m_time = 0;
  Index m_moves = 0;
  Vector m_anchor, m_normal;
  double m_extent = 0;  // of the last turn
  std::vector<Crossing> m_crossings;
  ReturnOrbit m_result;
};

bool Returns::move(double h) {
  const auto ends = [&](ReturnStatus status) {
    m_result.status = status;
    return false;
  };
  if (m_moves++ % 16 == 0) {
    if (m_progress.stopRequested()) return ends(ReturnStatus::stopped);
    if (flow(m_system, m_walker.now()).norm() <= kRest * (1 + m_walker.now().norm()))
      return ends(ReturnStatus::rests);
  }
  if (!m_walker.advance(h)) return ends(ReturnStatus::slides);
  if (!(m_walker.now().norm() < m_limit)) return ends(ReturnStatus::diverges);
  m_time += m_walker.taken();
  return true;
}

bool Returns::settle() {
  while (m_time < m_options.settle)
    if (!move(m_options.step)) return false;
  m_anchor = m_walker.now().col(0);
  m_normal = flow(m_system, m_walker.now()).col(0).normalized();
  m_crossings.push_back({m_anchor, m_time});
  return true;
}

bool Returns::nextCrossing() {
  const double started = m_time;
  m_extent = 0;
  const auto side = [&](const Matrix& z) { return m_normal.dot(z.col(0) - m_anchor); };
  while (m_time - started < m_options.horizon) {
    if (!move(m_options.step)) return false;
    m_extent = std::max(m_extent, (m_walker.now().col(0) - m_crossings.back().state).norm());
    if (!(side(m_walker.before()) < 0 && side(m_walker.now()) >= 0)) continue;
    double below = 0, above = 1;
    for (int i = 0; i < kBisections; ++i) {
      const double middle = 0.5 * (below + above);
      (side(m_walker.within(middle)) < 0 ? below : above) = middle;
    }
    m_crossings.push_back({m_walker.within(above).col(0), m_time - (1 - above) * m_walker.taken()});
    return true;
  }
  m_result.status = ReturnStatus::noReturn;
  return false;
}

bool Returns::closed() {
  const std::size_t last = m_crossings.size() - 1;
  for (std::size_t m = 1; m <= std::min(kMostReturns, last); ++m)
    if ((m_crossings[last].state - m_crossings[last - m].state).norm() <= kAgree * m_extent) {
      describe(m);
      return true;
    }
  return false;
}

void Returns::describe(std::size_t returns) {
  const std::size_t last = m_crossings.size() - 1;
  m_result.status = ReturnStatus::closed;
  m_result.start = m_crossings[last].state;
  m_result.period = m_crossings[last].time - m_crossings[last - returns].time;
  m_result.points.resize(m_result.start.size(), m_options.points);
  Walker walker(m_system, m_result.start);
  double time = 0;
  for (Index i = 0; i < m_options.points; ++i) {
    const double due = m_result.period * static_cast<double>(i) / static_cast<double>(m_options.points);
    while (due - time > 1e-12 * m_result.period) {
      walker.advance(std::min(m_options.step, due - time));
      time += walker.taken();
    }
    m_result.points.col(i) = walker.now();
  }
  m_result.mean = m_result.points.rowwise().mean();
  m_result.amplitude = std::sqrt((m_result.points.colwise() - m_result.mean).colwise().squaredNorm().mean());
  const double gap = (m_crossings[last].state - m_crossings[last - returns].state).norm();
  m_result.residual = gap / m_result.amplitude;
  if (last < 2 * returns) return;
  const double before = (m_crossings[last - returns].state - m_crossings[last - 2 * returns].state).norm();
  if (before > 0) m_result.contraction = gap / before;
}

ReturnOrbit Returns::run() {
  if (!settle()) return m_result;
  for (int i = 0; i < m_options.returns; ++i) {
    m_progress.report(static_cast<double>(i) / m_options.returns, "following returns");
    if (!nextCrossing() || closed()) return m_result;
  }
  m_result.status = ReturnStatus::notConverged;
  return m_result;
}

}  // namespace

ReturnOrbit followReturns(const FlowSystem& system, ConstVectorRef start, const ReturnOptions& options,
                          Progress& progress) {
  return Returns(system, start, options, progress).run();
}

}  // namespace keyhole
