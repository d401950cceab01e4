#include "core/analysis/comparison/similarity.h"

#include "core/common/error.h"
#include "core/linalg/assignment.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"
#include "core/linalg/subspace.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr double kTied = 1e-9;     // of ‖B‖: real parts that are one
constexpr double kNothing = 1e-9;  // in τ: weights that are rounding

double growth(Complex mode) {
  return std::max(0.0, mode.real() - 1);
}

// ∫ e^{(λ + conj μ - 2) t} dt over the window, times e^{-(growth of λ + growth of μ) window}: it can't
// overflow.
Complex innerProduct(Complex first, Complex second, double window) {
  const Complex rate = first + std::conj(second) - 2.0;
  const double scale = (growth(first) + growth(second)) * window;
  if (std::abs(rate) * window < 1e-5) return window * (1.0 + 0.5 * rate * window) * std::exp(-scale);
  return (std::exp(rate * window - scale) - std::exp(-scale)) / rate;
}

ComplexVector leading(const ComplexVector& values, Index k) {
  return values.head(std::min(k, values.size()));
}

// The leading k, filled up with the bare leak.
ComplexVector filledUp(const ComplexVector& values, Index k, Complex leak) {
  ComplexVector filled = ComplexVector::Constant(k, leak);
  const ComplexVector modes = leading(values, k);
  filled.head(modes.size()) = modes;
  return filled;
}

double summed(const Matrix& cost, const std::vector<Index>& assignment) {
  double sum = 0;
  for (Index i = 0; i < cost.rows(); ++i) sum += cost(i, assignment[static_cast<std::size_t>(i)]);
  return sum;
}

// M Nᵀ acts on the span of M as Nᵀ M does on coefficients.
Matrix lowRankModes(const LowRankForm& form, Index k) {
  const Matrix core = form.N.transpose() * form.M;
  const InvariantSubspace inside = leadingInvariantSubspace(core, k);
  const double size = form.M.norm() * form.N.norm();
  const bool aboveZeros =
      inside.values.size() > 0 && inside.values(inside.values.size() - 1).real() > kTied * size;
  if (!aboveZeros || inside.gap <= kTied * size) return Matrix(form.M.rows(), 0);
  return orthonormalBasis(form.M * inside.basis);
}

bool isUndetermined(const Spectrum& spectrum, Index k) {
  const auto count = std::min(static_cast<std::size_t>(k), spectrum.undetermined.size());
  return std::any_of(spectrum.undetermined.begin(),
                     spectrum.undetermined.begin() + static_cast<std::ptrdiff_t>(count),
                     [](bool undetermined) { return undetermined; });
}

}  // namespace

SpectrumMatch spectrumDistance(const ComplexVector& first, const ComplexVector& second, Index k) {
  k = std::min({k, first.size(), second.size()});
  SpectrumMatch match;
  if (k < 1) return match;
  Matrix cost(k, k);
  for (Index i = 0; i < k; ++i)
    for (Index j = 0; j < k; ++j) cost(i, j) = std::abs(first(i) - second(j));
  match.assignment = leastCostAssignment(cost);
  match.distance = summed(cost, match.assignment) / static_cast<double>(k);
  return match;
}

double modeOverlap(Complex first, Complex second, double window) {
  const double norms =
      innerProduct(first, first, window).real() * innerProduct(second, second, window).real();
  return std::clamp(std::norm(innerProduct(first, second, window)) / norms, 0.0, 1.0);
}

namespace {

// Beside this leak.
double weightOf(Complex mode, Complex leak, double window) {
  const double rate = 1 - mode.real();
  const double duration = rate * window > 1 ? 1 / rate : window;
  return duration * (1 - modeOverlap(mode, leak, window));
}

// What a mode is in steps of α, as the λ of a flow. One that is gone within a step is given the rate of 1e-20
// per step.
Complex asFlow(Complex value, double alpha) {
  if (!(alpha > 0)) return value;
  const Complex s = mapExponent(value, alpha);
  return {1 + std::max(s.real(), -46 / alpha), s.imag()};
}

ComplexVector asFlow(const Spectrum& spectrum) {
  const std::vector<Index> order = leadingOrder(spectrum);
  ComplexVector values(spectrum.values.size());
  for (Index i = 0; i < values.size(); ++i)
    values(i) = asFlow(spectrum.values(order[static_cast<std::size_t>(i)]), spectrum.alpha);
  return values;
}

ModeAgreement agreementOf(const ComplexVector& first, const ComplexVector& second, Complex firstLeak,
                          Complex secondLeak, double window, Index k) {
  k = std::min(k, std::max(first.size(), second.size()));
  const ComplexVector a = filledUp(first, k, firstLeak), b = filledUp(second, k, secondLeak);
  const auto modeWeight = [firstLeak](Complex mode, double within) {
    return weightOf(mode, firstLeak, within);
  };
  Matrix disagreement(k, k);
  double total = 0;
  for (Index i = 0; i < k; ++i) {
    const double weight = modeWeight(a(i), window);
    total += weight + modeWeight(b(i), window);
    for (Index j = 0; j < k; ++j)
      disagreement(i, j) = (weight + modeWeight(b(j), window)) * (1 - modeOverlap(a(i), b(j), window));
  }
  ModeAgreement agreement;
  agreement.assignment = leastCostAssignment(disagreement);
  if (total > kNothing)
    agreement.share = std::clamp(1 - summed(disagreement, agreement.assignment) / total, 0.0, 1.0);
  return agreement;
}

}  // namespace

double modeWeight(Complex mode, double window) {
  return weightOf(mode, 0.0, window);
}

ModeAgreement modeAgreement(const ComplexVector& first, const ComplexVector& second, double window, Index k) {
  return agreementOf(first, second, 0.0, 0.0, window, k);
}

ModeAgreement modeAgreement(const Spectrum& first, const Spectrum& second, double window, Index k) {
  return agreementOf(asFlow(first), asFlow(second), asFlow(0.0, first.alpha), asFlow(0.0, second.alpha),
                     window, k);
}

Matrix leadingModes(const Network& network, Index k) {
  if (const auto* lowRank = std::get_if<LowRankForm>(&network.form())) return lowRankModes(*lowRank, k);
  const Index D = network.size();
  const auto& exact = network.exactEigenvalues();
  // All alike: said by the structure, where a general solver would invent differences.
  if (exact && D > 0 && (*exact)(0) == (*exact)(D - 1)) return Matrix(D, 0);
  const Matrix B = network.dense();
  const InvariantSubspace inside = leadingInvariantSubspace(B, k);
  return inside.gap > kTied * B.norm() ? inside.basis : Matrix(D, 0);
}

Matrix leadingModes(const Student& student, Index k) {
  const InvariantSubspace inside = leadingInvariantSubspace(student.A, k);
  const Index seen = student.seen > 0 ? student.seen : student.A.rows();
  const Matrix visible =
      student.emission ? Matrix(student.emission->C * inside.basis) : Matrix(inside.basis.topRows(seen));
  return inside.gap > kTied * student.A.norm() ? orthonormalBasis(visible) : Matrix(visible.rows(), 0);
}

std::vector<std::string> problems(const AgreementOptions& options) {
  std::vector<std::string> found;
  if (options.modes < 1)
    found.push_back("the number of modes is " + std::to_string(options.modes) + "; allowed: at least 1");
  if (options.plane < 1)
    found.push_back("the dimension of the plane is " + std::to_string(options.plane) +
                    "; allowed: at least 1");
  if (!(options.window > 0 && std::isfinite(options.window)))
    found.push_back("the window is " + toText(options.window) + "; allowed: a number above 0");
  for (const auto& problem : problems(options.dsa.delay)) found.push_back(problem);
  for (const auto& problem : problems(options.dsa.match)) found.push_back(problem);
  return found;
}

std::string nameOf(AgreementStatus status) {
  switch (status) {
    case AgreementStatus::defined:
      return "defined";
    case AgreementStatus::undetermined:
      return "undetermined";
    case AgreementStatus::noParameters:
      return "no parameters";
  }
  return "unknown";
}

DynamicsAgreement dynamicsAgreement(const TeacherDynamics& teacher, const Student& student,
                                    ConstMatrixRef studentActivity, const AgreementOptions& options,
                                    Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  DynamicsAgreement agreement;
  if (student.A.size() == 0 || !student.A.allFinite()) return agreement;
  const Spectrum spectrum = spectrumOf(student.A, true, student.alpha);
  const SpectrumMatch match = spectrumDistance(spectrum.values, teacher.spectrum.values, options.modes);
  agreement.spectrumDistance = match.distance;
  agreement.assignment = match.assignment;
  Spectrum known = teacher.spectrum;
  known.alpha = student.alpha;  // both are seen in these steps
  agreement.gauge = modeAgreement(spectrum, known, options.window, options.modes).share;
  agreement.status =
      isUndetermined(spectrum, options.modes) || isUndetermined(teacher.spectrum, options.modes)
          ? AgreementStatus::undetermined
          : AgreementStatus::defined;
  if (teacher.modes.cols() > 0) {
    const Matrix ours = leadingModes(student, options.plane), theirs = orthonormalBasis(teacher.modes);
    if (ours.rows() != theirs.rows())
      throw InputError("the teacher's modes are given at " + std::to_string(theirs.rows()) +
                       " units; allowed: the " + std::to_string(ours.rows()) + " that the student sees");
    agreement.angles = principalAngles(ours, theirs);
    agreement.chanceCosine = chanceCosine(ours.cols(), theirs.cols(), ours.rows());
  }
  if (studentActivity.size() == 0 || teacher.activity.size() == 0) return agreement;
  DsaOptions dsa = options.dsa;
  dsa.delay.interval = std::max<Index>(1, static_cast<Index>(std::llround(1 / student.alpha)));
  agreement.dsa = dynamicalSimilarity(teacher.activity, studentActivity, dsa, progress);
  if (agreement.dsa.defined) {
    const Index half = teacher.activity.cols() / 2;
    agreement.dsaFloor =
        dynamicalSimilarity(teacher.activity.leftCols(half), teacher.activity.rightCols(half), dsa, progress)
            .match.angle;
  }
  return agreement;
}

}  // namespace keyhole
