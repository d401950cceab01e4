// `keyhole figure`: a preset or session as a figure, and the numbers behind it.
#include "app/cli/commands.h"
#include "app/cli/drawing_application.h"
#include "app/cli/option_values.h"
#include "app/cli/source_options.h"
#include "core/common/error.h"
#include "core/experiment/settings/session.h"
#include "core/experiment/studies/follow_up.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/panels.h"

#include <QFile>

#include <filesystem>
#include <memory>

namespace keyhole::cli {
namespace {

struct FigureArguments {
  SourceOptions source;
  std::string out, panel, data;
};

QString decoded(const std::string& path) {
  return QFile::decodeName(QByteArray::fromStdString(path));
}

// A name that is neither a file nor has the ending of one is taken for a preset's, and refused as such.
Settings readSettings(const FigureArguments& arguments) {
  const std::string& source = arguments.source.source;
  const std::string file = fileOfSpec(source);
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !hasKnownExtension(file)) (void)presetOrSession(source);
  return arguments.source.settings();
}

// Asked before the experiment is run.
void requirePanel(const std::string& panel) {
  std::vector<std::string> names;
  for (const QString& name : panelNames()) names.push_back(name.toStdString());
  if (!panel.empty()) requireChoice("--panel", panel, names);
}

int runFigure(const FigureArguments& arguments, Console& console) {
  requireWritable(arguments.out, {".pdf", ".png"});
  requirePanel(arguments.panel);
  const Settings settings = readSettings(arguments);
  const auto experiment = runWithStudies(settings, nullptr, console.progress);
  if (!arguments.data.empty()) createFolder(arguments.data);
  const DrawingApplication application;
  FigureOptions options;
  options.panel = QString::fromStdString(arguments.panel);
  console.progress.checkpoint(0.99, "drawing");
  Figure figure(experiment, options);
  figure.complete(console.progress);
  figure.write(decoded(arguments.out));
  if (!arguments.data.empty()) figure.writeData(decoded(arguments.data));
  for (const auto& warning : arguments.source.warnings(*experiment)) say(console, "warning: " + warning);
  if (const std::string note = arguments.source.alphaNote(settings); !note.empty())
    say(console, "warning: " + note);
  for (const auto& note : experiment->fit->student.notes) say(console, "warning: " + note);
  const FitSummary& summary = experiment->fit->student.summary;
  const bool good = hasParameters(summary.status);
  if (!good) say(console, "the student has no parameters: " + summary.message);
  console.progress.report(1.0, "");
  return good ? kGood : kNumericalFailure;
}

constexpr const char* kFigureHelp =
    R"(The whole experiment is run (teacher or recording, simulation, fit, analysis) and drawn as the window's panels are, black on
white. In PDF everything is drawn as lines and text, nothing as pixels but the speed maps; PNG has 300 dpi.
--panel curve computes the curve, too, which takes longer (--set view.curve=…, view.curve_over=…).
--data writes one CSV file per table behind the panels.

Exit codes: 0 good; 2 bad input or usage; 3 the student could not be fitted (the figure shows the teacher).

Examples:
  keyhole figure figure-3 -o figure-3.pdf
  keyhole figure figure-3 -o spectrum.png --panel eigenvalues --seed 5
  keyhole figure experiment.keyhole -o experiment.pdf --data experiment-data
  keyhole figure recording.nwb:units --bin 0.02 --trials trials --set fit.method=lds -o units.pdf
The presets, and the settings with their ranges: keyhole list)";

}  // namespace

void addFigureCommand(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<FigureArguments>();
  CLI::App* command =
      app.add_subcommand("figure", "Draw the experiment of a recording, preset or session as PDF or PNG");
  arguments->source.addTo(*command);
  command->add_option("-o,--out", arguments->out, "The figure's file")->required()->type_name("OUT.pdf|.png");
  command
      ->add_option("--panel", arguments->panel, "One panel alone (default: all that have something to say)")
      ->type_name("NAME");
  command
      ->add_option("--data", arguments->data, "Write the numbers behind the panels as CSV into this folder")
      ->type_name("DIR");
  command->footer(kFigureHelp);
  command->callback([arguments, &chosen] {
    chosen = [arguments](Console& console) { return runFigure(*arguments, console); };
  });
}

}  // namespace keyhole::cli
