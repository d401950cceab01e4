// Which eigenvalues are one mark.
#pragma once

#include "core/analysis/spectrum.h"

#include <complex>
#include <vector>

namespace keyhole {

// Eigenvalues that coincide (within a thousandth) are one mark with a count.
struct MarkedEigenvalue {
  std::complex<double> value;
  Index count = 1;
  bool undetermined = false;
  Index first = 0;  // position of the first of them in the spectrum
};
std::vector<MarkedEigenvalue> marksOf(const Spectrum& spectrum);

}  // namespace keyhole
