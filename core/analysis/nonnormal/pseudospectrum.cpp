#include "core/analysis/nonnormal/pseudospectrum.h"

#include "core/analysis/nonnormal/compression.h"
#include "core/common/parallel.h"
#include "core/common/random.h"
#include "core/linalg/schur.h"
#include "core/linalg/singular.h"
#include "core/linalg/smallest_singular.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr Index kSmall = 12;         // units up to which every point is an SVD
constexpr Index kLanes = 32;         // points that go side by side
constexpr double kTolerance = 3e-4;  // relative residual
constexpr double kFreshShare = 0.3;  // of something random in every start
constexpr std::uint64_t kSeed = 1;   // the starts are the same on every call
constexpr int kCheckPasses = 4;
constexpr double kNormal = 1e-12;  // of ‖A‖_F: a departure from normality that is rounding

// Columns i of a rectangular window, rising; exactly symmetric if the ends are.
Vector axis(double low, double high, Index intervals) {
  Vector points(intervals + 1);
  for (Index i = 0; i <= intervals; ++i) {
    const double up = low + (high - low) * static_cast<double>(i) / static_cast<double>(intervals);
    const double down =
        high - (high - low) * static_cast<double>(intervals - i) / static_cast<double>(intervals);
    points(i) = 2 * i <= intervals ? up : down;
  }
  if (low == -high && intervals % 2 == 0) points(intervals / 2) = 0;
  return points;
}

bool sameWindow(const ComplexWindow& a, const ComplexWindow& b) {
  return a.reMin == b.reMin && a.reMax == b.reMax && a.imMin == b.imMin && a.imMax == b.imMax;
}

// Lane l of X ← a random vector of norm `size`, one and the same for a point.
void addRandom(Lanes& X, Index l, double size, std::uint64_t point) {
  const Index m = X.rows() / 2, n = X.cols();
  Vector numbers(2 * n);
  RandomStream(kSeed, Stream::probe)
      .uniforms(point, {numbers.data(), static_cast<std::size_t>(numbers.size())});
  numbers.array() -= 0.5;
  numbers *= size / numbers.norm();
  X.row(l) += numbers.head(n).transpose();
  X.row(m + l) += numbers.tail(n).transpose();
}

// ‖E‖_F of the smallest E that would make the Schur form that of a normal matrix, T = (rotations and scalings
// on the diagonal) + E. Then |σ_min(z I - T) - min |z - λ|| <= 2 ‖E‖.
double departureFromNormality(const RealSchur& schur) {
  Matrix E = schur.T;
  E.diagonal().setZero();
  for (Index j = 0; j + 1 < E.rows(); ++j) {
    if (schur.T(j + 1, j) == 0) continue;
    E(j, j + 1) = schur.T(j, j + 1) + schur.T(j + 1, j);
    E(j + 1, j) = 0;
  }
  return E.norm();
}

}  // namespace

// What vouches for some of the points.
struct Resolvent::Certificate {
  double residual = 0;
  Index corrected = 0;
};

struct Resolvent::GridJob {
  Pseudospectrum& result;
  const Pseudospectrum* coarser;               // null, or every second point of it both ways
  Index firstRow;                              // the rows below are mirrored
  std::vector<Certificate> certificates = {};  // one per strip
  std::atomic<bool> stop = false;
  std::atomic<Index> rowsDone = 0;

  Index chunks() const { return (result.re.size() + kLanes - 1) / kLanes; }
  bool known(Index i, Index j) const { return coarser && i % 2 == 0 && j % 2 == 0; }
};

Resolvent::Resolvent(ConstMatrixRef A) : Resolvent(Network(DenseForm{A})) {}

Resolvent::Resolvent(const Network& network) {
  Compression compressed = compressionOf(network);
  m_core = std::move(compressed.core);
  m_rest = compressed.rest;
  m_norm = m_core.norm();
  if (m_core.rows() <= kSmall) return;
  if (const auto& chain = compressed.chain) {
    m_solver = chainSolver(chain->links, chain->beta, chain->diagonal, floor());
    return;
  }
  RealSchur schur = realSchur(m_core, false);
  if (departureFromNormality(schur) <= kNormal * m_norm) {
    m_normalSpectrum.resize(schur.re.size());
    m_normalSpectrum.real() = schur.re;
    m_normalSpectrum.imag() = schur.im;
    return;
  }
  m_solver = triangularSolver(std::move(schur.T), floor());
}

Resolvent::~Resolvent() = default;
Resolvent::Resolvent(Resolvent&&) noexcept = default;
Resolvent& Resolvent::operator=(Resolvent&&) noexcept = default;

double Resolvent::floor() const {
  return std::max(std::numeric_limits<double>::epsilon() * m_norm, 1e-100);
}

double Resolvent::bySvd(Complex z) const {
  const Index n = m_core.rows();
  const double core = n > 0 ? smallestSingularValue(z * ComplexMatrix::Identity(n, n) - m_core) : HUGE_VAL;
  return std::max(std::min(core, m_rest > 0 ? std::abs(z) : HUGE_VAL), floor());
}

double Resolvent::sigmaMin(Complex z) const {
  return sigmaMin(ComplexVector(ComplexVector::Constant(1, z)))(0);
}

Vector Resolvent::sigmaMin(const ComplexVector& z) const {
  Vector values(z.size());
  Certificate ignored;
  for (Index first = 0; first < z.size(); first += kLanes) {
    const Index m = std::min(kLanes, z.size() - first);
    Lanes X = Lanes::Zero(2 * m, m_core.rows());
    for (Index l = 0; l < m; ++l) addRandom(X, l, 1, static_cast<std::uint64_t>(l));
    values.segment(first, m) = sideBySide(z.segment(first, m), X, ignored);
  }
  return values;
}

// σ_min at each z from the starts X, which become the singular vectors.
Vector Resolvent::sideBySide(const ComplexVector& z, Lanes& X, Certificate& certificate) const {
  const Index m = z.size();
  Vector values(m);
  if (m_normalSpectrum.size() > 0) {
    for (Index l = 0; l < m; ++l) {
      const double distance = (m_normalSpectrum.array() - z(l)).abs().minCoeff();
      values(l) = std::max(std::min(distance, m_rest > 0 ? std::abs(z(l)) : HUGE_VAL), floor());
    }
    return values;
  }
  if (!m_solver) {
    for (Index l = 0; l < m; ++l) values(l) = bySvd(z(l));
    return values;
  }
  const auto found = smallestSingular(*m_solver, z, X, kTolerance, floor());
  for (Index l = 0; l < m; ++l) {
    if (found.converged[static_cast<std::size_t>(l)]) {
      const double rest = m_rest > 0 ? std::max(std::abs(z(l)), floor()) : HUGE_VAL;
      values(l) = std::min(found.values(l), rest);
      certificate.residual = std::max(certificate.residual, found.residuals(l));
    } else {
      values(l) = bySvd(z(l));
      ++certificate.corrected;
    }
  }
  return values;
}

// Points first … first + width - 1 of row j, as far as they are not known. carried: the vectors of the points
// above, or zeros; becomes theirs.
void Resolvent::row(GridJob& job, Index first, Index j, Lanes& carried, Certificate& certificate) const {
  Pseudospectrum& result = job.result;
  const Index width = carried.rows() / 2;
  std::vector<Index> open, both;
  for (Index l = 0; l < width; ++l) {
    if (job.known(first + l, j))
      result.log10Sigma(first + l, j) = job.coarser->log10Sigma((first + l) / 2, j / 2);
    else
      open.push_back(l);
  }
  both = open;
  for (const Index l : open) both.push_back(width + l);
  const auto m = static_cast<Index>(open.size());
  ComplexVector z(m);
  Lanes X = carried(both, Eigen::all);
  for (Index l = 0; l < m; ++l) {
    const Index i = first + open[static_cast<std::size_t>(l)];
    z(l) = {result.re(i), result.im(j)};
    addRandom(X, l, kFreshShare, static_cast<std::uint64_t>(i * result.im.size() + j));
  }
  const Vector values = sideBySide(z, X, certificate);
  carried(both, Eigen::all) = X;
  for (Index l = 0; l < m; ++l)
    result.log10Sigma(first + open[static_cast<std::size_t>(l)], j) = std::log10(values(l));
}

// One strip of the grid, from the top row down.
void Resolvent::strip(GridJob& job, Index chunk, Progress* progress) const {
  const Index first = chunk * kLanes, rows = job.result.im.size();
  const Index width = std::min(kLanes, job.result.re.size() - first);
  const auto all = static_cast<double>(job.chunks() * (rows - job.firstRow));
  Lanes carried = Lanes::Zero(2 * width, m_core.rows());
  for (Index j = rows - 1; j >= job.firstRow && !job.stop; --j, ++job.rowsDone) {
    if (progress) progress->checkpoint(static_cast<double>(job.rowsDone) / all, "pseudospectrum");
    row(job, first, j, carried, job.certificates[static_cast<std::size_t>(chunk)]);
  }
}

// A value that exceeds a neighbour's by more than the distance belongs to another singular value.
void Resolvent::checkNeighbours(Pseudospectrum& result, Index firstRow) const {
  const auto sigma = [&](Index i, Index j) { return std::pow(10.0, result.log10Sigma(i, j)); };
  const Index columns = result.re.size(), rows = result.im.size();
  const double right = result.re(1) - result.re(0), up = result.im(1) - result.im(0);
  bool changed = m_solver != nullptr;
  for (int pass = 0; pass < kCheckPasses && changed; ++pass) {
    changed = false;
    for (Index j = firstRow; j < rows; ++j)
      for (Index i = 0; i < columns; ++i) {
        double most = HUGE_VAL;
        if (i > 0) most = std::min(most, sigma(i - 1, j) + right);
        if (i + 1 < columns) most = std::min(most, sigma(i + 1, j) + right);
        if (j > firstRow) most = std::min(most, sigma(i, j - 1) + up);
        if (j + 1 < rows) most = std::min(most, sigma(i, j + 1) + up);
        if (sigma(i, j) <= most * (1 + kTolerance)) continue;
        result.log10Sigma(i, j) = std::log10(bySvd(Complex(result.re(i), result.im(j))));
        ++result.corrected;
        changed = true;
      }
  }
}

Pseudospectrum Resolvent::grid(const ComplexWindow& window, Index intervals, Progress& progress,
                               const Pseudospectrum* coarser) const {
  Pseudospectrum result;
  result.window = window;
  result.re = axis(window.reMin, window.reMax, intervals);
  result.im = axis(window.imMin, window.imMax, intervals);
  result.floor = floor();
  result.log10Sigma.resize(intervals + 1, intervals + 1);
  const bool usable =
      coarser && sameWindow(coarser->window, window) && 2 * (coarser->re.size() - 1) == intervals;
  const bool symmetric = window.imMin == -window.imMax;
  GridJob job{result, usable ? coarser : nullptr, symmetric ? (intervals + 1) / 2 : 0};
  job.certificates.resize(static_cast<std::size_t>(job.chunks()));
  const auto caller = std::this_thread::get_id();
  parallelFor(job.certificates.size(), [&](std::size_t chunk) {
    try {
      strip(job, static_cast<Index>(chunk), std::this_thread::get_id() == caller ? &progress : nullptr);
    } catch (...) {
      job.stop = true;
      throw;
    }
  });
  if (usable) result.residual = coarser->residual;
  for (const Certificate& part : job.certificates) {
    result.residual = std::max(result.residual, part.residual);
    result.corrected += part.corrected;
  }
  checkNeighbours(result, job.firstRow);
  for (Index j = 0; j < job.firstRow; ++j) result.log10Sigma.col(j) = result.log10Sigma.col(intervals - j);
  return result;
}

Pseudospectrum pseudospectrum(ConstMatrixRef A, const ComplexWindow& window, Index intervals,
                              Progress& progress) {
  return Resolvent(A).grid(window, intervals, progress);
}

Pseudospectrum pseudospectrum(const Network& network, const ComplexWindow& window, Index intervals,
                              Progress& progress) {
  return Resolvent(network).grid(window, intervals, progress);
}

std::vector<Polyline> contours(const Pseudospectrum& grid, double epsilon) {
  return contours(grid.re, grid.im, grid.log10Sigma, std::log10(epsilon));
}

}  // namespace keyhole
