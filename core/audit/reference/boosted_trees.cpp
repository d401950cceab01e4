#include "core/audit/reference/boosted_trees.h"

#include <cstdio>
#include <limits>
#include <stdexcept>
#include <xgboost/c_api.h>

namespace keyhole {
namespace {

void require(int outcome) {
  if (outcome != 0) throw std::runtime_error(std::string("XGBoost: ") + XGBGetLastError());
}

// Rows one after the other, as the library wants them.
class Rows {
 public:
  explicit Rows(const Eigen::MatrixXf& X) {
    const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = X;
    require(XGDMatrixCreateFromMat(rows.data(), static_cast<bst_ulong>(rows.rows()),
                                   static_cast<bst_ulong>(rows.cols()),
                                   std::numeric_limits<float>::quiet_NaN(), &m_handle));
  }
  ~Rows() { XGDMatrixFree(m_handle); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  DMatrixHandle handle() const { return m_handle; }

 private:
  DMatrixHandle m_handle = nullptr;
};

}  // namespace

std::string boostingText(const BoostingOptions& options) {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  char text[200];
  std::snprintf(text, sizeof text,
                "XGBoost %d.%d.%d, multi:softprob, hist, %d rounds, depth %d, eta %g, subsample %g, "
                "colsample_bytree %g, min_child_weight %g, seed %d",
                major, minor, patch, options.rounds, options.depth, options.rate, options.rows,
                options.columns, options.leastWeight, options.seed);
  return text;
}

struct BoostedTrees::Impl {
  BoosterHandle booster = nullptr;
  int classes = 0;

  ~Impl() {
    if (booster) XGBoosterFree(booster);
  }
  void set(const char* name, const std::string& value) {
    require(XGBoosterSetParam(booster, name, value.c_str()));
  }
};

BoostedTrees::BoostedTrees(const Eigen::MatrixXf& X, const std::vector<int>& labels, int classes,
                           const BoostingOptions& options)
    : m_impl(std::make_unique<Impl>()) {
  const Rows rows(X);
  const std::vector<float> targets(labels.begin(), labels.end());
  require(XGDMatrixSetFloatInfo(rows.handle(), "label", targets.data(), targets.size()));
  const DMatrixHandle handle = rows.handle();
  require(XGBoosterCreate(&handle, 1, &m_impl->booster));
  m_impl->classes = classes;
  m_impl->set("objective", "multi:softprob");
  m_impl->set("num_class", std::to_string(classes));
  m_impl->set("tree_method", "hist");
  m_impl->set("max_depth", std::to_string(options.depth));
  m_impl->set("eta", std::to_string(options.rate));
  m_impl->set("subsample", std::to_string(options.rows));
  m_impl->set("colsample_bytree", std::to_string(options.columns));
  m_impl->set("min_child_weight", std::to_string(options.leastWeight));
  m_impl->set("seed", std::to_string(options.seed));
  m_impl->set("nthread", "1");
  m_impl->set("verbosity", "0");
  for (int round = 0; round < options.rounds; ++round)
    require(XGBoosterUpdateOneIter(m_impl->booster, round, rows.handle()));
}

BoostedTrees::~BoostedTrees() = default;
BoostedTrees::BoostedTrees(BoostedTrees&&) noexcept = default;
BoostedTrees& BoostedTrees::operator=(BoostedTrees&&) noexcept = default;

Matrix BoostedTrees::probabilities(const Eigen::MatrixXf& X) const {
  const Rows rows(X);
  bst_ulong length = 0;
  const float* values = nullptr;
  require(XGBoosterPredict(m_impl->booster, rows.handle(), 0, 0, 0, &length, &values));
  const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> made(
      values, X.rows(), m_impl->classes);
  return made.cast<double>();
}

}  // namespace keyhole
