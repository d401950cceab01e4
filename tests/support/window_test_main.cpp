#include "tests/support/test_registry.h"

#include <QApplication>

int main(int argc, char** argv) {
  QCoreApplication::setAttribute(Qt::AA_Use96Dpi, true);
  const QApplication application(argc, argv);
  return keyhole::test::runTest(argc, argv);
}
