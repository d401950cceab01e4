#include "core/fitting/latent/lds_tiled.h"

#include "core/common/error.h"
#include "core/fitting/latent/lds_gains.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace keyhole {
namespace {

constexpr Index kPoll = 256;  // tiles between two looks at the stop button

// n latents are known when this is compiled, or not (Eigen::Dynamic).
template <int n>
class Smoother : public TiledSmoother {
  using Square = Eigen::Matrix<double, n, n>;
  using Column = Eigen::Matrix<double, n, 1>;
  using TileMap = Eigen::Map<Matrix>;

  using Step = typename LdsGains<n>::Step;

  struct Means {
    std::vector<double> z, x, m;  // tiles: Qᵀ R^-½ (y - G u - c); filtered, then smoothed; predicted
    int emissions = 0;            // for which z was computed
  };

 public:
  Smoother(const LdsData& data, Index latents)
      : TiledSmoother(data), L(latents), m_means(data.tiles().size()), m_gains(latents) {
    for (std::size_t k = 0; k < m_means.size(); ++k) {
      const auto size = static_cast<std::size_t>(data.tiles()[k].tiles * kTile * L);
      m_means[k].z.assign(size, 0.0);
      m_means[k].x = m_means[k].m = m_means[k].z;
      m_longest = std::max(m_longest, data.tiles()[k].steps);
    }
    for (Matrix* tile : {&m_drift, &m_shifted, &m_innovation, &m_white}) tile->setZero(kTile, L);
  }

  void prepare(const LdsModel& model) override {
    prepareEmissions(model);
    m_F = model.F;
    m_mu0 = model.mu0;
    m_drive.resize(model.inputs() + 1, L);
    m_drive << model.V.transpose(), model.b.transpose();
    m_gains.prepare(m_F, model.Q, model.P0, m_Z, m_longest);
    const Step& steady = steps().back();
    const Square gain = steady.filtered * m_Z.transpose();
    const Square keep = Square::Identity(L, L) - gain * m_Z;
    m_loop = keep * m_F;
    m_gainT = gain.transpose();
    m_keptDrive = m_drive * keep.transpose();
    m_FT = m_F.transpose();
    m_minusZT = -m_Z.transpose();
    m_updateT = m_gains.update(steady).transpose();
    m_minusSeenT = -steady.seen.transpose();
    m_minusBackT = -steady.back.transpose();
  }

  double filter(std::size_t trial, Progress& progress) override {
    const LdsTiles& tiles = m_data.tiles()[trial];
    Means& means = m_means[trial];
    const Index width = m_data.width(), drives = m_drive.rows();
    const Index transient = std::min(static_cast<Index>(steps().size()), tiles.steps);
    double form = 0;
    Column state = Column::Zero(L);
    for (Index k = 0; k < tiles.tiles; ++k) {
      if (k % kPoll == kPoll - 1) progress.throwIfStopped();
      double* z = means.z.data() + k * kTile * L;
      double* m = means.m.data() + k * kTile * L;
      double* x = means.x.data() + k * kTile * L;
      const double* drive = tiles.drive.data() + k * kTile * drives;
      if (means.emissions != m_emissions)
        tileProduct(tiles.samples.data() + k * kTile * width, width, m_toZ.data(), L, z, false);
      const Index end = std::min(kTile, tiles.steps - k * kTile);
      const Index start = std::clamp(transient - k * kTile, Index{0}, end);
      tileProduct(drive, drives, m_drive.data(), L, m, false);
      const Column before = state;
      form += filterTransient(k * kTile, start, TileMap(z, kTile, L), TileMap(m, kTile, L),
                              TileMap(x, kTile, L), state);
      if (start < end)
        form += filterSteady(start, end, z, drive, TileMap(m, kTile, L), TileMap(x, kTile, L), before, state);
    }
    means.emissions = m_emissions;
    double logDet = 0;
    for (Index t = 0; t < transient; ++t) logDet += steps()[static_cast<std::size_t>(t)].logDet;
    logDet += steps().back().logDet * static_cast<double>(tiles.steps - transient);
    return -0.5 * (form + logDet + m_logNoise * static_cast<double>(tiles.steps)) + outsideOf(trial);
  }

  void smooth(std::size_t trial, LdsExpectations& sums, Progress& progress) override {
    m_gains.addCovariances(m_data.tiles()[trial].steps, sums);
    smoothMeans(trial, sums, progress);
  }

  Matrix means(std::size_t trial) const override {
    return columnsOf(m_means[trial].x, m_data.tiles()[trial].steps);
  }
  Matrix predicted(std::size_t trial) const override {
    return columnsOf(m_means[trial].m, m_data.tiles()[trial].steps);
  }

 private:
  const std::vector<Step>& steps() const { return m_gains.steps(); }

  Matrix columnsOf(const std::vector<double>& tiles, Index steps) const {
    Matrix columns(L, steps);
    for (Index t = 0; t < steps; ++t)
      for (Index i = 0; i < L; ++i)
        columns(i, t) = tiles[static_cast<std::size_t>((t / kTile * L + i) * kTile + t % kTile)];
    return columns;
  }

  // R^-½ C = Q Z: then |R^-½ (r - C x)|² = |Qᵀ R^-½ r - Z x|² + what no x can reach. All that the filter sees
  // of the samples are the L numbers z = Qᵀ R^-½ (y - G u - c).
  void prepareEmissions(const LdsModel& model) {
    if (m_emissions > 0 && model.C == m_C && model.G == m_G && model.c == m_c && model.R == m_R) return;
    ++m_emissions;
    m_C = model.C;
    m_G = model.G;
    m_c = model.c;
    m_R = model.R;
    const Index N = model.neurons(), m = model.inputs(), rank = std::min(N, L);
    const Vector scale = model.R.cwiseSqrt().cwiseInverse();
    const QrFactors qr = thinQr(scale.asDiagonal() * model.C);
    const Matrix& Q = qr.Q;
    m_Z.setZero(L, L);
    m_Z.topRows(rank) = qr.R;
    Matrix residual(N, m_data.width());  // takes [y; u; 1] to y - G u - c
    residual << Matrix::Identity(N, N), -model.G, -model.c;
    const Matrix seen = Q.transpose() * scale.asDiagonal() * residual;
    m_toZ.setZero(m_data.width(), L);
    m_toZ.leftCols(rank) = seen.transpose();
    const auto& H = m_data.factor();
    Matrix white = H.topRows(N);
    white.noalias() -= model.G * H.middleRows(N, m);
    white.noalias() -= model.c * H.bottomRows(1);
    white = (scale.asDiagonal() * white).eval();
    white -= (Q * (Q.transpose() * white)).eval();
    m_outside = -0.5 * white.squaredNorm();
    m_logNoise = (2 * std::numbers::pi * model.R.array()).log().sum();
  }

  // What no latent can reach is known for all trials together: each has its share by its length.
  double outsideOf(std::size_t trial) const {
    return m_outside * static_cast<double>(m_data.tiles()[trial].steps) /
           static_cast<double>(m_data.completeSteps());
  }

  // The first `end` rows of a tile, each with gains of its own; m holds the drive and becomes the prediction.
  // The quadratic form of an innovation e is the minimum over w of |e - Z S w|² + |w|²: written so it has no
  // cancellation, and an error of w counts only squared, so that noise variances near 0 do no harm.
  double filterTransient(Index first, Index end, TileMap z, TileMap m, TileMap x, Column& state) const {
    double form = 0;
    for (Index t = 0; t < end; ++t) {
      const Step& step = steps()[static_cast<std::size_t>(first + t)];
      const Column ahead = first + t == 0 ? m_mu0 : Column(m_F * state + m.row(t).transpose());
      const Column innovation = z.row(t).transpose() - m_Z * ahead;
      const Column white = m_gains.white(step, innovation);
      form += (innovation - step.seen * white).squaredNorm() + white.squaredNorm();
      state = ahead + step.root * white;
      m.row(t) = ahead.transpose();
      x.row(t) = state.transpose();
    }
    return form;
  }

  // Rows start … end - 1 with the steady gains: x_t = (I - K Z)(F x_{t-1} + d_t) + K z_t.
  double filterSteady(Index start, Index end, const double* z, const double* drive, TileMap m, TileMap x,
                      const Column& before, Column& state) {
    tileProduct(z, L, m_gainT.data(), L, m_drift.data(), false);
    tileProduct(drive, m_drive.rows(), m_keptDrive.data(), L, m_drift.data(), true);
    tileRecursion(m_loop.data(), L, m_drift.data(), start, end, 1, state.data(), x.data());
    if (end < kTile) x.bottomRows(kTile - end).setZero();
    tileDelay(x.data(), L, before.data(), m_shifted.data());
    if (start == 0) {
      tileProduct(m_shifted.data(), L, m_FT.data(), L, m.data(), true);
    } else {
      m_drift = m;
      tileProduct(m_shifted.data(), L, m_FT.data(), L, m_drift.data(), true);
      m.bottomRows(kTile - start) = m_drift.bottomRows(kTile - start);
    }
    std::copy_n(z, kTile * L, m_innovation.data());
    tileProduct(m.data(), L, m_minusZT.data(), L, m_innovation.data(), true);
    tileProduct(m_innovation.data(), L, m_updateT.data(), L, m_white.data(), false);
    tileProduct(m_white.data(), L, m_minusSeenT.data(), L, m_innovation.data(), true);
    if (end - start == kTile) return m_innovation.squaredNorm() + m_white.squaredNorm();
    return m_innovation.middleRows(start, end - start).squaredNorm() +
           m_white.middleRows(start, end - start).squaredNorm();
  }

  // x̂_t = x_t + B (x̂_{t+1} - m_{t+1}), backwards, and its products with everything.
  void smoothMeans(std::size_t trial, LdsExpectations& sums, Progress& progress) {
    const LdsTiles& tiles = m_data.tiles()[trial];
    Means& means = m_means[trial];
    const Index width = m_data.width(), drives = m_drive.rows(), T = tiles.steps;
    const Index steady = std::min(static_cast<Index>(steps().size()) - 1, T - 1);
    m_gram.setZero(L, L);
    m_lag.setZero(L, L);
    m_driven.setZero(L, drives);
    m_drives.setZero(L, drives);
    m_sampled.setZero(L, width);
    Column state = Column::Zero(L), ahead = Column::Zero(L);  // x̂ and m of the step behind this tile
    for (Index k = tiles.tiles - 1; k >= 0; --k) {
      if (k % kPoll == kPoll - 1) progress.throwIfStopped();
      TileMap x(means.x.data() + k * kTile * L, kTile, L), m(means.m.data() + k * kTile * L, kTile, L);
      const Index end = std::min(kTile, T - k * kTile);
      const Column behind = state;
      smoothTile(k * kTile, end, steady, x, m, state, ahead, k == tiles.tiles - 1);
      tileAdvance(x.data(), L, behind.data(), m_shifted.data());  // x̂_{t+1}
      ahead = m.row(0).transpose();
      tileGram(x.data(), L, x.data(), L, m_gram.data());
      tileGram(m_shifted.data(), L, x.data(), L, m_lag.data());
      tileGram(x.data(), L, tiles.drive.data() + k * kTile * drives, drives, m_drives.data());
      tileGram(x.data(), L, tiles.next.data() + k * kTile * drives, drives, m_driven.data());
      if (sums.XD.size() > 0)
        tileGram(x.data(), L, tiles.samples.data() + k * kTile * width, width, m_sampled.data());
    }
    addProducts(trial, sums, state);
  }

  void smoothTile(Index first, Index end, Index steady, TileMap x, TileMap m, Column& state, Column& ahead,
                  bool last) {
    if (last) {  // the last step of all is smoothed already
      --end;
      state = x.row(end).transpose();
      ahead = m.row(end).transpose();
    }
    if (end == 0) return;
    tileAdvance(m.data(), L, ahead.data(), m_drift.data());
    std::copy_n(x.data(), kTile * L, m_innovation.data());
    tileProduct(m_drift.data(), L, m_minusBackT.data(), L, m_innovation.data(), true);
    Index t = std::max(steady - first, Index{0});
    if (t < end)
      tileRecursion(steps().back().back.data(), L, m_innovation.data(), end - 1, t - 1, -1, state.data(),
                    x.data());
    t = std::min(t, end) - 1;
    for (; t >= 0; --t) {
      const Step& step = steps()[static_cast<std::size_t>(first + t)];
      state = (x.row(t).transpose() + step.back * (state - m_drift.row(t).transpose())).eval();
      x.row(t) = state.transpose();
    }
  }

  void addProducts(std::size_t trial, LdsExpectations& sums, const Column& first) {
    const LdsTiles& tiles = m_data.tiles()[trial];
    const Index drives = m_drive.rows(), T = tiles.steps;
    const Means& means = m_means[trial];
    const Column last = Eigen::Map<const Matrix>(means.x.data() + (tiles.tiles - 1) * kTile * L, kTile, L)
                            .row((T - 1) % kTile)
                            .transpose();
    const Vector drive = Eigen::Map<const Matrix>(tiles.drive.data(), kTile, drives).row(0).transpose();
    sums.ZZ.topLeftCorner(L, L) += m_gram - last * last.transpose();
    sums.ZZ.topRightCorner(L, drives) += m_driven;
    sums.ZZ.bottomLeftCorner(drives, L) += m_driven.transpose();
    sums.XX += m_gram - first * first.transpose();
    sums.XZ.leftCols(L) += m_lag;
    sums.XZ.rightCols(drives) += m_drives - first * drive.transpose();
    if (sums.XD.size() > 0) sums.XD += m_sampled;
    sums.firstMeans.col(static_cast<Index>(trial)) = first;
  }

  const Index L;
  Index m_longest = 0;
  std::vector<Means> m_means;
  LdsGains<n> m_gains;
  Square m_F, m_Z, m_loop, m_gainT, m_FT, m_minusZT, m_updateT, m_minusSeenT, m_minusBackT;
  Column m_mu0;
  Matrix m_drive, m_keptDrive;  // (m+1) x L: [V b]ᵀ, and what the steady filter keeps of it
  int m_emissions = 0;          // counts them, as they change
  Matrix m_C, m_G, m_toZ;
  Vector m_c, m_R;
  double m_outside = 0, m_logNoise = 0;
  Matrix m_drift, m_shifted, m_innovation, m_white;
  Matrix m_gram, m_lag, m_driven, m_drives, m_sampled;
};

}  // namespace

std::unique_ptr<TiledSmoother> TiledSmoother::make(const LdsData& data, Index latents) {
  if (latents == 5) return std::make_unique<Smoother<5>>(data, latents);  // as published
  return std::make_unique<Smoother<Eigen::Dynamic>>(data, latents);
}

}  // namespace keyhole
