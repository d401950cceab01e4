#include "core/analysis/points/box_operators.h"

#include <Eigen/LU>

#include <cmath>

namespace keyhole {
namespace {

// y ← y ∩ other.
BoxFate intersect(Box& y, const Vector& low, const Vector& high) {
  BoxFate fate = BoxFate::unchanged;
  for (Index i = 0; i < y.size(); ++i) {
    const double before = y.high(i) - y.low(i);
    y.low(i) = std::max(y.low(i), low(i));
    y.high(i) = std::min(y.high(i), high(i));
    if (!(y.low(i) <= y.high(i))) return BoxFate::empty;
    if (y.high(i) - y.low(i) < 0.9 * before) fate = BoxFate::shrunk;
  }
  return fate;
}

// In equation i each term L_ij t_j is y_i - c_i minus the others.
BoxFate contractTerms(const BoxEquation& equation, const Box& images, Box& t, Box& y) {
  const Index n = y.size();
  for (Index i = 0; i < n; ++i) {
    double size = equation.absL.row(i).sum() + std::abs(equation.c(i));
    size += std::max(std::abs(y.low(i)), std::abs(y.high(i)));
    const double margin = 2 * roundingOf(n + 4, size);
    for (Index j = 0; j < n; ++j) {
      const double weight = equation.L(i, j);
      if (std::abs(weight) < 1e-12 * size) continue;
      // images_i = c_i + Σ_k L_ik t_k: without the term of j it is what the others make.
      const double ownLow = weight * (weight > 0 ? t.low(j) : t.high(j));
      const double ownHigh = weight * (weight > 0 ? t.high(j) : t.low(j));
      const double low = y.low(i) - (images.high(i) - ownHigh) - margin;
      const double high = y.high(i) - (images.low(i) - ownLow) + margin;
      const double first = (weight > 0 ? low : high) / weight, second = (weight > 0 ? high : low) / weight;
      const double slack = 1e-15 * (std::abs(first) + std::abs(second));
      if (first - slack <= t.low(j) && second + slack >= t.high(j)) continue;
      t.low(j) = std::max(t.low(j), first - slack);
      t.high(j) = std::min(t.high(j), second + slack);
      if (!(t.low(j) <= t.high(j))) return BoxFate::empty;
    }
  }
  Vector low(n), high(n);
  for (Index j = 0; j < n; ++j) {
    const Interval inside = inverseTanhRange(t.low(j), t.high(j));
    low(j) = inside.low;
    high(j) = inside.high;
  }
  return intersect(y, low, high);
}

// Middle and radius of Krawczyk's image of y, with slopes (or derivatives) of tanh in the range given; false
// if the middle matrix cannot be inverted.
bool krawczyk(const BoxEquation& equation, const Box& y, const Box& slopes, Vector& centre, Vector& reach) {
  const Index n = equation.size(), K = equation.units();
  const Vector middle = slopes.middle(), radius = 0.5 * (1 + 1e-15) * (slopes.high - slopes.low);
  Matrix S = equation.L * middle.asDiagonal(), spread = equation.absL * radius.asDiagonal();
  Matrix size = equation.absL * middle.asDiagonal();
  if (equation.R.size() > 0) {
    S = (S * equation.R).eval();
    spread = (spread * equation.absR).eval();
    size = (size * equation.absR).eval();
  }
  S.diagonal().array() -= 1;
  size.diagonal().array() += 1;
  const double small = roundingOf(K + 4, 1);
  spread += small * (size + spread);
  const Matrix C = S.partialPivLu().inverse();
  if (!C.allFinite()) return false;
  const Matrix absC = C.cwiseAbs();
  Matrix rest = C * S;
  rest.diagonal().array() -= 1;
  rest = (rest.cwiseAbs() + absC * (spread + roundingOf(n + 4, 1) * S.cwiseAbs())).eval();
  const Vector m = y.middle();
  const Vector half = 0.5 * (1 + 1e-15) * (y.high - y.low) + 1e-15 * m.cwiseAbs();
  Vector value, error;
  equation.residual(m, value, error);
  centre = m - C * value;
  reach = rest * half + absC * error;
  const Vector rounding = absC * value.cwiseAbs() + m.cwiseAbs() + reach;
  for (Index i = 0; i < n; ++i) reach(i) += roundingOf(2 * n + 4, rounding(i));
  return reach.allFinite();
}

}  // namespace

double imageWork(const BoxEquation& equation) {
  const auto n = static_cast<double>(equation.size()), K = static_cast<double>(equation.units());
  return equation.R.size() > 0 ? 6 * n * K + 40 * K + 500 : 12 * n * K + 200 * K + 500;
}

double krawczykWork(const BoxEquation& equation) {
  const auto n = static_cast<double>(equation.size()), K = static_cast<double>(equation.units());
  const double products = equation.R.size() > 0 ? 3 * n * n * K + 10 * n * K : 10 * n * n;
  return products + 5 * n * n * n + 120 * K + 2500;
}

BoxFate contractByImages(const BoxEquation& equation, Box& y) {
  Box t = tanhRange(equation.arguments(y));
  const Box images = equation.images(t);
  const BoxFate forwards = intersect(y, images.low, images.high);
  if (forwards == BoxFate::empty || equation.R.size() > 0) return forwards;
  const BoxFate backwards = contractTerms(equation, images, t, y);
  return backwards == BoxFate::unchanged ? forwards : backwards;
}

BoxFate contractByKrawczyk(const BoxEquation& equation, Box& y) {
  const Box u = equation.arguments(y);
  const Box slopes = tanhSlopeRange(u, u.middle());
  // The slopes are about the middle of u, which is R m + a up to rounding; the range of slopes about a point
  // so near differs by less than the margin of 1e-10 that it carries.
  Vector centre, reach;
  if (!krawczyk(equation, y, slopes, centre, reach)) return BoxFate::unchanged;
  return intersect(y, centre - reach, centre + reach);
}

bool holdsOneRoot(const BoxEquation& equation, Box& y) {
  const Vector margin = 0.1 * (y.high - y.low) + 1e-9 * (1 + y.middle().cwiseAbs().array()).matrix();
  Box wide{y.low - margin, y.high + margin};
  Vector centre, reach;
  const Box slopes = tanhDerivativeRange(equation.arguments(wide));
  if (!krawczyk(equation, wide, slopes, centre, reach)) return false;
  const bool inside = ((centre - reach).array() > wide.low.array()).all() &&
                      ((centre + reach).array() < wide.high.array()).all();
  if (!inside) return false;
  y = {centre - reach, centre + reach};
  for (int round = 0; round < 4; ++round)
    if (contractByKrawczyk(equation, y) != BoxFate::shrunk) break;
  return true;
}

Index widestDirection(const BoxEquation& equation, const Box& y) {
  const Box range = tanhDerivativeRange(equation.arguments(y));
  const Vector varies = range.high - range.low;
  const Vector weights = equation.absL.colwise().sum().transpose();
  const Vector width = y.high - y.low;
  Vector score = equation.R.size() > 0 ? Vector(equation.absR.transpose() * weights.cwiseProduct(varies))
                                       : weights.cwiseProduct(varies);
  score = score.cwiseProduct(width);
  Index widest = 0;
  if (!(score.maxCoeff(&widest) > 1e-12 * width.maxCoeff())) width.maxCoeff(&widest);
  return widest;
}

}  // namespace keyhole
