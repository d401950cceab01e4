// Small HDF5 files for the tests, written through libhdf5 itself.
#pragma once

#include "core/common/types.h"

#include <hdf5.h>
#include <string>
#include <vector>

namespace keyhole::test {

class Hdf5Writer {
 public:
  explicit Hdf5Writer(const std::string& path)
      : m_file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~Hdf5Writer() { H5Fclose(m_file); }
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  // Rows x columns in C order, as h5py writes an array; filtered: in chunks, compressed, with a checksum.
  void matrix(const std::string& path, const Matrix& values, bool filtered = false,
              hid_t type = H5T_NATIVE_DOUBLE) {
    const hsize_t extents[2] = {static_cast<hsize_t>(values.rows()), static_cast<hsize_t>(values.cols())};
    const hsize_t chunk[2] = {7, 2};
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = values;
    const hid_t space = H5Screate_simple(2, extents, nullptr), plist = H5Pcreate(H5P_DATASET_CREATE);
    if (filtered) {
      H5Pset_chunk(plist, 2, chunk);
      H5Pset_deflate(plist, 6);
      H5Pset_fletcher32(plist);
    }
    write(path, type, space, plist, rows.data());
    H5Pclose(plist);
    H5Sclose(space);
  }
  void vector(const std::string& path, const Vector& values) {
    const auto n = static_cast<hsize_t>(values.size());
    const hid_t space = H5Screate_simple(1, &n, nullptr);
    write(path, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, values.data());
    H5Sclose(space);
  }
  // A shape of which nothing is ever written.
  void claim(const std::string& path, hsize_t rows, hsize_t columns) {
    const hsize_t extents[2] = {rows, columns}, chunk[2] = {100, 100};
    const hid_t space = H5Screate_simple(2, extents, nullptr), plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, 2, chunk);
    write(path, H5T_NATIVE_DOUBLE, space, plist, nullptr);
    H5Pclose(plist);
    H5Sclose(space);
  }
  void text(const std::string& object, const char* name, const std::string& value) {
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR),
                at = H5Oopen(m_file, object.c_str(), H5P_DEFAULT);
    H5Tset_size(type, value.size());
    const hid_t attribute = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, value.data());
    H5Aclose(attribute);
    H5Oclose(at);
    H5Sclose(space);
    H5Tclose(type);
  }
  void number(const std::string& object, const char* name, double value) {
    const hid_t space = H5Screate(H5S_SCALAR), at = H5Oopen(m_file, object.c_str(), H5P_DEFAULT);
    const hid_t attribute = H5Acreate2(at, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
    H5Oclose(at);
    H5Sclose(space);
  }
  void group(const std::string& path) {
    const hid_t plist = parents();
    H5Gclose(H5Gcreate2(m_file, path.c_str(), plist, H5P_DEFAULT, H5P_DEFAULT));
    H5Pclose(plist);
  }
  void softLink(const std::string& path, const std::string& to) {
    H5Lcreate_soft(to.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
  void hardLink(const std::string& path, const std::string& to) {
    H5Lcreate_hard(m_file, to.c_str(), m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
  void externalLink(const std::string& path, const std::string& file) {
    H5Lcreate_external(file.c_str(), "/x", m_file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }

 private:
  static hid_t parents() {
    const hid_t plist = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(plist, 1);
    return plist;
  }
  void write(const std::string& path, hid_t type, hid_t space, hid_t plist, const double* data) {
    const hid_t links = parents();
    const hid_t set = H5Dcreate2(m_file, path.c_str(), type, space, links, plist, H5P_DEFAULT);
    if (data) H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(set);
    H5Pclose(links);
  }

  hid_t m_file;
};

}  // namespace keyhole::test
