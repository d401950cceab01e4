// Columns that label the rows of a table though they do not rise throughout: clocks and counts that begin
// anew with every trial, row numbers that run down or are out of order, and the numbers of the trials.
#pragma once

#include "core/io/table_clock.h"

#include <vector>

namespace keyhole {

// The rows before which the column changes; of a column that stays the same for two rows or more each time.
// Empty: it does not change, or not so.
std::vector<Index> blocksOf(ConstVectorRef column);

// Whether the same whole numbers come again and again, in rows or in blocks of equal length.
bool isCycle(ConstVectorRef column);

// The rows at which a clock begins anew, with steps alike between them; empty: it does not, or not so.
// anyhow: it is a clock by its name or its dates, and may begin anew at any earlier time and have some other
// steps; else at its first value alone. Precondition: finite, at least three rows. Cost O(T log T).
std::vector<Index> restartsOf(ConstVectorRef column, bool anyhow);

// A column that neither rises throughout nor begins anew: one that counts down or whose row numbers are out
// of order or doubled; else a channel. lineOf(row): its line in the file. Precondition and cost as above.
ColumnMeaning labelMeaning(ConstVectorRef column, const ColumnContext& context,
                           const std::function<std::size_t(Index)>& lineOf);

// Throws InputError if nearly all steps are the same, as those of a clock are and those of no neuron, though
// some go back: the sentence without the file's and the column's name.
void refuseUnsteadyClock(ConstVectorRef column, const EntryWords& words,
                         const std::function<std::size_t(Index)>& lineOf);

}  // namespace keyhole
