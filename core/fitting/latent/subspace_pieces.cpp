#include "core/fitting/latent/subspace_pieces.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/latent/subspace_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kStretches = 10;

// The moments of y' = y / scale, of which those that do not vary are 0.
void rescale(WindowMoments& moments, const Vector& factor) {
  const Vector all = factor.replicate(moments.sums.size() / factor.size(), 1);
  moments.gram = all.asDiagonal() * moments.gram * all.asDiagonal();
  moments.sums = all.cwiseProduct(moments.sums);
}

}  // namespace

SubspacePieces::SubspacePieces(const SubspaceOptions& options, Index neurons, Index timepoints,
                               Index mostKept)
    : m_options(options), m_neurons(neurons), m_expected(timepoints) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  m_blockRows =
      blockRowsFor(options, neurons, [&](Index steps) { return std::max<Index>(0, timepoints - steps + 1); });
  const Index length = std::max<Index>(2, mostKept / std::max<Index>(neurons, 1));
  if (timepoints <= length) {
    m_kept.push_back({0, Matrix(neurons, timepoints)});
    return;
  }
  const Index each = std::max<Index>(2, length / kStretches);
  for (Index s = 0; s < kStretches; ++s)
    m_kept.push_back({s * (timepoints - each) / (kStretches - 1), Matrix(neurons, each)});
}

void SubspacePieces::keep(ConstMatrixRef piece) {
  const Index begin = m_timepoints, end = begin + piece.cols();
  for (auto& stretch : m_kept) {
    const Index from = std::max(begin, stretch.first),
                to = std::min(end, stretch.first + stretch.activity.cols());
    if (from < to)
      stretch.activity.middleCols(from - stretch.first, to - from) =
          piece.middleCols(from - begin, to - from);
  }
}

void SubspacePieces::add(ConstMatrixRef piece, Progress& progress) {
  const Index n = piece.cols();
  if (n == 0) return;
  if (m_timepoints == 0) {
    m_shift.mean = piece.rowwise().mean();
    m_shift.most = Vector::Constant(m_neurons, std::numeric_limits<double>::infinity());
    m_least = m_most = piece.col(0);
    m_sum = m_squares = Vector::Zero(m_neurons);
  }
  keep(piece);
  m_timepoints += n;
  m_least = m_least.cwiseMin(piece.rowwise().minCoeff());
  m_most = m_most.cwiseMax(piece.rowwise().maxCoeff());
  const Matrix off = piece.colwise() - m_shift.mean;
  m_sum += off.rowwise().sum();
  m_squares += off.rowwise().squaredNorm();
  // The windows that end in this piece.
  const Index steps = 2 * m_blockRows;
  Trial trial{Matrix(m_neurons, m_tail.cols() + n), Matrix(0, m_tail.cols() + n)};
  if (m_tail.cols() > 0) trial.activity.leftCols(m_tail.cols()) = m_tail;
  trial.activity.rightCols(n) = piece;
  const Index windows = trial.activity.cols() - steps + 1;
  if (windows > 0) addWindows(m_moments, trial, 0, windows, m_blockRows, m_shift, progress);
  m_tail = trial.activity.rightCols(std::min(steps - 1, trial.activity.cols()));
}

LdsModel SubspacePieces::model(const std::vector<Trial>& kept, Progress& progress) const {
  const auto count = static_cast<double>(m_timepoints);
  const Vector shift = m_sum / count, mean = m_shift.mean + shift;
  const auto size = m_least.array().abs().max(m_most.array().abs());
  const Index varying = ((m_most - m_least).array() > kConstantChannel * size).count();
  requireEnough(m_options, {m_blockRows, varying, m_neurons, 0, m_moments.windows});
  const Vector off = (m_most - mean).cwiseMax(mean - m_least);
  Vector factor = (off.array() > kConstantChannel * mean.array().abs()).select(Vector::Ones(m_neurons), 0.0);
  LdsUnits units;
  const bool ownUnits = m_options.weighting == SubspaceWeighting::cva;  // as in subspaceModel()
  if (ownUnits) {
    const Vector variances = (m_squares / count - shift.cwiseProduct(shift)).cwiseMax(0.0);
    units.centre = mean;
    units.scale = (variances.array() > 1e-28 * mean.array().square() && factor.array() > 0)
                      .select(variances.cwiseSqrt(), 1.0);
    units.inputCentre = units.inputScale = Vector(0);
    factor = factor.cwiseQuotient(units.scale);
  }
  WindowMoments moments = m_moments;
  rescale(moments, factor);
  const SubspaceRealisation real = realise(factorOf(std::move(moments), m_blockRows, m_neurons, 0, progress),
                                           m_options.latents, m_options.weighting, progress);
  if (!ownUnits) return latentModel(kept, mean, Vector(0), real, progress);
  LdsClass kind;
  kind.dynamicsNoise = LdsDynamicsNoise::full;
  const auto own = inUnits(kept, units, progress);
  return writtenAs(outOfUnits(latentModel(own, Vector::Zero(m_neurons), Vector(0), real, progress), units),
                   kind)
      .model;
}

Student SubspacePieces::fit(Progress& progress) const {
  if (m_timepoints < 2 || m_timepoints != m_expected)
    throw InputError(
        "the recording has " + std::to_string(m_timepoints) + " time points; allowed: " +
        (m_expected < 2 ? std::string("at least 2") : std::to_string(m_expected) + ", as announced"));
  const auto start = Clock::now();
  std::vector<Trial> kept;
  Index samples = 0;
  for (const auto& stretch : m_kept) {
    kept.push_back({stretch.activity, Matrix(0, stretch.activity.cols())});
    samples += stretch.activity.cols();
  }
  Student student = identifiedStudent(
      kept, m_options, m_blockRows, [&] { return model(kept, progress); }, progress);
  if (samples < m_timepoints)
    student.notes.push_back(
        "the dynamics and the emission are those of all time points; offsets, noise and the one-step "
        "R² are those of " +
        std::to_string(samples) + " of the " + std::to_string(m_timepoints) + " time points, " +
        std::to_string(kept.size()) + " stretches evenly spread");
  student.summary.seconds = secondsSince(start);
  student.seen = m_neurons;
  student.steps = m_timepoints - 1;
  student.timePoints = m_timepoints;
  return student;
}

}  // namespace keyhole
