// The rows of the settings table that say how a recording is read and what is done to it before it is fitted.
#include "core/experiment/settings/setting_makers.h"
#include "core/experiment/settings/settings_rows.h"

namespace keyhole {

using namespace setting_makers;

namespace {

constexpr auto inRecording = Stage::recording;
constexpr double kSeconds = 10, kLongSeconds = 1e6;

std::vector<Applies> ofRecordings(std::vector<Applies> more = {}) {
  more.insert(more.begin(), {"teacher.kind", {"recording"}});
  return more;
}

std::vector<SettingRow> readingRows() {
  return {
      number(inRecording, "recording.interval", 0, {0, kLongSeconds}, "s", "Between samples Δt",
             "Seconds between two samples; 0: by the file's clock or rate, if it has one.", ofRecordings()),
      choice(inRecording, "recording.trials",
             {{"kept", "kept apart", "No step leads from one trial into the next."},
              {"joined", "joined",
               "All trials end to end as one: the steps between them are not the circuit's."}},
             "Trials", "What is done with a recording of several trials.", ofRecordings()),
      text(inRecording, "recording.intervals", "", "Cut trials from",
           "A table of intervals in seconds, the name of one in the file (trials, as NWB files have it) or "
           "FILE "
           "or FILE:PATH with start_time and stop_time: each is a trial; empty: none.",
           ofRecordings()),
      text(inRecording, "recording.input", "", "Input",
           "A known drive, FILE or FILE:PATH, with one row per time point or one array per trial; empty: "
           "none.",
           ofRecordings()),
      choice(inRecording, "recording.separator",
             {{"file", "as in the file", "Decided from the whole file."},
              {"comma", "comma", "Between the cells stands ,."},
              {"semicolon", "semicolon", "Between the cells stands ;."},
              {"tab", "tab", "Between the cells stands a tab."},
              {"blank", "blanks", "Between the cells stand blanks or tabs."},
              {"bar", "bar", "Between the cells stands |."},
              {"none", "none", "A line is one cell."}},
             "Separator", "What stands between the cells of a table.", ofRecordings()),
      choice(inRecording, "recording.decimal",
             {{"file", "as in the file", "Decided from the whole file."},
              {"point", "point", "1.5 is a number and a half."},
              {"comma", "comma", "1,5 is a number and a half."}},
             "Decimal sign", "How a table writes numbers.", ofRecordings()),
      text(inRecording, "recording.index_column", "", "Index column",
           "The number or name of a table's column that counts or is the clock; none; empty: found in the "
           "file.",
           ofRecordings()),
      text(inRecording, "recording.header", "", "Lines of names",
           "How many lines of names a table begins with; empty: found in the file.", ofRecordings()),
  };
}

std::vector<SettingRow> stepRows() {
  return {
      text(inRecording, "recording.units", "", "Units read",
           "Step 1: the units to keep, counted from 1, such as 1-25, 40; empty: all.", ofRecordings()),
      number(inRecording, "recording.from", 0, {0, kLongSeconds}, "s", "From",
             "Step 1: each trial from this time on.", ofRecordings()),
      number(inRecording, "recording.to", 0, {0, kLongSeconds}, "s", "To",
             "Step 1: each trial up to this time; 0: its end.", ofRecordings()),
      choice(inRecording, "recording.drop",
             {{"none", "none", "All units stay."},
              {"silent", "silent ones", "Units that are 0 throughout are left out."},
              {"constant", "constant ones", "Units that do not vary are left out."}},
             "Units left out", "Step 2: units that carry no information.", ofRecordings()),
      number(
          inRecording, "recording.bin", 0, {0, kSeconds}, "s", "Bin",
          "Step 3: spike times and counts are summed, other samples averaged in bins of this many seconds; "
          "0: as "
          "sampled.",
          ofRecordings()),
      choice(inRecording, "recording.smooth",
             {{"none", "none", "As it is."},
              {"gaussian", "Gaussian", "Before and after alike; the width is the standard deviation."},
              {"exponential", "exponential, causal", "The past alone; the width is the time constant."}},
             "Smoothing",
             "Step 4: within each trial. No time constant below the width can be told afterwards.",
             ofRecordings()),
      number(inRecording, "recording.smooth_width", 0.05, {0.0001, kSeconds, kLog}, "s", "Width",
             "Width of the smoothing kernel.",
             ofRecordings({{"recording.smooth", {"gaussian", "exponential"}}})),
      flag(inRecording, "recording.square_root", false, "Square root",
           "Step 5: of every sample, which makes the variance of counts alike.", ofRecordings()),
      flag(inRecording, "recording.detrend", false, "Detrend",
           "Step 6: takes the line that fits best from each unit; its mean stays.", ofRecordings()),
      choice(inRecording, "recording.scale",
             {{"none", "none", "As recorded."},
              {"zscore", "z-score", "Mean 0 and standard deviation 1 of each unit."},
              {"soft", "soft-normalise", "Each unit divided by its range plus a constant."}},
             "Scale", "Step 7: how the units are made comparable.", ofRecordings()),
      number(inRecording, "recording.soft_constant", 5, {0, 1e6}, "", "Constant",
             "Of the soft normalisation, in the unit of the recording: units of a smaller range count less.",
             ofRecordings({{"recording.scale", {"soft"}}})),
      number(inRecording, "recording.split", 0, {0, kLongSeconds}, "s", "Split into trials",
             "Step 8: trials of this many seconds; 0: trials as they are.", ofRecordings()),
      text(inRecording, "recording.mask", "", "Mask",
           "Step 9: windows of time that are taken as missing, FROM..TO in seconds, separated by semicolons; "
           "lds and slds leave them out.",
           ofRecordings()),
  };
}

}  // namespace

std::vector<SettingRow> recordingRows() {
  auto rows = readingRows();
  for (auto& row : stepRows()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace keyhole
