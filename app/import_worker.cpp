#include "app/import_worker.h"

#include "core/common/error.h"
#include "core/experiment/settings/recording_options.h"

namespace keyhole {
namespace {

// Everything that decides what is read from the file, the steps aside.
std::string readingOf(const Settings& settings) {
  std::string text = settings.text("teacher.file");
  for (const char* key : {"teacher.transpose", "recording.interval", "recording.trials", "recording.input",
                          "recording.separator", "recording.decimal", "recording.index_column",
                          "recording.header", "recording.bin"})
    text += "\n" + toText(settings.value(key));
  return text;
}

}  // namespace

ImportWorker::ImportWorker(QObject* parent)
    : QObject(parent), m_latest([this](const Request& request, const Turn& turn) { run(request, turn); }) {}

void ImportWorker::run(const Request& request, const Turn& turn) {
  const UntilOver progress(turn);
  try {
    if (!request.settings) {
      auto contents = std::make_shared<const FileContents>(fileContents(request.file.toStdString()));
      if (!turn.isOver()) emit listed(std::move(contents));
      return;
    }
    auto preview = previewFor(*request.settings, progress);
    if (!turn.isOver()) emit ready(std::move(preview));
  } catch (const Stopped&) {
    // Somebody wants something else now, or nothing.
  } catch (const std::exception& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  }
}

std::shared_ptr<const ImportPreview> ImportWorker::previewFor(const Settings& settings,
                                                              const Progress& progress) {
  const RecordingOptions options = recordingOptions(settings);
  if (const std::string reading = readingOf(settings); reading != m_readAs) {
    RecordingOptions plain = options;
    plain.steps = {};
    m_readAs.clear();
    m_recording = readRecording(settings.text("teacher.file"), plain, progress);
    m_readAs = reading;
  }
  const Recording recording = withSteps(m_recording, options, progress);
  auto preview = std::make_shared<ImportPreview>();
  preview->settings = settings;
  preview->units = recording.activity.rows();
  preview->timePoints = recording.activity.cols();
  preview->bounds = trialBounds(recording);
  if (recording.intervalUnit == "s") preview->seconds = recording.interval;
  preview->wide = !wideRecordingWarning(m_recording, options.timeInColumns).empty();
  preview->picture = previewOf(recording);
  preview->warnings = recordingWarnings(recording);
  progress.throwIfStopped();
  preview->summary = summarise(recordedTrials(recording), progress);
  return preview;
}

}  // namespace keyhole
