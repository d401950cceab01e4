#include "core/io/formats.h"
#include "core/io/hdf5.h"
#include "core/io/tree_reading.h"

namespace keyhole {

Format hdf5Format() {
  return {"HDF5 file",
          {".h5", ".hdf5", ".hdf", ".nwb"},
          true,
          isHdf5,
          [](const std::string& file) { return contentsOfTree(*openHdf5Apart(file), "HDF5 file"); },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            return readFromTree(*openHdf5Apart(file, path), file, path, options);
          },
          [](const std::string& file, const std::string& path, const ReadOptions& options) {
            return streamFromTree(openHdf5Apart(file, path), file, path, options);
          }};
}

}  // namespace keyhole
