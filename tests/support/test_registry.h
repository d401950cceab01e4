// One program holds the tests of a folder: a program for each file would instantiate the same templates of
// Eigen and link the same libraries a hundred and fifty times. Each test is still a process of its own for
// CTest.
#pragma once

#include <QFloat16>  // what a JSON value might convert to has to be complete where QCOMPARE takes one
#include <QObject>

#include <functional>
#include <memory>
#include <string>

namespace keyhole::test {

using MakeTest = std::function<std::unique_ptr<QObject>()>;

// Adds the test of a source file, tests/FOLDER/[ROOM/]tst_NAME.cpp, as [ROOM/]NAME. Returns true, so that it
// can stand before main().
bool registerTest(const std::string& sourceFile, MakeTest make);

// What the program of a folder does: `[ROOM/]NAME [Qt Test's arguments]` runs that test and returns the
// number of its failures (at most 127, Qt Test's own limit); without a name, or with one that is not there,
// it lists the names on stderr and returns 2. An application object must exist.
int runTest(int argc, char** argv);

}  // namespace keyhole::test

// In place of QTEST_MAIN, inside of the file's own namespace, which keeps apart what files call alike.
#define KEYHOLE_TEST(Class)                       \
  [[maybe_unused]] static const bool registered = \
      keyhole::test::registerTest(__FILE__, [] { return std::make_unique<Class>(); });
