#include "app/cli/reading_options.h"

#include "app/cli/option_values.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/settings/recording_options.h"
#include "core/io/table_dialect.h"

#include <algorithm>
#include <limits>

namespace keyhole::cli {
namespace {

struct ReadingOption {
  const char* name;
  const char* key;
  const char* type;
  const char* help;
};

constexpr ReadingOption kReadingOptions[] = {
    {"--dt", "recording.interval", "SECONDS",
     "Time between two samples in seconds (default: the file's clock or rate, if it has one)"},
    {"--bin", "recording.bin", "SECONDS",
     "Count spike times (NWB units) in bins of this many seconds; of samples, as --steps bin"},
    {"--trials", "recording.trials", "NAME",
     "Trials of one file: kept apart (kept, default) or end to end as one (joined); or cut from a table of "
     "intervals with start_time and stop_time in seconds: its name in the file (such as trials), FILE or "
     "FILE:PATH"},
    {"--input", "recording.input", "FILE",
     "Known input, FILE or FILE:PATH, one row per time point or one array per trial"},
    {"--separator", "recording.separator", "NAME",
     "Between the cells of a table: comma, semicolon, tab, blank, bar, none (default: from the file)"},
    {"--decimal", "recording.decimal", "NAME",
     "Decimal sign of a table: point, comma (default: from the file)"},
    {"--index-column", "recording.index_column", "COLUMN",
     "Column of a table that counts or is the clock: number, name, none (default: from the file)"},
    {"--header", "recording.header", "N", "Lines of names at the top of a table (default: from the file)"},
};

// ";" as "semicolon": the character itself may stand for its name.
std::string separatorName(const std::string& text) {
  const std::pair<const char*, const char*> names[] = {{",", "comma"}, {";", "semicolon"}, {"\t", "tab"},
                                                       {"\\t", "tab"}, {" ", "blank"},     {"|", "bar"}};
  for (const auto& [sign, name] : names)
    if (text == sign) return name;
  return text;
}

void setReading(Settings& settings, const ReadingOption& option, std::string text) {
  const std::string name = option.name;
  if (name == "--trials" && text != "kept" && text != "joined")
    return settings.set("recording.intervals", text);
  if (name == "--dt" || name == "--bin")
    (void)numberOption(name, text,
                       {0, false, settingRow(option.key).maximum,
                        "a number of seconds above 0 and up to " + toText(settingRow(option.key).maximum)});
  if (name == "--separator") text = separatorName(text);
  if (name == "--header") requireValid(TableOptions{{}, {}, {}, text});
  try {
    settings.setFromText(option.key, text);
  } catch (const InputError& error) {
    const std::string message = error.what(), key = option.key;  // the message begins with the key
    throw InputError(name + message.substr(std::min(key.size(), message.size())));
  }
}

}  // namespace

void ReadingOptions::addTo(CLI::App& command, bool withInput) {
  command.add_flag("--transpose", m_transpose, "RECORDING holds neurons in rows, time in columns");
  for (const auto& option : kReadingOptions)
    if (withInput || std::string(option.name) != "--input")
      command.add_option(option.name, m_texts[option.name], option.help)->type_name(option.type);
  command
      .add_option("--steps", m_texts["--steps"],
                  "What is done to the recording first, in this order: " + stepsHelp() +
                      "; such as bin:0.02,smooth:0.05,zscore")
      ->type_name("STEPS");
}

void ReadingOptions::applyTo(Settings& settings) const {
  const auto require = [&](const std::string& given) {
    if (!isRecording(settings))
      throw InputError(given + " means nothing for a simulated teacher; allowed: with a recording");
  };
  if (m_transpose) {
    require("--transpose");
    settings.set("teacher.transpose", true);
  }
  for (const auto& option : kReadingOptions) {
    const auto found = m_texts.find(option.name);
    if (found == m_texts.end() || found->second.empty()) continue;
    require(std::string(option.name) + " " + found->second);
    setReading(settings, option, found->second);
  }
  if (const auto& steps = m_texts.at("--steps"); !steps.empty()) {
    require("--steps " + steps);
    applySteps(settings, steps);
  }
}

}  // namespace keyhole::cli
