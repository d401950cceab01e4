#include "app/import_worker.h"

#include "core/common/error.h"
#include "core/experiment/settings/recording_options.h"

#include <filesystem>

namespace keyhole {
namespace {

// Everything that decides what is read from the file, the steps aside.
std::string readingOf(const Settings& settings) {
  std::string text = settings.text("teacher.file");
  for (const char* key : {"teacher.transpose", "recording.interval", "recording.trials",
                          "recording.intervals", "recording.input", "recording.separator",
                          "recording.decimal", "recording.index_column", "recording.header", "recording.bin"})
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
    auto preview = previewFor(*request.settings, request.whole, progress);
    if (turn.isOver()) return;
    if (preview)
      emit ready(std::move(preview));
    else
      emit tooLarge();
  } catch (const Stopped&) {
    // Somebody wants something else now, or nothing.
  } catch (const TurnedTrialsError& error) {
    if (!turn.isOver()) emit trialsAreTurned(QString::fromUtf8(error.what()));
  } catch (const std::exception& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  }
}

bool ImportWorker::readFor(const Settings& settings, const RecordingOptions& options, bool whole,
                           const Progress& progress) {
  constexpr std::uintmax_t kLarge = 200'000'000;  // bytes
  constexpr Index kLookedAt = 1'000'000;          // numbers
  const std::string reading = readingOf(settings), spec = settings.text("teacher.file");
  if (reading == m_readAs && !(whole && m_ofTimePoints > 0)) return true;
  RecordingOptions plain = options;
  plain.steps = {};
  m_readAs.clear();
  m_ofTimePoints = 0;
  m_about = false;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(fileOfSpec(spec), error);
  if (!whole && !error && bytes > kLarge) {
    if (const auto stream = streamRecording(spec, plain)) {
      m_recording = beginningOf(*stream, kLookedAt);
      if (m_recording.activity.cols() < stream->timepoints) m_ofTimePoints = stream->timepoints;
    } else {
      auto beginning = beginningOfTable(spec, plain);
      if (!beginning) return false;
      m_recording = std::move(beginning->recording);
      m_ofTimePoints = beginning->timepoints;
      m_about = true;
    }
  } else {
    m_recording = readRecording(spec, plain, progress);
  }
  m_readAs = reading;
  return true;
}

std::shared_ptr<const ImportPreview> ImportWorker::previewFor(const Settings& settings, bool whole,
                                                              const Progress& progress) {
  const RecordingOptions options = recordingOptions(settings);
  if (!readFor(settings, options, whole, progress)) return {};
  const Recording recording = withSteps(m_recording, options, progress);
  auto preview = std::make_shared<ImportPreview>();
  preview->settings = settings;
  preview->units = recording.activity.rows();
  preview->timePoints = recording.activity.cols();
  preview->ofTimePoints = m_ofTimePoints;
  preview->about = m_about;
  preview->bounds = trialBounds(recording);
  if (recording.intervalUnit == "s") preview->seconds = recording.interval;
  // Short trials of many units are common: there nothing is guessed.
  preview->wide = m_ofTimePoints == 0 && m_recording.activity.rows() >= 2 * m_recording.activity.cols() &&
                  !wideRecordingWarning(m_recording, options.timeInColumns).empty();
  preview->picture = previewOf(recording);
  try {
    preview->warnings = recordingWarnings(recording);
  } catch (const InputError& error) {
    if (m_ofTimePoints == 0) throw;
    preview->warnings = {error.what()};  // what is constant at first may vary later
  }
  if (m_ofTimePoints > 0)
    preview->warnings.insert(preview->warnings.begin(), "the picture and these numbers are of the first " +
                                                            std::to_string(m_recording.activity.cols()) +
                                                            (m_about ? " of about " : " of ") +
                                                            std::to_string(m_ofTimePoints) +
                                                            " time points; Use takes all of them");
  progress.throwIfStopped();
  preview->summary = summarise(recordedTrials(recording), progress);
  return preview;
}

}  // namespace keyhole
