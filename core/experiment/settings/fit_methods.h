// The one table of the methods of fitting. The choices of fit.method, which settings apply, what is said
// about a method and how it is fitted all come from it: a new method is its files in core/fitting, one row
// here, its settings (settings_rows_fit.cpp, fit_options.h) and one test.
#pragma once

#include "core/common/progress.h"
#include "core/fitting/fit.h"
#include "core/fitting/regression/stationary_fit.h"
#include "core/fitting/resampling/resampling.h"
#include "core/fitting/trial.h"

#include <optional>
#include <string>
#include <vector>

namespace keyhole {

class Settings;

// What a student is made from.
enum class FitSource {
  sums,     // second moments of the units: those of all of them serve every number of seen ones
  teacher,  // the known circuit: the endless recording
  trials,   // the recording itself
};

// What an iterative fit follows, one value per iteration.
enum class FitObjective { none, logLikelihood, evidenceLowerBound, loss };
std::string nameOf(FitObjective objective);  // "log-likelihood" …
bool rises(FitObjective objective);          // more is better

struct FitMethod {
  std::string name;   // in files and on the command line: "slds"
  std::string label;  // in the window: "Switching LDS"
  std::string help;   // one sentence
  FitSource source = FitSource::trials;
  FitObjective objective = FitObjective::none;
  long long iterations = 0;              // as published, where fit.iterations is 0; 0: not iterative
  long long exactIterations = 0;         // the same with fit.estimator exact, if another number; else 0
  bool missingSamples = false;           // NaN is a missing sample, and left out exactly
  bool randomStart = false;              // fit.seed chooses among the ends
  bool heldEmissions = false;            // fit() can be given emissions that stay as they are
  std::optional<StationaryLimit> limit;  // of source teacher
  std::vector<std::string> takes;  // the settings of the fit stage that mean something, beside fit.method

  // Whether two settings ask for the same fit of the same trials (fit.steps and fit.use_input choose these).
  bool (*sameOptions)(const Settings&, const Settings&) = nullptr;

  // The student of these trials. held: emissions that stay (heldEmissions), or null. Throws InputError:
  // options that do not suit the data, missing samples; Stopped. Null if the source is a teacher.
  Student (*fit)(const Settings&, const std::vector<Trial>&, const LdsModel* held, Progress&) = nullptr;

  // How it is fitted to resampled blocks of these trials, whose student is given; null: no errors are offered
  // for it.
  Resampling (*resampling)(const Settings&, const std::vector<Trial>&, const Student&) = nullptr;
  bool resamplesOnDemand = false;  // each resample costs a whole fit: none are made unless asked for
};

const std::vector<FitMethod>& fitMethods();

// The method of fit.method.
const FitMethod& fitMethod(const Settings& settings);

// How many iterations these settings ask for where fit.iterations is 0; 0: the method is not iterative.
long long usualIterations(const Settings& settings);

// How many resamples the settings ask for: analysis.resamples, or of a method whose every resample is a whole
// fit analysis.resample_fits; 0 of a method without any.
Index resamplesOf(const Settings& settings);

// The method of a name. Throws InputError with those that are known.
const FitMethod& fitMethod(const std::string& name);

// "lds, slds": the names of the methods for which `holds` is true.
std::string namesOf(bool (*holds)(const FitMethod&));

// Those that can be fitted to a recording.
bool fitsRecordings(const FitMethod& method);

// The student of the trials by the method and the options that the settings name; its seen units are those of
// the trials. Throws as FitMethod::fit, and InputError for emissions that the method cannot hold, or for a
// method that needs a known teacher.
Student fitTrials(const Settings& settings, const std::vector<Trial>& trials, Progress& progress,
                  const LdsModel* held = nullptr);

}  // namespace keyhole
