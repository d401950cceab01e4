#include "core/audit/reference/answer.h"

#include "core/audit/reference/shape_words.h"
#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/progress_part.h"
#include "core/common/three_digits.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr std::size_t kMostLeftOut = 4000;  // rows of the tables without a mechanism

std::vector<Trial> shuffled(const std::vector<Trial>& trials) {
  const Index N = trials.front().activity.rows();
  const auto order = RandomStream(1, Stream::subset).permutation(N);
  std::vector<Trial> made;
  for (const auto& trial : trials) made.push_back({Matrix(trial.activity(order, Eigen::all)), trial.input});
  return made;
}

double odds(double p) {
  return p / (1 - p);
}

std::vector<int> truthsOf(const std::vector<ReferenceRow>& rows) {
  std::vector<int> truths;
  for (const auto& row : rows) truths.push_back(row.real());
  return truths;
}

// What the table without a mechanism says: one model of all its rows, calibrated as the whole one is.
double realWithout(std::size_t mechanism, const Statistics& statistics, const std::vector<ReferenceRow>& rows,
                   const ReferenceOptions& options, const WorldClassifier& whole) {
  const std::size_t count = std::min(kMostLeftOut, rows.size());
  std::vector<const ReferenceRow*> kept;
  for (std::size_t i = 0; i < count; ++i)
    if (rows[i].mechanism != mechanism) kept.push_back(&rows[i]);
  const auto p = static_cast<Index>(statistics.values.size());
  Eigen::MatrixXf X(static_cast<Index>(kept.size()), p), own(1, p);
  std::vector<int> labels;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    for (Index j = 0; j < p; ++j)
      X(static_cast<Index>(i), j) =
          static_cast<float>(kept[i]->statistics.values[static_cast<std::size_t>(j)]);
    labels.push_back(classOf(*kept[i]));
  }
  for (Index j = 0; j < p; ++j)
    own(0, j) = static_cast<float>(statistics.values[static_cast<std::size_t>(j)]);
  const BoostedTrees model(X, labels, classCount(), options.classifier.boosting);
  const Matrix made = whole.calibrated(model.probabilities(own));
  double real = 0;
  for (Index k = 1; k < made.cols(); k += 2) real += made(0, k);
  return real;
}

void leaveOut(ReferenceAnswer& answer, const Statistics& statistics, const std::vector<ReferenceRow>& rows,
              const ReferenceOptions& options, const WorldClassifier& whole, Progress& progress) {
  parallelFor(
      answer.mechanisms.size(),
      [&](std::size_t k) {
        progress.throwIfStopped();
        answer.mechanisms[k].withoutIt = realWithout(k, statistics, rows, options, whole);
      },
      [&] { progress.checkpoint(0.5, "leaving out mechanisms"); });
}

}  // namespace

double withPrior(double likelihoodRatio, double prior) {
  const double posterior = likelihoodRatio * odds(prior);
  return posterior / (1 + posterior);
}

ReferenceAnswer answerFrom(const Statistics& statistics, const std::vector<ReferenceRow>& rows,
                           const WorldClassifier& classifier, Progress& progress) {
  ReferenceAnswer answer;
  answer.temperature = classifier.temperature();
  answer.truthMap = classifier.truthMap();
  answer.claimedSteps = statistics.claimedSteps;
  answer.score = statistics.score;
  answer.likeness = TableDistances(rows, progress).of(statistics);
  const auto made = classifier.answer(statistics.values);
  const auto truths = truthsOf(rows);
  double real = 0;
  for (const int truth : truths) real += truth;
  answer.prior = real / static_cast<double>(truths.size());
  answer.probability = made.real();
  answer.standardError = made.realError();
  answer.likelihoodRatio = odds(answer.probability) / odds(answer.prior);
  const double reach = std::exp(1.96 * made.realLogitError());
  answer.ratioLow = answer.likelihoodRatio / reach;
  answer.ratioHigh = answer.likelihoodRatio * reach;
  for (std::size_t k = 0; k < mechanisms().size(); ++k)
    answer.mechanisms.push_back({mechanisms()[k].name, mechanisms()[k].label, made.mechanism(k),
                                 made.mechanismError(k), std::nan("")});
  Vector unseen = Vector::Zero(classifier.unseen().rows());
  for (Index k = 1; k < classifier.unseen().cols(); k += 2) unseen += classifier.unseen().col(k);
  answer.loss = truthLoss(unseen, truths);
  answer.lossOfPrior = truthLoss(Vector::Constant(unseen.size(), answer.prior), truths);
  answer.given = !answer.likeness.unlike();
  if (!answer.given) answer.why = unlikeSentence(answer.likeness);
  return answer;
}

ReferenceAnswer askReference(const std::vector<Trial>& trials, const ReferenceShape& shape,
                             const ReferenceOptions& options, Progress& progress, ReferenceKnown* known) {
  ProgressPart making(progress, 0, 0.7), learning(progress, 0.7, 0.8), rest(progress, 0.8, 1);
  const auto made = options.table ? options.table
                                  : std::make_shared<const ReferenceTable>(referenceTable(
                                        shape, options.seed, options.circuits, options.cacheFolder, making));
  const ReferenceTable& table = *made;
  const Statistics statistics = statisticsOf(shuffled(trials));
  const auto learned = std::make_shared<const WorldClassifier>(table.rows, options.classifier, learning);
  const WorldClassifier& classifier = *learned;
  if (known) *known = {made, learned, statistics};
  ReferenceAnswer answer = answerFrom(statistics, table.rows, classifier, rest);
  answer.shape = shape;
  answer.circuits = static_cast<Index>(table.rows.size());
  answer.redrawn = table.redrawn;
  answer.failed = table.failed;
  answer.fromCache = table.fromCache;
  answer.seed = options.seed;
  answer.circuitsPerSecond = table.secondsPerCircuit > 0 ? 1 / table.secondsPerCircuit : 0;
  answer.classifier = boostingText(options.classifier.boosting) + ", " +
                      std::to_string(options.classifier.folds) +
                      " folds; temperature and logit map from circuits that none has seen";
  answer.notes = table.notes;
  if (answer.given && options.leaveOut) leaveOut(answer, statistics, table.rows, options, classifier, rest);
  if (answer.given && options.importanceRows > 0)
    answer.importance = classifier.importance(table.rows, options.importanceRows, rest);
  if (answer.given && options.surrogates > 0)
    answer.surrogates = checkBySurrogates(shuffled(trials), table.rows, classifier, answer.probability,
                                          options.surrogates, rest);
  answer.sentence = answer.given ? answerSentence(answer) : answer.why + ".";
  return answer;
}

}  // namespace keyhole
