#include "core/fitting/input_notes.h"

#include "core/linalg/eigen.h"

#include <algorithm>

namespace keyhole {

std::vector<std::string> weakInputs(const std::vector<Trial>& trials, Index order, const Progress& progress) {
  constexpr double kLeast = 1e-10;
  const Index m = trials.front().input.rows();
  if (m == 0) return {};
  Matrix moments = Matrix::Zero(m * order, m * order);
  Index windows = 0;
  for (const auto& trial : trials) {
    const Index count = trial.input.cols() - order + 1;
    if (count < 1) continue;
    windows += count;
    inPieces(count, progress, [&](Index first, Index n) {
      Matrix stacked(m * order, n);
      for (Index lag = 0; lag < order; ++lag)
        stacked.middleRows(lag * m, m) = trial.input.middleCols(first + lag, n);
      moments.noalias() += stacked * stacked.transpose();
    });
  }
  if (windows == 0) return {};
  const Vector sizes = moments.diagonal().cwiseSqrt();
  const Vector scale = (sizes.array() > 0).select(sizes.cwiseInverse(), 0.0);
  const Vector values = symmetricEigenSystem(scale.asDiagonal() * moments * scale.asDiagonal()).values;
  const Index excited = (values.array() > kLeast * std::max(values(0), 1e-300)).count();
  if (excited >= m * order) return {};
  return {"the input excites " + std::to_string(values(0) > 0 ? excited : 0) + " of the " +
          std::to_string(m * order) + " directions in " + std::to_string(order) +
          " successive steps of it: what it does to " + std::to_string(order - 1) +
          " latents cannot be told from this recording alone (a constant excites 1, a sinusoid 2)"};
}

}  // namespace keyhole
