#include "app/order_window.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"
#include "core/report/order_report.h"
#include "core/report/run_record.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/order_panel.h"

#include <QComboBox>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <numeric>

namespace keyhole {
namespace {

constexpr int kMostStates = 10, kUsualLatents = 10, kUsualStates = 6;

QString explanation(Counted counted) {
  return counted == Counted::latents
             ? QStringLiteral(
                   "Each number is fitted without one block of time and scored on it, block by block.")
             : QStringLiteral(
                   "Each number is scored on blocks of time that it was not fitted to, by a lower bound of "
                   "the "
                   "likelihood.");
}

}  // namespace

OrderWindow::OrderWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
  setObjectName("orderWindow");
  setWindowTitle("How many latents? – Keyhole");
  m_panel = new OrderPanel(nullptr);
  m_message = new QLabel(explanation(Counted::latents));
  m_message->setWordWrap(true);
  m_message->setObjectName("orderMessage");
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeChoices());
  column->addWidget(m_panel, 1);
  column->addWidget(m_message);
  column->addWidget(makeButtons());
  resize(760, 520);
  connectWorker();
  setRunning(false);
}

QWidget* OrderWindow::makeChoices() {
  m_counted = new QComboBox;
  m_counted->setAccessibleName("What is counted");
  m_counted->addItem("Latents of a latent LDS", static_cast<int>(Counted::latents));
  m_counted->addItem("Discrete states of a switching LDS", static_cast<int>(Counted::states));
  m_most = new QSpinBox;
  m_most->setAccessibleName("Largest number");
  m_most->setRange(1, kUsualLatents);
  m_most->setValue(kUsualLatents);
  m_folds = new QSpinBox;
  m_folds->setAccessibleName("Blocks of time");
  m_folds->setRange(2, 20);
  m_folds->setValue(static_cast<int>(OrderOptions().folds));
  m_start = new QPushButton("Compare");
  m_start->setToolTip("Fit the recording that is shown with every number");
  m_stop = new QPushButton("Stop");
  m_progress = new QProgressBar;
  m_progress->setRange(0, 1000);
  m_progress->setTextVisible(false);
  m_progress->setFixedWidth(120);
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_counted);
  row->addWidget(new QLabel("1 to"));
  row->addWidget(m_most);
  row->addWidget(new QLabel("in"));
  row->addWidget(m_folds);
  row->addWidget(new QLabel("blocks"));
  row->addStretch(1);
  for (QWidget* part : std::initializer_list<QWidget*>{m_progress, m_start, m_stop}) row->addWidget(part);
  connect(m_counted, &QComboBox::currentIndexChanged, this, [this] {
    limitNumbers();
    m_message->setText(explanation(static_cast<Counted>(m_counted->currentData().toInt())));
  });
  connect(m_start, &QPushButton::clicked, this, &OrderWindow::start);
  connect(m_stop, &QPushButton::clicked, &m_worker, &OrderWorker::stop);
  return bar;
}

QWidget* OrderWindow::makeButtons() {
  m_use = new QPushButton;
  m_use->setObjectName("useNumber");
  m_export = new QPushButton("Export …");
  m_export->setToolTip("Write the picture (PDF, PNG) or its numbers (CSV)");
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_use);
  row->addStretch(1);
  row->addWidget(m_export);
  connect(m_use, &QPushButton::clicked, this, &OrderWindow::use);
  connect(m_export, &QPushButton::clicked, this, &OrderWindow::askForExport);
  return bar;
}

void OrderWindow::connectWorker() {
  connect(m_panel, &OrderPanel::numberClicked, this, [this](Index number) {
    m_clicked = true;
    select(number);
  });
  connect(&m_worker, &OrderWorker::grown, this, &OrderWindow::showResult);
  connect(&m_worker, &OrderWorker::progress, this, [this](double fraction, const QString& what) {
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_message->setText(what + " …");
  });
  connect(&m_worker, &OrderWorker::failed, m_message, &QLabel::setText);
  connect(&m_worker, &OrderWorker::finished, this, [this](bool complete) {
    setRunning(false);
    if (const auto& result = m_panel->result(); complete) {
      const QString caution = QString::fromStdString(result->caution);
      m_message->setText(caution.isEmpty() ? explanation(result->counted) + " Click a number to take it."
                                           : "Beware: " + caution + ".");
    } else if (m_message->text().endsWith("…")) {
      m_message->setText("Stopped; what is shown is complete as far as it goes.");
    }
    emit finished(complete);
  });
}

// As many latents as there are seen units, at most.
void OrderWindow::limitNumbers() {
  const bool latents = m_counted->currentData().toInt() == static_cast<int>(Counted::latents);
  int most = latents ? static_cast<int>(settingRow("fit.latents").maximum) : kMostStates;
  if (latents && m_experiment)
    most = std::min(most, static_cast<int>(m_experiment->observation->seen.size()));
  const bool untouched = m_most->value() == m_most->maximum() || m_most->value() == kUsualLatents ||
                         m_most->value() == kUsualStates;
  m_most->setMaximum(most);
  if (untouched) m_most->setValue(std::min(most, latents ? kUsualLatents : kUsualStates));
}

void OrderWindow::setExperiment(const std::shared_ptr<const Experiment>& experiment) {
  m_experiment = experiment;
  limitNumbers();
  const auto& result = m_panel->result();
  const bool old =
      m_compared && result && !haveSameOrder(m_compared->asked, experiment->asked, result->counted);
  m_panel->setStale(old, false);
  if (old && m_start->isEnabled())
    m_message->setText("The curve is of an earlier experiment; press Compare to update it.");
}

void OrderWindow::setTheme(const Theme& theme) {
  m_panel->setTheme(theme);
}

void OrderWindow::start() {
  if (!m_experiment) return;
  m_compared = m_experiment;
  m_clicked = false;
  select(0);
  m_panel->setStale(false);
  OrderOptions options;
  options.counted = static_cast<Counted>(m_counted->currentData().toInt());
  options.numbers.resize(static_cast<std::size_t>(m_most->value()));
  std::iota(options.numbers.begin(), options.numbers.end(), Index{1});
  options.folds = m_folds->value();
  m_message->setText("fitting …");
  setRunning(true);
  m_worker.request(m_compared, options);
}

void OrderWindow::setRunning(bool running) {
  m_start->setEnabled(!running);
  m_stop->setEnabled(running);
  m_progress->setVisible(running);
  for (QWidget* choice : std::initializer_list<QWidget*>{m_counted, m_most, m_folds})
    choice->setEnabled(!running);
  if (running) m_progress->setValue(0);
  m_export->setEnabled(m_panel->result() != nullptr);
  select(m_selected);
}

void OrderWindow::showResult(const std::shared_ptr<const OrderResult>& result) {
  m_panel->setResult(result);
  m_export->setEnabled(true);
  if (!m_clicked) select(result->chosen);
}

void OrderWindow::select(Index number) {
  m_selected = number;
  const auto& result = m_panel->result();
  const bool latents = !result || result->counted == Counted::latents;
  const QString what = latents ? (number == 1 ? "latent" : "latents") : (number == 1 ? "state" : "states");
  m_use->setEnabled(number > 0);
  m_use->setText(number > 0 ? QString("Use %1 %2").arg(number).arg(what) : QString("Use this number"));
  m_use->setToolTip(latents ? "Fit the shown recording with this many latents"
                            : "Fit the shown recording with this many discrete states");
}

void OrderWindow::use() {
  if (m_selected > 0 && m_panel->result()) emit numberWanted(m_panel->result()->counted, m_selected);
}

void OrderWindow::exportTo(const QString& path) const {
  const auto& result = m_panel->result();
  if (!result) throw InputError("there is nothing to export yet; allowed: after a comparison");
  if (path.endsWith(".csv", Qt::CaseInsensitive)) {
    writeTable(path.toStdString(), orderCsv(*result), m_compared->asked);
    return;
  }
  OrderPanel printed(nullptr);
  printed.setTheme(Theme::print());
  printed.setResult(result);
  writePanelFigure(printed, path);
}

void OrderWindow::askForExport() {
  askForFile(this,
             {"Export the curve", "PDF, vector graphics (*.pdf);;PNG, 300 dpi (*.png);;CSV (*.csv)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [this](const QString& path) {
               try {
                 exportTo(path);
                 m_message->setText("Exported " + QDir::toNativeSeparators(path) + ".");
               } catch (const InputError& error) {
                 m_message->setText(QString::fromUtf8(error.what()));
               }
             });
}

}  // namespace keyhole
