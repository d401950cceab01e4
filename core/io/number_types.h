// Numbers of any type, as they lie in a file, made doubles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace keyhole {

enum class NumberType { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

// Numbers that lie in a file one behind the other, uncompressed.
struct RawNumbers {
  std::uint64_t offset = 0;
  NumberType type = NumberType::f64;
  bool swapped = false;  // in the other byte order than this machine's
};

std::size_t bytesOf(NumberType type);
const char* nameOf(NumberType type);  // as MATLAB calls it: "int8", …, "single", "double"

// `count` numbers from `bytes`; swapped: in the other byte order. Cost O(count).
void toDoubles(const char* bytes, std::size_t count, NumberType type, bool swapped, double* to);

}  // namespace keyhole
