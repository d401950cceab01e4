#include "core/observation/preprocessing/preprocessing.h"

#include "core/common/error.h"

#include <charconv>
#include <utility>

namespace keyhole {
namespace {

double numberIn(std::string_view text, std::string_view window) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  throw InputError("the window of time is \"" + std::string(window) +
                   "\"; allowed: FROM..TO in seconds from 0, such as 10..12.5");
}

}  // namespace

std::vector<TimeWindow> parseWindows(std::string_view text) {
  std::vector<TimeWindow> windows;
  while (!text.empty()) {
    const auto end = text.find(';');
    const std::string_view part = text.substr(0, end);
    const auto dots = part.find("..");
    TimeWindow window{-1, -1};
    if (dots == std::string_view::npos) numberIn("-", part);
    window = {numberIn(part.substr(0, dots), part), numberIn(part.substr(dots + 2), part)};
    if (!(window.to > window.from))
      throw InputError("the window of time is \"" + std::string(part) +
                       "\"; allowed: an end behind its beginning");
    windows.push_back(window);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return windows;
}

Recording preprocessed(Recording recording, const Preprocessing& steps, const Progress& progress) {
  if (!steps.units.empty()) recording = withUnits(std::move(recording), steps.units);
  if (!(steps.window == TimeWindow())) recording = cutToWindow(std::move(recording), steps.window);
  if (steps.drop != Drop::none) recording = withoutChannels(std::move(recording), steps.drop);
  progress.throwIfStopped();
  if (steps.bin > 0) recording = inBins(std::move(recording), steps.bin);
  if (steps.smoothing != Smoothing::none)
    recording = smoothed(std::move(recording), steps.smoothing, steps.smoothingWidth, progress);
  progress.throwIfStopped();
  if (steps.squareRoot) recording = squareRooted(std::move(recording));
  if (steps.detrend) recording = detrended(std::move(recording));
  if (steps.scaling != Scaling::none)
    recording = scaled(std::move(recording), steps.scaling, steps.softConstant);
  // A mask is in the time of the trials that are split, so that it is laid on before they are: a split moves
  // no sample and changes none.
  if (!steps.mask.empty()) recording = masked(std::move(recording), steps.mask, steps.window.from);
  if (steps.split > 0) recording = splitIntoTrials(std::move(recording), steps.split);
  return recording;
}

}  // namespace keyhole
