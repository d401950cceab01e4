#include "core/linalg/blas_kernel.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <sstream>

namespace keyhole {
namespace {

// Kernels by the vector instructions that they use. Where two have the same rank, OpenBLAS's choice between
// them stands.
enum Rank { sse3, sse42, avx, avx2, avx512 };
struct Kernel {
  const char* name;
  Rank rank;
};
constexpr Kernel kKernels[] = {
    {"Katmai", sse3},      {"Coppermine", sse3}, {"Northwood", sse3},  {"Prescott", sse3},
    {"Banias", sse3},      {"Atom", sse3},       {"Core2", sse3},      {"Penryn", sse3},
    {"Dunnington", sse3},  {"Athlon", sse3},     {"Opteron", sse3},    {"Opteron_SSE3", sse3},
    {"Nano", sse3},        {"Bobcat", sse3},     {"Barcelona", sse42}, {"Nehalem", sse42},
    {"Sandybridge", avx},  {"Bulldozer", avx},   {"Piledriver", avx},  {"Steamroller", avx},
    {"Excavator", avx2},   {"Haswell", avx2},    {"Zen", avx2},        {"SkylakeX", avx512},
    {"Cooperlake", avx512}};

std::optional<Rank> rankOf(const std::string& name) {
  for (const Kernel& kernel : kKernels)
    if (name == kernel.name) return kernel.rank;
  return {};
}

// A function of OpenBLAS, or null: the BLAS may be another one, so nothing is linked by these names.
template <typename Function>
Function* inBlas(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

std::string fromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool equalButForCase(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

KernelDecision again(KernelHistory history, const CpuFeatures& features) {
  const auto next = history.next(features);
  if (next) history.tryNext(*next);
  return {KernelDecision::Action::startAgain, next.value_or(""), std::move(history)};
}

std::string failuresInWords(const KernelHistory& history) {
  std::string text;
  for (const KernelTrial& trial : history.trials())
    if (!trial.failure.empty()) text += "; not " + trial.kernel + ": " + trial.failure;
  return text;
}

}  // namespace

void useOneBlasThread() {
  if (auto* set = inBlas<void(int)>("openblas_set_num_threads")) set(1);
}

std::string blasKernel() {
  auto* name = inBlas<char*()>("openblas_get_corename");
  return name ? name() : "";
}

std::string blasLibrary() {
  auto* config = inBlas<char*()>("openblas_get_config");
  return config ? config() : "other than OpenBLAS";
}

CpuFeatures cpuFeatures() {
  CpuFeatures found;
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  found.sse42 = __builtin_cpu_supports("sse4.2");
  found.avx = __builtin_cpu_supports("avx");
  found.avx2AndFma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  found.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl");
  found.avx512Bf16 = found.avx512 && __builtin_cpu_supports("avx512bf16");
#endif
  return found;
}

std::vector<std::string> betterKernels(const std::string& running, const CpuFeatures& features) {
  std::vector<std::string> better;
  const auto rank = rankOf(running);
  if (!rank) return better;
  const auto offer = [&](const char* name, bool fits) {
    if (fits && *rankOf(name) > *rank) better.emplace_back(name);
  };
  offer("SkylakeX", features.avx512);
  offer("Cooperlake", features.avx512 && features.avx512Bf16);
  offer("Haswell", features.avx2AndFma);
  offer("Sandybridge", features.avx);
  offer("Nehalem", features.sse42);
  return better;
}

KernelHistory::KernelHistory(const std::string& text) {
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ';');) {
    const auto equal = part.find('=');
    const std::string name = part.substr(0, equal);
    if (!rankOf(name)) {
      *this = KernelHistory();
      return;
    }
    if (m_own.empty())
      m_own = name;
    else
      m_trials.push_back({name, equal == std::string::npos ? "" : part.substr(equal + 1)});
  }
}

std::string KernelHistory::text() const {
  std::string text = m_own;
  for (const KernelTrial& trial : m_trials)
    text += ";" + trial.kernel + (trial.failure.empty() ? "" : "=" + trial.failure);
  return text;
}

std::optional<std::string> KernelHistory::next(const CpuFeatures& features) const {
  for (const std::string& kernel : betterKernels(m_own, features)) {
    const auto known = [&](const KernelTrial& trial) { return trial.kernel == kernel; };
    if (std::none_of(m_trials.begin(), m_trials.end(), known)) return kernel;
  }
  return {};
}

KernelDecision decideKernel(const std::string& running, const std::string& asked,
                            const KernelHistory& history, const CpuFeatures& features,
                            std::string (*check)()) {
  const KernelDecision stay{KernelDecision::Action::stay, "", history};
  if (running.empty()) return stay;
  if (history.empty()) {
    if (!asked.empty() || betterKernels(running, features).empty()) return stay;
    KernelHistory first;
    first.begin(running);
    return again(std::move(first), features);
  }
  if (history.trials().empty()) return again(history, features);
  const KernelTrial& last = history.trials().back();
  if (!last.failure.empty()) return stay;  // OpenBLAS's own, after all others
  KernelHistory failed = history;
  if (running != last.kernel) {
    failed.giveUp("not in this library");
    return again(std::move(failed), features);
  }
  const std::string wrong = check();
  if (wrong.empty()) return stay;
  failed.giveUp(wrong + " are wrong");
  return again(std::move(failed), features);
}

std::string kernelInWords(const std::string& running, const std::string& asked, const KernelHistory& history,
                          const CpuFeatures& features) {
  if (running.empty()) return "of another BLAS than OpenBLAS, which does not tell";
  if (history.empty() && !asked.empty())
    return running + ", " + (equalButForCase(running, asked) ? "asked for" : "not what is asked for") +
           " by OPENBLAS_CORETYPE=" + asked;
  const auto better = betterKernels(running, features);
  if (history.trials().empty()) {
    const std::string rest = better.empty() ? "" : ", though this processor can run " + better.front();
    return running + ", chosen by OpenBLAS" + rest;
  }
  if (running == history.own()) return running + ", chosen by OpenBLAS" + failuresInWords(history);
  return running + ", started again from " + history.own() + ", which OpenBLAS had chosen" +
         failuresInWords(history);
}

std::string kernelInWords() {
  return kernelInWords(blasKernel(), fromEnvironment("OPENBLAS_CORETYPE"),
                       KernelHistory(fromEnvironment(KernelHistory::kVariable)), cpuFeatures());
}

std::string kernelWarning(const std::string& running, const std::string& asked, const CpuFeatures& features) {
  const auto better = betterKernels(running, features);
  if (!asked.empty() || better.empty()) return "";
  return "OpenBLAS does not know this processor and runs its " + running +
         " kernels, where it could run those of " + better.front() +
         ", which can be several times as fast; with OPENBLAS_CORETYPE=" + better.front() +
         " in the environment before the start it does";
}

std::string kernelWarning() {
  return kernelWarning(blasKernel(), fromEnvironment("OPENBLAS_CORETYPE"), cpuFeatures());
}

}  // namespace keyhole
