#include "app/audit_choices.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"
#include "core/experiment/studies/score_draws.h"
#include "widgets/plots/axes.h"

#include <QCheckBox>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace keyhole {
namespace {

QLineEdit* numberField(const QString& name, const QString& placeholder, const QString& help, int width) {
  auto* field = new QLineEdit;
  field->setAccessibleName(name);
  field->setPlaceholderText(placeholder);
  field->setToolTip(help);
  field->setFixedWidth(width);
  return field;
}

// Empty: not said.
std::optional<double> numberIn(const QLineEdit& field, double most, const QString& allowed) {
  const QString text = field.text().trimmed();
  if (text.isEmpty()) return {};
  bool good = false;
  const double value = text.toDouble(&good);
  if (!good || !(value > 0) || value > most)
    throw InputError(QString("%1 is \"%2\"; allowed: %3 (or nothing)")
                         .arg(field.accessibleName(), text, allowed)
                         .toStdString());
  return value;
}

}  // namespace

AuditChoices::AuditChoices(QWidget* parent) : QWidget(parent), m_row(new QHBoxLayout(this)) {
  m_interval = numberField("Seconds between samples", "by the file", "Seconds between two samples", 84);
  const QString seen =
      "Which share of the circuit's units may have been recorded: the simulated circuits "
      "are seen so. Nothing: as the priors say.";
  m_low = numberField("Smallest seen fraction", "0.03", seen, 56);
  m_high = numberField("Largest seen fraction", "0.3", seen, 56);
  m_quick = new QCheckBox("Quick");
  m_quick->setChecked(true);
  m_quick->setToolTip("A first answer: 2000 simulated circuits instead of 20 000, fewer resamples");
  m_row->setContentsMargins(0, 0, 0, 0);
  m_row->addWidget(new QLabel("Δt [s]"));
  m_row->addWidget(m_interval);
  m_row->addSpacing(10);
  m_row->addWidget(new QLabel("seen fraction"));
  m_row->addWidget(m_low);
  m_row->addWidget(new QLabel("to"));
  m_row->addWidget(m_high);
  m_row->addSpacing(10);
  addPerturbations();
  m_row->addSpacing(10);
  m_row->addWidget(m_quick);
  m_row->addStretch(1);
}

void AuditChoices::addPerturbations() {
  m_pushes = numberField("File of perturbations", "none",
                         "Perturbations that were made during the recording: a text file with a line for "
                         "each, its onset (seconds where they are known, else samples) and the perturbed "
                         "units, counted from 1",
                         150);
  m_choosePushes = new QToolButton;
  m_choosePushes->setText("…");
  m_choosePushes->setToolTip("Choose the file of the perturbations");
  m_row->addWidget(new QLabel("perturbations"));
  m_row->addWidget(m_pushes);
  m_row->addWidget(m_choosePushes);
  connect(m_choosePushes, &QToolButton::clicked, this, [this] {
    askForFile(this,
               {"Perturbations that were made", "Text (*.txt *.csv *.tsv);;All files (*)", QString(),
                QDir::homePath(), FileQuestion::Kind::open},
               [this](const QString& path) { m_pushes->setText(path); });
  });
}

void AuditChoices::showSettings(const Settings& settings) {
  const bool recording = settings.text("teacher.kind") == "recording";
  const double seconds = recording ? settings.number("recording.interval") : 0;
  m_interval->setPlaceholderText(seconds > 0 ? shortNumber(seconds) : QString("by the file"));
}

void AuditChoices::setRunning(bool running) {
  for (QWidget* choice :
       std::initializer_list<QWidget*>{m_interval, m_low, m_high, m_pushes, m_choosePushes, m_quick})
    choice->setEnabled(!running);
}

AuditRequest AuditChoices::asked(const Settings& settings) const {
  AuditRequest request{settings, m_quick->isChecked() ? quickAudit() : AuditOptions(), dataSettings(settings),
                       m_pushes->text().trimmed().toStdString()};
  if (const auto seconds = numberIn(*m_interval, 1e6, "seconds above 0"))
    request.settings.set("recording.interval", *seconds);
  const auto low = numberIn(*m_low, 1, "a fraction above 0 and up to 1"),
             high = numberIn(*m_high, 1, "a fraction above 0 and up to 1");
  if (low || high)
    request.options.reference.fraction =
        priors::Range{low.value_or(std::min(priors::kFraction.low, high.value_or(1))),
                      high.value_or(std::max(priors::kFraction.high, low.value_or(0)))};
  if (low && high && *low > *high)
    throw InputError("The smallest seen fraction is " + m_low->text().toStdString() + " and the largest " +
                     m_high->text().toStdString() + "; allowed: the smaller one first");
  request.options.reference.cacheFolder = defaultCacheFolder();
  return request;
}

}  // namespace keyhole
