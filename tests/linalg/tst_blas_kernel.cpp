#include "core/linalg/blas_kernel.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace tst_blas_kernel {

using namespace keyhole;

namespace {

using Names = std::vector<std::string>;
using Action = KernelDecision::Action;

CpuFeatures upTo(const std::string& what) {
  CpuFeatures features;
  for (const auto& [name, flag] : {std::pair{"sse42", &CpuFeatures::sse42},
                                   {"avx", &CpuFeatures::avx},
                                   {"avx2", &CpuFeatures::avx2AndFma},
                                   {"avx512", &CpuFeatures::avx512},
                                   {"bf16", &CpuFeatures::avx512Bf16}}) {
    features.*flag = true;
    if (what == name) return features;
  }
  return {};
}

std::string right() {
  return "";
}
std::string wrong() {
  return "products";
}
std::string neverAsked() {
  qFatal("the self-check ran without a need");
  return "";
}

}  // namespace

class TestBlasKernel : public QObject {
  Q_OBJECT

 private slots:
  // Fails if a processor is offered a kernel with instructions that it lacks (it would crash), if the order
  // changes, or if a choice of OpenBLAS is replaced by one of the same or a lower rank.
  void betterOnesFit() {
    QCOMPARE(betterKernels("Prescott", upTo("bf16")),
             (Names{"SkylakeX", "Cooperlake", "Haswell", "Sandybridge", "Nehalem"}));
    QCOMPARE(betterKernels("Prescott", upTo("avx512")),
             (Names{"SkylakeX", "Haswell", "Sandybridge", "Nehalem"}));
    QCOMPARE(betterKernels("Prescott", upTo("avx2")), (Names{"Haswell", "Sandybridge", "Nehalem"}));
    QCOMPARE(betterKernels("Prescott", upTo("avx")), (Names{"Sandybridge", "Nehalem"}));
    QCOMPARE(betterKernels("Prescott", {}), Names{});
    QCOMPARE(betterKernels("Nehalem", upTo("avx2")), (Names{"Haswell", "Sandybridge"}));
    QCOMPARE(betterKernels("Zen", upTo("avx512")), Names{"SkylakeX"});
    for (const char* good : {"SkylakeX", "Cooperlake"}) QCOMPARE(betterKernels(good, upTo("bf16")), Names{});
    for (const char* good : {"Haswell", "Zen", "Excavator"})
      QCOMPARE(betterKernels(good, upTo("avx2")), Names{});
  }

  // Fails if a kernel that is not known, a younger one or another processor's, is replaced.
  void unknownOnesStay() {
    for (const char* name : {"SapphireRapids", "NEOVERSEN1", ""})
      QCOMPARE(betterKernels(name, upTo("bf16")), Names{});
  }

  // AVX-512 without one of its parts does not run SkylakeX's kernels. Fails if the flags of this machine are
  // not read at all, or contradict each other.
  void thisMachine() {
    const CpuFeatures found = cpuFeatures();
#if defined(__x86_64__)
    QVERIFY(!found.avx2AndFma || (found.avx && found.sse42));
    QVERIFY(!found.avx512Bf16 || found.avx512);
    QCOMPARE(found.avx, static_cast<bool>(__builtin_cpu_supports("avx")));
#else
    QVERIFY(!found.avx && !found.avx512);
#endif
  }

  // Fails if a program starts again though the user has chosen, there is nothing better, or the BLAS is not
  // OpenBLAS; or if it checks itself where nothing was changed.
  void staysIfThereIsNothingToDo() {
    const auto action = [](const char* running, const char* asked) {
      return decideKernel(running, asked, KernelHistory(), upTo("avx512"), neverAsked).action;
    };
    QVERIFY(action("Prescott", "prescott") == Action::stay);
    QVERIFY(action("SkylakeX", "") == Action::stay);
    QVERIFY(action("", "") == Action::stay);
    QVERIFY(action("Prescott", "") == Action::startAgain);
  }

  // From OpenBLAS's own choice through all kernels that fail, and back to it. Fails if the chain of starts
  // does not end, leaves a kernel out, or does not come back to what works.
  void goesOnToTheNext() {
    const CpuFeatures features = upTo("bf16");
    KernelDecision decision = decideKernel("Prescott", "", KernelHistory(), features, neverAsked);
    Names tried;
    while (decision.action == Action::startAgain && !decision.kernel.empty()) {
      tried.push_back(decision.kernel);
      QVERIFY(tried.size() <= 5);
      const KernelHistory handedOn(decision.history.text());
      // Haswell is not in this library, the others compute wrongly.
      const std::string running = decision.kernel == "Haswell" ? "Prescott" : decision.kernel;
      decision = decideKernel(running, decision.kernel, handedOn, features, wrong);
    }
    QCOMPARE(tried, betterKernels("Prescott", features));
    QVERIFY(decision.action == Action::startAgain);
    const KernelHistory last(decision.history.text());
    QCOMPARE(last.trials()[0].failure, std::string("products are wrong"));
    QCOMPARE(last.trials()[2].failure, std::string("not in this library"));
    QVERIFY(decideKernel("Prescott", "", last, features, neverAsked).action == Action::stay);
  }

  // Fails if a kernel that passes is not kept, or its history is lost in the environment.
  void keepsWhatPasses() {
    const KernelHistory history("Prescott;SkylakeX=products are wrong;Haswell");
    QCOMPARE(history.own(), std::string("Prescott"));
    QCOMPARE(history.text(), std::string("Prescott;SkylakeX=products are wrong;Haswell"));
    const auto decision = decideKernel("Haswell", "Haswell", history, upTo("avx512"), right);
    QVERIFY(decision.action == Action::stay);
    for (const char* strange : {"Foo", ";", "Prescott;Foo", "=", "Prescott;;"})
      QVERIFY2(KernelHistory(strange).empty(), strange);
  }

  // Fails if --info says something else than what happened.
  void inWords() {
    const CpuFeatures features = upTo("avx512");
    const auto words = [&](const char* running, const char* asked, const char* history) {
      return kernelInWords(running, asked, KernelHistory(history), features);
    };
    QCOMPARE(words("SkylakeX", "", ""), std::string("SkylakeX, chosen by OpenBLAS"));
    QCOMPARE(words("Prescott", "", ""),
             std::string("Prescott, chosen by OpenBLAS, though this processor can run SkylakeX"));
    QCOMPARE(words("Nehalem", "nehalem", ""), std::string("Nehalem, asked for by OPENBLAS_CORETYPE=nehalem"));
    QCOMPARE(words("Haswell", "Foo", ""),
             std::string("Haswell, not what is asked for by OPENBLAS_CORETYPE=Foo"));
    QCOMPARE(words("Haswell", "Haswell", "Prescott;SkylakeX=products are wrong;Haswell"),
             std::string("Haswell, started again from Prescott, which OpenBLAS had chosen; not SkylakeX: "
                         "products are wrong"));
    QCOMPARE(words("Prescott", "", "Prescott;Haswell=not in this library"),
             std::string("Prescott, chosen by OpenBLAS; not Haswell: not in this library"));
    QVERIFY(words("", "", "").find("another BLAS") != std::string::npos);
  }

  // Fails if a library stays silent on a processor that OpenBLAS does not know, or speaks where nothing can
  // be won or the user has chosen.
  void warnsOnce() {
    QVERIFY(kernelWarning("Prescott", "", upTo("avx2")).find("OPENBLAS_CORETYPE=Haswell") !=
            std::string::npos);
    QCOMPARE(kernelWarning("Prescott", "Prescott", upTo("avx2")), std::string());
    QCOMPARE(kernelWarning("Haswell", "", upTo("avx2")), std::string());
    QCOMPARE(kernelWarning("", "", upTo("avx2")), std::string());
  }
};

KEYHOLE_TEST(TestBlasKernel)

}  // namespace tst_blas_kernel

#include "tst_blas_kernel.moc"
