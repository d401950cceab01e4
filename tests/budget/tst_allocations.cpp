// What runs at the rate of a slider allocates nothing once it has run.
#include "core/common/random.h"
#include "core/simulation/simulate.h"

#include <QTest>

#include <cstdlib>

// This program's own malloc, which counts, in front of the library's. Sanitizers bring one themselves.
#if defined(__GLIBC__) && !defined(KEYHOLE_SANITIZED)
#define KEYHOLE_COUNTS_ALLOCATIONS 1
#endif

namespace {
thread_local long t_allocations = 0;
}

#ifdef KEYHOLE_COUNTS_ALLOCATIONS
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* malloc(std::size_t size) {
  ++t_allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++t_allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++t_allocations;
  return __libc_realloc(old, size);
}
}
#endif

using namespace keyhole;

class TestAllocations : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
#ifndef KEYHOLE_COUNTS_ALLOCATIONS
    QSKIP("allocations can't be counted with this library or under a sanitizer");
#endif
    const long before = t_allocations;
    const std::vector<double> one(10, 1.0);
    QVERIFY(one.back() == 1.0 && t_allocations > before);  // the counter counts
  }

  // Fails if a step makes a temporary array: at 30000 steps for a picture that was half of their time.
  void steps_data() {
    QTest::addColumn<int>("form");
    QTest::addColumn<Index>("size");
    for (const Index size : {50, 400}) {
      QTest::addRow("dense %d", int(size)) << 0 << size;
      QTest::addRow("low rank %d", int(size)) << 1 << size;
      QTest::addRow("chain %d", int(size)) << 2 << size;
    }
  }
  void steps() {
    QFETCH(int, form);
    QFETCH(Index, size);
    const RandomStream stream(1, Stream::test);
    const Network network =
        form == 0   ? Network(DenseForm{stream.normalMatrix(size, size)})
        : form == 1 ? Network(LowRankForm{stream.normalMatrix(size, 2), stream.normalMatrix(size, 2, 7)})
                    : Network(ChainForm{{}, 0.5, 0, Vector::Ones(size - 1)});
    for (const Nonlinearity phi : {Nonlinearity::linear, Nonlinearity::tanh})
      for (const Convention convention : {Convention::standard, Convention::leakyRate}) {
        Stepper stepper(network, phi, convention, 0.01);
        Matrix states = stream.normalMatrix(size, 2, 20);
        const Matrix drive = stream.normalMatrix(size, 1, 30);
        stepper.step(states.col(0), drive, states.col(1));
        const long before = t_allocations;
        for (int i = 0; i < 10; ++i) stepper.step(states.col(i % 2), drive, states.col(1 - i % 2));
        QCOMPARE(t_allocations - before, 0L);
      }
  }
};

QTEST_GUILESS_MAIN(TestAllocations)
#include "tst_allocations.moc"
