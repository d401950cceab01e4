// Counter-based random streams (Philox4x64-10, Salmon et al. 2011): every number is a function of
// (seed, stream, substream, row, position) alone, so that any part can be drawn alone, in any order, on any
// number of threads, and the same seed gives the same numbers. There is no global generator.
#pragma once

#include "core/common/types.h"

#include <cstdint>
#include <span>
#include <vector>

namespace keyhole {

// One stream per purpose: changing how many numbers one purpose draws leaves the others as they were.
enum class Stream : std::uint64_t {
  network = 1,
  initialState = 2,
  noise = 3,
  subset = 4,
  fit = 5,
  task = 6,
  probe = 7,
  observationNoise = 8,
  test = 9,
  resample = 10,
};

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Stream stream, std::uint64_t substream = 0);

  // Standard normal variates for positions firstPosition … of a row (a time step, a matrix column). Inverse
  // normal distribution function (Wichura 1988, AS 241, relative error about 1e-16) of a 53-bit uniform
  // number. firstPosition must be a multiple of 4.
  void normals(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition = 0) const;

  // The same in single precision, other numbers than those above: AS 241's PPND7 (relative error about 1e-7)
  // of a 32-bit uniform number, so that none is beyond 6.3 deviations. A third of the time.
  // firstPosition must be a multiple of 8.
  void normals(std::uint64_t row, std::span<float> out, std::uint64_t firstPosition = 0) const;

  // Uniform variates in the open interval (0, 1), same addressing.
  void uniforms(std::uint64_t row, std::span<double> out, std::uint64_t firstPosition = 0) const;

  // rows x columns standard normal matrix: column j holds the variates of row firstRow + j of the stream.
  Matrix normalMatrix(Index rows, Index columns, std::uint64_t firstRow = 0) const;

  // A uniformly random permutation of 0 … n-1.
  std::vector<Index> permutation(Index n) const;

 private:
  std::uint64_t m_seed;
  std::uint64_t m_stream;
  std::uint64_t m_substream;
};

// The inverse of the standard normal distribution function, 0 < p < 1 (AS 241, PPND16).
double inverseNormal(double p);

// The same of (k + ½) 2⁻³² in single precision (PPND7).
float inverseNormalSingle(std::uint32_t k);

}  // namespace keyhole
