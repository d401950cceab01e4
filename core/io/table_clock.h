// The columns of a table that are no channels: those that count its rows, and clocks.
#pragma once

#include "core/common/types.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace keyhole {

// A date with or without a time of day, or a time of day alone, in seconds from some beginning. 2024-01-31,
// 2024-01-31T10:00:00.5Z, 31.01.2024 10:00, 1/31/2024 10:00 PM, 10:00:00.25 …; dayFirst settles which number
// of 01/02/2024 is the month. Nothing if it is none of them.
std::optional<double> secondsOfDate(std::string_view text, bool dayFirst);

struct ColumnMeaning {
  enum class Kind { channel, index, clock } kind = Kind::channel;
  std::string
      note;  // without the column's name: "counts the rows from 0: left out" (EntryWords); may be empty
  double interval = 0;             // of a clock, in `unit`; 0: unknown
  std::string unit;                // "s" if it is known to be seconds (or was converted), else empty
  double perUnit = 1;              // the column times this is in `unit`
  std::vector<Index> begins = {};  // rows at which a trial begins, without the first; empty: as one
};

// The rows before which a clock that is even elsewhere jumps ahead, by more than one and a half of its median
// step and at no more than one row in twenty; empty: it does not, or it is short or uneven throughout.
// Precondition: it rises. Cost O(T).
std::vector<Index> jumpsOf(ConstVectorRef clock);

// What sentences call the entries of a column, and where they stand.
struct EntryWords {
  std::string entry = "row", entries = "rows", place = "line";
};

// What is known of a column (or of a row whose entries are time points) beside its numbers.
struct ColumnContext {
  std::string name, unit;  // "" if the file says none
  bool named = false;      // the file has names, though perhaps an empty one for this column
  bool first = false;      // the first column that is not yet explained
  bool dates = false;      // the numbers are seconds of dates
  EntryWords words = {};
};

// The unit of a clock, by its context: of its own row, of its name, or its name ("ms").
std::string clockUnit(const ColumnContext& context);

// lineOf(row): the line of the file that a row stands in, for sentences. Throws InputError (the sentence
// without the file's and the column's name) if a clock by name or by its steps runs backwards or has rows
// without a number. Cost O(T), of a first column that does not rise O(T log T).
ColumnMeaning meaningOf(ConstVectorRef column, const ColumnContext& context,
                        const std::function<std::size_t(Index)>& lineOf);

// What a column chosen by hand is: a clock if it rises strictly, else an index.
ColumnMeaning chosenMeaning(ConstVectorRef column, const ColumnContext& context,
                            const std::function<std::size_t(Index)>& lineOf);

}  // namespace keyhole
