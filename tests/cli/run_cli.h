// Running the command line inside a test.
#pragma once

#include "app/cli/command_line.h"
#include "core/io/npy.h"

#include <QByteArray>
#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace keyhole::test {

struct Outcome {
  int code = -1;
  std::string out, err;

  nlohmann::ordered_json json() const { return nlohmann::ordered_json::parse(out, nullptr, false); }
  // "keyhole: …" on one line and nothing else.
  bool oneSentence() const {
    return err.starts_with("keyhole: ") && std::count(err.begin(), err.end(), '\n') == 1 &&
           err.ends_with('\n');
  }
};

inline Outcome runCli(const std::vector<std::string>& args, Progress& progress = noProgress()) {
  std::ostringstream out, err;
  Outcome outcome;
  outcome.code = runCommandLine(args, out, err, progress);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

// A folder that goes with the test.
class Folder {
 public:
  std::string path(const std::string& name) const {
    return m_folder.filePath(QString::fromStdString(name)).toStdString();
  }
  // NAME.npy with one row per time point, from an activity N x T.
  std::string writeActivity(const std::string& name, const Matrix& activity) const {
    writeNpy(path(name), activity.transpose());
    return path(name);
  }
  QStringList entries() const {
    return QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
  }

 private:
  QTemporaryDir m_folder;
};

inline std::vector<std::string> keysOf(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

// A wish to stop, there from the beginning.
class StopAtOnce : public Progress {
 public:
  bool stopRequested() const override { return true; }
};

}  // namespace keyhole::test
