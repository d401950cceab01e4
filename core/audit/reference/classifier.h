// From statistics to probabilities: mechanism and truth together, learned from a reference table and
// calibrated on circuits that were not learned from.
#pragma once

#include "core/audit/reference/boosted_trees.h"
#include "core/audit/reference/table.h"

namespace keyhole {

struct ClassifierOptions {
  int folds = 5;
  double heldOut = 0.15;  // share of the rows that nothing is learned from but the calibration
  BoostingOptions boosting;
};

// A class is mechanism x truth: 2 mechanism + (real slow variable ? 1 : 0).
int classOf(const ReferenceRow& row);
int classCount();

// Of a probability: logit p' = shift + slope · logit p (Platt 1999).
struct LogitMap {
  double shift = 0, slope = 1;
  double operator()(double p) const;
};

// The map of least log loss, drawn towards the identity as if by ten circuits. Newton on a convex function.
LogitMap bestLogitMap(const Vector& probabilities, const std::vector<int>& truths);

// One model per fold, each of the rows outside of it; the answer is the mean of the models' probabilities. A
// mean of models is more modest than each of them, so it is the mean itself that is calibrated, on rows which
// none of them has seen: by one temperature over all classes, then by a map of the probability of a real slow
// variable (the mechanisms keep their shares given the truth). Under the priors and on average over
// recordings such probabilities are calibrated, and only there (votes of trees are no posteriors; weights
// from insufficient statistics can be wrong for one recording by any amount). Further models, of one fold
// alone each, tell how much of an answer is the table's. Cost 2 folds × rounds × classes trees. Throws
// Stopped.
class WorldClassifier {
 public:
  WorldClassifier(const std::vector<ReferenceRow>& rows, const ClassifierOptions& options,
                  Progress& progress = noProgress());

  struct Answer {
    Vector classes;       // probabilities
    Matrix apart;         // classes x folds, by models that share no row
    double real() const;  // Σ over classes with a real slow variable
    // Standard errors, of the table that was drawn among other tables as large: the spread of models that
    // each have one fold alone, over the root of their number. Of the logit of real(), and of real() itself.
    double realLogitError() const;
    double realError() const;
    double mechanism(std::size_t which) const;
    double mechanismError(std::size_t which) const;
  };
  Answer answer(const std::vector<double>& statistics) const;

  // rows x classes: of each row of the table by the models that have not seen it, calibrated.
  const Matrix& unseen() const { return m_unseen; }
  double temperature() const { return m_temperature; }
  const LogitMap& truthMap() const { return m_truthMap; }
  // Raw probabilities (rows x classes) with the temperature and the map.
  Matrix calibrated(const Matrix& raw) const;

  struct Importance {
    std::string statistic;
    double loss = 0;  // by how much the log loss of the truth rises, on rows not seen, if it is permuted
  };
  // By falling loss; of at most `most` rows.
  std::vector<Importance> importance(const std::vector<ReferenceRow>& rows, std::size_t most,
                                     Progress& progress = noProgress()) const;

 private:
  void deal(std::size_t rows, const ClassifierOptions& options);
  Matrix learn(const std::vector<ReferenceRow>& rows, const ClassifierOptions& options, Progress& progress);
  Matrix meanOf(const Eigen::MatrixXf& X) const;

  std::vector<BoostedTrees> m_models, m_apart;
  std::vector<int> m_fold;  // of each row; -1: held out from all
  Matrix m_unseen;
  double m_temperature = 1;
  LogitMap m_truthMap;
};

// p^(1/T), normalised by rows.
Matrix tempered(const Matrix& probabilities, double temperature);

// -mean log p of the truth (real or not), p clipped to [1e-6, 1-1e-6].
double truthLoss(const Vector& probabilities, const std::vector<int>& truths);

}  // namespace keyhole
