// `keyhole --version` and `keyhole --info`.
#include "app/cli/commands.h"
#include "core/report/run_record.h"

#include <Eigen/Core>
#include <QtGlobal>

#include <thread>

extern "C" {
char* openblas_get_config();
char* openblas_get_corename();
}

namespace keyhole::cli {

std::string versionText() {
  return "Keyhole " + programVersion() + "\n";
}

std::string infoText() {
  const std::string eigen = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                            "." + std::to_string(EIGEN_MINOR_VERSION);
  return versionText() + "Qt " + qVersion() + " (built with " QT_VERSION_STR ")\nEigen " + eigen + "\nBLAS " +
         openblas_get_config() + " (core " + openblas_get_corename() + ")\nCPUs " +
         std::to_string(std::thread::hardware_concurrency()) + "\n";
}

}  // namespace keyhole::cli
