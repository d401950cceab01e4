#include "core/io/column_names.h"

#include "core/io/words.h"

namespace keyhole {
namespace {

std::string stripped(const std::string& text) {
  const auto begin = text.find_first_not_of(" _.:#-()[]{}");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" _.:#-()[]{}") - begin + 1);
}

// "time (ms)" and "time_ms" are "time" in "ms".
struct NameParts {
  std::string base, unit;
};

NameParts partsOfName(const std::string& name) {
  for (const auto& [open, close] : {std::pair{'(', ')'}, {'[', ']'}, {'{', '}'}}) {
    const auto at = name.find(open), end = name.find(close);
    // What stands behind a slash is another header's, as in "Time(s)/Cell Status".
    if (at != std::string::npos && end != std::string::npos && end > at &&
        (end + 1 == name.size() || name[end + 1] == '/'))
      return {stripped(lowerCase(name.substr(0, at))), name.substr(at + 1, end - at - 1)};
  }
  const auto at = name.find_last_of("_ /,");
  if (at != std::string::npos && secondsIn(name.substr(at + 1)) > 0)
    return {stripped(lowerCase(name.substr(0, at))), name.substr(at + 1)};
  return {stripped(lowerCase(name)), {}};
}

// "Trial_ID" as "trial".
std::string bareName(const std::string& name) {
  std::string base;
  for (const char c : name) base += c == '_' || c == '-' || c == '.' ? ' ' : lowerCase(c);
  for (const std::string ending : {" id", " nr", " no", " number", " num", " index", " idx", "id", "s"})
    if (base.size() > ending.size() && base.ends_with(ending)) {
      base.resize(base.size() - ending.size());
      break;
    }
  return base;
}

}  // namespace

bool isClockName(const std::string& name) {
  const std::string base = nameWithoutUnit(name);
  if (isOneOf(base, {"t",           "time",         "times",
                     "timestamp",   "timestamps",   "date",
                     "datetime",    "date time",    "clock",
                     "elapsed",     "elapsed time", "zeit",
                     "temps",       "tiempo",       "frame time",
                     "sec",         "secs",         "seconds",
                     "ms",          "msec",         "s",
                     "date/time",   "time stamp",   "abs time",
                     "rel time",    "ts",           "tvec",
                     "timevec",     "frametimes",   "frame_time",
                     "frame_times", "frame times",  "sample times",
                     "sample_times"}))
    return true;
  return base.starts_with("time ") || base.starts_with("time_") || base.ends_with(" time") ||
         base.ends_with("_time") || base.starts_with("timestamp");
}

bool isStepName(const std::string& name) {
  return isOneOf(
      nameWithoutUnit(name),
      {"dt", "delta_t", "deltat", "binsize", "bin_size", "bin size", "binwidth", "bin_width", "bin width",
       "sampling_interval", "samplinginterval", "sample_interval", "ifi", "frame_period", "sampling_period"});
}

bool isIndexName(const std::string& name) {
  const std::string base = nameWithoutUnit(name);
  return isOneOf(base, {"", "index", "idx", "id", "nr", "no", "n", "x", "bin", "bins", "scan", "volume"}) ||
         isOneOf(base, {"row", "rows", "row names", "rowname", "rownames"}) ||
         isOneOf(base, {"sample", "samples", "sample number", "sample_number"}) ||
         isOneOf(base, {"frame", "frames", "frame number", "frame_number", "frame_id", "frame id"}) ||
         isOneOf(base, {"step", "timestep", "time step", "time_step"}) || base.starts_with("unnamed");
}

bool isTrialName(const std::string& name) {
  return isOneOf(bareName(name), {"trial", "sweep", "block", "session", "run", "episode", "segment",
                                  "repetition", "repeat", "rep", "epoch", "level 0"});
}

bool isNeuronName(const std::string& name) {
  return isOneOf(bareName(name), {"neuron", "cell", "unit", "channel", "roi", "electrode", "variable"});
}

std::string nameWithoutUnit(const std::string& name) {
  return partsOfName(name).base;
}

std::string unitInName(const std::string& name) {
  return partsOfName(name).unit;
}

bool isUnit(std::string_view text) {
  std::string unit(text);
  if (unit.size() > 2 && std::string_view("([{").find(unit.front()) != std::string_view::npos)
    unit = unit.substr(1, unit.size() - 2);
  if (secondsIn(unit) > 0) return true;
  // The micro sign and the Greek letter look alike.
  const std::string word = lowerCase(unit);
  return isOneOf(word, {"v", "mv", "uv", "µv", "μv"}) ||
         isOneOf(word, {"a", "ma", "ua", "na", "pa", "pa/pf", "ohm", "mohm"}) ||
         isOneOf(word, {"hz", "khz", "mhz", "bpm", "spikes/s", "sp/s"}) ||
         isOneOf(word, {"%", "a.u.", "au", "a.u", "arb", "arb. unit", "arb. units", "df/f", "Δf/f"}) ||
         isOneOf(word, {"z", "sd", "counts", "count", "spikes", "1", "-"}) ||
         isOneOf(word, {"m", "cm", "mm", "um", "µm", "μm", "nm", "px", "pixel", "pixels"}) ||
         isOneOf(word, {"deg", "°", "rad", "rad/s", "deg/s", "cm/s", "m/s", "mm/s"}) ||
         isOneOf(word, {"°c", "c", "k", "mol", "µmol", "n", "t", "mt", "ut", "ft", "l", "ml", "g", "kg"});
}

double secondsIn(const std::string& text) {
  const std::string unit = stripped(lowerCase(text));
  if (isOneOf(unit, {"s", "sec", "secs", "second", "seconds"})) return 1;
  if (isOneOf(unit, {"ms", "msec", "millisecond", "milliseconds"})) return 1e-3;
  if (isOneOf(unit, {"us", "\xC2\xB5s", "\xCE\xBCs", "usec", "microsecond", "microseconds"})) return 1e-6;
  if (isOneOf(unit, {"ns", "nsec", "nanosecond", "nanoseconds"})) return 1e-9;
  if (isOneOf(unit, {"min", "mins", "minute", "minutes"})) return 60;
  if (isOneOf(unit, {"h", "hr", "hrs", "hour", "hours"})) return 3600;
  return 0;
}

}  // namespace keyhole
