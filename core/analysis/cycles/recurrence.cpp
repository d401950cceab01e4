#include "core/analysis/cycles/recurrence.h"

#include "core/common/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kRunDiverged = 1e6;
constexpr double kRunRests = 1e-9;
constexpr Index kFewest = 40;   // crossings that tell a torus
constexpr Index kPollRuns = 8;  // steps between two looks at the stop and at the speeds

class Runs {
 public:
  Runs(const SmoothFlow& flow, ConstMatrixRef starts, const RecurrenceOptions& options, Progress& progress)
      : m_flow(flow),
        m_options(options),
        m_progress(progress),
        m_now(starts),
        m_limit(kRunDiverged * (1.0 + starts.colwise().norm().transpose().array())),
        m_found(static_cast<std::size_t>(starts.cols())),
        m_open(m_found.size(), true) {}

  std::vector<Recurrence> run();

 private:
  bool anyOpen() const { return std::find(m_open.begin(), m_open.end(), true) != m_open.end(); }
  bool advance(Index i, double fraction);
  void close(std::size_t k, RunEnd end);
  void laySections();
  void lookForReturn(std::size_t k, double time);
  void takeClosest();

  const SmoothFlow& m_flow;
  const RecurrenceOptions& m_options;
  Progress& m_progress;
  SmoothStepper m_stepper{m_flow};
  Matrix m_now, m_before;
  Eigen::ArrayXd m_limit;
  std::vector<Recurrence> m_found;
  std::vector<bool> m_open;
  Matrix m_anchor, m_normal;
  std::vector<double> m_extent, m_side;
  std::vector<std::vector<Vector>> m_crossings;
};

void Runs::close(std::size_t k, RunEnd end) {
  m_open[k] = false;
  m_found[k].end = end;
  m_found[k].last = m_now.col(static_cast<Index>(k));
  if (end != RunEnd::recurs) m_found[k].state = m_found[k].last;
}

// One step of all runs; false if the user stopped or no run is open any more.
bool Runs::advance(Index i, double fraction) {
  if (i % kPollRuns == 0) {
    m_progress.report(fraction, "looking for closed orbits");
    if (m_progress.stopRequested()) return false;
    Matrix velocity(m_now.rows(), m_now.cols());
    m_flow.field(m_now, velocity);
    for (std::size_t k = 0; k < m_open.size(); ++k) {
      const auto column = static_cast<Index>(k);
      if (m_open[k] && velocity.col(column).norm() <= kRunRests * (1 + m_now.col(column).norm()))
        close(k, RunEnd::rests);
    }
  }
  if (!anyOpen()) return false;
  m_before = m_now;
  m_stepper.step(m_options.step, m_now);
  for (std::size_t k = 0; k < m_open.size(); ++k) {
    const auto column = static_cast<Index>(k);
    if (m_now.col(column).norm() < m_limit(column)) continue;
    m_now.col(column) = m_before.col(column);  // a closed run stays where it was
    if (m_open[k]) close(k, RunEnd::diverges);
  }
  return true;
}

void Runs::laySections() {
  m_anchor = m_now;
  m_normal.resize(m_now.rows(), m_now.cols());
  m_flow.field(m_now, m_normal);
  m_extent.assign(m_open.size(), 0.0);
  m_side.assign(m_open.size(), 0.0);
  m_crossings.assign(m_open.size(), {});
  for (Index k = 0; k < m_normal.cols(); ++k) {
    m_normal.col(k).normalize();
    m_found[static_cast<std::size_t>(k)].state = m_anchor.col(k);
    m_found[static_cast<std::size_t>(k)].distance = std::numeric_limits<double>::infinity();
  }
}

void Runs::lookForReturn(std::size_t k, double time) {
  const auto column = static_cast<Index>(k);
  const Vector offset = m_now.col(column) - m_anchor.col(column);
  const double side = offset.dot(m_normal.col(column)), before = m_side[k];
  m_side[k] = side;
  m_extent[k] = std::max(m_extent[k], offset.norm());
  if (!(before < 0 && side >= 0)) return;
  const double part = before / (before - side);
  const Vector crossing =
      m_before.col(column) + part * (m_now.col(column) - m_before.col(column)) - m_anchor.col(column);
  m_crossings[k].push_back(crossing);
  const double distance = crossing.norm() / m_extent[k];
  if (distance >= m_found[k].distance) return;
  m_found[k].distance = distance;
  m_found[k].period = time - (1 - part) * m_options.step;
  if (distance <= m_options.near) close(k, RunEnd::recurs);
}

void Runs::takeClosest() {
  for (std::size_t k = 0; k < m_open.size(); ++k)
    if (m_open[k]) close(k, m_found[k].distance <= m_options.far ? RunEnd::recurs : RunEnd::wanders);
  for (std::size_t k = 0; k < m_open.size(); ++k) {
    m_found[k].extent = m_extent[k];
    if (m_found[k].end != RunEnd::recurs || m_found[k].distance <= m_options.near) continue;
    const auto& crossings = m_crossings[k];
    Matrix all(m_now.rows(), std::ssize(crossings));
    for (Index i = 0; i < all.cols(); ++i) all.col(i) = crossings[static_cast<std::size_t>(i)];
    m_found[k].isQuasiPeriodic = areQuasiPeriodic(all, m_options.near * m_extent[k]);
  }
}

std::vector<Recurrence> Runs::run() {
  const auto settle = static_cast<Index>(std::ceil(m_options.settle / m_options.step));
  const auto horizon = static_cast<Index>(std::ceil(m_options.horizon / m_options.step));
  const auto fraction = [&](Index i) {
    return static_cast<double>(i) / static_cast<double>(settle + horizon);
  };
  bool going = true;
  for (Index i = 0; i < settle && going; ++i) going = advance(i, fraction(i));
  laySections();
  for (Index i = 0; i < horizon && going; ++i) {
    going = advance(i, fraction(settle + i));
    if (!going) break;
    for (std::size_t k = 0; k < m_open.size(); ++k)
      if (m_open[k]) lookForReturn(k, static_cast<double>(i + 1) * m_options.step);
  }
  if (m_progress.stopRequested()) {
    for (std::size_t k = 0; k < m_open.size(); ++k)
      if (m_open[k]) close(k, RunEnd::stopped);
  } else {
    takeClosest();
  }
  return m_found;
}

}  // namespace

std::vector<std::string> problems(const RecurrenceOptions& options) {
  std::vector<std::string> found;
  const auto outside = [&](bool fine, const char* name, double value, const char* allowed) {
    if (!fine) found.push_back(std::string(name) + " is " + toText(value) + "; allowed: " + allowed);
  };
  outside(options.settle >= 0, "settle", options.settle, "a number from 0");
  outside(options.horizon > 0, "horizon", options.horizon, "a number above 0");
  outside(options.step > 0 && options.step <= 1, "step", options.step, "above 0, to 1");
  outside(options.near > 0 && options.near < 1, "near", options.near, "above 0, below 1");
  outside(options.far >= options.near && options.far < 1, "far", options.far, "from near, below 1");
  return found;
}

bool areQuasiPeriodic(ConstMatrixRef crossings, double least) {
  constexpr double kAlike = 0.03, kSameMean = 0.05;
  const Index half = crossings.cols() / 2;
  if (crossings.cols() < kFewest) return false;
  Vector weights(half);
  for (Index i = 0; i < half; ++i) {
    const double t = (static_cast<double>(i) + 0.5) / static_cast<double>(half);
    weights(i) = std::exp(-1 / (t * (1 - t)));
  }
  weights /= weights.sum();
  Vector mean[2];
  double spread[2];
  for (Index h = 0; h < 2; ++h) {
    const Matrix part = crossings.middleCols(h * half, half);
    mean[h] = part * weights;
    spread[h] = std::sqrt((part.colwise() - mean[h]).colwise().squaredNorm() * weights);
  }
  return spread[0] > least && std::abs(spread[1] - spread[0]) <= kAlike * spread[0] &&
         (mean[1] - mean[0]).norm() <= kSameMean * spread[0];
}

std::vector<Recurrence> recurrences(const SmoothFlow& flow, ConstMatrixRef starts,
                                    const RecurrenceOptions& options, Progress& progress) {
  if (starts.cols() == 0) return {};
  return Runs(flow, starts, options, progress).run();
}

}  // namespace keyhole
