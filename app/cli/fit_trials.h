// The recordings that `keyhole fit` is given: each is a trial of its own.
#pragma once

#include "core/fitting/trial.h"
#include "core/io/recording_file.h"
#include "core/observation/summary/recorded_trials.h"

#include <optional>
#include <string>
#include <vector>

namespace keyhole::cli {

struct FitFiles {
  std::vector<std::string> recordings;
  std::vector<std::string> inputs;  // none, or one per recording, in the same order
  RecordingOptions reading;         // of every file; its input is that of `inputs`
  std::string observed;             // the first so many neurons, as typed; empty: all
};

struct FitTrials {
  std::vector<Trial> trials;               // N x T_k and m x T_k; without an input 0 x T_k
  std::vector<std::string> files, inputs;  // as named; no inputs: empty
  std::vector<std::string> trialNames;     // the file of each trial, with its number if the file has several
  std::optional<Index> observed;
  std::vector<std::string> warnings;  // what was guessed when reading; channels that carry no information …
  double seconds = 0;  // between two samples, as said or by the files' clocks, after all steps; 0: not known

  Index streamedNeurons = 0, streamedTimepoints = 0;  // of a recording that passed by, and is no trial here
  std::string streamedHash;                           // its fingerprint

  Index neurons() const { return trials.empty() ? streamedNeurons : trials.front().activity.rows(); }
  Index timepoints() const {
    return trials.empty() ? streamedTimepoints : transitionsOf(trials) + static_cast<Index>(trials.size());
  }
};

// An option that takes several files takes the recordings behind it too: `--input u1 u2 r1 r2`. As there is
// one input for each recording, the second half of them are the recordings.
void separateRecordings(FitFiles& files);

// Throws InputError: a file that cannot be read, or does not fit the others; the sentence names both. Throws
// Stopped.
FitTrials readTrials(const FitFiles& files, const Progress& progress = noProgress());

// As a summary takes them; data must outlive what is returned.
RecordedTrials recordedTrials(const FitTrials& data);

}  // namespace keyhole::cli
