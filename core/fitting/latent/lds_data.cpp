#include "core/fitting/latent/lds_data.h"

#include "core/common/memory.h"
#include "core/linalg/orthogonal.h"

namespace keyhole {
namespace {

constexpr Index kRows = 1024;  // of the samples that are factorised at once

Matrix withOnes(const Matrix& above, const Matrix& below) {
  Matrix all(above.rows() + below.rows() + 1, above.cols());
  all.topRows(above.rows()) = above;
  all.middleRows(above.rows(), below.rows()) = below;
  all.bottomRows(1).setOnes();
  return all;
}

// Columns of `from` as rows of tiles, from the row `at` on.
void fill(std::vector<double>& tiles, const Matrix& from, Index at) {
  const Index width = from.rows();
  for (Index t = 0; t < from.cols(); ++t, ++at) {
    double* row = tiles.data() + at / kTile * kTile * width + at % kTile;
    for (Index k = 0; k < width; ++k) row[k * kTile] = from(k, t);
  }
}

}  // namespace

LdsData::LdsData(const std::vector<Trial>& trials, bool inputAtArrival, const Progress& progress)
    : m_trials(trials), m_inputAtArrival(inputAtArrival), m_tiles(trials.size()) {
  m_moments = m_factor = Matrix::Zero(width(), width());
  m_driveMoments = Matrix::Zero(inputs() + 1, inputs() + 1);
  for (std::size_t k = 0; k < trials.size(); ++k) {
    if (k > 0) progress.throwIfStopped();
    const Matrix drive = withOnes(driveOf(k), Matrix(0, trials[k].activity.cols()));
    const auto acting = drive.rightCols(drive.cols() - 1);
    m_driveMoments.noalias() += acting * acting.transpose();
    if (trials[k].activity.hasNaN()) {
      m_anyMissing = true;
      continue;
    }
    addTiles(trials[k], drive, m_tiles[k], progress);
    addToFactor(trials[k], progress);
    m_completeSteps += trials[k].activity.cols();
  }
  m_variances = channelVariances(m_trials, progress);
}

Matrix LdsData::driveOf(std::size_t trial) const {
  const Matrix& input = m_trials[trial].input;
  if (m_inputAtArrival || input.rows() == 0) return input;
  Matrix shifted = Matrix::Zero(input.rows(), input.cols());
  shifted.rightCols(input.cols() - 1) = input.leftCols(input.cols() - 1);
  return shifted;
}

void LdsData::addTiles(const Trial& trial, const Matrix& drive, LdsTiles& into, const Progress& progress) {
  into.steps = trial.activity.cols();
  into.tiles = (into.steps + kTile - 1) / kTile;
  const auto sizeOf = [&](Index columns) { return static_cast<std::size_t>(into.tiles * kTile * columns); };
  into.samples.reserve(sizeOf(width()));
  preferLargePages(into.samples.data(), into.samples.capacity() * sizeof(double));
  into.samples.assign(sizeOf(width()), 0.0);
  into.drive.assign(sizeOf(inputs() + 1), 0.0);
  into.next = into.drive;
  inPieces(into.steps, progress, [&](Index first, Index n) {
    fill(into.samples, withOnes(trial.activity.middleCols(first, n), trial.input.middleCols(first, n)),
         first);
  });
  fill(into.drive, drive, 0);
  fill(into.next, drive.rightCols(drive.cols() - 1), 0);
}

void LdsData::addToFactor(const Trial& trial, const Progress& progress) {
  const Index w = width();
  for (Index first = 0; first < trial.activity.cols(); first += kRows) {
    if (first > 0 && first % kPiece == 0) progress.throwIfStopped();
    const Index n = std::min(kRows, trial.activity.cols() - first);
    const Matrix samples =
        withOnes(trial.activity.middleCols(first, n), Matrix(trial.input.middleCols(first, n)));
    m_moments.noalias() += samples * samples.transpose();
    Matrix stacked(w + n, w);
    stacked << m_factor.transpose(), samples.transpose();
    m_factor = triangularFactor(stacked).transpose();
  }
}

}  // namespace keyhole
