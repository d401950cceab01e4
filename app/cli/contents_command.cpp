// `keyhole contents`: what is in a file of data, without reading it.
#include "app/cli/commands.h"
#include "core/common/error.h"
#include "core/io/formats.h"
#include "core/io/json_values.h"

#include <memory>

namespace keyhole::cli {
namespace {

using nlohmann::ordered_json;

struct ContentsArguments {
  std::string file, out;
  bool json = false;
};

ordered_json arrayJson(const FileArray& array) {
  ordered_json json;
  json["path"] = array.path;
  json["shape"] = array.extents;
  json["trials"] = array.trials > 0 ? ordered_json(array.trials) : ordered_json(nullptr);
  json["type"] = array.type;
  json["unit"] = array.unit.empty() ? ordered_json(nullptr) : ordered_json(array.unit);
  json["rate"] = array.rate > 0 ? numberOrNull(array.rate) : ordered_json(nullptr);
  json["role"] = nameOf(array.role);
  json["reason"] = array.reason;
  return json;
}

std::string contentsJson(const FileContents& contents, const std::string& file) {
  ordered_json json;
  json["file"] = file;
  json["format"] = contents.format;
  json["arrays"] = ordered_json::array();
  for (const auto& array : contents.arrays) json["arrays"].push_back(arrayJson(array));
  json["warnings"] = contents.notes;
  return jsonText(json);
}

std::string line(const FileArray& array) {
  std::string text =
      "  " + (array.path.empty() ? "(the array)" : array.path) + "  " + array.shape + " " + array.type;
  if (!array.unit.empty()) text += ", " + array.unit;
  if (array.rate > 0) text += ", " + toText(array.rate) + " samples a second";
  return text + "  [" + nameOf(array.role) + ": " + array.reason + "]\n";
}

std::string contentsText(const FileContents& contents, const std::string& file) {
  std::string text = file + ": " + contents.format + "\n";
  for (const auto& array : contents.arrays) text += line(array);
  return text;
}

int run(const ContentsArguments& arguments, Console& console) {
  const FileContents contents = fileContents(arguments.file);
  for (const auto& note : contents.notes) say(console, "warning: " + note);
  deliver(console, arguments.out,
          arguments.json ? contentsJson(contents, arguments.file) : contentsText(contents, arguments.file));
  return kGood;
}

constexpr const char* kContentsHelp =
    R"(Lists every array with its path, shape, type, unit, rate and what it could be: recording, input, clock, rate,
spikes, vector or other, and why. FILE:PATH names one of them for the other commands. Only headers are read (of a table,
which has none, all of it, or of one beyond 64 MB the beginning: then the number of rows is an estimate).

Examples:
  keyhole contents session.mat
  keyhole contents recording.nwb --json)";

}  // namespace

void addContentsCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<ContentsArguments>();
  CLI::App* command = app.add_subcommand("contents", "List the arrays in a file of data");
  command->add_option("FILE", arguments->file, "The file: " + extensionList() + ", or a Suite2p folder")
      ->required()
      ->type_name("");
  command->add_flag("--json", arguments->json, "As JSON");
  command->add_option("-o,--out", arguments->out, "Write the list here (default: standard output)")
      ->type_name("FILE");
  command->footer(kContentsHelp);
  command->callback(
      [arguments, &chosen] { chosen = [arguments](Console& console) { return run(*arguments, console); }; });
}

}  // namespace keyhole::cli
