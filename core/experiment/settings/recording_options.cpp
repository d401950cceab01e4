#include "core/experiment/settings/recording_options.h"

#include "core/common/error.h"

#include <algorithm>
#include <array>

namespace keyhole {
namespace {

std::string unlessFile(const std::string& choice) {
  return choice == "file" ? std::string() : choice;
}

template <class Kind>
Kind kindOf(const std::string& name, const std::array<const char*, 3>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<Kind>(found == names.end() ? 0 : found - names.begin());
}

// A step of the text: its name, what stands behind the colon, and how that becomes settings.
struct StepWord {
  const char* name;
  int order;          // as the steps are done
  const char* takes;  // behind the colon, for sentences; empty: nothing
  void (*set)(Settings&, const std::string& value);
};

std::string withCommas(std::string value) {
  std::replace(value.begin(), value.end(), ';', ',');
  return value;
}

void setWindow(Settings& settings, const std::string& value) {
  const bool open = value.ends_with("..");  // up to the end
  const auto windows = parseWindows(open ? value + "1e300" : value);
  if (windows.size() != 1) throw InputError("allowed: one window, FROM..TO");
  settings.set("recording.from", windows.front().from);
  settings.set("recording.to", open ? 0.0 : windows.front().to);
}

void setSmoothing(Settings& settings, const std::string& value) {
  const auto colon = value.find(':');
  settings.set("recording.smooth",
               colon == std::string::npos ? std::string("gaussian") : value.substr(0, colon));
  settings.setFromText("recording.smooth_width",
                       colon == std::string::npos ? value : value.substr(colon + 1));
}

void setScale(Settings& settings, const char* kind) {
  settings.set("recording.scale", std::string(kind));
}

constexpr StepWord kSteps[] = {
    {"units", 0, "a list such as 1-25;40",
     [](Settings& s, const std::string& v) { s.set("recording.units", withCommas(v)); }},
    {"window", 1, "FROM..TO in seconds (FROM.. up to the end)", setWindow},
    {"drop", 2, "silent or constant",
     [](Settings& s, const std::string& v) { s.setFromText("recording.drop", v); }},
    {"bin", 3, "seconds", [](Settings& s, const std::string& v) { s.setFromText("recording.bin", v); }},
    {"smooth", 4,
     "seconds (Gaussian) or exponential:seconds (the past alone, such as smooth:exponential:0.05)",
     setSmoothing},
    {"sqrt", 5, "", [](Settings& s, const std::string&) { s.set("recording.square_root", true); }},
    {"detrend", 6, "", [](Settings& s, const std::string&) { s.set("recording.detrend", true); }},
    {"zscore", 7, "", [](Settings& s, const std::string&) { setScale(s, "zscore"); }},
    {"soft", 7, "a constant",
     [](Settings& s, const std::string& v) {
       setScale(s, "soft");
       s.setFromText("recording.soft_constant", v);
     }},
    {"split", 8, "seconds", [](Settings& s, const std::string& v) { s.setFromText("recording.split", v); }},
    {"mask", 9, "FROM..TO in seconds, several with ; between them",
     [](Settings& s, const std::string& v) {
       (void)parseWindows(v);
       s.set("recording.mask", v);
     }},
};

const StepWord& stepNamed(std::string_view name, std::string_view step) {
  std::string known;
  for (const auto& word : kSteps) {
    if (word.name == name) return word;
    known += (known.empty() ? "" : ", ") + std::string(word.name);
  }
  throw InputError("the step \"" + std::string(step) + "\" is unknown; allowed, in this order: " + known);
}

void applyStep(Settings& settings, const StepWord& word, std::string_view step) {
  const auto colon = step.find(':');
  const std::string value(colon == std::string_view::npos ? "" : step.substr(colon + 1));
  const std::string takes = word.takes;
  if (value.empty() != takes.empty())
    throw InputError("the step \"" + std::string(step) + "\" has " +
                     (value.empty() ? "no value" : "the value " + value) + "; allowed: " + word.name +
                     (takes.empty() ? "" : ":" + takes));
  try {
    word.set(settings, value);
  } catch (const InputError& error) {
    throw InputError("the step \"" + std::string(step) + "\": " + error.what());
  }
}

}  // namespace

RecordingOptions recordingOptions(const Settings& settings) {
  RecordingOptions options;
  options.timeInColumns = settings.flag("teacher.transpose");
  options.missingAllowed = true;
  options.table.separator = unlessFile(settings.text("recording.separator"));
  options.table.decimal = unlessFile(settings.text("recording.decimal"));
  options.table.indexColumn = settings.text("recording.index_column");
  options.table.header = settings.text("recording.header");
  options.bin = settings.number("recording.bin");
  options.interval = settings.number("recording.interval");
  options.joinTrials = settings.text("recording.trials") == "joined";
  options.intervals = settings.text("recording.intervals");
  options.input = settings.text("recording.input");
  Preprocessing& steps = options.steps;
  steps.units = settings.text("recording.units");
  steps.window = {settings.number("recording.from"), settings.number("recording.to")};
  steps.drop = kindOf<Drop>(settings.text("recording.drop"), {"none", "silent", "constant"});
  steps.bin = options.bin;
  steps.smoothing = kindOf<Smoothing>(settings.text("recording.smooth"), {"none", "gaussian", "exponential"});
  if (steps.smoothing != Smoothing::none) steps.smoothingWidth = settings.number("recording.smooth_width");
  steps.squareRoot = settings.flag("recording.square_root");
  steps.detrend = settings.flag("recording.detrend");
  steps.scaling = kindOf<Scaling>(settings.text("recording.scale"), {"none", "zscore", "soft"});
  if (steps.scaling == Scaling::soft) steps.softConstant = settings.number("recording.soft_constant");
  steps.split = settings.number("recording.split");
  steps.mask = parseWindows(settings.text("recording.mask"));
  return options;
}

void applySteps(Settings& settings, std::string_view text) {
  const StepWord* last = nullptr;
  while (!text.empty()) {
    const auto end = text.find(',');
    std::string_view step = text.substr(0, end);
    while (!step.empty() && step.front() == ' ') step.remove_prefix(1);
    while (!step.empty() && step.back() == ' ') step.remove_suffix(1);
    const StepWord& word = stepNamed(step.substr(0, step.find(':')), step);
    if (last && word.order == last->order)
      throw InputError("the step \"" + std::string(step) + "\" stands beside " + last->name +
                       "; allowed: one of them");
    if (last && word.order < last->order)
      throw InputError("the step \"" + std::string(step) + "\" stands behind " + last->name +
                       "; allowed: before it, in the order in which the steps are done");
    applyStep(settings, word, step);
    last = &word;
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

std::string stepsText(const Settings& settings) {
  const RecordingOptions options = recordingOptions(settings);
  const Preprocessing& steps = options.steps;
  std::string text;
  const auto add = [&text](const std::string& step) { text += (text.empty() ? "" : ",") + step; };
  if (!steps.units.empty()) {
    std::string units = steps.units;
    std::replace(units.begin(), units.end(), ',', ';');
    add("units:" + units);
  }
  if (!(steps.window == TimeWindow()))
    add("window:" + toText(steps.window.from) + ".." + (steps.window.to > 0 ? toText(steps.window.to) : ""));
  if (steps.drop != Drop::none) add("drop:" + settings.text("recording.drop"));
  if (steps.bin > 0) add("bin:" + toText(steps.bin));
  if (steps.smoothing != Smoothing::none)
    add("smooth:" + settings.text("recording.smooth") + ":" + toText(steps.smoothingWidth));
  if (steps.squareRoot) add("sqrt");
  if (steps.detrend) add("detrend");
  if (steps.scaling == Scaling::zscore) add("zscore");
  if (steps.scaling == Scaling::soft) add("soft:" + toText(steps.softConstant));
  if (steps.split > 0) add("split:" + toText(steps.split));
  if (!steps.mask.empty()) add("mask:" + settings.text("recording.mask"));
  return text;
}

std::string stepsHelp() {
  std::string text;
  for (const auto& word : kSteps)
    text += (text.empty() ? "" : ", ") + std::string(word.name) + (*word.takes ? ":" : "") +
            (*word.takes ? std::string(word.takes) : "");
  return text;
}

}  // namespace keyhole
