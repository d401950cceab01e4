#include "core/analysis/comparison/vector_field_match.h"

#include "core/common/error.h"
#include "core/common/random.h"
#include "core/linalg/assignment.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/singular.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>

namespace keyhole {
namespace {

constexpr double kProven = 1e-10;      // of <A, M> at norm 1: the bound is met
constexpr double kAgrees = 1e-6;       // of the angle
constexpr double kNoDistance = 1e-22;  // ½ ‖A - M‖² that is rounding
constexpr std::size_t kMemory = 12;
constexpr std::uint64_t kStartSubstream = 0x6d61746368;

double inner(const Matrix& A, const Matrix& B) {
  return A.cwiseProduct(B).sum();
}

Matrix skewPart(const Matrix& A) {
  return 0.5 * (A - A.transpose());
}

Matrix cayley(const Matrix& skew) {
  const Matrix I = Matrix::Identity(skew.rows(), skew.rows());
  return Eigen::PartialPivLU<Matrix>(I - 0.5 * skew).solve(I + 0.5 * skew);
}

// The next orthogonal matrix: takes out the rounding of many products.
Matrix polar(const Matrix& C) {
  const SingularSystem system = singularSystem(C);
  return system.left * system.right.transpose();
}

// Arccos that keeps its accuracy near 0 and π, from the chord ½ ‖A - M‖² of unit matrices.
double angleOf(double f) {
  return 2 * std::asin(std::min(1.0, std::sqrt(std::max(0.0, 0.5 * f))));
}

// ‑H G of the last steps and gradients (Nocedal & Wright 2006, algorithm 7.4).
class LbfgsMemory {
 public:
  void add(const Matrix& step, const Matrix& change) {
    const double curvature = inner(step, change);
    if (!(curvature > 1e-14 * step.norm() * change.norm())) return;
    m_pairs.push_back({step, change, 1 / curvature});
    if (m_pairs.size() > kMemory) m_pairs.pop_front();
  }

  void forget() { m_pairs.clear(); }
  bool isEmpty() const { return m_pairs.empty(); }

  Matrix direction(const Matrix& gradient) const {
    Matrix q = -gradient;
    std::vector<double> weights(m_pairs.size());
    for (std::size_t i = m_pairs.size(); i-- > 0;) {
      weights[i] = m_pairs[i].rho * inner(m_pairs[i].step, q);
      q -= weights[i] * m_pairs[i].change;
    }
    if (!m_pairs.empty()) q /= m_pairs.back().rho * m_pairs.back().change.squaredNorm();
    for (std::size_t i = 0; i < m_pairs.size(); ++i)
      q += (weights[i] - m_pairs[i].rho * inner(m_pairs[i].change, q)) * m_pairs[i].step;
    return q;
  }

 private:
  struct Pair {
    Matrix step, change;
    double rho;
  };
  std::deque<Pair> m_pairs;
};

struct Descent {
  Matrix C;
  double f = 0;
  int iterations = 0;
  bool converged = false;
};

struct Move {
  Matrix R, M;  // the rotation and where it leads
  Matrix step;  // its skew generator
  MatchValue value;
  bool lower = false;  // enough of the promised decrease was found (Armijo)
};

Move lineSearch(const Matrix& A, const Matrix& M, const MatchValue& now, const Matrix& direction) {
  constexpr int kHalvings = 40;
  constexpr double kEnough = 1e-4;
  const double slope = inner(direction, now.gradient);
  double length = std::min(1.0, 2.0 / direction.norm());  // no more than about a radian in a plane
  Move move;
  for (int halving = 0; halving < kHalvings && !move.lower; ++halving, length *= 0.5) {
    move.step = length * direction;
    move.R = cayley(move.step);
    move.M = move.R * M * move.R.transpose();
    move.value = matchValue(A, move.M);
    move.lower = move.value.f <= now.f + kEnough * length * slope;
  }
  return move;
}

// Moves against the gradient until it vanishes. Left-trivialised: steps and gradients are skew matrices.
Descent descend(const Matrix& A, const Matrix& B, const Matrix& start, const MatchOptions& options,
                const Progress& progress) {
  Descent run{start, 0, 0, false};
  Matrix M = start * B * start.transpose();
  MatchValue now = matchValue(A, M);
  LbfgsMemory memory;
  while (true) {
    const double size = now.gradient.norm();
    run.converged = now.f < kNoDistance || size <= options.tolerance * std::sqrt(2 * now.f);
    if (run.converged || run.iterations == options.iterations || progress.stopRequested()) break;
    Matrix direction = memory.direction(now.gradient);
    if (memory.isEmpty()) direction /= std::max(1.0, size);
    if (!(inner(direction, now.gradient) < 0)) {
      memory.forget();
      direction = -now.gradient;
    }
    Move move = lineSearch(A, M, now, direction);
    ++run.iterations;
    if (!move.lower) {
      if (memory.isEmpty()) break;  // not even along the gradient: at the limit of rounding
      memory.forget();
      continue;
    }
    memory.add(move.step, move.value.gradient - now.gradient);
    run.C = (move.R * run.C).eval();
    M = std::move(move.M);
    now = std::move(move.value);
  }
  run.C = polar(run.C);
  run.f = matchValue(A, run.C * B * run.C.transpose()).f;
  return run;
}

// Signs d that make Σ d_i d_j W_ij large: those of the leading eigenvector, then one flip at a time. If
// B̃ = D Ã D they are D.
Vector goodSigns(const Matrix& A, const Matrix& B) {
  const Index n = A.rows();
  Matrix W = A.cwiseProduct(B);
  W = (W + W.transpose()).eval();
  W.diagonal().setZero();
  Vector d = Vector::Ones(n);
  if (!(W.norm() > 0)) return d;
  d = symmetricEigenSystem(W, 1).vectors.col(0).unaryExpr([](double x) { return x < 0 ? -1.0 : 1.0; });
  for (Index sweep = 0; sweep < n; ++sweep) {
    bool flipped = false;
    for (Index i = 0; i < n; ++i) {
      if (!(d(i) * W.row(i).dot(d) < 0)) continue;
      d(i) = -d(i);
      flipped = true;
    }
    if (!flipped) break;
  }
  return d;
}

std::vector<Matrix> startsOf(const Matrix& A, const Matrix& B, const MatchOptions& options) {
  const Index n = A.rows();
  const auto keys = [](const Matrix& X) {
    const Matrix skew = skewPart(X);
    return std::vector<Matrix>{symmetricPart(X), skew.transpose() * skew, X.transpose() * X,
                               X * X.transpose()};
  };
  std::vector<Matrix> starts;
  const auto keysOfA = keys(A), keysOfB = keys(B);
  for (std::size_t k = 0; k < keysOfA.size(); ++k) {
    const Matrix U = symmetricEigenSystem(keysOfA[k]).vectors, V = symmetricEigenSystem(keysOfB[k]).vectors;
    Vector d = goodSigns(U.transpose() * A * U, V.transpose() * B * V);
    starts.push_back(U * d.asDiagonal() * V.transpose());
    d(n - 1) = -d(n - 1);
    starts.push_back(U * d.asDiagonal() * V.transpose());
  }
  for (Index r = 0; r < options.randomStarts; ++r) {
    const RandomStream random(options.seed, Stream::fit, kStartSubstream + static_cast<std::uint64_t>(r));
    Matrix C = haarColumns(random, n, n);
    if ((C.determinant() > 0) != (r % 2 == 0)) C.col(0) = -C.col(0);
    starts.push_back(std::move(C));
  }
  return starts;
}

// The largest <A, C B Cᵀ> that any orthogonal C could reach.
double innerBound(const Matrix& A, const Matrix& B) {
  const double parts =
      symmetricEigenSystem(symmetricPart(A)).values.dot(symmetricEigenSystem(symmetricPart(B)).values) +
      singularValues(skewPart(A)).dot(singularValues(skewPart(B)));
  return std::min(parts, singularValues(A).dot(singularValues(B)));
}

Matrix filledUp(ConstMatrixRef A, Index n) {
  Matrix filled = Matrix::Zero(n, n);
  filled.topLeftCorner(A.rows(), A.cols()) = A;
  return filled;
}

// Some strict order, so that both orders of the arguments do the same computation.
bool comesBefore(const Matrix& A, const Matrix& B) {
  return std::lexicographical_compare(A.data(), A.data() + A.size(), B.data(), B.data() + B.size());
}

VectorFieldMatch matchUnit(const Matrix& A, const Matrix& B, const MatchOptions& options,
                           Progress& progress) {
  VectorFieldMatch match;
  const double bound = innerBound(A, B);
  match.angleBound = std::acos(std::clamp(bound, -1.0, 1.0));
  const auto starts = startsOf(A, B, options);
  Descent best;
  std::vector<double> angles;
  bool stopped = false;
  for (std::size_t s = 0; s < starts.size() && !stopped; ++s) {
    progress.report(static_cast<double>(s) / static_cast<double>(starts.size()), "comparing dynamics");
    Descent run = descend(A, B, starts[s], options, progress);
    angles.push_back(angleOf(run.f));
    if (s == 0 || run.f < best.f) best = std::move(run);
    if (1 - best.f >= bound - kProven) break;
    stopped = progress.stopRequested();
  }
  match.C = best.C;
  match.angle = angleOf(best.f);
  match.angleBound = std::min(match.angleBound, match.angle);  // apart by rounding only
  match.iterations = best.iterations;
  match.starts = static_cast<int>(angles.size());
  match.agreeing = static_cast<int>(
      std::count_if(angles.begin(), angles.end(), [&](double a) { return a < match.angle + kAgrees; }));
  if (1 - best.f >= bound - kProven)
    match.status = MatchStatus::optimal;
  else if (stopped)
    match.status = MatchStatus::stopped;
  else
    match.status = best.converged ? MatchStatus::converged : MatchStatus::iterationLimit;
  return match;
}

}  // namespace

std::vector<std::string> problems(const MatchOptions& options) {
  std::vector<std::string> found;
  if (options.randomStarts < 0)
    found.push_back("the number of random starts is " + std::to_string(options.randomStarts) +
                    "; allowed: at least 0");
  if (options.iterations < 1)
    found.push_back("the number of iterations is " + std::to_string(options.iterations) +
                    "; allowed: at least 1");
  if (!(options.tolerance > 0 && std::isfinite(options.tolerance)))
    found.push_back("the tolerance is " + toText(options.tolerance) + "; allowed: a number above 0");
  return found;
}

std::string nameOf(MatchStatus status) {
  switch (status) {
    case MatchStatus::optimal:
      return "optimal";
    case MatchStatus::converged:
      return "converged";
    case MatchStatus::iterationLimit:
      return "iteration limit";
    case MatchStatus::stopped:
      return "stopped";
    case MatchStatus::undefined:
      return "undefined";
  }
  return "unknown";
}

MatchValue matchValue(ConstMatrixRef A, ConstMatrixRef M) {
  // d/dt ½ ‖A - M‖² along M' = ΩM - MΩ is -<A - M, ΩM - MΩ> = -<E Mᵀ - Mᵀ E, Ω>: nothing cancels near E = 0.
  const Matrix E = A - M;
  return {0.5 * E.squaredNorm(), -skewPart(E * M.transpose() - M.transpose() * E)};
}

VectorFieldMatch matchVectorFields(ConstMatrixRef A, ConstMatrixRef B, const MatchOptions& options,
                                   Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  if (A.rows() != A.cols() || B.rows() != B.cols())
    throw InputError("operators are " + std::to_string(A.rows()) + " x " + std::to_string(A.cols()) +
                     " and " + std::to_string(B.rows()) + " x " + std::to_string(B.cols()) +
                     "; allowed: square ones");
  const Index n = std::max(A.rows(), B.rows());
  const double normA = A.norm(), normB = B.norm();
  VectorFieldMatch match;
  if (!(normA > 0 && normB > 0 && std::isfinite(normA) && std::isfinite(normB))) {
    match.C = Matrix::Identity(n, n);
    match.distance = std::max(normA, normB);
    match.angle = normA == normB ? 0 : std::numbers::pi / 2;
    return match;
  }
  const Matrix first = filledUp(A / normA, n), second = filledUp(B / normB, n);
  if (comesBefore(second, first)) {
    match = matchUnit(second, first, options, progress);
    match.C.transposeInPlace();
  } else {
    match = matchUnit(first, second, options, progress);
  }
  // ‖A‖² + ‖B‖² - 2 <A, CBCᵀ>, without cancellation.
  const double chord = 2 * std::sin(0.5 * match.angle);
  match.distance = std::hypot(normA - normB, chord * std::sqrt(normA * normB));
  return match;
}

double eigenvalueDistance(ConstMatrixRef A, ConstMatrixRef B) {
  const Index n = std::max(A.rows(), B.rows());
  ComplexVector a = ComplexVector::Zero(n), b = ComplexVector::Zero(n);
  a.head(A.rows()) = eigenvalues(A);
  b.head(B.rows()) = eigenvalues(B);
  Matrix cost(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) cost(i, j) = std::norm(a(i) - b(j));
  const auto columns = leastCostAssignment(cost);
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += cost(i, columns[static_cast<std::size_t>(i)]);
  return std::sqrt(sum);
}

}  // namespace keyhole
