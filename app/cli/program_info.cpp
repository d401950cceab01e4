// `keyhole --version` and `keyhole --info`.
#include "app/cli/commands.h"
#include "core/linalg/blas_kernel.h"
#include "core/report/run_record.h"

#include <Eigen/Core>
#include <QtGlobal>

#include <thread>

namespace keyhole::cli {

std::string versionText() {
  return "Keyhole " + programVersion() + "\n";
}

std::string infoText() {
  const std::string eigen = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                            "." + std::to_string(EIGEN_MINOR_VERSION);
  return versionText() + "Qt " + qVersion() + " (built with " QT_VERSION_STR ")\nEigen " + eigen + "\nBLAS " +
         blasLibrary() + "\nBLAS kernels " + kernelInWords() + "\nCPUs " +
         std::to_string(std::thread::hardware_concurrency()) + "\n";
}

}  // namespace keyhole::cli
