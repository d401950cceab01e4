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
  explicit MatWriter(const std::string& path, mat_ft version = MAT_FT_MAT5)
      : m_file(Mat_CreateVer(path.c_str(), nullptr, version)) {}
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
  void addVariable(matvar_t* variable, bool compressed = false) {
    Mat_VarWrite(m_file, variable, compressed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE);
    Mat_VarFree(variable);
  }
  static matvar_t* matrix(const char* name, const Matrix& values) {
    std::size_t dims[2] = {static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols())};
    return Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, const_cast<double*>(values.data()), 0);
  }
  // name(k).y for each trial, beside name(k).id.
  void addStructArray(const char* name, const std::vector<Matrix>& trials, bool compressed = false) {
    const char* fields[] = {"id", "y"};
    std::size_t dims[2] = {1, trials.size()};
    matvar_t* variable = Mat_VarCreateStruct(name, 2, dims, fields, 2);
    for (std::size_t k = 0; k < trials.size(); ++k) {
      Mat_VarSetStructFieldByName(variable, "id", k,
                                  matrix(nullptr, Matrix::Constant(1, 1, static_cast<double>(k))));
      Mat_VarSetStructFieldByName(variable, "y", k, matrix(nullptr, trials[k]));
    }
    addVariable(variable, compressed);
  }
  void addCells(const char* name, const std::vector<Matrix>& trials, bool compressed = false) {
    std::size_t dims[2] = {1, trials.size()};
    std::vector<matvar_t*> cells;
    for (const auto& trial : trials) cells.push_back(matrix(nullptr, trial));
    // The cells belong to the variable from here on.
    addVariable(Mat_VarCreate(name, MAT_C_CELL, MAT_T_CELL, 2, dims, cells.data(), 0), compressed);
  }
  // Pages side by side in `values`: rows x (columns · pages).
  void addPages(const char* name, const Matrix& values, std::size_t pages) {
    std::size_t dims[3] = {static_cast<std::size_t>(values.rows()),
                           static_cast<std::size_t>(values.cols()) / pages, pages};
    addVariable(
        Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 3, dims, const_cast<double*>(values.data()), 0));
  }
  void addComplex(const char* name, const Matrix& real, const Matrix& imaginary) {
    std::size_t dims[2] = {static_cast<std::size_t>(real.rows()), static_cast<std::size_t>(real.cols())};
    mat_complex_split_t parts = {const_cast<double*>(real.data()), const_cast<double*>(imaginary.data())};
    addVariable(Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, &parts, MAT_F_COMPLEX));
  }
  // name.spikes and name.fs.
  void addStruct(const char* name, const Matrix& values, double rate) {
    const char* fields[] = {"spikes", "fs"};
    std::size_t dims[2] = {1, 1};
    matvar_t* variable = Mat_VarCreateStruct(name, 2, dims, fields, 2);
    Mat_VarSetStructFieldByName(variable, "spikes", 0, matrix(nullptr, values));
    Mat_VarSetStructFieldByName(variable, "fs", 0, matrix(nullptr, Matrix::Constant(1, 1, rate)));
    addVariable(variable);
  }
  void addText(const char* name) { add<char>(name, MAT_C_CHAR, MAT_T_UINT8, {'a', 'b'}, 1); }

 private:
  mat_t* m_file;
};

}  // namespace keyhole::test
