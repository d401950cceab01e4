// Comparing matrices in tests: the message names the first bad entry, both values and the tolerance.
#pragma once

#include "core/common/types.h"

#include <QString>

namespace keyhole::test {

// Empty if every |a - b| <= tolerance (NaN never agrees); else what differs.
QString difference(ConstMatrixRef a, ConstMatrixRef b, double tolerance);
// Eigenvalues as sets: each of a is matched with the nearest unused one of b.
QString spectralDifference(const ComplexVector& a, const ComplexVector& b, double tolerance);

}  // namespace keyhole::test

// Fails the test with the difference, if any.
#define COMPARE_MATRICES(a, b, tolerance)                                         \
  do {                                                                            \
    const QString keyholeDifference = keyhole::test::difference(a, b, tolerance); \
    QVERIFY2(keyholeDifference.isEmpty(), qPrintable(keyholeDifference));         \
  } while (false)

#define COMPARE_EIGENVALUES(a, b, tolerance)                                              \
  do {                                                                                    \
    const QString keyholeDifference = keyhole::test::spectralDifference(a, b, tolerance); \
    QVERIFY2(keyholeDifference.isEmpty(), qPrintable(keyholeDifference));                 \
  } while (false)
