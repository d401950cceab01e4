// Quantiles of draws.
#pragma once

#include <vector>

namespace keyhole {

// The p-quantile of at least one value, in rising order, at the place (n + 1) p between them, so that another
// draw is below it with probability p; the extreme ones where that lies beyond them. Infinite values are
// values.
double drawnQuantile(const std::vector<double>& rising, double p);

}  // namespace keyhole
