#include "app/verdict_bar.h"

#include "app/gauge.h"
#include "app/verdict_mark.h"
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/fit_options.h"
#include "core/experiment/studies/claim_errors.h"
#include "widgets/controls/folded_text.h"
#include "widgets/controls/relative_font.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace keyhole {

VerdictBar::VerdictBar(QWidget* parent)
    : QWidget(parent),
      m_mark(new VerdictMark(this)),
      m_sentence(new QLabel("Computing the first picture …", this)),
      m_fits(new Gauge(
          "fits the data",
          "The share of the seen activity's variance that the student foresees in runs of one τ (of a "
          "recording, of 1/α of its steps), from 0 to 1.",
          this)),
      m_has(new Gauge(
          "has the dynamics",
          "The share of the modes of teacher and student that agree, weighted by how long they last, "
          "from 0 to 1.",
          this)),
      m_stale(new QLabel("computing …", this)),
      m_notes(new FoldedText(this)) {
  setObjectName("verdictBar");
  setAutoFillBackground(true);
  m_sentence->setObjectName("sentence");
  m_sentence->setWordWrap(true);
  m_sentence->setTextFormat(Qt::PlainText);
  m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_sentence->setAccessibleName("Verdict");
  new RelativeFont(m_sentence, 1.35);
  new RelativeFont(m_mark, 1.35);
  m_stale->setObjectName("stale");
  QSizePolicy keepsItsPlace = m_stale->sizePolicy();
  keepsItsPlace.setRetainSizeWhenHidden(true);
  m_stale->setSizePolicy(keepsItsPlace);
  m_stale->hide();
  m_notes->setObjectName("notes");
  m_notes->hide();
  auto* texts = new QVBoxLayout;
  texts->setSpacing(1);
  texts->addWidget(m_sentence);
  texts->addWidget(m_notes);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 5, 10, 5);
  layout->setSpacing(10);
  layout->addWidget(m_mark);
  layout->addLayout(texts, 1);
  layout->addWidget(m_stale);
  auto* gauges = new QVBoxLayout;
  gauges->setSpacing(2);
  for (Gauge* gauge : {m_fits, m_has}) gauges->addWidget(gauge, 0, Qt::AlignRight);
  layout->addLayout(gauges);
  updateColours();
}

void VerdictBar::showExperiment(const Experiment& experiment) {
  m_kind = experiment.verdict.kind;
  m_mark->setKind(m_kind);
  m_plain = QString::fromStdString(experiment.verdict.sentence);
  // An equation is not broken over two lines.
  m_sentence->setText(
      QString(m_plain).replace(" = ", u"\u00a0=\u00a0"_qs).replace(" ± ", u"\u00a0±\u00a0"_qs));
  const SystemAnalysis* student = experiment.studentAnalysis.get();
  // Until the picture is measured, the gauges stay as they were, and look it.
  for (Gauge* gauge : {m_fits, m_has}) gauge->setEnabled(experiment.reached >= Depth::measured);
  if (!student || student->reached >= Depth::measured) {
    m_fits->setValue(student ? student->fitsTheData : std::nan(""));
    m_has->setValue(student ? student->hasTheDynamics : std::nan(""));
  }
  const QStringList lines = experimentNotes(experiment);
  m_notes->setText(lines.join("  ·  "));
  m_notes->setVisible(!lines.isEmpty());
  updateColours();
}

void VerdictBar::showNoPicture(bool computing) {
  m_sentence->setText(computing ? "Computing the first picture …" : "There is no picture yet.");
}

void VerdictBar::setStale(bool stale, bool updating) {
  m_stale->setText(updating ? "computing …" : "earlier settings");
  m_stale->setVisible(stale);
  m_sentence->setEnabled(!stale);
}

QString VerdictBar::sentence() const {
  return m_plain;
}

QString VerdictBar::notes() const {
  return m_notes->text();
}

void VerdictBar::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::ApplicationPaletteChange && m_notes) updateColours();
}

void VerdictBar::updateColours() {
  QPalette own;
  const QColor base = own.color(QPalette::Window);
  const QColor tint = verdictColour(m_kind);
  const bool open = m_kind == VerdictKind::undecided || m_kind == VerdictKind::marginal;
  const double share = open ? 0.1 : 0.22;
  const auto mix = [share](float a, float b) { return static_cast<float>((1 - share) * a + share * b); };
  own.setColor(QPalette::Window,
               QColor::fromRgbF(mix(base.redF(), tint.redF()), mix(base.greenF(), tint.greenF()),
                                mix(base.blueF(), tint.blueF())));
  setPalette(own);
}

namespace {

// What is said of the errors of a recording's claim, or that they are still to come.
QStringList errorsOfTheClaim(const Experiment& experiment) {
  QStringList lines;
  if (const auto& claim = experiment.claim) {
    for (const std::string& sentence : claimSentences(claim->errors, claim->summary, claim->memory))
      lines.append(QString::fromStdString(sentence));
    return lines;
  }
  const bool expected = isRecording(experiment.settings) && experiment.studentAnalysis &&
                        experiment.fit->student.summary.status != FitStatus::stopped &&
                        resamplesOf(experiment.settings) > 0;
  if (expected) lines.append("The errors of these numbers are still to come.");
  return lines;
}

}  // namespace

QStringList experimentNotes(const Experiment& experiment) {
  QStringList lines;
  if (experiment.teacher)
    for (const std::string& warning : experiment.teacher->warnings)
      lines.append(QString::fromStdString(warning));
  // The panel Recording holds all of them; here they must leave room for the picture.
  if (experiment.teacher && experiment.teacher->summary && !experiment.teacher->summary->warnings.empty()) {
    const auto& warnings = experiment.teacher->summary->warnings;
    QString first = QString::fromStdString(warnings.front());
    if (warnings.size() > 1) first += QString(" (%1 more under Recording)").arg(warnings.size() - 1);
    lines.append(first);
  }
  if (!experiment.fit) return lines;
  const Student& student = experiment.fit->student;
  const FitStatus status = student.summary.status;
  // Running through all iterations is how EM ends as published; of one that newer settings cut short the bar
  // says that they are being computed.
  const bool superseded = experiment.fit->interrupted && status == FitStatus::stopped;
  if (!superseded && status != FitStatus::solved && status != FitStatus::converged &&
      status != FitStatus::iterationLimit)
    lines.append(QString::fromStdString(student.summary.message));
  for (const std::string& note : student.notes) lines.append(QString::fromStdString(note));
  lines += errorsOfTheClaim(experiment);
  return lines;
}

}  // namespace keyhole
