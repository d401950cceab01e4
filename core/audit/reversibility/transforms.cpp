#include "core/audit/reversibility/transforms.h"

#include "core/linalg/eigen.h"

#include <algorithm>
#include <unsupported/Eigen/FFT>

namespace keyhole {

Whitened whitened(const std::vector<Trial>& trials) {
  constexpr double kNegligible = 1e-9;
  constexpr Index kMost = 100;
  const Vector means = channelMeans(trials).values();
  Matrix covariance = Matrix::Zero(means.size(), means.size());
  double samples = 0;
  for (const auto& trial : trials) {
    const Matrix X = trial.activity.colwise() - means;
    covariance.noalias() += X * X.transpose();
    samples += static_cast<double>(X.cols());
  }
  const auto system = symmetricEigenSystem(covariance / samples);
  Index p = 0;
  while (p < std::min(kMost, system.values.size()) &&
         system.values(p) > kNegligible * std::max(system.values(0), 0.0))
    ++p;
  Whitened made;
  made.variances = system.values.head(p);
  made.directions = system.vectors.leftCols(p);
  const Matrix directions = made.directions * made.variances.cwiseSqrt().cwiseInverse().asDiagonal();
  for (const auto& trial : trials)
    made.series.push_back(directions.transpose() * (trial.activity.colwise() - means));
  return made;
}

Matrix fromComponents(const Whitened& components, ConstMatrixRef series) {
  return components.directions * (components.variances.cwiseSqrt().asDiagonal() * series);
}

ComplexMatrix transformOf(ConstMatrixRef series) {
  const Index T = series.cols(), J = (T - 1) / 2;
  ComplexMatrix made(series.rows(), J);
  Eigen::FFT<double> fft;
  Eigen::VectorXd row(T);
  ComplexVector spectrum;
  for (Index i = 0; i < series.rows(); ++i) {
    row = series.row(i).transpose();
    fft.fwd(spectrum, row);
    made.row(i) = spectrum.segment(1, J).transpose();
  }
  return made;
}

}  // namespace keyhole
