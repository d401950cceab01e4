#include "app/audit_window.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"
#include "core/experiment/studies/score_draws.h"
#include "core/io/file_bytes.h"
#include "core/io/formats.h"
#include "core/report/audit_html.h"
#include "core/report/json_text.h"
#include "widgets/plots/audit_pdf.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/report_figure.h"

#include <QCheckBox>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace keyhole {
namespace {

constexpr int kFigureHeight = 230;

QString plainText(const std::string& text) {
  return QString::fromStdString(text);
}

QLineEdit* numberField(const QString& name, const QString& placeholder, const QString& help) {
  auto* field = new QLineEdit;
  field->setAccessibleName(name);
  field->setPlaceholderText(placeholder);
  field->setToolTip(help);
  field->setFixedWidth(84);
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

AuditWindow::AuditWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
  setObjectName("auditWindow");
  setWindowTitle("Audit of the recording – Keyhole");
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeChoices());
  column->addWidget(makeMessages());
  column->addWidget(makePages(), 1);
  column->addWidget(makePrior());
  resize(1150, 680);
  connectWorker();
  setRunning(false);
  fillParts();
  showOdds();
}

QWidget* AuditWindow::makeChoices() {
  m_interval = numberField("Seconds between samples", "by the file", "Seconds between two samples");
  const QString seen =
      "Which share of the circuit's units may have been recorded: the simulated circuits "
      "are seen so. Nothing: as the priors say.";
  m_low = numberField("Smallest seen fraction", "0.03", seen);
  m_high = numberField("Largest seen fraction", "0.3", seen);
  m_quick = new QCheckBox("Quick");
  m_quick->setChecked(true);
  m_quick->setToolTip("A first answer: 2000 simulated circuits instead of 20 000, fewer resamples");
  m_start = new QPushButton("Audit");
  m_start->setObjectName("startAudit");
  m_stop = new QPushButton("Stop");
  m_stop->setObjectName("stopAudit");
  m_stop->setToolTip(
      "What is known stays; the simulated circuits are kept, and the next audit goes on there");
  m_export = new QPushButton("Save report …");
  m_export->setToolTip("As PDF, HTML or JSON");
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(new QLabel("Δt [s]"));
  row->addWidget(m_interval);
  row->addSpacing(12);
  row->addWidget(new QLabel("seen fraction"));
  row->addWidget(m_low);
  row->addWidget(new QLabel("to"));
  row->addWidget(m_high);
  row->addSpacing(12);
  row->addWidget(m_quick);
  row->addStretch(1);
  for (QPushButton* button : {m_start, m_stop, m_export}) row->addWidget(button);
  connect(m_start, &QPushButton::clicked, this, &AuditWindow::start);
  connect(m_stop, &QPushButton::clicked, this, [this] {
    m_stop->setEnabled(false);
    m_message->setText("Stopping, once the circuits that are being simulated are done …");
    m_worker.stop();
  });
  connect(m_export, &QPushButton::clicked, this, &AuditWindow::askForExport);
  return bar;
}

QWidget* AuditWindow::makeMessages() {
  m_message = new QLabel(
      "Is there a real slow variable, in the circuit or in its input, or did the keyhole make it "
      "up? No spontaneous recording can tell circuit from input: only perturbations decide that.");
  m_message->setWordWrap(true);
  m_message->setObjectName("auditMessage");
  m_progress = new QProgressBar;
  m_progress->setRange(0, 1000);
  m_progress->setTextVisible(false);
  m_progress->setFixedWidth(160);
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_message, 1);
  row->addWidget(m_progress);
  return bar;
}

QWidget* AuditWindow::makePages() {
  m_parts = new QListWidget;
  m_parts->setAccessibleName("Parts of the audit");
  m_parts->setWordWrap(true);
  m_parts->setTextElideMode(Qt::ElideNone);
  m_parts->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_parts->setResizeMode(QListView::Adjust);
  m_parts->setSpacing(3);
  m_figure = new ReportFigure(nullptr);
  m_figure->setMinimumHeight(kFigureHeight);
  m_text = new QTextBrowser;
  m_text->setFrameShape(QFrame::NoFrame);
  m_text->document()->setDefaultStyleSheet(
      "td,th{padding-right:14px;padding-bottom:2px;text-align:left} pre{white-space:pre-wrap}");
  auto* right = new QSplitter(Qt::Vertical);
  right->addWidget(m_figure);
  right->addWidget(m_text);
  right->setStretchFactor(0, 1);
  right->setStretchFactor(1, 1);
  auto* both = new QSplitter(Qt::Horizontal);
  both->addWidget(m_parts);
  both->addWidget(right);
  both->setStretchFactor(0, 2);
  both->setStretchFactor(1, 3);
  both->setSizes({430, 700});
  connect(m_parts, &QListWidget::currentRowChanged, this, &AuditWindow::showPart);
  return both;
}

QWidget* AuditWindow::makePrior() {
  m_prior = new QSlider(Qt::Horizontal);
  m_prior->setAccessibleName("Your own prior of a real slow variable, percent");
  m_prior->setRange(1, 99);
  m_prior->setValue(50);
  m_prior->setFixedWidth(220);
  m_odds = new QLabel;
  m_odds->setWordWrap(true);
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(new QLabel("Your prior"));
  row->addWidget(m_prior);
  row->addWidget(m_odds, 1);
  connect(m_prior, &QSlider::valueChanged, this, &AuditWindow::showOdds);
  return bar;
}

void AuditWindow::connectWorker() {
  connect(&m_worker, &AuditWorker::grown, this, [this](const std::shared_ptr<const AuditReport>& report) {
    if (m_running) takeReport(report, false);
  });
  connect(&m_worker, &AuditWorker::ready, this, [this](const std::shared_ptr<const AuditReport>& report) {
    if (!m_running) return;
    takeReport(report, true);
    emit reportReady(report);
  });
  connect(&m_worker, &AuditWorker::progress, this, [this](double fraction, const QString& what) {
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_message->setText(what + " …");
    const QString part = what.left(2);
    if (part != m_runningPart) {
      m_runningPart = part;
      fillParts();
    }
  });
  connect(&m_worker, &AuditWorker::failed, m_message, &QLabel::setText);
  connect(&m_worker, &AuditWorker::finished, this, [this](bool complete) {
    setRunning(false);
    if (complete)
      m_message->setText(m_report->refusal.empty()
                             ? "The audit is done. Save the report, or save the session to keep it."
                             : plainText(m_report->refusal) + ".");
    else if (m_message->text().endsWith("…"))
      m_message->setText(
          "Stopped. What was found by then is shown; the next audit goes on with the simulated "
          "circuits that are there.");
    emit finished(complete);
  });
}

void AuditWindow::setSettings(const Settings& settings) {
  m_settings = settings;
  const bool recording = settings.text("teacher.kind") == "recording";
  const double seconds = recording ? settings.number("recording.interval") : 0;
  m_interval->setPlaceholderText(seconds > 0 ? shortNumber(seconds) : QString("by the file"));
  m_start->setEnabled(recording && !m_running);
  m_start->setToolTip(recording ? "Audit all units of the recording"
                                : "Of a known circuit the truth is shown as it is: open a recording");
  markOther();
}

// Whether the report is of what the settings name now.
void AuditWindow::markOther() {
  const bool other = m_whole && m_report && !m_running && m_report->of != dataSettings(m_settings);
  m_figure->setStale(other, false);
  if (other)
    m_message->setText(
        "The report is of another recording, or of one read in another way; press Audit to update it.");
}

void AuditWindow::showReport(const std::shared_ptr<const AuditReport>& report) {
  m_worker.stop();
  setRunning(false);
  takeReport(report, true);
  if (report) m_message->setText("The report that the session kept.");
  markOther();
}

void AuditWindow::setTheme(const Theme& theme) {
  m_figure->setTheme(theme);
}

AuditRequest AuditWindow::asked() const {
  AuditRequest request{m_settings, m_quick->isChecked() ? quickAudit() : AuditOptions(),
                       dataSettings(m_settings)};
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

void AuditWindow::start() {
  try {
    AuditRequest request = asked();
    m_whole = false;
    m_report = nullptr;
    m_runningPart.clear();
    m_figure->setStale(false);
    m_message->setText("Reading …");
    setRunning(true);
    fillParts();
    m_parts->setCurrentRow(0);
    showOdds();
    m_worker.request(std::move(request));
  } catch (const InputError& error) {
    m_message->setText(QString::fromUtf8(error.what()));
  }
}

void AuditWindow::setRunning(bool running) {
  m_running = running;
  m_start->setEnabled(!running && m_settings.text("teacher.kind") == "recording");
  m_stop->setEnabled(running);
  m_progress->setVisible(running);
  if (running) m_progress->setValue(0);
  for (QWidget* choice : std::initializer_list<QWidget*>{m_interval, m_low, m_high, m_quick})
    choice->setEnabled(!running);
  m_export->setEnabled(m_whole && m_report);
  if (!running && !m_runningPart.isEmpty()) {
    m_runningPart.clear();
    fillParts();
  }
}

void AuditWindow::takeReport(const std::shared_ptr<const AuditReport>& report, bool whole) {
  m_report = report;
  m_whole = whole && report;
  m_export->setEnabled(m_whole);
  fillParts();
  showPart();
  showOdds();
}

// Every part with its first sentence, or with what has become of it. The reader's place stays.
void AuditWindow::fillParts() {
  const int before = m_parts->currentRow();
  const QSignalBlocker quiet(m_parts);
  m_parts->clear();
  const auto add = [this](const std::string& key, const QString& heading, const QString& sentence) {
    auto* item = new QListWidgetItem(sentence.isEmpty() ? heading : heading + "\n" + sentence);
    item->setData(Qt::UserRole, plainText(key));
    m_parts->addItem(item);
  };
  for (const auto& part : auditParts()) {
    const ReportSection* section = m_report ? m_report->part(part.key) : nullptr;
    const QString heading = plainText(part.heading);
    const bool runs = m_running && heading.startsWith(m_runningPart) && !m_runningPart.isEmpty();
    add(part.key, heading,
        section && !section->blocks.empty() ? plainText(firstSentence(*section))
        : runs                              ? QString("is being computed …")
                                            : QString());
  }
  if (m_report && m_whole)
    for (const auto& section : m_report->sections)
      if (m_parts->findItems(plainText(section.heading), Qt::MatchStartsWith).isEmpty())
        add(section.key, plainText(section.heading), {});
  m_parts->setCurrentRow(before >= 0 && before < m_parts->count() ? before : 0);
}

void AuditWindow::showPart() {
  const QListWidgetItem* item = m_parts->currentItem();
  const ReportSection* section =
      m_report && item ? m_report->part(item->data(Qt::UserRole).toString().toStdString()) : nullptr;
  ReportBlock drawn;
  std::string html;
  if (section)
    for (const auto& block : section->blocks) {
      if (!isFigure(block))
        html += blockHtml(block);
      else if (!isFigure(drawn))
        drawn = block;
    }
  m_figure->setBlock(drawn);
  m_figure->setVisible(isFigure(drawn));
  m_text->setHtml(plainText(html));
}

void AuditWindow::showOdds() {
  const bool known = m_report && m_report->odds;
  m_prior->setEnabled(known);
  if (!known) {
    m_odds->setText(m_whole ? "No weights are given, so that no prior can be put in."
                            : "Puts your own prior in, once part 5 is known.");
    return;
  }
  const ReportOdds& odds = *m_report->odds;
  const double prior = m_prior->value() / 100.0;
  m_odds->setText(
      QString("%1 %: with it a real slow variable has probability %2 (likelihood ratio %3; by the "
              "reference table's own prior of %4 it is %5 ± %6)")
          .arg(m_prior->value())
          .arg(shortNumber(withPrior(odds.likelihoodRatio, prior)), shortNumber(odds.likelihoodRatio),
               shortNumber(odds.prior), shortNumber(odds.probability), shortNumber(odds.standardError)));
}

void AuditWindow::exportTo(const QString& path) const {
  if (!m_report || !m_whole) throw InputError("there is no whole report yet; allowed: after an audit");
  if (path.endsWith(".pdf", Qt::CaseInsensitive)) return writeAuditPdf(*m_report, path);
  const bool html = path.endsWith(".html", Qt::CaseInsensitive);
  if (!html && !path.endsWith(".json", Qt::CaseInsensitive))
    throw InputError("the report " + path.toStdString() + " has another ending; allowed: .pdf, .html, .json");
  writeFileAtomically(path.toStdString(),
                      html ? auditHtml(*m_report) : jsonText(auditReportToJson(*m_report)));
}

void AuditWindow::askForExport() {
  askForFile(this,
             {"Save the report", "PDF (*.pdf);;HTML (*.html);;The report's parts as JSON (*.json)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [this](const QString& path) {
               try {
                 exportTo(path);
                 m_message->setText("Saved " + QDir::toNativeSeparators(path) + ".");
               } catch (const InputError& error) {
                 m_message->setText(QString::fromUtf8(error.what()));
               }
             });
}

}  // namespace keyhole
