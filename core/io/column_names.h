// What the name of a column or array says of it, and units in names.
#pragma once

#include <string>
#include <string_view>

namespace keyhole {

// "time", "t (ms)", "Timestamp", …
bool isClockName(const std::string& name);

// "dt", "bin_size", …: the time between two samples, of a unit that is seldom said.
bool isStepName(const std::string& name);

// "", "index", "Unnamed: 0", "frame", …: what counts the rows.
bool isIndexName(const std::string& name);

// "trial", "Trial_ID", "sweep number", "block", "session", "run" …
bool isTrialName(const std::string& name);

// "neuron", "cell_id", "unit", "channel", "roi": of a table with one row per neuron and time point.
bool isNeuronName(const std::string& name);

// "time" of "Time (ms)", "time_ms" or " Time:"; lower case.
std::string nameWithoutUnit(const std::string& name);

// The unit of "t (ms)", "V [mV]" or "time_ms", or "".
std::string unitInName(const std::string& name);

// Whether a cell is a unit, such as mV, (ms), [Hz] or a.u.
bool isUnit(std::string_view text);

// Seconds in one "ms", "min" …; 0 if it is no unit of time.
double secondsIn(const std::string& unit);

}  // namespace keyhole
