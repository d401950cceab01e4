// The matrix types of the whole project. In memory an activity is N x T: one row per unit, one column per
// time step, since Eigen is column-major. In files it is the other way round (T x N).
#pragma once

#include <Eigen/Core>

#include <complex>
#include <vector>

namespace keyhole {

using Index = Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using ComplexVector = Eigen::VectorXcd;
using ComplexMatrix = Eigen::MatrixXcd;
using ConstMatrixRef = Eigen::Ref<const Matrix>;
using MatrixRef = Eigen::Ref<Matrix>;
using ConstVectorRef = Eigen::Ref<const Vector>;
using VectorRef = Eigen::Ref<Vector>;

}  // namespace keyhole
