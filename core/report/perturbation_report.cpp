#include "core/report/perturbation_report.h"

#include "core/common/error.h"
#include "core/io/delimited.h"

#include <limits>

namespace keyhole {
namespace {

std::string cell(const std::string& text) {
  return text.find_first_of(",\"") == std::string::npos ? text : '"' + text + '"';
}

}  // namespace

std::string perturbationCsv(const Perturbation& perturbation) {
  // The systems may have steps of different lengths: each has a time of its own.
  const auto& sampling = perturbation.sampling;
  const bool inSeconds = sampling && sampling->seconds > 0;
  // Of a recording τ is not known.
  const double perTau = sampling ? (inSeconds ? sampling->seconds : 1) / perturbation.alpha : 1;
  const std::string unit = inSeconds ? "seconds" : sampling ? "steps" : "tau";
  std::string head = "# " + perturbation.conclusion + "\n# system, half-life (" + unit +
                     "), time constant (" + unit + "), late time constant (" + unit +
                     "), remaining at the horizon, peak, at (" + unit +
                     "), distance at first, part taken up\n";
  std::vector<std::string> columns;
  Index longest = 0;
  for (const auto& system : perturbation.systems) longest = std::max(longest, system.run.time.size());
  Matrix rows = Matrix::Constant(longest, 2 * static_cast<Index>(perturbation.systems.size()),
                                 std::numeric_limits<double>::quiet_NaN());
  for (const auto& [role, captured, run, late] : perturbation.systems) {
    head += "# " + cell(run.name);
    for (const double value : {perTau * run.halfLife, perTau * run.timeConstant, perTau * late, run.remaining,
                               run.peak, perTau * run.peakTime, run.initial, captured})
      head += ", " + toText(value);
    head += '\n';
    const auto at = static_cast<Index>(columns.size());
    columns.push_back(cell("time " + run.name));
    columns.push_back(cell("distance " + run.name));
    rows.col(at).head(run.time.size()) = perTau * run.time;
    rows.col(at + 1).head(run.time.size()) = run.distance;
  }
  return head + delimitedBytes(columns, rows);
}

}  // namespace keyhole
