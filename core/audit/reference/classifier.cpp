#include "core/audit/reference/classifier.h"

#include "core/common/parallel.h"
#include "core/common/random.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

Eigen::MatrixXf featuresOf(const std::vector<ReferenceRow>& rows, const std::vector<std::size_t>& which) {
  Eigen::MatrixXf X(static_cast<Index>(which.size()), static_cast<Index>(statisticNames().size()));
  for (std::size_t i = 0; i < which.size(); ++i)
    for (Index j = 0; j < X.cols(); ++j)
      X(static_cast<Index>(i), j) =
          static_cast<float>(rows[which[i]].statistics.values[static_cast<std::size_t>(j)]);
  return X;
}

Vector realOf(const Matrix& classes) {
  Vector real = Vector::Zero(classes.rows());
  for (Index k = 1; k < classes.cols(); k += 2) real += classes.col(k);
  return real;
}

double classLoss(const Matrix& probabilities, const std::vector<int>& labels) {
  double loss = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    loss -= std::log(std::max(probabilities(static_cast<Index>(i), labels[i]), 1e-12));
  return loss / static_cast<double>(labels.size());
}

// By golden section over log T; the loss is convex in 1/T.
double bestTemperature(const Matrix& probabilities, const std::vector<int>& labels) {
  const auto loss = [&](double logT) { return classLoss(tempered(probabilities, std::exp(logT)), labels); };
  constexpr double kGolden = 0.6180339887498949;
  double a = std::log(0.25), b = std::log(8.0);
  double c = b - kGolden * (b - a), d = a + kGolden * (b - a), fc = loss(c), fd = loss(d);
  while (b - a > 1e-3) {
    if (fc < fd) {
      b = d, d = c, fd = fc, c = b - kGolden * (b - a), fc = loss(c);
    } else {
      a = c, c = d, fc = fd, d = a + kGolden * (b - a), fd = loss(d);
    }
  }
  return std::exp(0.5 * (a + b));
}

// Of the mean of independent values.
double meanError(const Vector& values) {
  const auto n = static_cast<double>(values.size());
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt((values.array() - values.mean()).square().sum() / ((n - 1) * n));
}

}  // namespace

int classOf(const ReferenceRow& row) {
  return static_cast<int>(2 * row.mechanism) + (row.real() ? 1 : 0);
}

int classCount() {
  return static_cast<int>(2 * mechanisms().size());
}

Matrix tempered(const Matrix& probabilities, double temperature) {
  Matrix made = (probabilities.array().max(1e-12).log() / temperature).exp();
  const Vector sums = made.rowwise().sum();
  return sums.cwiseInverse().asDiagonal() * made;
}

double truthLoss(const Vector& probabilities, const std::vector<int>& truths) {
  double loss = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const double p = std::clamp(probabilities(static_cast<Index>(i)), 1e-6, 1 - 1e-6);
    loss -= std::log(truths[i] ? p : 1 - p);
  }
  return loss / static_cast<double>(truths.size());
}

double LogitMap::operator()(double p) const {
  const double kept = std::clamp(p, 1e-9, 1 - 1e-9);
  return 1 / (1 + std::exp(-shift - slope * std::log(kept / (1 - kept))));
}

LogitMap bestLogitMap(const Vector& probabilities, const std::vector<int>& truths) {
  constexpr double kDrawn = 10 * 0.25;  // the information of ten circuits at one half
  const Eigen::ArrayXd p = probabilities.array().max(1e-9).min(1 - 1e-9), logit = (p / (1 - p)).log();
  LogitMap map;
  for (int step = 0; step < 50; ++step) {
    Eigen::Vector2d slope(kDrawn * map.shift, kDrawn * (map.slope - 1));
    Eigen::Matrix2d curvature = kDrawn * Eigen::Matrix2d::Identity();
    for (Index i = 0; i < p.size(); ++i) {
      const double q = map(p(i));
      const Eigen::Vector2d by(1, logit(i));
      slope += (q - truths[static_cast<std::size_t>(i)]) * by;
      curvature += q * (1 - q) * by * by.transpose();
    }
    const Eigen::Vector2d change = curvature.inverse() * slope;
    // A step may not leave the region where the curvature means anything.
    const double share = std::min(1.0, 1.0 / std::max(change.norm(), 1e-300));
    map.shift -= share * change(0);
    map.slope -= share * change(1);
    if (change.norm() < 1e-10) break;
  }
  return map;
}

WorldClassifier::WorldClassifier(const std::vector<ReferenceRow>& rows, const ClassifierOptions& options,
                                 Progress& progress) {
  deal(rows.size(), options);
  const Matrix raw = learn(rows, options, progress);
  std::vector<int> classes, truths;
  Matrix held(raw.rows(), raw.cols());
  Index count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (m_fold[i] >= 0) continue;
    held.row(count++) = raw.row(static_cast<Index>(i));
    classes.push_back(classOf(rows[i]));
    truths.push_back(rows[i].real());
  }
  held.conservativeResize(count, Eigen::NoChange);
  m_temperature = bestTemperature(held, classes);
  m_truthMap = bestLogitMap(realOf(tempered(held, m_temperature)), truths);
  m_unseen = calibrated(raw);
}

// The rows to the folds, in a random order; the first ones to none.
void WorldClassifier::deal(std::size_t rows, const ClassifierOptions& options) {
  const auto order = RandomStream(1, Stream::fit).permutation(static_cast<Index>(rows));
  const auto held = static_cast<std::size_t>(std::llround(options.heldOut * static_cast<double>(rows)));
  m_fold.resize(rows);
  for (std::size_t i = 0; i < rows; ++i)
    m_fold[static_cast<std::size_t>(order[i])] =
        i < held ? -1 : static_cast<int>(i % static_cast<std::size_t>(options.folds));
}

// What the models say of the rows that they have not seen, rows x classes.
Matrix WorldClassifier::learn(const std::vector<ReferenceRow>& rows, const ClassifierOptions& options,
                              Progress& progress) {
  const auto folds = static_cast<std::size_t>(options.folds);
  std::vector<std::optional<BoostedTrees>> models(folds), apart(folds);
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (m_fold[i] < 0) held.push_back(i);
  Matrix raw(static_cast<Index>(rows.size()), classCount());
  parallelFor(
      folds,
      [&](std::size_t fold) {
        progress.throwIfStopped();
        std::vector<std::size_t> learned, kept;
        std::vector<int> labels;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (m_fold[i] < 0) continue;
          (static_cast<std::size_t>(m_fold[i]) == fold ? kept : learned).push_back(i);
          if (static_cast<std::size_t>(m_fold[i]) != fold) labels.push_back(classOf(rows[i]));
        }
        models[fold].emplace(featuresOf(rows, learned), labels, classCount(), options.boosting);
        const Eigen::MatrixXf own = featuresOf(rows, kept);
        const Matrix made = models[fold]->probabilities(own);
        std::vector<int> ownLabels;
        for (const std::size_t i : kept) ownLabels.push_back(classOf(rows[i]));
        apart[fold].emplace(own, ownLabels, classCount(), options.boosting);
        for (std::size_t i = 0; i < kept.size(); ++i)
          raw.row(static_cast<Index>(kept[i])) = made.row(static_cast<Index>(i));
      },
      [&] { progress.checkpoint(0.5, "learning from the reference circuits"); });
  for (auto& model : models) m_models.push_back(std::move(*model));
  for (auto& model : apart) m_apart.push_back(std::move(*model));
  const Matrix made = meanOf(featuresOf(rows, held));
  for (std::size_t i = 0; i < held.size(); ++i)
    raw.row(static_cast<Index>(held[i])) = made.row(static_cast<Index>(i));
  return raw;
}

Matrix WorldClassifier::meanOf(const Eigen::MatrixXf& X) const {
  Matrix sum = Matrix::Zero(X.rows(), classCount());
  for (const auto& model : m_models) sum += model.probabilities(X);
  return sum / static_cast<double>(m_models.size());
}

Matrix WorldClassifier::calibrated(const Matrix& raw) const {
  Matrix made = tempered(raw, m_temperature);
  const Vector real = realOf(made);
  for (Index i = 0; i < made.rows(); ++i) {
    const double p = m_truthMap(real(i));
    for (Index k = 0; k < made.cols(); ++k)
      made(i, k) *= k % 2 == 1 ? p / std::max(real(i), 1e-300) : (1 - p) / std::max(1 - real(i), 1e-300);
  }
  return made;
}

WorldClassifier::Answer WorldClassifier::answer(const std::vector<double>& statistics) const {
  Eigen::MatrixXf X(1, static_cast<Index>(statistics.size()));
  for (Index j = 0; j < X.cols(); ++j) X(0, j) = static_cast<float>(statistics[static_cast<std::size_t>(j)]);
  Answer answer;
  answer.apart.resize(classCount(), static_cast<Index>(m_apart.size()));
  for (std::size_t k = 0; k < m_apart.size(); ++k)
    answer.apart.col(static_cast<Index>(k)) = calibrated(m_apart[k].probabilities(X)).row(0).transpose();
  answer.classes = calibrated(meanOf(X)).row(0).transpose();
  return answer;
}

double WorldClassifier::Answer::real() const {
  return realOf(classes.transpose())(0);
}

double WorldClassifier::Answer::realLogitError() const {
  const Eigen::ArrayXd p = realOf(apart.transpose()).array().max(1e-6).min(1 - 1e-6);
  return meanError((p / (1 - p)).log());
}

double WorldClassifier::Answer::realError() const {
  return real() * (1 - real()) * realLogitError();
}

double WorldClassifier::Answer::mechanism(std::size_t which) const {
  return classes.segment(static_cast<Index>(2 * which), 2).sum();
}

double WorldClassifier::Answer::mechanismError(std::size_t which) const {
  return meanError(apart.middleRows(static_cast<Index>(2 * which), 2).colwise().sum().transpose());
}

std::vector<WorldClassifier::Importance> WorldClassifier::importance(const std::vector<ReferenceRow>& rows,
                                                                     std::size_t most,
                                                                     Progress& progress) const {
  std::vector<std::vector<std::size_t>> ofFold(m_models.size());
  const std::size_t count = std::min(most, rows.size());
  for (std::size_t i = 0; i < count; ++i)  // what no model has seen, by the first
    ofFold[static_cast<std::size_t>(std::max(m_fold[i], 0))].push_back(i);
  std::vector<Eigen::MatrixXf> features;
  for (const auto& which : ofFold) features.push_back(featuresOf(rows, which));
  const auto lossWith = [&](Index permuted) {
    double loss = 0;
    for (std::size_t fold = 0; fold < ofFold.size(); ++fold) {
      if (ofFold[fold].empty()) continue;
      Eigen::MatrixXf X = features[fold];
      std::vector<int> truths;
      for (const std::size_t i : ofFold[fold]) truths.push_back(rows[i].real());
      if (permuted >= 0) {
        const auto order = RandomStream(2, Stream::fit, fold).permutation(X.rows());
        for (Index i = 0; i < X.rows(); ++i)
          X(i, permuted) = features[fold](order[static_cast<std::size_t>(i)], permuted);
      }
      loss += static_cast<double>(truths.size()) *
              truthLoss(realOf(calibrated(m_models[fold].probabilities(X))), truths);
    }
    return loss / static_cast<double>(count);
  };
  const double own = lossWith(-1);
  std::vector<Importance> all(statisticNames().size());
  parallelFor(all.size(), [&](std::size_t j) {
    progress.throwIfStopped();
    all[j] = {statisticNames()[j], lossWith(static_cast<Index>(j)) - own};
  });
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.loss > b.loss; });
  return all;
}

}  // namespace keyhole
