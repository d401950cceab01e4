#include "core/analysis/comparison/slow_direction.h"

#include "core/analysis/spectrum.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

namespace keyhole {

ComplexVector slowDirection(const Student& student, Index neurons) {
  const EigenSystem left = eigenSystem(student.A.transpose());
  Spectrum spectrum;
  spectrum.values = left.values;
  spectrum.alpha = student.alpha;
  ComplexVector own = left.vectors.col(leadingOrder(spectrum).front());
  if (student.emission) {
    const Matrix back = pseudoInverse(student.emission->C);
    own = (own.transpose() * back.cast<std::complex<double>>()).transpose().eval();
  } else {
    own.conservativeResize(neurons);
  }
  const double length = own.norm();
  return length > 0 ? ComplexVector(own / length) : own;
}

double slowestSteps(const Student& student) {
  const Spectrum spectrum = spectrumOf(student.A, false, student.alpha);
  const std::complex<double> leading = spectrum.values(leadingOrder(spectrum).front());
  return -1 / mapExponent(leading, student.alpha).real() / student.alpha;
}

}  // namespace keyhole
