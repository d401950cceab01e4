// From statistics to probabilities: mechanism and truth together, learned from a reference table and
// calibrated on circuits that were not learned from.
#pragma once

#include "core/audit/reference/boosted_trees.h"
#include "core/audit/reference/table.h"

namespace keyhole {

struct ClassifierOptions {
  int folds = 5;
  BoostingOptions boosting;
};

// A class is mechanism x truth: 2 mechanism + (real slow variable ? 1 : 0).
int classOf(const ReferenceRow& row);
int classCount();

// One model per fold, each of the rows outside of it; what the models say of the rows that they have not seen
// gives one temperature, by the least log loss over all classes; the answer is the mean of the models'
// tempered probabilities. Under the priors and on average over recordings such probabilities are calibrated,
// and only there (votes of trees are no posteriors; weights from insufficient statistics can be wrong for one
// recording by any amount). Cost folds × rounds × classes trees. Throws Stopped.
class WorldClassifier {
 public:
  WorldClassifier(const std::vector<ReferenceRow>& rows, const ClassifierOptions& options,
                  Progress& progress = noProgress());

  struct Answer {
    Vector classes;            // probabilities
    Matrix byFold;             // classes x folds
    double real() const;       // Σ over classes with a real slow variable
    double realError() const;  // standard error over the folds' models, which share most of their rows
    double mechanism(std::size_t which) const;
    double mechanismError(std::size_t which) const;
  };
  Answer answer(const std::vector<double>& statistics) const;

  // rows x classes: of each row of the table by the model that has not seen it, tempered.
  const Matrix& unseen() const { return m_unseen; }
  double temperature() const { return m_temperature; }

  struct Importance {
    std::string statistic;
    double loss = 0;  // by how much the log loss of the truth rises, on rows not seen, if it is permuted
  };
  // By falling loss; of at most `most` rows.
  std::vector<Importance> importance(const std::vector<ReferenceRow>& rows, std::size_t most,
                                     Progress& progress = noProgress()) const;

 private:
  std::vector<BoostedTrees> m_models;
  std::vector<int> m_fold;  // of each row
  Matrix m_unseen;
  double m_temperature = 1;
};

// p^(1/T), normalised by rows.
Matrix tempered(const Matrix& probabilities, double temperature);

// -mean log p of the truth (real or not), p clipped to [1e-6, 1-1e-6].
double truthLoss(const Vector& probabilities, const std::vector<int>& truths);

}  // namespace keyhole
