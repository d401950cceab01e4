#include "core/audit/reference/statistics.h"

#include "core/common/nan.h"
#include "core/common/random.h"
#include "core/linalg/eigen.h"

#include <Eigen/Cholesky>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

constexpr double kRidge = 1e-6;  // of a unit's variance
constexpr Index kLags[] = {1, 4, 16, 64, 256, 1024}, kApartLags[] = {2, 8, 32, 128};
constexpr Index kShares = 5, kComponents = 3, kHankel = 6, kRows = 4, kStates = 4;

// Filled in one fixed order, with names the first time.
class Filler {
 public:
  Filler(std::vector<double>& values, std::vector<std::string>* names) : m_values(values), m_names(names) {}
  void add(const std::string& name, double value) {
    m_values.push_back(std::isfinite(value) ? value : kNaN);
    if (m_names) m_names->push_back(name);
  }

 private:
  std::vector<double>& m_values;
  std::vector<std::string>* m_names;
};

std::string at(const std::string& name, Index number) {
  return name + " " + std::to_string(number);
}

// Each unit less its mean, in its own deviation, over all trials; a constant one is 0.
std::vector<Matrix> scaledSeries(const std::vector<Trial>& trials) {
  const Vector mean = channelMeans(trials).values(), variance = channelVariances(trials);
  const Vector scale = variance.unaryExpr([](double v) { return v > 0 ? 1 / std::sqrt(v) : 0.0; });
  std::vector<Matrix> made;
  for (const auto& trial : trials) made.push_back(scale.asDiagonal() * (trial.activity.colwise() - mean));
  return made;
}

// Σ a_{t+lag} b_tᵀ / number of pairs, over all trials.
Matrix lagged(const std::vector<Matrix>& a, const std::vector<Matrix>& b, Index lag) {
  Matrix C = Matrix::Zero(a.front().rows(), b.front().rows());
  double pairs = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const Index n = a[k].cols() - lag;
    if (n < 1) continue;
    C.noalias() += a[k].rightCols(n) * b[k].leftCols(n).transpose();
    pairs += static_cast<double>(n);
  }
  return pairs > 0 ? Matrix(C / pairs) : Matrix::Constant(C.rows(), C.cols(), kNaN);
}

// The diagonal of lagged(series, series, lag).
Vector laggedOfUnits(const std::vector<Matrix>& series, Index lag) {
  Vector sums = Vector::Zero(series.front().rows());
  double pairs = 0;
  for (const auto& Z : series) {
    const Index n = Z.cols() - lag;
    if (n < 1) continue;
    sums += Z.rightCols(n).cwiseProduct(Z.leftCols(n)).rowwise().sum();
    pairs += static_cast<double>(n);
  }
  return pairs > 0 ? Vector(sums / pairs) : Vector::Constant(sums.size(), kNaN);
}

std::vector<Matrix> projected(const std::vector<Matrix>& series, const Matrix& directions) {
  std::vector<Matrix> made;
  for (const auto& Z : series) made.push_back(directions.transpose() * Z);
  return made;
}

double timeOf(std::complex<double> value, double most) {
  const double modulus = std::abs(value);
  return modulus < 1 ? std::min(-1 / std::log(modulus), most) : most;
}

class Maker {
 public:
  Maker(const std::vector<Trial>& trials, std::vector<std::string>* names, std::vector<std::string>* apart)
      : m_fill(m_made.values, names), m_apart(m_made.apart, apart), m_series(scaledSeries(trials)) {
    m_most = static_cast<double>(std::max<Index>(transitionsOf(trials), 1));
    for (const auto& Z : m_series) m_longest = std::max(m_longest, Z.cols());
    N = m_series.front().rows();
  }

  Statistics make() {
    m_C0 = lagged(m_series, m_series, 0);
    m_C1 = lagged(m_series, m_series, 1);
    const auto system = symmetricEigenSystem(m_C0);
    m_directions = system.vectors;
    m_variances = system.values.cwiseMax(0.0);
    addMap();
    addSubsets();
    addCovariance();
    addComponents();
    addArrow();
    addSubspace();
    addUnits();
    return std::move(m_made);
  }

 private:
  Matrix mapOf(Index units) const {
    Matrix C = m_C0.topLeftCorner(units, units);
    C.diagonal().array() += kRidge;
    return C.llt().solve(Matrix(m_C1.topLeftCorner(units, units).transpose())).transpose();
  }

  std::vector<std::complex<double>> byModulus(const ComplexVector& values) const {
    std::vector<std::complex<double>> sorted(values.begin(), values.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return std::abs(a) > std::abs(b) * (1 + 1e-12); });
    return sorted;
  }

  void addMap() {
    const Matrix F = mapOf(N);
    const auto system = eigenSystem(Matrix(F.transpose()));  // left vectors: the student's slow direction
    const auto values = byModulus(system.values);
    const auto place = [&](Index i) { return values[static_cast<std::size_t>(std::min(i, N - 1))]; };
    m_made.claimedSteps = timeOf(place(0), m_most);
    m_made.score = std::log2(m_made.claimedSteps / timeOf(place(1), m_most));
    for (const Index i : {0, 1, 2, 4})
      m_fill.add(at("MAP: log time constant", i + 1), i < N ? std::log(timeOf(place(i), m_most)) : kNaN);
    m_fill.add("MAP: score", m_made.score);
    m_fill.add("MAP: angle of the leading mode", std::abs(std::arg(place(0))));
    m_fill.add("MAP: median modulus", std::abs(place(N / 2)));
    double squares = 0;
    for (const auto& value : values) squares += std::norm(value);
    m_fill.add("MAP: Henrici number", std::sqrt(std::max(F.squaredNorm() - squares, 0.0)) / F.norm());
    m_fill.add("MAP: asymmetry", (F - F.transpose()).norm() / (2 * F.norm()));
    const Matrix rest = m_C0 - F * m_C1.transpose();
    m_fill.add("MAP: unexplained share", rest.trace() / static_cast<double>(N));
    const Vector noise = symmetricEigenSystem(Matrix(0.5 * (rest + rest.transpose()))).values;
    m_fill.add("MAP: largest share of the residuals", noise(0) / noise.sum());
    m_fill.add("MAP: participation of the residuals",
               noise.sum() * noise.sum() / noise.squaredNorm() / static_cast<double>(N));
    Index lead = 0;
    for (Index i = 0; i < N; ++i)
      if (std::abs(system.values(i)) > std::abs(system.values(lead))) lead = i;
    addSlowDirection(system.vectors.col(lead));
  }

  // The recording's own memory along the student's slow direction.
  void addSlowDirection(const ComplexVector& direction) {
    Matrix plane(N, 2);
    plane << direction.real(), direction.imag();
    const auto slow = projected(m_series, plane);
    const auto value = [&](double lag) {
      const auto steps = static_cast<Index>(std::lround(std::clamp(lag, 1.0, m_most / 4)));
      if (steps >= m_longest) return kNaN;
      const double variance = lagged(slow, slow, 0).trace();
      return variance > 0 ? lagged(slow, slow, steps).trace() / variance : kNaN;
    };
    for (const double factor : {0.5, 1.0, 2.0, 4.0})
      m_fill.add(
          "slow direction: autocorrelation at " + std::to_string(factor).substr(0, 3) + " claimed times",
          value(factor * m_made.claimedSteps));
  }

  void addSubsets() {
    const double all = std::log(m_made.claimedSteps);
    for (const Index part : {2, 4}) {
      const Index units = N / part;
      double value = kNaN;
      if (units >= 2) value = all - std::log(timeOf(byModulus(eigenvalues(mapOf(units))).front(), m_most));
      m_fill.add("subset: log time constant of all over 1 of " + std::to_string(part), value);
    }
  }

  void addCovariance() {
    const double total = m_variances.sum();
    for (Index i = 0; i < kShares; ++i)
      m_fill.add(at("covariance: share of component", i + 1), i < N ? m_variances(i) / total : kNaN);
    m_fill.add("covariance: participation",
               total * total / m_variances.squaredNorm() / static_cast<double>(N));
  }

  void addComponents() {
    const Index n = std::min(kComponents, N);
    const auto components = projected(m_series, m_directions.leftCols(n));
    const auto add = [&](Filler& fill, Index lag) {
      const bool there = lag < m_longest / 4;
      const Matrix C = there ? lagged(components, components, lag) : Matrix();
      for (Index i = 0; i < n; ++i)
        fill.add("component " + std::to_string(i + 1) + ": autocorrelation at " + std::to_string(lag),
                 there ? C(i, i) / m_variances(i) : kNaN);
    };
    for (const Index lag : kLags) add(m_fill, lag);
    for (const Index lag : kApartLags) add(m_apart, lag);
    for (Index i = 0; i < n; ++i) {
      double third = 0, fourth = 0, samples = 0;
      for (const auto& Y : components) {
        third += Y.row(i).array().cube().sum();
        fourth += Y.row(i).array().square().square().sum();
        samples += static_cast<double>(Y.cols());
      }
      const double variance = m_variances(i);
      m_fill.add(at("kurtosis of component", i + 1), fourth / samples / (variance * variance));
      m_apart.add(at("skewness of component", i + 1), std::abs(third) / samples / std::pow(variance, 1.5));
    }
  }

  // Leading components x all, whitened.
  void addArrow() {
    Index p = 0;
    while (p < N && m_variances(p) > 1e-9 * m_variances(0)) ++p;
    const Matrix white =
        m_directions.leftCols(p) * m_variances.head(p).cwiseSqrt().cwiseInverse().asDiagonal();
    const Index k = std::min(kComponents, p);
    const auto leading = projected(m_series, white.leftCols(k));
    const auto add = [&](Filler& fill, Index lag) {
      double value = kNaN, share = kNaN;
      if (lag < m_longest / 4) {
        const Matrix forwards = lagged(leading, m_series, lag) * white,
                     backwards = lagged(m_series, leading, lag).transpose() * white;
        const Matrix A = 0.5 * (forwards - backwards), S = 0.5 * (forwards + backwards);
        value = std::sqrt(std::max(symmetricEigenSystem(Matrix(A * A.transpose()), 1).values(0), 0.0));
        share = A.squaredNorm() / (A.squaredNorm() + S.squaredNorm());
      }
      fill.add(at("arrow: antisymmetric norm at", lag), value);
      fill.add(at("arrow: antisymmetric share at", lag), share);
    };
    for (const Index lag : {1, 4, 16, 64}) add(m_fill, lag);
    for (const Index lag : {8, 32}) add(m_apart, lag);
  }

  // Ho and Kalman's realisation from the lagged covariances of a few components, at two strides.
  void addSubspace() {
    const Index q = std::min(kHankel, N);
    const auto components = projected(m_series, m_directions.leftCols(q));
    for (const Index stride : {1, 8}) {
      const std::string name = "subspace, stride " + std::to_string(stride) + ": ";
      std::vector<double> logs(3, kNaN);
      double second = kNaN, fourth = kNaN;
      if (2 * kRows * stride < m_longest / 4) realise(components, q, stride, logs, second, fourth);
      for (Index i = 0; i < 3; ++i)
        m_fill.add(at(name + "log time constant", i + 1), logs[static_cast<std::size_t>(i)]);
      m_fill.add(name + "score", (logs[0] - logs[1]) / std::log(2.0));
      m_fill.add(name + "second singular value", second);
      m_fill.add(name + "fourth singular value", fourth);
    }
  }

  void realise(const std::vector<Matrix>& components, Index q, Index stride, std::vector<double>& logs,
               double& second, double& fourth) const {
    Matrix H(kRows * q, kRows * q), shifted = H;
    for (Index sum = 0; sum < 2 * kRows; ++sum) {
      const Matrix C = lagged(components, components, (sum + 1) * stride);
      for (Index i = 0; i < kRows; ++i) {
        const Index j = sum - i;
        if (j >= 0 && j < kRows) H.block(i * q, j * q, q, q) = C;
        if (j - 1 >= 0 && j - 1 < kRows) shifted.block(i * q, (j - 1) * q, q, q) = C;
      }
    }
    const Eigen::JacobiSVD<Matrix> svd(H, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector& s = svd.singularValues();
    const Index n = std::min<Index>(kStates, s.size());
    if (!(s(n - 1) > 1e-12 * s(0))) return;
    second = s(1) / s(0);
    fourth = s(n - 1) / s(0);
    const Vector root = s.head(n).cwiseSqrt().cwiseInverse();
    const Matrix F = root.asDiagonal() * svd.matrixU().leftCols(n).transpose() * shifted *
                     svd.matrixV().leftCols(n) * root.asDiagonal();
    const auto values = byModulus(eigenvalues(F));
    for (std::size_t i = 0; i < 3 && i < values.size(); ++i)
      logs[i] = std::log(std::min(static_cast<double>(stride) * timeOf(values[i], m_most), m_most));
  }

  void addUnits() {
    const auto median = [](Vector values) {
      std::sort(values.begin(), values.end());
      return values(values.size() / 2);
    };
    const Vector own = m_C0.diagonal().cwiseMax(1e-12);
    const Vector one = m_C1.diagonal().cwiseQuotient(own);
    const Vector two = laggedOfUnits(m_series, 2).cwiseQuotient(own);
    m_fill.add("units: median autocorrelation at 1", median(one));
    m_fill.add("units: median autocorrelation at 2", median(two));
    m_fill.add("units: least autocorrelation at 1", one.minCoeff());
    m_fill.add("units: largest autocorrelation at 1", one.maxCoeff());
  }

  Statistics m_made;
  Filler m_fill, m_apart;
  std::vector<Matrix> m_series;
  double m_most = 1;
  Index m_longest = 0, N = 0;
  Matrix m_C0, m_C1, m_directions;
  Vector m_variances;
};

struct Names {
  std::vector<std::string> values, apart;
};

const Names& names() {
  static const Names all = [] {
    Names made;
    const Trial any{RandomStream(1, Stream::probe).normalMatrix(8, 64), Matrix(0, 64)};
    (void)Maker({any}, &made.values, &made.apart).make();
    return made;
  }();
  return all;
}

}  // namespace

const std::vector<std::string>& statisticNames() {
  return names().values;
}

const std::vector<std::string>& apartNames() {
  return names().apart;
}

Statistics statisticsOf(const std::vector<Trial>& trials) {
  return Maker(trials, nullptr, nullptr).make();
}

}  // namespace keyhole
