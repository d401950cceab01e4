#include "tests/support/test_registry.h"

#include <QTest>

#include <iostream>
#include <map>
#include <string_view>
#include <vector>

namespace keyhole::test {
namespace {

// Filled before main(), by files whose order nobody knows.
std::map<std::string, MakeTest>& registry() {
  static std::map<std::string, MakeTest> tests;
  return tests;
}

// tests/FOLDER/ROOM/tst_NAME.cpp -> ROOM/NAME
std::string nameOf(std::string_view file) {
  constexpr std::string_view root = "/tests/";
  file.remove_prefix(file.rfind(root) + root.size());
  file.remove_prefix(file.find('/') + 1);
  const std::size_t slash = file.rfind('/');
  const std::string room(slash == std::string_view::npos ? "" : file.substr(0, slash + 1));
  std::string name(slash == std::string_view::npos ? file : file.substr(slash + 1));
  name = name.substr(std::string_view("tst_").size());
  return room + name.substr(0, name.rfind('.'));
}

}  // namespace

bool registerTest(const std::string& sourceFile, MakeTest make) {
  return registry().emplace(nameOf(sourceFile), std::move(make)).second;
}

int runTest(int argc, char** argv) {
  const auto found = argc > 1 ? registry().find(argv[1]) : registry().end();
  if (found == registry().end()) {
    std::cerr << (argc > 1 ? "There is no test " + std::string(argv[1]) : std::string("Name a test"))
              << "; allowed:\n";
    for (const auto& [name, make] : registry()) std::cerr << "  " << name << '\n';
    return 2;
  }
  // Qt Test must not take the name for the name of a function.
  std::vector<char*> arguments(argv, argv + argc);
  arguments.erase(arguments.begin() + 1);
  return QTest::qExec(found->second().get(), static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace keyhole::test
