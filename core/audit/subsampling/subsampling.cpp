#include "core/audit/subsampling/subsampling.h"

#include "core/audit/reversibility/arrow.h"
#include "core/audit/reversibility/surrogates.h"
#include "core/common/parallel.h"
#include "core/common/quantile.h"
#include "core/common/random.h"
#include "core/common/three_digits.h"
#include "core/fitting/resampling/map_blocks.h"
#include "core/fitting/resampling/slow_time.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace keyhole {
namespace {

const MapOptions kFit{1, 0, Nonlinearity::linear, true};  // α = 1: x⁺ is the next sample

std::vector<Index> sizesUpTo(Index units, Index count) {
  std::vector<Index> sizes;
  const double ratio = static_cast<double>(units) / 2;
  for (Index i = 0; i < count; ++i)
    sizes.push_back(static_cast<Index>(
        std::lround(2 * std::pow(ratio, static_cast<double>(i) / static_cast<double>(count - 1)))));
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

// Mean of log times over the orders, per size.
Vector meanLogs(const RegressionSums& given, const std::vector<std::vector<Index>>& orders,
                const std::vector<Index>& sizes, double most) {
  const RegressionSums sums = centred(given);
  Vector mean = Vector::Zero(static_cast<Index>(sizes.size()));
  for (const auto& order : orders)
    mean += nestedTimes(sums.S, sums.R, order, sizes, most).array().log().matrix();
  return mean / static_cast<double>(orders.size());
}

// The largest entry over the last one, and where.
double fallOf(const Vector& logs, Index* where = nullptr) {
  const Index last = logs.size() - 1;
  if (last < 1) return 0;
  Index at = 0;
  const double largest = logs.head(last).maxCoeff(&at);
  if (where) *where = at;
  return largest - logs(last);
}

class Study {
 public:
  Study(const std::vector<Trial>& trials, const SubsamplingOptions& options, Progress& progress)
      : m_trials(trials), m_options(options), m_progress(progress) {
    const Index N = trials.front().activity.rows();
    m_sizes = sizesUpTo(N, options.sizes);
    for (Index i = 0; i < options.orders; ++i)
      m_orders.push_back(
          RandomStream(options.seed, Stream::subset, static_cast<std::uint64_t>(i)).permutation(N));
    m_most = static_cast<double>(transitionsOf(trials));
  }

  Subsampling run() {
    m_result.orders = m_options.orders;
    m_logs = meanLogs(sumsOf(m_trials, kFit, m_progress), m_orders, m_sizes, m_most);
    if (!m_logs.allFinite()) {
      m_result.why = "subsets of the units are not looked at: some units are combinations of others";
      return m_result;
    }
    m_slow = slowTime(m_trials, slowDirections(m_trials, 3, {}), m_progress);
    addIntervals();
    Index where = 0;
    m_result.fall = fallOf(m_logs, &where);
    m_result.fallFrom = m_sizes[static_cast<std::size_t>(where)];
    setPValue();
    m_result.made = true;
    m_result.sentence = sentence();
    return m_result;
  }

 private:
  // evaluate(i) → mean logs of draw i; a column each, those that failed left out.
  template <class Evaluate>
  Matrix draws(Index count, const char* what, double from, Evaluate&& evaluate) {
    std::vector<Vector> made(static_cast<std::size_t>(count));
    std::atomic<Index> done = 0;
    parallelFor(
        made.size(),
        [&](std::size_t i) {
          m_progress.throwIfStopped();
          made[i] = evaluate(i);
          ++done;
        },
        [&] {
          m_progress.checkpoint(from + 0.5 * static_cast<double>(done) / static_cast<double>(count), what);
        });
    std::erase_if(made, [](const Vector& one) { return !one.allFinite(); });
    Matrix all(m_logs.size(), static_cast<Index>(made.size()));
    for (std::size_t i = 0; i < made.size(); ++i) all.col(static_cast<Index>(i)) = made[i];
    return all;
  }

  void addIntervals() {
    const Resampling resampling = mapResampling(m_trials, kFit);
    BlockOptions needs = resampling.needs;
    needs.slowTime = m_slow;
    const BlockPlan plan = planBlocks(m_trials, needs);
    Matrix all(m_logs.size(), 0);
    if (!plan.blocks.empty() && m_options.resamples > 0) {
      const auto sums = mapBlockSums(m_trials, plan.blocks, kFit, m_progress);
      all = draws(m_options.resamples, "resampling subsets", 0, [&](std::size_t i) {
        return meanLogs(drawnSums(sums, drawnCounts(plan.blocks.size(), m_options.seed, i)), m_orders,
                        m_sizes, m_most);
      });
    }
    m_result.oneSided = plan.oneSided;
    for (Index k = 0; k < m_logs.size(); ++k) {
      SubsamplingPoint point{m_sizes[static_cast<std::size_t>(k)], std::exp(m_logs(k))};
      if (all.cols() >= 20) {
        std::vector<double> row(all.row(k).begin(), all.row(k).end());
        std::sort(row.begin(), row.end());
        point.low = std::exp(drawnQuantile(row, plan.oneSided ? 0.05 : 0.025));
        point.high =
            plan.oneSided ? std::numeric_limits<double>::infinity() : std::exp(drawnQuantile(row, 0.975));
      }
      m_result.points.push_back(point);
    }
  }

  void setPValue() {
    std::vector<Trial> cut;
    for (const auto& trial : m_trials)
      if (trial.activity.cols() >= 64) {
        const Index T = smoothLength(trial.activity.cols());
        cut.push_back({trial.activity.leftCols(T), Matrix(0, T)});
      }
    double T = 0;
    for (const auto& trial : cut) T += static_cast<double>(trial.activity.cols());
    if (T < Arrow::kLeastSlowTimes * m_slow) {
      m_result.whyNoPValue = "no p-value: the recording is " + threeDigits(T / m_slow) +
                             " times as long as its own slowest correlations; asked are at least " +
                             threeDigits(Arrow::kLeastSlowTimes);
      return;
    }
    const Whitened components = whitened(cut);
    if (components.variances.size() < m_trials.front().activity.rows()) {
      m_result.whyNoPValue =
          "no p-value: the units span fewer directions than there are units, or more than "
          "a hundred";
      return;
    }
    std::vector<ComplexMatrix> transforms;
    for (const auto& series : components.series) transforms.push_back(transformOf(series));
    const Matrix all = draws(m_options.surrogates, "reversible surrogates", 0.5, [&](std::size_t i) {
      std::vector<Trial> made;
      for (std::size_t k = 0; k < cut.size(); ++k) {
        const Index steps = cut[k].activity.cols();
        made.push_back({fromComponents(components, reversibleSurrogate(transforms[k], steps, i + 1, k)),
                        Matrix(0, steps)});
      }
      return meanLogs(sumsOf(made, kFit, noProgress()), m_orders, m_sizes, m_most);
    });
    double reached = 1;
    for (Index b = 0; b < all.cols(); ++b) reached += fallOf(all.col(b)) >= m_result.fall;
    m_result.pValue = reached / static_cast<double>(1 + all.cols());
  }

  // A time is taken at the recording's length at most.
  std::string stepsOf(double steps) const {
    return (steps > 0.999 * m_most ? "at least " : "") + threeDigits(steps);
  }

  std::string sentence() const {
    const auto& first = m_result.points.front();
    const auto& last = m_result.points.back();
    std::string text = "MAP of " + std::to_string(first.units) + " units claims " + stepsOf(first.steps) +
                       " steps, of all " + std::to_string(last.units) + " " + stepsOf(last.steps) +
                       " (means over " + std::to_string(m_result.orders) + " orders)";
    if (!m_result.whyNoPValue.empty()) return text + "; " + m_result.whyNoPValue + ".";
    if (m_result.pValue <= Arrow::kLevel)
      return text + ". From " + std::to_string(m_result.fallFrom) +
             " units on the claim falls (p = " + threeDigits(m_result.pValue) +
             " among reversible recordings): that excludes symmetric circuits under white input, and says "
             "nothing for or against a slow variable.";
    return text + ". It does not fall significantly (p = " + threeDigits(m_result.pValue) +
           "), and that excludes nothing" +
           (last.steps > 1.5 * first.steps
                ? "; while it grows, its value is set by the number of recorded units."
                : ".");
  }

  const std::vector<Trial>& m_trials;
  const SubsamplingOptions& m_options;
  Progress& m_progress;
  std::vector<Index> m_sizes;
  std::vector<std::vector<Index>> m_orders;
  double m_most = 1, m_slow = 1;
  Vector m_logs;
  Subsampling m_result;
};

}  // namespace

Vector nestedTimes(const Matrix& S, const Matrix& R, const std::vector<Index>& order,
                   const std::vector<Index>& sizes, double most) {
  Vector times = Vector::Constant(static_cast<Index>(sizes.size()), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const std::vector<Index> units(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(sizes[k]));
    const Matrix part = S(units, units);
    const Eigen::LLT<Matrix> factor(part);
    if (factor.info() != Eigen::Success || !(factor.rcond() > 1e-13)) continue;
    const Matrix F = factor.solve(Matrix(R(units, units).transpose())).transpose();
    const double modulus = spectralRadius(F);
    times(static_cast<Index>(k)) = modulus < 1 ? std::min(-1 / std::log(modulus), most) : most;
  }
  return times;
}

Subsampling subsampleUnits(const std::vector<Trial>& trials, const SubsamplingOptions& options,
                           Progress& progress) {
  Subsampling none;
  if (anyMissing(trials)) none.why = "subsets of the units are not looked at with missing samples";
  if (trials.front().activity.rows() < 4)
    none.why = "subsets of the units are not looked at: there are " +
               std::to_string(trials.front().activity.rows()) + " units; asked are at least 4";
  if (trials.front().input.rows() > 0) none.why = "subsets of the units are not looked at with a known input";
  return none.why.empty() ? Study(trials, options, progress).run() : none;
}

}  // namespace keyhole
