#include "core/io/number_types.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace keyhole {
namespace {

template <class T>
void convert(const char* bytes, std::size_t count, bool swapped, double* to) {
  for (std::size_t i = 0; i < count; ++i, bytes += sizeof(T)) {
    T value;
    if (swapped) {
      char ordered[sizeof(T)];
      std::reverse_copy(bytes, bytes + sizeof(T), ordered);
      std::memcpy(&value, ordered, sizeof(T));
    } else {
      std::memcpy(&value, bytes, sizeof(T));
    }
    to[i] = static_cast<double>(value);
  }
}

struct TypeRow {
  std::size_t bytes;
  const char* name;
  void (*convert)(const char*, std::size_t, bool, double*);
};

// In the order of the enumeration.
constexpr TypeRow kTypes[] = {
    {1, "int8", convert<std::int8_t>},   {1, "uint8", convert<std::uint8_t>},
    {2, "int16", convert<std::int16_t>}, {2, "uint16", convert<std::uint16_t>},
    {4, "int32", convert<std::int32_t>}, {4, "uint32", convert<std::uint32_t>},
    {8, "int64", convert<std::int64_t>}, {8, "uint64", convert<std::uint64_t>},
    {4, "single", convert<float>},       {8, "double", convert<double>},
};

const TypeRow& rowOf(NumberType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

}  // namespace

std::size_t bytesOf(NumberType type) {
  return rowOf(type).bytes;
}

const char* nameOf(NumberType type) {
  return rowOf(type).name;
}

void toDoubles(const char* bytes, std::size_t count, NumberType type, bool swapped, double* to) {
  rowOf(type).convert(bytes, count, swapped && bytesOf(type) > 1, to);
}

}  // namespace keyhole
