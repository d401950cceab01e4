#include "app/best_kernel.h"

#include "core/linalg/blas_check.h"
#include "core/linalg/blas_kernel.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace keyhole {
namespace {

constexpr const char* kCoreType = "OPENBLAS_CORETYPE";

std::string fromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

void setOrUnset(const char* name, const std::string& value) {
  value.empty() ? unsetenv(name) : setenv(name, value.c_str(), 1);
}

// Ends the program if the running kernel is known to be wrong.
void requireRight(const std::string& running, const KernelHistory& history) {
  for (const KernelTrial& trial : history.trials())
    if (trial.kernel == running && !trial.failure.empty()) {
      std::fprintf(
          stderr,
          "keyhole: the BLAS kernels are %s, whose %s, and the program cannot start again with others: %s\n",
          running.c_str(), trial.failure.c_str(), std::strerror(errno));
      std::exit(3);
    }
}

}  // namespace

void useBestKernel(char** argv) {
  useOneBlasThread();
  const std::string asked = fromEnvironment(kCoreType), before = fromEnvironment(KernelHistory::kVariable);
  const KernelDecision decision =
      decideKernel(blasKernel(), asked, KernelHistory(before), cpuFeatures(), &blasSelfCheck);
  if (decision.action == KernelDecision::Action::stay) return;
  setOrUnset(kCoreType, decision.kernel);
  setOrUnset(KernelHistory::kVariable, decision.history.text());
  // By its path, so that the process keeps its name; the link still works if the file was replaced.
  std::error_code none;
  execv(std::filesystem::read_symlink("/proc/self/exe", none).c_str(), argv);
  execv("/proc/self/exe", argv);
  // It cannot be: on with what there is, if that is only slower.
  requireRight(blasKernel(), decision.history);
  setOrUnset(kCoreType, asked);
  setOrUnset(KernelHistory::kVariable, before);
}

}  // namespace keyhole
