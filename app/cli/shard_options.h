// --shard, --merge and --slurm: the options of commands whose work can be parted.
#pragma once

#include "app/cli/console.h"
#include "core/io/shards.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace keyhole::cli {

struct ShardOptions {
  std::string shard, folder, slurm, tasks;
  bool merge = false, status = false;

  void addTo(CLI::App& command);

  // Throws InputError: options that do not go together.
  void check() const;
  bool any() const { return merge || !shard.empty() || !slurm.empty(); }

  // What they ask for, but for --merge, which needs the result. arguments: as typed. Throws InputError,
  // Stopped.
  void run(const ShardedWork& work, const std::string& out, Console& console) const;
};

extern const char* const kShardHelp;

}  // namespace keyhole::cli
