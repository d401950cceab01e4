#include "core/experiment/seen_curve.h"

#include "core/common/error.h"
#include "core/experiment/stage_options.h"

namespace keyhole {
namespace {

Settings longTimeSettings(Settings settings) {
  settings.set("teacher.phi", nameOf(Nonlinearity::linear));
  settings.set("fit.method", std::string("stationary-continuous"));
  return settings;
}

Settings finiteSettings(Settings settings) {
  settings.set("fit.method", std::string("map"));
  return settings;
}

Index unitsOf(const Settings& settings) {
  const auto teacher = buildTeacher(teacherOptions(settings));
  return teacher.network.size();
}

}  // namespace

void seenCurve(const Settings& settings, const SeenCurveOptions& options, Progress& progress,
               const SeenCurveSink& sink) {
  if (isRecording(settings))
    throw InputError("the teacher is a recording, whose connectivity is not known; allowed: a known teacher");
  SeenCurve curve;
  curve.settings = settings;
  curve.units = unitsOf(settings);
  curve.counts = logSpacedCounts(curve.units, options.points);
  const auto give = [&] { sink(std::make_shared<const SeenCurve>(curve)); };
  CurveOptions asked;
  asked.counts = curve.counts;
  asked.questions.modes.all = options.all;
  asked.questions.theory = true;
  curve.longTime = subsamplingCurve(longTimeSettings(settings), asked, progress);
  give();
  asked.questions.theory = false;
  if (options.draws > 1) {
    const CurveMaker make = [&](const Settings& drawn, Progress& quiet) {
      return subsamplingCurve(drawn, asked, quiet);
    };
    curve.draws = curveDraws(longTimeSettings(settings), options.draws, make, progress).summary;
    curve.drawCount = options.draws;
    give();
  }
  curve.finite = subsamplingCurve(finiteSettings(settings), asked, progress);
  curve.complete = true;
  give();
}

bool sameSeenCurve(const Settings& a, const Settings& b) {
  for (const auto& key : changedKeys(a, b)) {
    const Stage stage = settingRow(key).stage;
    const bool ofMap = key == "fit.rho";
    if (stage == Stage::teacher || stage == Stage::simulation || ofMap) return false;
  }
  return true;
}

}  // namespace keyhole
