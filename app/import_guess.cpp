#include "app/import_guess.h"

#include <algorithm>

namespace keyhole {

static double entriesOf(const FileArray& array) {
  double entries = static_cast<double>(std::max<Index>(array.trials, 1));
  for (const auto extent : array.extents) entries *= static_cast<double>(extent);
  return entries;
}

PlaceGuess guessedPlace(const FileContents& contents) {
  const FileArray* largest = nullptr;
  int recordings = 0;
  for (const auto& array : contents.arrays) {
    if (array.role != ArrayRole::recording && array.role != ArrayRole::spikes) continue;
    ++recordings;
    if (!largest || entriesOf(array) > entriesOf(*largest)) largest = &array;
  }
  if (!largest) return {QString(), "No array looks like a recording: choose one."};
  const QString path = QString::fromStdString(largest->path);
  if (recordings == 1)
    return {path, "Guessed: the only one that can be a recording (" +
                      QString::fromStdString(largest->reason) + ")."};
  return {path, QString("Guessed: the first of the largest, of %1 that can be a recording.").arg(recordings)};
}

}  // namespace keyhole
