#include "app/compare_window.h"

#include "app/ask_for_file.h"
#include "core/common/error.h"
#include "core/report/compare_report.h"
#include "core/report/run_record.h"
#include "widgets/plots/axes.h"
#include "widgets/plots/flow_panel.h"

#include <QComboBox>
#include <QDir>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>

namespace keyhole {
namespace {

// Sorts by the number behind the text; what has none comes last in rising order.
class NumberItem : public QTableWidgetItem {
 public:
  NumberItem(double value, double deviation)
      : QTableWidgetItem(std::isfinite(value) ? shortNumber(value) : QStringLiteral("–")), m_value(value) {
    if (std::isfinite(value) && std::isfinite(deviation))
      setText(text() + QStringLiteral(" ± ") + shortNumber(deviation));
    setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
  }

  bool operator<(const QTableWidgetItem& other) const override {
    const auto* number = dynamic_cast<const NumberItem*>(&other);
    if (!number) return QTableWidgetItem::operator<(other);
    if (std::isnan(number->m_value)) return !std::isnan(m_value);
    return m_value < number->m_value;
  }

 private:
  double m_value;
};

QString plain(const std::string& text) {
  return QString::fromStdString(text);
}

}  // namespace

CompareWindow::CompareWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
  setObjectName("compareWindow");
  setWindowTitle("Compare methods – Keyhole");
  m_table = new QTableWidget;
  m_table->setObjectName("compareTable");
  m_table->setAccessibleName("Methods and what they claim");
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_table->setAlternatingRowColors(true);
  m_table->verticalHeader()->hide();
  const auto& columns = compareColumns();
  m_table->setColumnCount(static_cast<int>(columns.size()));
  for (int j = 0; j < m_table->columnCount(); ++j) {
    auto* header = new QTableWidgetItem(plain(columns[static_cast<std::size_t>(j)].title));
    header->setToolTip(plain(columns[static_cast<std::size_t>(j)].help));
    m_table->setHorizontalHeaderItem(j, header);
  }
  m_table->resizeColumnsToContents();
  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->addWidget(m_table);
  splitter->addWidget(m_flows = makeFlows());
  m_flows->hide();  // until there are some
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 3);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeButtons());
  column->addWidget(splitter, 1);
  resize(1150, 760);
  connect(&m_worker, &CompareWorker::grown, this, &CompareWindow::showComparison);
  connect(&m_worker, &CompareWorker::progress, this, [this](double fraction, const QString& what) {
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_message->setText(what + " …");
  });
  connect(&m_worker, &CompareWorker::failed, m_message, &QLabel::setText);
  connect(&m_worker, &CompareWorker::finished, this, [this](bool complete) {
    setRunning(false);
    if (complete)
      m_message->setText(QString("Each of %1 parts of the recording was held out in turn: means, ± standard "
                                 "deviation over them. Every method got the same.")
                             .arg(usualSplits(CompareOptions().fitted)));
  });
  setRunning(false);
}

QWidget* CompareWindow::makeButtons() {
  m_start = new QPushButton("Compare");
  m_start->setToolTip("Fit the recording that is shown by every method");
  m_stop = new QPushButton("Stop");
  m_export = new QPushButton("Export …");
  m_export->setToolTip("Write the table as CSV");
  m_progress = new QProgressBar;
  m_progress->setRange(0, 1000);
  m_progress->setTextVisible(false);
  m_progress->setFixedWidth(120);
  m_message =
      new QLabel("Every method is fitted to the same recording and scored on a part that it has not seen.");
  m_message->setWordWrap(true);
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  for (QPushButton* button : {m_start, m_stop, m_export}) row->addWidget(button);
  row->addWidget(m_message, 1);
  row->addWidget(m_progress);
  connect(m_start, &QPushButton::clicked, this, &CompareWindow::start);
  connect(m_stop, &QPushButton::clicked, &m_worker, &CompareWorker::stop);
  connect(m_export, &QPushButton::clicked, this, &CompareWindow::exportTable);
  return bar;
}

QWidget* CompareWindow::makeFlows() {
  m_left = new FlowPanel(Side::teacher, nullptr);
  m_right = new FlowPanel(Side::student, nullptr);
  m_leftChoice = new QComboBox;
  m_rightChoice = new QComboBox;
  m_leftChoice->setAccessibleName("Left flow");
  m_rightChoice->setAccessibleName("Right flow");
  auto* both = new QWidget;
  auto* row = new QHBoxLayout(both);
  row->setContentsMargins(0, 0, 0, 0);
  for (const auto& [choice, panel] : {std::pair<QComboBox*, QWidget*>{m_leftChoice, m_left},
                                      std::pair<QComboBox*, QWidget*>{m_rightChoice, m_right}}) {
    auto* column = new QVBoxLayout;
    column->addWidget(choice);
    column->addWidget(panel, 1);
    row->addLayout(column, 1);
    connect(choice, &QComboBox::activated, this, &CompareWindow::showFlows);
  }
  return both;
}

void CompareWindow::setExperiment(const std::shared_ptr<const Experiment>& experiment) {
  m_experiment = experiment;
  const bool old = m_compared && staleThrough(m_compared->settings, experiment->settings, Stage::observation);
  m_table->setEnabled(!old);
  if (old && m_start->isEnabled())
    m_message->setText("The table is of an earlier experiment; press Compare to update it.");
}

void CompareWindow::setTheme(const Theme& theme) {
  m_left->setTheme(theme);
  m_right->setTheme(theme);
}

void CompareWindow::start() {
  if (!m_experiment) return;
  m_compared = m_experiment;
  m_table->setEnabled(true);
  setRunning(true);
  CompareOptions options;
  options.splits = usualSplits(options.fitted);
  m_worker.request(m_compared, options);
}

void CompareWindow::setRunning(bool running) {
  m_start->setEnabled(!running);
  m_stop->setEnabled(running);
  m_progress->setVisible(running);
  m_export->setEnabled(m_comparison && !m_comparison->rows.empty());
}

void CompareWindow::showComparison(const std::shared_ptr<const Comparison>& comparison) {
  m_comparison = comparison;
  m_table->setSortingEnabled(false);
  m_table->setRowCount(static_cast<int>(comparison->rows.size()));
  const auto& columns = compareColumns();
  for (int i = 0; i < m_table->rowCount(); ++i) {
    const MethodRow& row = comparison->rows[static_cast<std::size_t>(i)];
    for (int j = 0; j < m_table->columnCount(); ++j) {
      const auto& column = columns[static_cast<std::size_t>(j)];
      QTableWidgetItem* item =
          column.text
              ? new QTableWidgetItem(plain(column.text(row)))
              : new NumberItem(column.number(row), column.deviation ? column.deviation(row) : std::nan(""));
      const bool verdict = column.key == "verdict" && !row.sentence.empty();
      item->setToolTip(!row.hasParameters ? plain(row.summary.message)
                       : verdict          ? plain(row.sentence)
                                          : plain(column.help));
      m_table->setItem(i, j, item);
    }
  }
  m_table->setSortingEnabled(true);
  m_table->resizeColumnsToContents();
  m_flows->show();
  fillChoices();
  showFlows();
  m_export->setEnabled(true);
}

// The teacher first; what was chosen stays chosen.
void CompareWindow::fillChoices() {
  for (QComboBox* choice : {m_leftChoice, m_rightChoice}) {
    const QString before = choice->currentText();
    choice->clear();
    if (m_compared->teacherAnalysis) choice->addItem("Teacher", -1);
    for (std::size_t i = 0; i < m_comparison->rows.size(); ++i)
      if (m_comparison->rows[i].analysis)
        choice->addItem(plain(m_comparison->rows[i].label), static_cast<int>(i));
    const int kept = choice->findText(before);
    choice->setCurrentIndex(kept >= 0 ? kept : choice == m_rightChoice ? choice->count() - 1 : 0);
  }
}

bool CompareWindow::isTeacher(const QComboBox& choice) {
  return choice.currentIndex() >= 0 && choice.currentData().toInt() < 0;
}

std::shared_ptr<const SystemAnalysis> CompareWindow::analysisOf(const QComboBox& choice) const {
  if (choice.currentIndex() < 0) return nullptr;
  const int row = choice.currentData().toInt();
  if (row < 0) return m_compared->teacherAnalysis;
  return m_comparison->rows[static_cast<std::size_t>(row)].analysis;
}

void CompareWindow::showFlows() {
  if (!m_compared || !m_comparison) return;
  // Both panels get one experiment that has the chosen systems for its sides: so they share one scale of
  // arrows. What is known of the experiment's own student is not theirs.
  auto pair = std::make_shared<Experiment>(*m_compared);
  pair->teacherAnalysis = analysisOf(*m_leftChoice);
  pair->studentAnalysis = analysisOf(*m_rightChoice);
  const auto teacherPoints = m_compared->teacherAttractors;
  pair->teacherAttractors = isTeacher(*m_leftChoice) ? teacherPoints : nullptr;
  pair->studentAttractors = isTeacher(*m_rightChoice) ? teacherPoints : nullptr;
  m_left->setExperiment(pair);
  m_right->setExperiment(pair);
}

void CompareWindow::exportTable() {
  if (!m_comparison) return;
  askForFile(this, {"Export the table", "CSV (*.csv)", "csv", QDir::homePath(), FileQuestion::Kind::save},
             [this, comparison = m_comparison, of = m_compared](const QString& path) {
               try {
                 writeTable(path.toStdString(), compareCsv(*comparison), of->asked);
                 m_message->setText("Exported " + QDir::toNativeSeparators(path) + ".");
               } catch (const InputError& error) {
                 m_message->setText(QString::fromUtf8(error.what()));
               }
             });
}

}  // namespace keyhole
