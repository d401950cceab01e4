// Whether a picture would look like the one that is there.
#pragma once

#include "core/analysis/spectrum.h"
#include "core/common/types.h"

#include <QString>

#include <bit>
#include <cstdint>

namespace keyhole {

// A number made of everything that is drawn, in its order (64 bits: two pictures that differ have the same
// one in a window's lifetime as good as never).
class Fingerprint {
 public:
  Fingerprint& add(std::uint64_t bits) {
    // The finaliser of splitmix64, chained.
    m_value += bits + 0x9E3779B97F4A7C15ULL;
    m_value = (m_value ^ (m_value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    m_value = (m_value ^ (m_value >> 27)) * 0x94D049BB133111EBULL;
    m_value ^= m_value >> 31;
    return *this;
  }
  Fingerprint& add(double value) { return add(std::bit_cast<std::uint64_t>(value)); }
  Fingerprint& add(const QString& text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const QChar& letter : text) add(std::uint64_t{letter.unicode()});
    return *this;
  }
  template <class Derived>
  Fingerprint& add(const Eigen::DenseBase<Derived>& values) {
    add(static_cast<std::uint64_t>(values.size()));
    for (Index j = 0; j < values.cols(); ++j)
      for (Index i = 0; i < values.rows(); ++i) add(double{values(i, j)});
    return *this;
  }
  // The marks of a spectrum.
  Fingerprint& add(const Spectrum& spectrum) {
    add(Vector(spectrum.values.real())).add(Vector(spectrum.values.imag()));
    for (const bool undetermined : spectrum.undetermined) add(std::uint64_t{undetermined});
    return add(std::uint64_t{spectrum.exact}).add(std::uint64_t{spectrum.leadingOnly});
  }

  bool operator==(const Fingerprint&) const = default;

 private:
  std::uint64_t m_value = 0;
};

}  // namespace keyhole
