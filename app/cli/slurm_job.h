// A job array of Slurm and the job that merges what it made, in a folder. No queue and no transport of our
// own: the state is what lies in the folder, then what squeue says, then sacct where accounting exists.
#pragma once

#include "app/cli/console.h"
#include "core/io/shards.h"

#include <map>
#include <string>
#include <vector>

namespace keyhole::cli {

struct SlurmCall {
  std::vector<std::string> arguments;  // of keyhole, for one shard, without --shard and --shards
  std::string out;                     // where the merged result goes
};

class SlurmJob {
 public:
  SlurmJob(std::string folder, const ShardedWork& work);

  // Writes the scripts and submits what is neither done nor on its way: first all tasks, on a second call
  // those that failed; and the merging job behind them. Returns what was done, one sentence. tasks: 0: as
  // before, or the usual number. Throws InputError: no Slurm, a folder of other work, another number.
  std::string submit(const SlurmCall& call, Index tasks);

  // A line for each state, and one for the merging job. Throws InputError if nothing was submitted here.
  std::string status();

 private:
  void load();
  void keep() const;
  void requireMine() const;
  std::string writeScript(const std::string& name, const std::vector<std::string>& arguments,
                          const std::string& more) const;
  std::string sbatch(const std::string& options, const std::string& script) const;
  std::map<Index, std::string> queued(bool merging) const;  // by task; the merging job's is 0
  std::map<Index, std::string> accounted() const;
  bool merged(const std::vector<Index>& missing) const;
  std::string log(const std::string& name) const;

  std::string m_folder;
  const ShardedWork& m_work;
  Index m_tasks = 0;  // 0: nothing was submitted yet
  std::string m_kind, m_key, m_out;
  Index m_items = 0;
  std::vector<std::string> m_arrays, m_merges;  // numbers of jobs
};

}  // namespace keyhole::cli
