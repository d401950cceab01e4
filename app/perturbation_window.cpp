#include "app/perturbation_window.h"

#include "app/ask_for_file.h"
#include "app/perturbation_controls.h"
#include "app/perturbation_table.h"
#include "app/play_bar.h"
#include "core/common/error.h"
#include "core/report/perturbation_report.h"
#include "core/report/run_record.h"
#include "widgets/controls/relative_font.h"
#include "widgets/plots/figure.h"
#include "widgets/plots/perturbation_panel.h"
#include "widgets/plots/perturbation_plane_panel.h"

#include <QCheckBox>
#include <QDir>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>

namespace keyhole {
namespace {

// A panel below its title.
QWidget* titled(Panel* panel, const QString& title) {
  auto* box = new QWidget;
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(new QLabel(title));
  column->addWidget(panel, 1);
  return box;
}

}  // namespace

PerturbationWindow::PerturbationWindow(QWidget* parent, Others others)
    : QWidget(parent, Qt::Window), m_others(std::move(others)) {
  setObjectName("perturbationWindow");
  setWindowTitle("Perturb – Keyhole");
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeHead());
  column->addWidget(makePlots(), 1);
  column->addWidget(m_player = new PlayBar);
  column->addWidget(makeFoot());
  resize(1120, 760);
  connectParts();
  setBusy(false);
}

QWidget* PerturbationWindow::makeHead() {
  m_controls = new PerturbationControls;
  m_withOthers = new QCheckBox("compared methods too");
  m_withOthers->setObjectName("others");
  m_withOthers->setToolTip("Perturb the students of Run > Compare methods as well");
  m_withOthers->setChecked(true);
  m_conclusion = new QLabel;
  m_conclusion->setObjectName("conclusion");
  m_conclusion->setAccessibleName("Conclusion");
  m_conclusion->setWordWrap(true);
  m_conclusion->setTextFormat(Qt::PlainText);
  m_conclusion->setTextInteractionFlags(Qt::TextSelectableByMouse);
  new RelativeFont(m_conclusion, 1.2);
  auto* head = new QWidget;
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(0, 0, 0, 0);
  auto* row = new QHBoxLayout;
  row->addWidget(m_controls, 1);
  row->addWidget(m_withOthers);
  column->addLayout(row);
  column->addWidget(m_conclusion);
  return head;
}

QWidget* PerturbationWindow::makePlots() {
  m_curves = new PerturbationPanel(nullptr);
  m_teacherPlane = new PerturbationPlanePanel(PerturbationRole::teacher, nullptr);
  m_studentPlane = new PerturbationPlanePanel(PerturbationRole::shown, nullptr);
  auto* planes = new QSplitter(Qt::Vertical);
  planes->addWidget(titled(m_teacherPlane, "Teacher, left alone and perturbed"));
  planes->addWidget(titled(m_studentPlane, "Student, left alone and perturbed"));
  auto* splitter = new QSplitter(Qt::Horizontal);
  splitter->addWidget(titled(m_curves, "How much of the perturbation is left"));
  splitter->addWidget(planes);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  return splitter;
}

QWidget* PerturbationWindow::makeFoot() {
  m_table = makePerturbationTable();
  m_logarithmic = new QCheckBox("Logarithmic");
  m_logarithmic->setObjectName("logarithmic");
  m_message = new QLabel;
  m_message->setObjectName("message");
  m_message->setWordWrap(true);
  m_progress = new QProgressBar;
  m_progress->setRange(0, 1000);
  m_progress->setTextVisible(false);
  m_progress->setFixedWidth(110);
  m_stop = new QPushButton("Stop");
  m_export = new QPushButton("Export");
  auto* menu = new QMenu(m_export);
  menu->addAction("Figure …", this, &PerturbationWindow::exportFigure);
  menu->addAction("Numbers …", this, &PerturbationWindow::exportNumbers);
  m_export->setMenu(menu);
  auto* foot = new QWidget;
  auto* column = new QVBoxLayout(foot);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_table);
  auto* row = new QHBoxLayout;
  row->addWidget(m_logarithmic);
  row->addWidget(m_message, 1);
  row->addWidget(m_progress);
  row->addWidget(m_stop);
  row->addWidget(m_export);
  column->addLayout(row);
  return foot;
}

void PerturbationWindow::connectParts() {
  connect(m_controls, &PerturbationControls::changed, this, &PerturbationWindow::request);
  connect(m_withOthers, &QCheckBox::toggled, this, &PerturbationWindow::request);
  connect(m_logarithmic, &QCheckBox::toggled, m_curves, &PerturbationPanel::setLogarithmic);
  connect(m_stop, &QPushButton::clicked, this, [this] {
    m_worker.stop();
    setStale(true, false);
    tell("Stopped. What is shown is the perturbation before.");
  });
  connect(m_player, &PlayBar::timeChanged, m_curves, &PerturbationPanel::setTime);
  connect(m_player, &PlayBar::timeChanged, m_teacherPlane, &PerturbationPlanePanel::setTime);
  connect(m_player, &PlayBar::timeChanged, m_studentPlane, &PerturbationPlanePanel::setTime);
  for (Panel* panel : std::initializer_list<Panel*>{m_curves, m_teacherPlane, m_studentPlane})
    connect(panel, &Panel::hovered, this, &PerturbationWindow::tell);
  connect(&m_worker, &PerturbationWorker::ready, this, &PerturbationWindow::showResult);
  connect(&m_worker, &PerturbationWorker::failed, this, [this](const QString& sentence) {
    tell(sentence);
    setStale(true, false);
  });
  connect(&m_worker, &PerturbationWorker::progress, this, [this](double fraction, const QString& what) {
    m_progress->setValue(static_cast<int>(1000 * fraction));
    m_progress->setToolTip(what);
  });
  connect(&m_worker, &PerturbationWorker::idle, this, [this] { setBusy(false); });
}

void PerturbationWindow::setExperiment(const std::shared_ptr<const Experiment>& experiment) {
  m_experiment = experiment;
  m_controls->showExperiment(*experiment);
  requestIfNew();
}

void PerturbationWindow::setTheme(const Theme& theme) {
  m_theme = theme;
  m_curves->setTheme(theme);
  m_teacherPlane->setTheme(theme);
  m_studentPlane->setTheme(theme);
  if (m_shown) fillPerturbationTable(*m_table, *m_shown, timeUnitOf(*m_perturbed), theme);
}

void PerturbationWindow::setStale(bool stale, bool updating) {
  for (Panel* panel : std::initializer_list<Panel*>{m_curves, m_teacherPlane, m_studentPlane})
    panel->setStale(stale && m_shown, updating);
}

void PerturbationWindow::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  m_player->setFocus();  // so that the space bar plays
  requestIfNew();
}

// A comparison may have grown meanwhile.
void PerturbationWindow::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::ActivationChange && isActiveWindow()) requestIfNew();
}

void PerturbationWindow::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  m_player->pause();
}

// Finer pictures of the same systems need no new push.
void PerturbationWindow::requestIfNew() {
  if (!m_experiment || !isVisible()) return;
  const Experiment* before = m_asked.experiment.get();
  const bool same = before && before->fit == m_experiment->fit &&
                    before->simulation == m_experiment->simulation &&
                    before->observation == m_experiment->observation && m_asked.others == m_others();
  if (!same)
    request();
  else if (!m_busy)
    setStale(false);
}

void PerturbationWindow::request() {
  if (!m_experiment || !isVisible()) return;
  const auto others = m_others();
  m_withOthers->setVisible(others && !others->rows.empty());
  m_asked = {m_experiment, others, m_controls->settings()};
  PerturbationRequest request = m_asked;
  if (!m_withOthers->isChecked()) request.others = nullptr;
  m_message->clear();
  setStale(true);
  setBusy(true);
  m_worker.request(std::move(request));
}

void PerturbationWindow::setBusy(bool busy) {
  m_busy = busy;
  m_stop->setEnabled(busy);
  m_progress->setVisible(busy);
  m_export->setEnabled(m_shown != nullptr);
}

void PerturbationWindow::showResult(const std::shared_ptr<const Experiment>& of,
                                    const std::shared_ptr<const Perturbation>& result) {
  m_perturbed = of;
  m_shown = result;
  m_conclusion->setText(QString::fromStdString(result->conclusion));
  m_curves->setPerturbation(of, result);
  showPlanes();
  const TimeUnit unit = timeUnitOf(*of);
  fillPerturbationTable(*m_table, *result, unit, m_theme);
  m_player->setUnit(unit);
  m_player->setHorizon(result->settings.horizon);
  setStale(false);
  m_export->setEnabled(true);
}

void PerturbationWindow::showPlanes() {
  struct Shown {
    PerturbationPlanePanel* panel;
    PerturbationRole role;
    const std::optional<PerturbationPlane>& plane;
  };
  const Shown sides[] = {{m_teacherPlane, PerturbationRole::teacher, m_shown->teacherPlane},
                         {m_studentPlane, PerturbationRole::shown, m_shown->shownPlane}};
  Range x{HUGE_VAL, -HUGE_VAL}, y = x;
  for (const Shown& side : sides)
    for (const Matrix* path :
         {side.plane ? &side.plane->free : nullptr, side.plane ? &side.plane->perturbed : nullptr})
      for (Index k = 0; path && k < path->cols(); ++k) {
        x.include((*path)(0, k));
        y.include((*path)(1, k));
      }
  for (const Shown& side : sides) {
    side.panel->parentWidget()->setVisible(side.plane.has_value());
    if (side.plane)
      side.panel->setRun(m_perturbed, m_shown->find(side.role)->run.time, *side.plane, x.padded(0.08),
                         y.padded(0.08));
  }
}

void PerturbationWindow::tell(const QString& sentence) {
  m_message->setText(sentence);
}

void PerturbationWindow::exportFigure() {
  if (!m_shown) return;
  askForFile(this,
             {"Export the figure", "PDF, vector graphics (*.pdf);;PNG, 300 dpi (*.png)", "pdf",
              QDir::homePath(), FileQuestion::Kind::save},
             [this, of = m_perturbed, result = m_shown](const QString& path) {
               PerturbationPanel printed(nullptr);
               printed.setTheme(Theme::print());
               printed.setLogarithmic(m_logarithmic->isChecked());
               printed.setPerturbation(of, result);
               try {
                 writePanelFigure(printed, path, QString::fromStdString(result->conclusion));
                 tell("Exported " + QDir::toNativeSeparators(path) + ".");
               } catch (const InputError& error) {
                 tell(QString::fromUtf8(error.what()));
               }
             });
}

void PerturbationWindow::exportNumbers() {
  if (!m_shown) return;
  askForFile(this, {"Export the numbers", "CSV (*.csv)", "csv", QDir::homePath(), FileQuestion::Kind::save},
             [this, result = m_shown, of = m_experiment](const QString& path) {
               try {
                 writeTable(path.toStdString(), perturbationCsv(*result), of->asked);
                 tell("Exported " + QDir::toNativeSeparators(path) + ".");
               } catch (const InputError& error) {
                 tell(QString::fromUtf8(error.what()));
               }
             });
}

}  // namespace keyhole
