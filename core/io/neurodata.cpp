#include "core/io/neurodata.h"

#include "core/common/error.h"
#include "core/common/parallel.h"

#include <cmath>

namespace keyhole {
namespace {

using Kind = FileNode::Kind;

Vector channelConversions(FileTree& tree, const FileNode& series, Index channels, const std::string& shown) {
  const FileNode* node = memberOf(series, "channel_conversion");
  if (!node || node->kind != Kind::numbers) return Vector::Ones(channels);
  Vector factors = tree.load({node}).front().reshaped();
  if (factors.size() != channels)
    throw InputError(shown + " has " + std::to_string(channels) + " channels, and its channel_conversion " +
                     std::to_string(factors.size()) + "; allowed: one for each channel");
  for (Index i = 0; i < channels; ++i)
    if (!std::isfinite(factors(i)) || factors(i) == 0)
      throw InputError(shown + " has the channel_conversion " + toText(factors(i)) + " of channel " +
                       std::to_string(i + 1) + "; allowed: a finite number other than 0");
  return factors;
}

}  // namespace

const FileNode* memberOf(const FileNode& group, const std::string& name) {
  for (const auto& child : group.children)
    if (child.name == name) return &child;
  return nullptr;
}

bool isUnits(const FileNode& group) {
  return group.kind == Kind::group && group.type == "Units";
}

bool isIntervals(const FileNode& group) {
  return group.kind == Kind::group && group.type == "TimeIntervals";
}

bool isTable(const std::string& type) {
  for (const char* known : {"Units", "TimeIntervals", "DynamicTable", "PlaneSegmentation", "ElectrodesTable",
                            "ElectrodeTable", "AlignedDynamicTable"})
    if (type == known) return true;
  return type.ends_with("Table");
}

bool isImages(const std::string& type) {
  for (const char* known : {"ImageSeries", "TwoPhotonSeries", "OnePhotonSeries", "ImageMaskSeries",
                            "OpticalSeries", "IndexSeries", "ImagingRetinotopy"})
    if (type == known) return true;
  return false;
}

std::string notNeural(const std::string& type, const std::string& path) {
  if (path.starts_with("stimulus/")) return "a stimulus by its place in the file";
  if (type == "SpatialSeries") return "a place or direction over time (SpatialSeries)";
  if (path.starts_with("processing/behavior/")) return "behaviour by its place in the file";
  return {};
}

void bringToUnit(FileTree& tree, const FileNode& series, Matrix& values, bool timeInColumns,
                 const std::string& shown, std::vector<std::string>& notes) {
  if (!std::isfinite(series.conversion) || series.conversion == 0 || !std::isfinite(series.offset))
    throw InputError(shown + " has the conversion " + toText(series.conversion) + " and the offset " +
                     toText(series.offset) + "; allowed: finite numbers, the conversion other than 0");
  const Index channels = timeInColumns ? values.rows() : values.cols();
  const Vector factors = channelConversions(tree, series, channels, shown);
  const bool alike = (factors.array() == 1).all();
  if (series.conversion == 1 && series.offset == 0 && alike) return;
  const Vector all = series.conversion * factors;
  // Each in the order in which the numbers lie in memory.
  inTwoHalves(values.cols(), [&](Index first, Index count) {
    for (Index j = first; j < first + count; ++j) {
      auto column = values.col(j).array();
      if (timeInColumns)
        column = column * all.array() + series.offset;
      else
        column = column * all(j) + series.offset;
    }
  });
  notes.push_back(shown + " was brought to " + (series.unit.empty() ? "its unit" : series.unit) +
                  " as the file says: number x " + toText(series.conversion) +
                  (alike ? "" : " x channel_conversion") + " + " + toText(series.offset));
}

Vector timestampsOf(FileTree& tree, const FileNode& timestamps, Index rows, Index others,
                    const std::string& shown) {
  const auto n = timestamps.size();
  if (n != static_cast<std::uint64_t>(rows))
    throw InputError(shown + " has " + std::to_string(rows) + " time points, and its timestamps " +
                     std::to_string(n) + "; allowed: as many" +
                     (n == static_cast<std::uint64_t>(others)
                          ? " (its other axis has so many: exchange the axes with --transpose)"
                          : ""));
  Vector times = tree.load({&timestamps}).front().reshaped();
  for (Index k = 0; k < rows; ++k) {
    if (!std::isfinite(times(k)))
      throw InputError(shown + " has the timestamp " + toText(times(k)) + " at time point " +
                       std::to_string(k + 1) + "; allowed: finite seconds");
    if (k > 0 && !(times(k) > times(k - 1)))
      throw InputError(shown + " has timestamps that do not rise (" + toText(times(k)) + " behind " +
                       toText(times(k - 1)) + " at time point " + std::to_string(k + 1) +
                       "); allowed: rising seconds");
  }
  return times;
}

// No session lasts for weeks, and no clock of seconds has whole ones throughout.
std::string doubtOfSeconds(ConstVectorRef seconds) {
  constexpr double kDay = 86'400, kDays = 14;
  const double days = (seconds(seconds.size() - 1) - seconds(0)) / kDay;
  const bool whole = seconds.size() > 20 && (seconds.array() == seconds.array().floor()).all();
  if (days < kDays && !whole) return {};
  return (whole ? " has whole numbers throughout, over " : " reaches over ") + twoDigits(days) +
         " days of seconds: they may be samples, milliseconds or nanoseconds; they were taken as "
         "seconds, and --dt says otherwise";
}

}  // namespace keyhole
