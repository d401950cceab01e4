// Small MATLAB files for the tests, written by matio.
#pragma once

#include "core/common/types.h"

#include <matio.h>

#include <memory>
#include <string>
#include <vector>

namespace keyhole::test {

class MatWriter {
 public:
  explicit MatWriter(const std::string& path) : m_file(Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5)) {}
  ~MatWriter() { Mat_Close(m_file); }
  MatWriter(const MatWriter&) = delete;
  MatWriter& operator=(const MatWriter&) = delete;

  template <class T>
  void add(const char* name, matio_classes kind, matio_types type, std::vector<T> values, std::size_t rows,
           bool compressed = false) {
    std::size_t dims[2] = {rows, values.size() / rows};
    matvar_t* variable = Mat_VarCreate(name, kind, type, 2, dims, values.data(), 0);
    Mat_VarWrite(m_file, variable, compressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE);
    Mat_VarFree(variable);
  }
  void addMatrix(const char* name, const Matrix& values, bool compressed = false) {
    add<double>(name, MAT_C_DOUBLE, MAT_T_DOUBLE,
                std::vector<double>(values.data(), values.data() + values.size()),
                static_cast<std::size_t>(values.rows()), compressed);
  }
  void addText(const char* name) { add<char>(name, MAT_C_CHAR, MAT_T_UINT8, {'a', 'b'}, 1); }

 private:
  mat_t* m_file;
};

}  // namespace keyhole::test
