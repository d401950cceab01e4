// What a text file is written in, brought to UTF-8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// The bytes of a text file as UTF-8 without a byte order mark: UTF-8 and ASCII as they are, UTF-16 and UTF-32
// of either byte order, with or without a mark. What was reinterpreted is added to `notes`. Throws InputError
// naming `path`: cut inside a character, or zero bytes that no text has. Cost O(bytes); no copy of UTF-8.
std::string textOfBytes(std::string bytes, const std::string& path, std::vector<std::string>& notes);

// The same text if it is valid UTF-8; else every byte is taken for a character of Windows-1252, the
// neighbour of Latin-1 that spreadsheets write ("µV", "°C").
std::string validUtf8(std::string_view text);

}  // namespace keyhole
