// The program itself, as a process: which kernels it ends up with, and what it says of them.
#include "core/linalg/blas_kernel.h"

#include <QProcess>
#include <QProcessEnvironment>
#include <QTest>

using namespace keyhole;

namespace {

struct Variables {
  const char *coreType = nullptr, *history = nullptr;
};

// The line of `keyhole --info` on the kernels; empty if the program fails.
QString kernelsOf(const Variables& variables) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.remove("OPENBLAS_CORETYPE");
  environment.remove(KernelHistory::kVariable);
  if (variables.coreType) environment.insert("OPENBLAS_CORETYPE", variables.coreType);
  if (variables.history) environment.insert(KernelHistory::kVariable, variables.history);
  QProcess program;
  program.setProcessEnvironment(environment);
  program.start(KEYHOLE_PROGRAM, {"--info"});
  if (!program.waitForFinished(60000) || program.exitCode() != 0) return {};
  for (const QString& line : QString::fromUtf8(program.readAllStandardOutput()).split('\n'))
    if (line.startsWith("BLAS kernels ")) return line.mid(QString("BLAS kernels ").size());
  return {};
}

}  // namespace

class TestBestKernel : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (kernelsOf({}).contains("another BLAS")) QSKIP("the program's BLAS is not OpenBLAS");
#if !defined(__x86_64__)
    QSKIP("the kernels are those of x86-64");
#endif
  }

  // Fails if the program does not start, or does not say which kernels run.
  void withoutAWish() {
    QVERIFY(!kernelsOf({}).isEmpty());
  }

  // Fails if what the user asks for is overruled.
  void theUserDecides() {
    QCOMPARE(kernelsOf({"Prescott"}), QString("Prescott, asked for by OPENBLAS_CORETYPE=Prescott"));
    QCOMPARE(kernelsOf({"Nehalem"}), QString("Nehalem, asked for by OPENBLAS_CORETYPE=Nehalem"));
  }

  // As on a processor that OpenBLAS does not know: it has chosen Prescott, and nothing was tried yet. Fails
  // if the program does not start again, or its kernels fail the check here.
  void startsAgainWithABetterOne() {
    const auto better = betterKernels("Prescott", cpuFeatures());
    if (better.empty()) QSKIP("this processor has nothing better than Prescott's kernels");
    QCOMPARE(
        kernelsOf({"Prescott", "Prescott"}),
        QString::fromStdString(better.front() + ", started again from Prescott, which OpenBLAS had chosen"));
  }

  // As after a start whose kernel was not to be had, or was found wrong. Fails if the next one is not tried.
  void goesOnToTheNext() {
    const auto better = betterKernels("Prescott", cpuFeatures());
    if (better.size() < 2) QSKIP("this processor has no two kernels that are better than Prescott's");
    const std::string history = "Prescott;" + better.front();
    QCOMPARE(
        kernelsOf({"Prescott", history.c_str()}),
        QString::fromStdString(better[1] + ", started again from Prescott, which OpenBLAS had chosen; not " +
                               better.front() + ": not in this library"));
  }
};

QTEST_GUILESS_MAIN(TestBestKernel)
#include "tst_best_kernel.moc"
