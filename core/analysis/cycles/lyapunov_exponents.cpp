#include "core/analysis/cycles/lyapunov_exponents.h"

#include "core/analysis/flow/tangent.h"
#include "core/common/error.h"
#include "core/common/nan.h"
#include "core/common/random.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace keyhole {
namespace {

constexpr double kOrbitDiverged = 1e8;
constexpr Index kPollExponents = 16;  // steps between two looks at the stop

// One run with its deviations.
class Deviations {
 public:
  Deviations(const SmoothFlow& flow, ConstVectorRef start, const LyapunovOptions& options,
             Progress& progress);

  LyapunovSpectrum run();

 private:
  bool isMap() const { return m_options.alpha > 0; }
  bool wantsSum() const { return !isMap() && m_V.cols() == m_flow.size; }
  bool step(bool carry);  // false: m_status says why
  bool interval(bool carry);
  Index intervalsIn(double time) const {
    return std::max<Index>(1, static_cast<Index>(std::lround(time / m_interval)));
  }
  LyapunovSpectrum averaged(Index intervals) const;

  const SmoothFlow& m_flow;
  const LyapunovOptions& m_options;
  Progress& m_progress;
  Index m_perInterval;
  double m_step;      // τ, of the equation or the map
  double m_interval;  // τ, a whole number of steps
  double m_limit;
  SmoothStepper m_stepper{m_flow};
  Matrix m_state, m_V, m_velocity, m_change;
  Vector m_logs;            // log R_ii of the last interval
  double m_divergence = 0;  // ∫ tr J over the last interval
  Matrix m_record;          // k + 1 x intervals: both of every interval
  Index m_steps = 0, m_total = 1;
  LyapunovStatus m_status = LyapunovStatus::computed;
};

Deviations::Deviations(const SmoothFlow& flow, ConstVectorRef start, const LyapunovOptions& options,
                       Progress& progress)
    : m_flow(flow),
      m_options(options),
      m_progress(progress),
      m_limit(kOrbitDiverged * (1 + start.norm())),
      m_state(start) {
  const double longest = isMap() ? options.alpha : options.step;
  m_perInterval = std::max<Index>(1, static_cast<Index>(std::ceil(options.interval / longest - 1e-9)));
  m_step = isMap() ? options.alpha : options.interval / static_cast<double>(m_perInterval);
  m_interval = m_step * static_cast<double>(m_perInterval);
  const Index k = std::min(options.count, flow.size);
  m_V = thinQr(RandomStream(1, Stream::probe, 22).normalMatrix(flow.size, k)).Q;
}

bool Deviations::step(bool carry) {
  if (m_steps++ % kPollExponents == 0) {
    m_progress.report(std::min(1.0, static_cast<double>(m_steps) / static_cast<double>(m_total)),
                      "following deviations");
    if (m_progress.stopRequested()) m_status = LyapunovStatus::stopped;
    if (m_status != LyapunovStatus::computed) return false;
  }
  // Trapezia: along a run their errors cancel but for the two ends.
  const bool sum = carry && wantsSum();
  if (sum) m_divergence += 0.5 * m_step * m_flow.divergence(m_state.col(0));
  if (isMap()) {
    m_velocity.resize(m_state.rows(), 1);
    m_flow.field(m_state, m_velocity);
    if (carry) {
      m_change.resize(m_V.rows(), m_V.cols());
      m_flow.tangent(m_state.col(0), m_V, m_change);
      m_V += m_step * m_change;
    }
    m_state += m_step * m_velocity;
  } else if (carry) {
    m_stepper.step(m_step, m_state, m_V);
  } else {
    m_stepper.step(m_step, m_state);
  }
  if (sum) m_divergence += 0.5 * m_step * m_flow.divergence(m_state.col(0));
  if (!(m_state.norm() < m_limit)) m_status = LyapunovStatus::diverged;
  return m_status == LyapunovStatus::computed;
}

bool Deviations::interval(bool carry) {
  m_divergence = 0;
  for (Index i = 0; i < m_perInterval; ++i)
    if (!step(carry)) return false;
  if (!carry) return true;
  const QrFactors qr = thinQr(m_V);
  m_logs = qr.R.diagonal().array().abs().log();
  m_V = qr.Q;
  return true;
}

double kaplanYorkeOf(const Vector& exponents, const Vector& errors, bool all) {
  double sum = 0;
  for (Index j = 0; j < exponents.size(); ++j) {
    const bool zero = std::abs(exponents(j)) <= 2 * errors(j);  // false if the error is not known
    const double value = zero ? 0.0 : exponents(j);
    if (sum + value < 0) return static_cast<double>(j) + sum / -value;
    sum += value;
  }
  return all ? static_cast<double>(exponents.size()) : kNaN;
}

LyapunovSpectrum Deviations::averaged(Index intervals) const {
  const Index k = m_V.cols();
  LyapunovSpectrum spectrum = averagedExponents(m_record.topLeftCorner(k, intervals), m_interval,
                                                m_options.batches, k == m_flow.size, m_options.words);
  const Vector means = m_record.leftCols(intervals).rowwise().mean() / m_interval;
  spectrum.sumError = wantsSum() ? std::abs(means.head(k).sum() - means(k)) : kNaN;
  return spectrum;
}

LyapunovSpectrum Deviations::run() {
  const Index transient = m_options.transient > 0 ? intervalsIn(m_options.transient) : 0;
  const Index intervals = intervalsIn(m_options.duration);
  m_total = (2 * transient + intervals) * m_perInterval;
  m_record.resize(m_V.cols() + 1, intervals);
  bool going = true;
  for (Index i = 0; i < 2 * transient && going; ++i) going = interval(i >= transient);
  Index done = 0;
  while (going && done < intervals) {
    going = interval(true);
    if (!going) break;
    m_record.col(done).head(m_V.cols()) = m_logs;
    m_record(m_V.cols(), done++) = m_divergence;
  }
  const bool worthIt = m_status == LyapunovStatus::computed || m_status == LyapunovStatus::stopped;
  LyapunovSpectrum spectrum = worthIt && done >= 2 ? averaged(done) : LyapunovSpectrum{};
  spectrum.status = m_status;
  return spectrum;
}

std::string sentenceOf(const LyapunovSpectrum& spectrum, const TimeWords& words) {
  switch (spectrum.status) {
    case LyapunovStatus::diverged:
      return "The run left the finite range, so there are no Lyapunov exponents.";
    case LyapunovStatus::piecewise:
      return "Deviations jump between the regions of a switching system, so its Lyapunov exponents are not "
             "computed.";
    case LyapunovStatus::stiff:
      return "Something changes in less than 0.002 τ, so the Lyapunov exponents are not computed.";
    case LyapunovStatus::stopped:
    case LyapunovStatus::computed:
      break;
  }
  if (spectrum.exponents.size() == 0) return "Stopped before there were Lyapunov exponents.";
  if (std::isinf(spectrum.duration))
    return "The largest Lyapunov exponent is " + words.rate(spectrum.exponents(0)) + ", exactly.";
  return "The largest Lyapunov exponent is " + words.rate(spectrum.exponents(0)) +
         " with a standard error of " + words.rate(spectrum.standardErrors(0)) + ", over " +
         words.duration(spectrum.duration) + ".";
}

LyapunovSpectrum failed(LyapunovStatus status) {
  LyapunovSpectrum spectrum;
  spectrum.status = status;
  spectrum.kaplanYorke = spectrum.sumError = kNaN;
  spectrum.message = sentenceOf(spectrum, {});
  return spectrum;
}

LyapunovSpectrum computed(const SmoothFlow& flow, ConstVectorRef start, const LyapunovOptions& options,
                          Progress& progress) {
  LyapunovSpectrum spectrum = Deviations(flow, start, options, progress).run();
  if (spectrum.exponents.size() == 0) return failed(spectrum.status);
  spectrum.message = sentenceOf(spectrum, options.words);
  return spectrum;
}

// The exponents of the directions that a latent flow leaves out, merged in: the leading `wanted` of both are
// among its own leading `wanted` and these.
void addOthers(LyapunovSpectrum& spectrum, double rate, Index others, Index wanted) {
  const Index known = spectrum.exponents.size();
  if (known == 0) return;
  std::vector<std::pair<double, double>> all;
  for (Index i = 0; i < known; ++i) all.emplace_back(spectrum.exponents(i), spectrum.standardErrors(i));
  for (Index i = 0; i < others; ++i) all.emplace_back(rate, 0.0);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const Index kept = std::min(wanted, known + others);
  spectrum.exponents.resize(kept);
  spectrum.standardErrors.resize(kept);
  for (Index i = 0; i < kept; ++i) {
    spectrum.exponents(i) = all[static_cast<std::size_t>(i)].first;
    spectrum.standardErrors(i) = all[static_cast<std::size_t>(i)].second;
  }
  spectrum.kaplanYorke = kaplanYorkeOf(spectrum.exponents, spectrum.standardErrors, kept == known + others);
}

void requireSane(const LyapunovOptions& options, Index size, ConstVectorRef start) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  if (start.size() != size)
    throw InputError("the start has " + std::to_string(start.size()) + " coordinates; the system has " +
                     std::to_string(size));
  if (!start.allFinite()) throw InputError("the start of the run is not finite");
}

}  // namespace

std::vector<std::string> problems(const LyapunovOptions& options) {
  std::vector<std::string> found;
  const auto outside = [&](bool fine, const char* name, double value, const char* allowed) {
    if (!fine) found.push_back(std::string(name) + " is " + toText(value) + "; allowed: " + allowed);
  };
  outside(options.count >= 1, "count", static_cast<double>(options.count), "a number from 1");
  outside(options.transient >= 0, "transient", options.transient, "a number from 0");
  outside(options.duration > 0, "duration", options.duration, "a number above 0");
  outside(options.step > 0 && options.step <= 1, "step", options.step, "above 0, to 1");
  outside(options.interval >= options.step && options.interval <= 100, "interval", options.interval,
          "from the step, to 100");
  outside(options.batches >= 2, "batches", options.batches, "a number from 2");
  outside(options.alpha >= 0 && options.alpha <= 1, "alpha", options.alpha, "from 0, to 1");
  return found;
}

std::string nameOf(LyapunovStatus status) {
  switch (status) {
    case LyapunovStatus::computed:
      return "computed";
    case LyapunovStatus::diverged:
      return "diverged";
    case LyapunovStatus::piecewise:
      return "piecewise";
    case LyapunovStatus::stiff:
      return "stiff";
    case LyapunovStatus::stopped:
      break;
  }
  return "stopped";
}

LyapunovSpectrum averagedExponents(ConstMatrixRef logs, double interval, int asked, bool all,
                                   const TimeWords& words) {
  const Index k = logs.rows(), intervals = logs.cols();
  LyapunovSpectrum spectrum;
  spectrum.duration = static_cast<double>(intervals) * interval;
  const Matrix rates = logs / interval;
  const Vector means = rates.rowwise().mean();
  const Index batches = std::min<Index>(asked, intervals), each = intervals / batches;
  Matrix batchMeans(k, batches);
  for (Index b = 0; b < batches; ++b) batchMeans.col(b) = rates.middleCols(b * each, each).rowwise().mean();
  Vector errors = Vector::Constant(k, kNaN);
  if (batches > 1) {
    const auto n = static_cast<double>(batches);
    const Vector mean = batchMeans.rowwise().mean();  // evaluated here, or it would be for every row
    const Vector squares = (batchMeans.colwise() - mean).rowwise().squaredNorm();
    errors = (squares / (n * (n - 1))).cwiseSqrt();
  }
  std::vector<Index> order(static_cast<std::size_t>(k));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return means(a) > means(b); });
  spectrum.status = LyapunovStatus::computed;
  spectrum.exponents = means(order);
  spectrum.standardErrors = errors(order);
  spectrum.kaplanYorke = kaplanYorkeOf(spectrum.exponents, spectrum.standardErrors, all);
  spectrum.sumError = kNaN;
  spectrum.message = sentenceOf(spectrum, words);
  return spectrum;
}

LyapunovSpectrum exactExponents(Vector rates, Index count, const TimeWords& words) {
  std::sort(rates.begin(), rates.end(), std::greater<double>());
  const Index kept = std::min(count, rates.size());
  LyapunovSpectrum spectrum;
  spectrum.status = LyapunovStatus::computed;
  spectrum.exponents = rates.head(kept);
  spectrum.standardErrors = Vector::Zero(kept);
  spectrum.kaplanYorke = kaplanYorkeOf(spectrum.exponents, spectrum.standardErrors, kept == rates.size());
  spectrum.sumError = kNaN;
  spectrum.duration = std::numeric_limits<double>::infinity();
  spectrum.message = sentenceOf(spectrum, words);
  return spectrum;
}

LyapunovSpectrum lyapunovExponents(const SmoothFlow& flow, ConstVectorRef start,
                                   const LyapunovOptions& options, Progress& progress) {
  requireSane(options, flow.size, start);
  return computed(flow, start, options, progress);
}

LyapunovSpectrum lyapunovExponents(const FlowSystem& system, ConstVectorRef start,
                                   const LyapunovOptions& options, Progress& progress) {
  const Index N = system.network.size();
  requireSane(options, N, start);
  if (system.switching) return failed(LyapunovStatus::piecewise);
  LyapunovOptions own = options;
  if (!(options.alpha > 0)) {
    constexpr double kShortest = 0.002;
    own.step = std::min(options.step, 1 / fastestRate(system, start));
    if (own.step < std::min(kShortest, options.step)) return failed(LyapunovStatus::stiff);
  }
  const auto latent = latentFlow(system);
  SmoothFlow flow = latent ? latent->flow : smoothFlow(system);
  if (isAffine(system)) flow.field = [](ConstMatrixRef, MatrixRef velocities) { velocities.setZero(); };
  const Matrix from = latent ? latent->reduced(start) : Matrix(start);
  LyapunovSpectrum spectrum = computed(flow, from.col(0), own, progress);
  if (!latent) return spectrum;
  // log of 1 - α, per τ of the map.
  const double rate = options.alpha > 0 ? std::log1p(-options.alpha) / options.alpha : -1.0;
  addOthers(spectrum, rate, N - flow.size, options.count);
  if (spectrum.exponents.size() > 0) spectrum.message = sentenceOf(spectrum, options.words);
  return spectrum;
}

}  // namespace keyhole
