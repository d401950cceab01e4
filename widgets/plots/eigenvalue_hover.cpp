#include "widgets/plots/eigenvalue_hover.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/sides.h"

#include <cmath>
#include <utility>

namespace keyhole {
namespace {

constexpr double kHoverPixels = 14;

}  // namespace

std::optional<EigenvalueHover::Nearest> EigenvalueHover::nearest(const Experiment& experiment,
                                                                 QPointF pixel) const {
  std::optional<Nearest> found;
  double best = kHoverPixels;
  for (const Side side : {Side::teacher, Side::student}) {
    const Spectrum* spectrum = spectrumOf(experiment, side);
    if (!spectrum) continue;
    for (const auto& mark : marksOf(*spectrum)) {
      const QPointF at(m_x->coordToPixel(mark.value.real()), m_y->coordToPixel(mark.value.imag()));
      const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y());
      if (distance >= best) continue;
      best = distance;
      found = Nearest{mark, side};
    }
  }
  return found;
}

QString EigenvalueHover::inWords(const std::shared_ptr<const Experiment>& experiment,
                                 const Nearest& nearest) {
  const MarkedEigenvalue& mark = nearest.mark;
  const Spectrum& spectrum = *spectrumOf(*experiment, nearest.side);
  const double alpha = spectrum.alpha, tau = std::abs(1 / (1 - mark.value.real()));
  const double inSteps = -1 / mapExponent(mark.value, alpha).real();
  const QString imaginary = mark.value.imag() == 0 ? QString()
                                                   : (mark.value.imag() > 0 ? " + " : " − ") +
                                                         shortNumber(std::abs(mark.value.imag())) + "i";
  QString text =
      QObject::tr("%1: λ = %2%3").arg(nameOf(nearest.side), shortNumber(mark.value.real()), imaginary);
  const auto sampling = samplingOf(*experiment);
  if (sampling)
    text += QObject::tr(" by α = %1, |λ(F)| = %2, %3")
                .arg(shortNumber(alpha), shortNumber(mapModulus(mark.value, alpha)),
                     QString::fromStdString(courseText(mark.value, alpha, *sampling)));
  else
    text += QObject::tr(", τ = %1 τ").arg(shortNumber(tau));
  if (!sampling && mapDiffers(mark.value, alpha) && alpha > 0)
    text += QObject::tr(", in steps of α |λ(F)| = %1, τ = %2 τ")
                .arg(shortNumber(mapModulus(mark.value, alpha)), shortNumber(std::abs(inSteps)));
  if (grows(mark.value, alpha)) text += QObject::tr(" (unstable)");
  if (mark.count > 1) text += QObject::tr(", %1 of them").arg(mark.count);
  const ModeInWords& mode = m_mode.of(experiment, nearest.side, mark.first);
  m_units = mode.units;
  if (spectrum.conditions.size() > mark.first)
    text += QObject::tr(", condition %1").arg(shortNumber(spectrum.conditions(mark.first)));
  else if (mode.condition > 0)
    text += QObject::tr(", condition %1").arg(shortNumber(mode.condition));
  if (!mode.text.isEmpty()) text += QObject::tr("; mode: ") + mode.text;
  if (mark.undetermined) text += QObject::tr(", undetermined: rounding alone could have put it elsewhere");
  return text;
}

QString EigenvalueHover::describe(const std::shared_ptr<const Experiment>& experiment, QPointF pixel) {
  const auto found = nearest(*experiment, pixel);
  return found ? inWords(experiment, *found) : QString();
}

bool EigenvalueHover::unitsChanged() {
  return std::exchange(m_told, m_units) != m_units;
}

}  // namespace keyhole
