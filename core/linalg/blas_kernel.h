// Which code of OpenBLAS runs, and whether this processor could run a better one. OpenBLAS brings kernels for
// many processors in one library and chooses by the processor's model when it is loaded; a model that is
// younger than the library gets the oldest kernels ("Prescott", 2004), at a quarter of the speed, without a
// word. OPENBLAS_CORETYPE chooses otherwise, but is read only when the library is loaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

// One thread in BLAS: the same numbers whatever the machine, since sums in BLAS have a fixed order only then.
// Call at the start of a program (or module), before any other thread. Nothing happens with another BLAS.
void useOneBlasThread();

// "Haswell", "SkylakeX" …, or empty if the BLAS in use is not OpenBLAS. Results are the same bits for the
// same kernel only.
std::string blasKernel();

// "OpenBLAS 0.3.21 …", or that it is another BLAS.
std::string blasLibrary();

// What a kernel may ask for: support by the processor and the operating system.
struct CpuFeatures {
  bool sse42 = false, avx = false, avx2AndFma = false;
  bool avx512 = false;      // F, CD, DQ, BW and VL, as SkylakeX's kernels need
  bool avx512Bf16 = false;  // those of Cooperlake, besides
};
CpuFeatures cpuFeatures();  // of this machine; none of them outside the x86-64 family

// Kernels with longer vector registers than the given one that a processor with these features can run, best
// first: SkylakeX, Cooperlake, Haswell, Sandybridge, Nehalem. A fixed order, never a timing, so that the same
// machine always gets the same bits. Empty for a kernel that is as good as any or that is not known (newer,
// or of another family of processors): OpenBLAS's own choice stands.
std::vector<std::string> betterKernels(const std::string& running, const CpuFeatures& features);

// How the running kernel came to be chosen, as a program that starts itself again hands it on.
struct KernelTrial {
  std::string kernel;   // asked for
  std::string failure;  // empty, or why it was given up: "products", "not in this library"
};
class KernelHistory {
 public:
  // The text of kKernelHistoryVariable: "Prescott;SkylakeX=products;Haswell", what OpenBLAS chose itself and
  // then what was tried. Text that is none of ours is taken for an empty one.
  static constexpr const char* kVariable = "KEYHOLE_BLAS_KERNELS";
  explicit KernelHistory(const std::string& text = {});
  std::string text() const;

  bool empty() const { return m_own.empty(); }
  const std::string& own() const { return m_own; }
  const std::vector<KernelTrial>& trials() const { return m_trials; }

  void begin(const std::string& own) { m_own = own; }
  void tryNext(const std::string& kernel) { m_trials.push_back({kernel, ""}); }
  void giveUp(const std::string& failure) { m_trials.back().failure = failure; }

  // The best kernel that was not tried yet.
  std::optional<std::string> next(const CpuFeatures& features) const;

 private:
  std::string m_own;
  std::vector<KernelTrial> m_trials;
};

// What a program that has just been started does about its kernel.
struct KernelDecision {
  enum class Action { stay, startAgain } action = Action::stay;
  std::string kernel;     // OPENBLAS_CORETYPE of the next start; empty: unset, OpenBLAS's own choice
  KernelHistory history;  // of the next start
};
// running: blasKernel(). asked: OPENBLAS_CORETYPE, empty if it is not set. check: the self-check, which is
// called only after a start of ours; it returns what is wrong, or nothing (blas_check.h). Every start again
// makes the history longer by a kernel, of which there are few.
KernelDecision decideKernel(const std::string& running, const std::string& asked,
                            const KernelHistory& history, const CpuFeatures& features,
                            std::string (*check)());

// Why this kernel runs, in words: "chosen by OpenBLAS", "asked for by OPENBLAS_CORETYPE", "started again from
// Prescott, which OpenBLAS had chosen"; and what was wrong with others.
std::string kernelInWords(const std::string& running, const std::string& asked, const KernelHistory& history,
                          const CpuFeatures& features);
std::string kernelInWords();  // of this process

// For a library or a module, which cannot start again: one sentence if the processor could run a better
// kernel than OpenBLAS has chosen, else empty.
std::string kernelWarning(const std::string& running, const std::string& asked, const CpuFeatures& features);
std::string kernelWarning();  // of this process

}  // namespace keyhole
