// What the tests of the latent LDS ask of a fit.
#pragma once

#include "core/fitting/latent/lds_fit.h"

#include <QString>
#include <QTest>

#include <cmath>

namespace keyhole::test {

// Empty if no value is below the one before by more than rounding: 1e-10 of their size. NaN falls.
inline QString firstFall(const std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (!(values[i] >= values[i - 1] - 1e-10 * std::abs(values[i - 1])))
      return QString("from %1 to %2 at iteration %3")
          .arg(values[i - 1], 0, 'g', 15)
          .arg(values[i], 0, 'g', 15)
          .arg(i);
  return {};
}

inline LdsOptions quick(Index latents, Index iterations = 40) {
  LdsOptions options;
  options.kind.latents = latents;
  options.iterations = iterations;
  options.tolerance = 0;
  return options;
}

// A row for every class of emissions, dynamics noise and emission noise, as their numbers.
inline void addClasses() {
  QTest::addColumn<int>("emissions");
  QTest::addColumn<int>("dynamics");
  QTest::addColumn<int>("noise");
  for (const int emissions : {0, 1})
    for (const int dynamics : {0, 1})
      for (const int noise : {0, 1, 2})
        QTest::addRow("emissions %d, dynamics noise %d, emission noise %d", emissions, dynamics, noise)
            << emissions << dynamics << noise;
}

}  // namespace keyhole::test
