// Words of files, compared whatever their case: of the letters of ASCII alone, whatever the locale.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace keyhole {

constexpr char lowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowerCase(std::string_view text);

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words);

}  // namespace keyhole
