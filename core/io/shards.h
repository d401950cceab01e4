// Long work of many independent items in shards, so that several machines can share it: each shard is a file
// of its own, written whole or not at all, and joined when all are there. No scheduler and no transport: what
// is done is what lies in the folder.
#pragma once

#include "core/common/progress.h"
#include "core/common/types.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <vector>

namespace keyhole {

struct ShardedWork {
  std::string kind;    // "reference table", in sentences
  std::string key;     // everything that the items depend on, but for their number
  Index items = 0;     // 0 … items-1
  bool atOnce = true;  // several items at once, on all cores; false: an item uses them itself
  // Of an index alone, so that nothing depends on the shards. Throws Stopped.
  std::function<nlohmann::ordered_json(Index item, Progress& progress)> make;
};

// One of `of` shards, counted from 1: items (shard-1) items/of … shard items/of - 1, rounded down.
struct ShardPlace {
  Index shard = 1, of = 1;
  Index first(Index items) const { return (shard - 1) * items / of; }
  Index end(Index items) const { return shard * items / of; }
};

// "3/8". Throws InputError: not of this form, none of these shards, more shards than items.
ShardPlace shardPlace(const std::string& text, Index items);

std::string shardFile(const std::string& folder, const ShardPlace& place);  // FOLDER/shard-0003-of-0008.json

// Computes what is missing of one shard and writes it; what lies there whole stays. Pieces of it that are
// done are kept, so that one that was stopped or killed goes on where it was; they go when it is whole. A
// damaged piece or shard is made anew. Throws InputError, also for a shard of other work that lies in its
// place, and Stopped.
void computeShard(const ShardedWork& work, const ShardPlace& place, const std::string& folder,
                  Progress& progress = noProgress());

// All items in their order. of: how many shards there must be; 0: as many as the files say. Throws InputError
// that names what is missing, what is of other work or another division, or what was cut off or changed.
std::vector<nlohmann::ordered_json> mergedShards(const ShardedWork& work, Index of,
                                                 const std::string& folder);

// Which shards are not there whole, by their numbers. Shards of other work count as missing.
std::vector<Index> missingShards(const ShardedWork& work, Index of, const std::string& folder);

// A merged result as bytes: the same, whatever the shards.
std::string mergedBytes(const ShardedWork& work, const std::vector<nlohmann::ordered_json>& rows);

}  // namespace keyhole
