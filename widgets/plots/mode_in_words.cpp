#include "widgets/plots/mode_in_words.h"

#include "core/analysis/nonnormal/eigenmodes.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <QObject>
#include <QStringList>

namespace keyhole {
namespace {

constexpr Index kLargest = 300;
constexpr Index kTop = 5;

}  // namespace

ModeInWords modeInWords(const Experiment& experiment, Side side, Index index) {
  ModeInWords words;
  const bool ofTeacher = side == Side::teacher;
  const auto& analysis = analysisOf(experiment, side);
  // Its modes would take seconds, on the window's thread.
  if (ofTeacher && experiment.simulation && experiment.simulation->latents) return words;
  const auto system = systemOf(experiment, side);
  if (!analysis || !system || index >= analysis->spectrum.values.size()) return words;
  const bool lowRank = std::holds_alternative<LowRankForm>(system->network.form());
  if (analysis->spectrum.undetermined[static_cast<std::size_t>(index)]) return words;
  if (!lowRank && system->network.size() > kLargest) return words;
  const Eigenmode mode = eigenmodeAt(system->network, analysis->spectrum.values(index));
  if (mode.dimension > 1) {
    words.text = QObject::tr("any of a space of %1 dimensions").arg(mode.dimension);
    return words;
  }
  words.condition = mode.condition;
  const ComplexVector inUnits = ofTeacher ? mode.right : modeInUnits(experiment.fit->student, mode.right);
  const Participation part = participationOf(inUnits, kTop);
  QStringList names;
  const auto& seen = experiment.observation->seen;
  for (const Index unit : part.top) {
    const bool hidden = !ofTeacher && unit >= static_cast<Index>(seen.size());
    const Index number = hidden || ofTeacher ? unit : seen[static_cast<std::size_t>(unit)];
    names.append(hidden ? QObject::tr("hidden %1").arg(unit - static_cast<Index>(seen.size()) + 1)
                        : QString::number(number + 1));
    if (!hidden) words.units.push_back(number);
  }
  words.text = QObject::tr("spread over %1 of %2 units, most on %3")
                   .arg(shortNumber(part.ratio))
                   .arg(inUnits.size())
                   .arg(names.join(", "));
  return words;
}

const ModeInWords& LastMode::of(const std::shared_ptr<const Experiment>& experiment, Side side, Index index) {
  const auto& analysis = analysisOf(*experiment, side);
  if (analysis == m_analysis && index == m_index) return m_mode;
  m_mode = modeInWords(*experiment, side, index);
  m_analysis = analysis;
  m_index = index;
  return m_mode;
}

}  // namespace keyhole
