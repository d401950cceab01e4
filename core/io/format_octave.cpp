#include "core/io/formats.h"
#include "core/io/octave_text.h"
#include "core/io/tree_reading.h"

namespace keyhole {

Format octaveFormat() {
  return {"Octave text file",
          {},
          true,
          isOctaveText,
          [](const std::string& file) { return contentsOfTree(*openOctaveText(file), "Octave text file"); },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            return readFromTree(*openOctaveText(file), file, path, options);
          }};
}

}  // namespace keyhole
