// Which array of a file an import window begins with.
#pragma once

#include "core/io/formats.h"

#include <QString>

namespace keyhole {

struct PlaceGuess {
  QString path, why;  // why: a sentence for the user
};

// The only array that can be a recording, or the first of the largest; without any an empty path.
PlaceGuess guessedPlace(const FileContents& contents);

}  // namespace keyhole
