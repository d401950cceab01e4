#include "app/cli/slurm_job.h"

#include "core/common/error.h"
#include "core/io/file_bytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <sys/wait.h>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr Index kUsualTasks = 8;

// For a shell.
std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

struct Answer {
  int code = -1;
  std::string text;  // of both outputs
  std::string firstLine() const { return text.substr(0, text.find('\n')); }
};

Answer ask(const std::string& command) {
  Answer answer;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return answer;
  std::array<char, 4096> piece;
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    answer.text.append(piece.data(), n);
  const int status = pclose(pipe);
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

std::string withCommas(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

std::string listOf(const std::vector<Index>& numbers) {
  std::vector<std::string> texts;
  for (const Index number : numbers) texts.push_back(std::to_string(number));
  return withCommas(texts);
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

SlurmJob::SlurmJob(std::string folder, const ShardedWork& work) : m_work(work) {
  std::error_code error;
  m_folder = fs::absolute(folder, error).string();
  load();
}

void SlurmJob::load() {
  const std::string path = m_folder + "/jobs.json";
  std::error_code error;
  if (!fs::exists(path, error)) return;
  try {
    const auto file = ordered_json::parse(readFileBytes(path));
    m_kind = file.at("kind");
    m_key = file.at("key");
    m_items = file.at("items");
    m_tasks = file.at("tasks");
    m_out = file.at("out");
    m_arrays = file.at("array_jobs").get<std::vector<std::string>>();
    m_merges = file.at("merge_jobs").get<std::vector<std::string>>();
  } catch (const ordered_json::exception&) {
    throw InputError(path + " is damaged; allowed: as it was written, or another folder");
  }
}

void SlurmJob::keep() const {
  const ordered_json file = {{"kind", m_kind},        {"key", m_key}, {"items", m_items},
                             {"tasks", m_tasks},      {"out", m_out}, {"array_jobs", m_arrays},
                             {"merge_jobs", m_merges}};
  writeFileAtomically(m_folder + "/jobs.json", file.dump(1) + "\n");
}

void SlurmJob::requireMine() const {
  if (m_kind != m_work.kind || m_key != m_work.key || m_items != m_work.items)
    throw InputError(m_folder + " holds the jobs of another " + m_kind + "; allowed: a folder for each");
}

std::string SlurmJob::log(const std::string& name) const {
  return quoted(m_folder + "/logs/" + name);
}

std::string SlurmJob::writeScript(const std::string& name, const std::vector<std::string>& arguments,
                                  const std::string& more) const {
  std::error_code error;
  std::string text = "#!/bin/sh\nexec " + quoted(fs::read_symlink("/proc/self/exe", error).string());
  for (const auto& argument : arguments) text += " " + quoted(argument);
  const std::string path = m_folder + "/" + name;
  writeFileAtomically(path, text + more + "\n");
  return path;
}

std::string SlurmJob::sbatch(const std::string& options, const std::string& script) const {
  const Answer answer = ask("sbatch --parsable --open-mode=append " + options + " " + quoted(script));
  if (answer.code == 127)
    throw InputError("--slurm is given and there is no sbatch; allowed: where Slurm is installed");
  const auto lines = linesOf(answer.text);
  const std::string number = lines.empty() ? "" : lines.back().substr(0, lines.back().find(';'));
  if (answer.code != 0 || number.empty() ||
      !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }))
    throw InputError("sbatch did not take the job: " + answer.firstLine());
  return number;
}

// A job that squeue no longer knows is none that waits or runs.
std::map<Index, std::string> SlurmJob::queued(bool merging) const {
  std::map<Index, std::string> states;
  for (const auto& job : merging ? m_merges : m_arrays) {
    const Answer answer = ask("squeue --noheader --array --jobs=" + job + " --format='%K %T'");
    if (answer.code == 127)
      throw InputError(
          "squeue is not installed, so nothing is known about running jobs; allowed: where Slurm is "
          "installed");
    if (answer.code != 0) {
      if (answer.text.find("Invalid job id") != std::string::npos) continue;
      throw InputError("squeue does not answer, so nothing is known about running jobs: " +
                       answer.firstLine());
    }
    for (const auto& line : linesOf(answer.text)) {
      std::istringstream words(line);
      std::string task, state;
      if (!(words >> task >> state)) continue;
      static const std::vector<std::string> under = {
          "PENDING",      "RUNNING",  "CONFIGURING",  "COMPLETING", "REQUEUED", "SUSPENDED",
          "REQUEUE_HOLD", "RESIZING", "SPECIAL_EXIT", "STAGE_OUT",  "STOPPED"};
      if (std::find(under.begin(), under.end(), state) == under.end()) continue;
      states[merging ? 0 : std::strtol(task.c_str(), nullptr, 10)] = state;
    }
  }
  return states;
}

// Where no accounting exists, nothing is known of why.
std::map<Index, std::string> SlurmJob::accounted() const {
  std::map<Index, std::string> states;
  if (m_arrays.empty()) return states;
  const Answer answer =
      ask("sacct --noheader --allocations --parsable2 --format=JobID,State --jobs=" + withCommas(m_arrays));
  if (answer.code != 0) return states;
  for (const auto& line : linesOf(answer.text)) {
    const auto bar = line.find('|'), under = line.find('_');
    if (bar == std::string::npos || under == std::string::npos || under > bar) continue;
    states[std::strtol(line.c_str() + under + 1, nullptr, 10)] = line.substr(bar + 1);
  }
  return states;
}

// The result is there and younger than every shard.
bool SlurmJob::merged(const std::vector<Index>& missing) const {
  std::error_code error;
  if (!missing.empty() || !fs::exists(m_out, error)) return false;
  const auto made = fs::last_write_time(m_out, error);
  for (Index shard = 1; shard <= m_tasks; ++shard)
    if (fs::last_write_time(shardFile(m_folder, {shard, m_tasks}), error) > made) return false;
  return true;
}

std::string SlurmJob::submit(const SlurmCall& call, Index tasks) {
  const bool first = m_tasks == 0;
  if (first) {
    m_tasks = std::min(tasks > 0 ? tasks : kUsualTasks, m_work.items);
    m_kind = m_work.kind;
    m_key = m_work.key;
    m_items = m_work.items;
  }
  requireMine();
  if (tasks > 0 && tasks != m_tasks)
    throw InputError("--tasks is " + std::to_string(tasks) + " and the work in " + m_folder +
                     " is split into " + std::to_string(m_tasks) +
                     "; allowed: the same number, or another folder");
  createFolder(m_folder + "/logs");
  m_out = call.out.empty() ? m_folder + "/result.json" : fs::absolute(call.out).string();
  const auto waiting = queued(false);
  std::vector<Index> todo;
  const auto missing = missingShards(m_work, m_tasks, m_folder);
  for (const Index shard : missing)
    if (!waiting.contains(shard)) todo.push_back(shard);
  if (todo.empty() && (merged(missing) || !queued(true).empty()))
    return waiting.empty() ? "all shards are there; nothing was submitted"
                           : "every missing shard is on its way; nothing was submitted";
  auto arguments = call.arguments;
  arguments.insert(arguments.end(), {"--shards", m_folder});
  std::string waits;
  if (!todo.empty()) {
    const std::string script =
        writeScript("task.sh", arguments, " --shard \"$SLURM_ARRAY_TASK_ID\"/" + std::to_string(m_tasks));
    m_arrays.push_back(
        sbatch("--job-name=keyhole --array=" + listOf(todo) + " --output=" + log("task-%a.log"), script));
    keep();
  }
  if (!m_arrays.empty()) {
    for (const auto& job : m_arrays) waits += ":" + job;
    waits = "--dependency=afterany" + waits + " ";
  }
  arguments.insert(arguments.end(), {"--merge", "-o", m_out});
  const std::string script = writeScript("merge.sh", arguments, "");
  m_merges.push_back(sbatch("--job-name=keyhole-merge " + waits + "--output=" + log("merge.log"), script));
  keep();
  if (todo.empty()) return "all shards are there; submitted merging job " + m_merges.back();
  return "submitted array job " + m_arrays.back() + " (" + (first ? "" : "again: ") + "tasks " +
         listOf(todo) + " of " + std::to_string(m_tasks) + ") and merging job " + m_merges.back() +
         ", which writes " + m_out;
}

std::string SlurmJob::status() {
  if (m_tasks == 0)
    throw InputError("nothing was submitted with " + m_folder + "; allowed: a folder that --slurm was given");
  requireMine();
  const auto missing = missingShards(m_work, m_tasks, m_folder);
  const auto waiting = missing.empty() ? std::map<Index, std::string>() : queued(false);
  std::vector<Index> pending, running, failed;
  for (const Index shard : missing) {
    const auto found = waiting.find(shard);
    (found == waiting.end() ? failed : found->second == "PENDING" ? pending : running).push_back(shard);
  }
  const Index done = m_tasks - static_cast<Index>(missing.size());
  std::string text = "tasks: " + std::to_string(m_tasks) + "\ndone: " + std::to_string(done) + "\n";
  if (!running.empty()) text += "running: " + listOf(running) + "\n";
  if (!pending.empty()) text += "waiting: " + listOf(pending) + "\n";
  if (!failed.empty()) {
    text += "failed: " + listOf(failed) + "\n";
    const auto why = accounted();
    for (const Index shard : failed)
      text += "  task " + std::to_string(shard) + ": " + (why.contains(shard) ? why.at(shard) + ", " : "") +
              m_folder + "/logs/task-" + std::to_string(shard) + ".log\n";
    text += "(the same command without --status runs them again)\n";
  }
  text += "merged: " +
          (merged(missing)         ? m_out
           : !queued(true).empty() ? std::string("not yet")
                                   : std::string("no")) +
          "\n";
  return text;
}

}  // namespace keyhole::cli
