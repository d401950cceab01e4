#include "app/audit_window.h"

#include "app/ask_for_file.h"
#include "app/audit_choices.h"
#include "app/audit_prior.h"
#include "app/audit_saving.h"
#include "app/heading_delegate.h"
#include "core/common/error.h"
#include "core/report/audit_figures.h"
#include "core/report/audit_html.h"
#include "widgets/plots/report_figure.h"

#include <QComboBox>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace keyhole {
namespace {

constexpr int kFigureHeight = 230;

QString plainText(const std::string& text) {
  return QString::fromStdString(text);
}

// What is to be known before an audit is made.
std::string beforeAnything() {
  std::string html = "<p><b>What an audit can and cannot say</b></p><ul>";
  for (const auto& limit : auditLimits(Audit())) html += "<li>" + htmlText(limit) + "</li>";
  return html + "</ul>";
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
  showPart();
  m_prior->showReport(m_report, m_whole);
}

QWidget* AuditWindow::makeChoices() {
  m_choices = new AuditChoices;
  m_start = new QPushButton("Audit");
  m_start->setObjectName("startAudit");
  m_stop = new QPushButton("Stop");
  m_stop->setObjectName("stopAudit");
  m_stop->setToolTip(
      "What is known stays; the simulated circuits are kept, and the next audit goes on there");
  m_export = new QPushButton("Save report …");
  m_export->setToolTip("As PDF, HTML or JSON, with your prior");
  for (QPushButton* button : {m_start, m_stop, m_export}) m_choices->row().addWidget(button);
  connect(m_start, &QPushButton::clicked, this, &AuditWindow::start);
  connect(m_stop, &QPushButton::clicked, this, [this] {
    m_stop->setEnabled(false);
    m_message->setText("Stopping, once the circuits that are being simulated are done …");
    m_worker.stop();
  });
  connect(m_export, &QPushButton::clicked, this, &AuditWindow::askForExport);
  return m_choices;
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
  QSizePolicy place = m_progress->sizePolicy();
  place.setRetainSizeWhenHidden(true);  // so that nothing moves when it comes and goes
  m_progress->setSizePolicy(place);
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
  m_parts->setItemDelegate(new HeadingDelegate(m_parts));
  m_parts->setTextElideMode(Qt::ElideNone);
  m_parts->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_parts->setResizeMode(QListView::Adjust);
  m_parts->setSpacing(3);
  m_text = new QTextBrowser;
  m_text->setFrameShape(QFrame::NoFrame);
  m_text->document()->setDefaultStyleSheet(
      "td,th{padding-right:14px;padding-bottom:2px;text-align:left} pre{white-space:pre-wrap}");
  auto* right = new QSplitter(Qt::Vertical);
  right->addWidget(makeFigures());
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

// The figure, and above it which one of the part's it is, and how to save it.
QWidget* AuditWindow::makeFigures() {
  m_figure = new ReportFigure(nullptr);
  m_figure->setMinimumHeight(kFigureHeight);
  m_which = new QComboBox;
  m_which->setAccessibleName("Figure of this part");
  m_which->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  m_saveFigure = new QPushButton("Save this figure …");
  m_saveFigure->setObjectName("saveAuditFigure");
  m_saveFigure->setToolTip("As PDF, SVG or PNG, with the numbers behind it as CSV");
  auto* row = new QHBoxLayout;
  row->addWidget(m_which);
  row->addStretch(1);
  row->addWidget(m_saveFigure);
  m_figureSide = new QWidget;
  auto* column = new QVBoxLayout(m_figureSide);
  column->setContentsMargins(0, 0, 0, 0);
  column->addLayout(row);
  column->addWidget(m_figure, 1);
  connect(m_which, &QComboBox::currentIndexChanged, this, &AuditWindow::showFigure);
  connect(m_saveFigure, &QPushButton::clicked, this, &AuditWindow::askForFigure);
  return m_figureSide;
}

QWidget* AuditWindow::makePrior() {
  m_prior = new AuditPrior;
  connect(m_prior, &AuditPrior::priorChosen, this, &AuditWindow::priorChosen);
  return m_prior;
}

// What still comes of an audit after another report was opened is of no interest.
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
    if (!m_running) return;
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_message->setText(what + " …");
    const QString part = what.left(2);
    if (part != m_runningPart) {
      m_runningPart = part;
      fillParts();
    }
  });
  connect(&m_worker, &AuditWorker::failed, this, [this](const QString& why) {
    if (m_running) m_message->setText(why);
  });
  connect(&m_worker, &AuditWorker::finished, this, [this](bool complete) {
    if (!m_running) return;
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
  m_choices->showSettings(settings);
  m_prior->setPrior(settings.number("view.prior"));
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

void AuditWindow::start() {
  try {
    AuditRequest request = m_choices->asked(m_settings);
    m_whole = false;
    m_report = nullptr;
    m_runningPart.clear();
    m_figure->setStale(false);
    m_message->setText("Reading …");
    setRunning(true);
    fillParts();
    m_parts->setCurrentRow(0);
    showPart();
    m_prior->showReport(m_report, m_whole);
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
  m_choices->setRunning(running);
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
  m_prior->showReport(m_report, m_whole);
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
    QString said;
    if (section && !section->blocks.empty())
      said = plainText(firstSentence(*section));
    else if (runs)
      said = "is being computed …";
    else if (m_report && !m_running && !m_whole)
      said = "not known: the audit ended before";
    add(part.key, heading, said);
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
  const QString before = m_which->currentText();
  m_figures = section ? auditFigures(*section) : std::vector<AuditFigure>();
  {
    const QSignalBlocker quiet(m_which);
    m_which->clear();
    for (const auto& figure : m_figures) m_which->addItem(plainText(figure.title));
    m_which->setCurrentIndex(std::max(m_which->findText(before), m_figures.empty() ? -1 : 0));
  }
  m_which->setVisible(m_figures.size() > 1);
  m_figureSide->setVisible(!m_figures.empty());
  showFigure();
  std::string html;
  if (section)
    for (const auto& block : section->blocks) html += blockHtml(block);
  else if (!m_report && !m_running)
    html = beforeAnything();
  m_text->setHtml(plainText(html));
}

void AuditWindow::showFigure() {
  const int which = m_which->currentIndex();
  m_figure->setBlock(which < 0 ? ReportBlock() : m_figures[static_cast<std::size_t>(which)].block);
}

void AuditWindow::exportTo(const QString& path) const {
  if (!m_report || !m_whole) throw InputError("there is no whole report yet; allowed: after an audit");
  saveAuditReport(withReadersPrior(*m_report, m_prior->prior()), path);
}

void AuditWindow::exportFigureTo(const QString& path) const {
  if (!isFigure(m_figure->block())) throw InputError("there is no figure here; allowed: a part that has one");
  saveAuditFigure(m_figure->block(), path);
}

void AuditWindow::askForExport() {
  askForFile(this,
             {"Save the report", "PDF (*.pdf);;HTML (*.html);;The report's parts as JSON (*.json)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [this](const QString& path) { tellSaved(path, QString(), [&] { exportTo(path); }); });
}

void AuditWindow::askForFigure() {
  const int which = m_which->currentIndex();
  if (which < 0) return;
  const QString name = plainText(m_figures[static_cast<std::size_t>(which)].name) + ".pdf";
  askForFile(
      this,
      {"Save the figure", "PDF, vector graphics (*.pdf);;SVG, vector graphics (*.svg);;PNG, 300 dpi (*.png)",
       "pdf", QDir::home().filePath(name), FileQuestion::Kind::save},
      [this](const QString& path) {
        const QString numbers = QDir::toNativeSeparators(numbersPath(path));
        tellSaved(path, ", and the numbers behind it as " + numbers, [&] { exportFigureTo(path); });
      });
}

void AuditWindow::tellSaved(const QString& path, const QString& more, const std::function<void()>& save) {
  try {
    save();
    m_message->setText("Saved " + QDir::toNativeSeparators(path) + more + ".");
  } catch (const InputError& error) {
    m_message->setText(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
