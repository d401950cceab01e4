// What else could have made a recording: the probability of a real slow variable and the weight of each
// mechanism, from a reference table.
#pragma once

#include "core/audit/reference/classifier.h"
#include "core/audit/reference/surrogate_check.h"
#include "core/observation/preprocessing/preprocessing.h"

#include <memory>

namespace keyhole {

struct ReferenceOptions {
  Index circuits = 20000;
  std::uint64_t seed = 1;
  std::optional<priors::Range> fraction;        // of the units that are seen; empty: as the priors
  std::string cacheFolder;                      // empty: none
  std::shared_ptr<const ReferenceTable> table;  // one that is there already; null: it is made
  ClassifierOptions classifier;
  bool leaveOut = true;  // what the answer would be without each mechanism
  std::size_t importanceRows = 1000;
  Index surrogates = 19;  // of the recording, as a check; 0: none
};

struct MechanismWeight {
  std::string name, label;
  double weight = 0, standardError = 0;
  double withoutIt = 0;  // the probability of a real slow variable by the table without this mechanism
};

struct ReferenceAnswer {
  bool given = false;
  std::string why;  // one sentence, where there are no weights
  ReferenceShape shape;
  Index circuits = 0, redrawn = 0, failed = 0, fromCache = 0;
  std::uint64_t seed = 0;
  double circuitsPerSecond = 0;  // 0: none were made now
  std::string classifier;        // its settings
  double temperature = 1;
  LogitMap truthMap;
  Likeness likeness;
  double claimedSteps = 0, score = 0;  // of the recording, as its statistics have them
  double probability = 0, standardError = 0, prior = 0, likelihoodRatio = 0;
  double ratioLow = 0, ratioHigh = 0;  // of the likelihood ratio, 95 %, by the spread of tables as large
  double lossOfPrior = 0, loss = 0;    // log loss of the truth over the table, rows not seen
  std::vector<MechanismWeight> mechanisms;
  std::vector<WorldClassifier::Importance> importance;
  SurrogateCheck surrogates;  // made == 0: none, as where no weights are given
  std::vector<std::string> notes;
  std::string sentence;
};

// How a recording was made ready.
struct RecordedHow {
  Preprocessing steps;
  double seconds = 0;   // between two samples after all steps; 0: not known
  bool counts = false;  // whole numbers, none negative
};

struct ShapeFound {
  ReferenceShape shape;
  std::string why;                 // one sentence, where no reference circuits can be made
  std::vector<std::string> notes;  // in what the reference circuits are not as the recording
};

// Throws InputError: fractions that are none, or that need circuits of more than kMostUnitsAsked units.
ShapeFound shapeOf(const std::vector<Trial>& trials, const RecordedHow& how,
                   const std::optional<priors::Range>& fraction);

// What an answer rests on, for further questions.
struct ReferenceKnown {
  std::shared_ptr<const ReferenceTable> table;
  std::shared_ptr<const WorldClassifier> classifier;
  Statistics statistics;  // of the recording
};

// The units are taken in a random order of their own. known: filled in if given. Throws Stopped.
ReferenceAnswer askReference(const std::vector<Trial>& trials, const ReferenceShape& shape,
                             const ReferenceOptions& options, Progress& progress = noProgress(),
                             ReferenceKnown* known = nullptr);

// The same from a table and a classifier that are there: probability, weights, likelihood ratio, likeness
// (without leaving out and importance).
ReferenceAnswer answerFrom(const Statistics& statistics, const std::vector<ReferenceRow>& rows,
                           const WorldClassifier& classifier, Progress& progress = noProgress());

// The probability of other prior odds: a reader's own prior in (0, 1).
double withPrior(double likelihoodRatio, double prior);

}  // namespace keyhole
