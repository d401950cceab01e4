#include "app/cli/fit_stream.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/fitting/latent/subspace_pieces.h"
#include "core/fitting/regression/map_pieces.h"
#include "core/io/formats.h"
#include "core/observation/rising_channels.h"
#include "core/observation/summary/summary_pieces.h"

#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>

namespace keyhole::cli {
namespace {

constexpr double kMostHeld = 2e8;                   // numbers, 1.6 GB
constexpr std::uintmax_t kWorthALook = 20'000'000;  // bytes of a file that may hold more, compressed

bool passesOnce(const FitRequest& request, const FitFiles& files) {
  const std::string& method = request.settings.text("fit.method");
  return (method == "map" || method == "subspace") && files.recordings.size() == 1 && files.inputs.empty() &&
         files.observed.empty() && files.reading.intervals.empty() && files.reading.input.empty() &&
         files.reading.steps == Preprocessing() && !request.heldEmissions;
}

void requireFinite(const Matrix& piece, Index before, const std::string& source) {
  if (piece.allFinite()) return;
  for (Index t = 0; t < piece.cols(); ++t)
    for (Index i = 0; i < piece.rows(); ++i)
      if (!std::isfinite(piece(i, t)))
        throw InputError("the recording " + source + " has the value " + toText(piece(i, t)) +
                         " in channel " + std::to_string(i + 1) + " at time point " +
                         std::to_string(before + t + 1) + "; allowed: finite numbers");
}

// A fit that sees each time point once.
struct FitOfPieces {
  std::function<void(const Matrix&, Progress&)> add;
  std::function<Student(Progress&)> fit;
};

FitOfPieces piecesOf(const Settings& settings, const RecordingStream& stream) {
  if (settings.text("fit.method") == "map") {
    const auto sums = std::make_shared<MapPieces>(mapOptions(settings));
    return {[sums](const Matrix& piece, Progress&) { sums->add(piece); },
            [sums](Progress&) { return sums->fit(); }};
  }
  const auto moments =
      std::make_shared<SubspacePieces>(subspaceOptions(settings), stream.units, stream.timepoints);
  return {[moments](const Matrix& piece, Progress& progress) { moments->add(piece, progress); },
          [moments](Progress& progress) { return moments->fit(progress); }};
}

}  // namespace

std::optional<FitReport> streamedFit(const FitRequest& asked, const FitFiles& files, Progress& progress) {
  if (!passesOnce(asked, files)) return {};
  const std::string& spec = files.recordings.front();
  std::error_code error;
  const auto bytes = std::filesystem::file_size(fileOfSpec(spec), error);
  if (error || bytes < kWorthALook) return {};
  const auto stream = streamRecording(spec, files.reading);
  if (!stream || static_cast<double>(stream->units) * static_cast<double>(stream->timepoints) <= kMostHeld)
    return {};
  const auto start = Clock::now();
  const FitOfPieces pieces = piecesOf(asked.settings, *stream);
  SummaryPieces said;
  RisingChannels rising;
  FingerprintOfPieces hash;
  Index seen = 0;
  Progress quiet;  // each piece would begin the bar anew
  stream->run([&](const Matrix& piece) {
    progress.checkpoint(0.9 * static_cast<double>(seen) / static_cast<double>(stream->timepoints), "fitting");
    requireFinite(piece, seen, spec);
    pieces.add(piece, quiet);
    said.add(piece);
    rising.add(piece);
    hash.add(piece);
    seen += piece.cols();
    return true;
  });
  Student student = pieces.fit(progress);
  student.summary.seconds = secondsSince(start);
  FitRequest request = asked;
  FitTrials& data = request.data;
  data.files = files.recordings;
  data.streamedNeurons = stream->units;
  data.streamedTimepoints = stream->timepoints;
  data.streamedHash = hash.text(stream->units, stream->timepoints);
  data.warnings = notesOf(*stream);
  if (auto warning = risingChannelWarning(stream->head, stream->units, rising.channels()); !warning.empty())
    data.warnings.push_back(std::move(warning));
  data.warnings.push_back(
      spec + " has " + std::to_string(stream->units) + " x " + std::to_string(stream->timepoints) +
      " numbers, more than are held in memory, and was read once: its intervals, prediction, "
      "explained variance and the checks of the recording were not made");
  if (stream->head.intervalUnit == "s" && stream->head.interval > 0)
    request.dt = data.seconds = stream->head.interval;
  return reportOfSums(std::move(request), std::move(student), said.summary(data.seconds));
}

}  // namespace keyhole::cli
