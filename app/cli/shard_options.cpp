#include "app/cli/shard_options.h"

#include "app/cli/option_values.h"
#include "app/cli/slurm_job.h"
#include "core/common/error.h"

#include <algorithm>

namespace keyhole::cli {
namespace {

// The command line of one shard: without what says where all of it goes.
std::vector<std::string> forTasks(const std::vector<std::string>& arguments) {
  static const std::vector<std::string> with = {"--slurm", "--tasks", "-o", "--out"};
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& one = arguments[i];
    if (std::find(with.begin(), with.end(), one) != with.end()) {
      ++i;
      continue;
    }
    const bool joinedValue =
        std::any_of(with.begin(), with.end(), [&](const auto& name) { return one.starts_with(name + "="); });
    if (one.starts_with("-o") && one.size() > 2) continue;
    if (!joinedValue) kept.push_back(one);
  }
  return kept;
}

}  // namespace

const char* const kShardHelp =
    R"(On several machines: --shard I/N computes the Ith of N parts of the work alone and leaves it in the folder of --shards, whole or
not at all; stopped or killed and called again it goes on where it was. --merge joins the parts, and names one that is missing,
cut off or of other work. The result is that of one process, bit for bit (with the same kernels of BLAS: set OPENBLAS_CORETYPE
where machines differ). --slurm FOLDER writes a job array of --tasks N parts (default 8) and the job that merges them into -o
(default FOLDER/result.json), and submits both with sbatch; what a site asks for (partition, time, memory) is said in Slurm's own
way, as with SBATCH_PARTITION. With --status it says what is done, runs, waits or failed (by the parts themselves, then squeue,
then sacct where accounting exists); the same command once more runs again what failed.)";

void ShardOptions::addTo(CLI::App& command) {
  command.add_option("--shard", shard, "Compute the Ith of N parts of the work alone")->type_name("I/N");
  command.add_option("--shards", folder, "The folder of the parts, of --shard and --merge")->type_name("DIR");
  command.add_flag("--merge", merge, "Join the parts in the folder of --shards");
  command.add_option("--slurm", slurm, "Submit the parts as a job array of Slurm, with this folder")
      ->type_name("DIR");
  command.add_option("--tasks", tasks, "Parts of --slurm (default 8)")->type_name("N");
  command.add_flag("--status", status, "What has become of the jobs of --slurm");
}

void ShardOptions::check() const {
  const int ways = (shard.empty() ? 0 : 1) + (merge ? 1 : 0) + (slurm.empty() ? 0 : 1);
  if (ways > 1)
    throw InputError("of --shard, --merge and --slurm more than one is given; allowed: one of them");
  if (folder.empty() && (merge || !shard.empty()))
    throw InputError(std::string(merge ? "--merge" : "--shard") +
                     " needs --shards DIR, the folder of the parts");
  if (!folder.empty() && !merge && shard.empty())
    throw InputError("--shards is given without --shard and --merge; allowed: with one of them");
  if (slurm.empty() && (status || !tasks.empty()))
    throw InputError(std::string(status ? "--status" : "--tasks") + " needs --slurm DIR");
}

void ShardOptions::run(const ShardedWork& work, const std::string& out, Console& console) const {
  if (!shard.empty()) {
    const ShardPlace place = shardPlace(shard, work.items);
    computeShard(work, place, folder, console.progress);
    console.progress.report(1, "");
    say(console, "shard " + shard + " is in " + shardFile(folder, place));
    return;
  }
  SlurmJob job(slurm, work);
  if (status) return deliver(console, "", job.status());
  const Index parts =
      tasks.empty() ? 0 : countOption("--tasks", tasks, std::min<Index>(work.items, 9999), "");
  say(console, job.submit({forTasks(console.arguments), out}, parts));
}

}  // namespace keyhole::cli
