#include "app/perturbation_controls.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStandardItemModel>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kHelp = Qt::UserRole + 1;  // what a choice means; the tool tip may say why it cannot be chosen

template <class Value>
void addChoice(QComboBox* box, const QString& text, Value value, const QString& help) {
  box->addItem(text, static_cast<int>(value));
  box->setItemData(box->count() - 1, help, Qt::ToolTipRole);
  box->setItemData(box->count() - 1, help, kHelp);
}

QComboBox* makeChoice(const QString& name, const QString& spoken) {
  auto* box = new QComboBox;
  box->setObjectName(name);
  box->setAccessibleName(spoken);
  return box;
}

QDoubleSpinBox* makeNumber(const QString& name, const QString& spoken, double low, double high, double step,
                           double value) {
  auto* box = new QDoubleSpinBox;
  box->setObjectName(name);
  box->setAccessibleName(spoken);
  box->setRange(low, high);
  box->setDecimals(1);
  box->setSingleStep(step);
  box->setValue(value);
  box->setKeyboardTracking(false);
  return box;
}

}  // namespace

PerturbationControls::PerturbationControls(QWidget* parent)
    : QWidget(parent),
      m_direction(makeChoice("direction", "Direction of the perturbation")),
      m_hidden(makeChoice("hidden", "The teacher's hidden units")),
      m_place(makeChoice("place", "Where the perturbation happens")),
      m_norm(makeNumber("norm", "Size of the perturbation", 0.1, 100, 0.5, PerturbationSettings().norm)),
      m_horizon(makeNumber("horizon", "How long to look", 1, 1000, 10, PerturbationSettings().horizon)),
      m_seed(new QSpinBox) {
  addChoice(m_direction, "the student's slow mode", PerturbationDirection::slowMode,
            "What the shown student claims to remember longest");
  addChoice(m_direction, "the teacher's amplified mode", PerturbationDirection::amplified,
            "What grows most in the teacher before it decays");
  addChoice(m_direction, "the input", PerturbationDirection::input, "A pulse of the task's input");
  addChoice(m_direction, "a random direction", PerturbationDirection::random, "Drawn with the seed beside");
  addChoice(m_hidden, "seen units alone", PerturbationHidden::alone,
            "The teacher's hidden units are not touched: what a stimulator does");
  addChoice(
      m_hidden, "hidden units move along", PerturbationHidden::along,
      "The teacher's hidden units move as they do in the activity (or with their part of the mode or the "
      "input): the perturbation cannot be told from what the circuit does by itself");
  addChoice(m_place, "from 0", PerturbationPlace::rest,
            "The teacher rests there; a student with a constant drive moves on by itself");
  addChoice(m_place, "from the trajectory", PerturbationPlace::trajectory,
            "From the middle of the displayed run");
  m_norm->setSuffix(" × activity");
  m_norm->setToolTip("In root mean squares of the seen activity's distance from its mean");
  showUnit({});
  m_seed->setObjectName("seed");
  m_seed->setAccessibleName("Seed of the random direction");
  m_seed->setRange(1, 999999);
  m_seed->setPrefix("seed ");
  m_seed->setKeyboardTracking(false);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  const std::pair<const char*, QWidget*> parts[] = {{"Perturb along", m_direction},
                                                    {"", m_seed},
                                                    {"", m_hidden},
                                                    {"", m_place},
                                                    {"Size", m_norm},
                                                    {"for", m_horizon}};
  for (const auto& [text, widget] : parts) {
    if (*text) row->addWidget(new QLabel(text));
    row->addWidget(widget);
  }
  row->addStretch(1);
  for (QComboBox* box : {m_direction, m_hidden, m_place})
    connect(box, &QComboBox::activated, this, &PerturbationControls::changed);
  connect(m_direction, &QComboBox::currentIndexChanged, this, &PerturbationControls::enableSeed);
  for (QDoubleSpinBox* box : {m_norm, m_horizon})
    connect(box, &QDoubleSpinBox::valueChanged, this, &PerturbationControls::changed);
  connect(m_seed, &QSpinBox::valueChanged, this, &PerturbationControls::changed);
  enableSeed();
}

PerturbationSettings PerturbationControls::settings() const {
  PerturbationSettings settings;
  settings.direction = static_cast<PerturbationDirection>(m_direction->currentData().toInt());
  settings.hidden = static_cast<PerturbationHidden>(m_hidden->currentData().toInt());
  settings.place = static_cast<PerturbationPlace>(m_place->currentData().toInt());
  settings.norm = m_norm->value();
  settings.horizon = std::clamp(m_horizon->value() / m_perTau, 1.0, 1000.0);
  settings.seed = static_cast<std::uint64_t>(m_seed->value());
  return settings;
}

// The horizon stays what it is in τ.
void PerturbationControls::showUnit(const TimeUnit& unit) {
  const QSignalBlocker quiet(m_horizon);
  const double horizon = m_horizon->value() / m_perTau;
  m_perTau = unit.perTau;
  m_horizon->setSuffix(" " + unit.name);
  m_horizon->setDecimals(std::clamp(static_cast<int>(std::ceil(-std::log10(m_perTau))), 0, 6));
  m_horizon->setRange(m_perTau, 1000 * m_perTau);
  m_horizon->setSingleStep(10 * m_perTau);
  m_horizon->setValue(horizon * m_perTau);
}

void PerturbationControls::showExperiment(const Experiment& experiment) {
  showUnit(timeUnitOf(experiment));
  auto* items = qobject_cast<QStandardItemModel*>(m_direction->model());
  int first = -1;
  for (int i = 0; i < m_direction->count(); ++i) {
    const auto direction = static_cast<PerturbationDirection>(m_direction->itemData(i).toInt());
    const std::string reason = whyNot(experiment, direction);
    items->item(i)->setEnabled(reason.empty());
    items->item(i)->setToolTip(reason.empty() ? m_direction->itemData(i, kHelp).toString()
                                              : QString::fromStdString(reason));
    if (reason.empty() && first < 0) first = i;
  }
  m_hidden->setEnabled(experiment.teacher && experiment.teacher->teacher);
  if (first < 0 || items->item(m_direction->currentIndex())->isEnabled()) return;
  m_direction->setCurrentIndex(first);
  emit changed();
}

void PerturbationControls::enableSeed() {
  m_seed->setVisible(settings().direction == PerturbationDirection::random);
}

}  // namespace keyhole
