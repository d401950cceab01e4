#include "app/import_window.h"

#include "app/import_guess.h"
#include "app/import_picture.h"
#include "core/common/error.h"
#include "core/io/file_place.h"
#include "core/observation/summary/summary_words.h"
#include "widgets/controls/collapsible_section.h"
#include "widgets/controls/setting_control.h"
#include "widgets/plots/recording_panel.h"

#include <QComboBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTextBrowser>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace keyhole {
namespace {

constexpr int kPathRole = Qt::UserRole;

QLabel* wrappedLabel(const char* name) {
  auto* label = new QLabel;
  label->setObjectName(name);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

ImportWindow::ImportWindow(const QString& file, const Settings& settings, const Theme& theme, QWidget* parent)
    : QDialog(parent), m_settings(settings), m_theme(theme) {
  const FilePlace place = parsePlace(file.toStdString());
  m_file = QFileInfo(QString::fromStdString(place.file)).absoluteFilePath();
  m_place = QString::fromStdString(place.path);
  setObjectName("importWindow");
  setWindowTitle("Open " + QFileInfo(m_file).fileName());
  resize(1180, 680);
  m_settings.set("teacher.kind", std::string("recording"));
  m_settings.set("teacher.file", std::string());  // what was open before is never read here
  m_settings.set("teacher.transpose", false);
  for (const auto& row : settingsTable())
    if (row.stage == Stage::recording) m_settings.set(row.key, row.initial);
  m_settings.set("observation.subset", std::string("first"));
  m_settings.set("observation.fraction", 1.0);

  auto* split = new QSplitter;
  split->addWidget(buildContents());
  split->addWidget(buildChoices());
  split->addWidget(buildPicture(theme));
  split->setStretchFactor(2, 1);
  split->setSizes({350, 300, 530});
  split->setChildrenCollapsible(false);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(split, 1);
  m_problem = wrappedLabel("problem");
  m_problem->hide();
  layout->addWidget(m_problem);
  layout->addWidget(buildButtons());
  connectWorker();
  showSettings();
  m_worker.list(m_file);
}

ImportWindow::~ImportWindow() = default;

QWidget* ImportWindow::buildContents() {
  auto* part = new QWidget;
  auto* layout = new QVBoxLayout(part);
  layout->setContentsMargins(0, 0, 0, 0);
  m_format = wrappedLabel("format");
  m_format->setText("Reading the file …");
  m_tree = new QTreeWidget;
  m_tree->setObjectName("tree");
  m_tree->setHeaderLabels({"In the file", "Shape", "Could be"});
  m_tree->setRootIsDecorated(false);
  m_tree->setUniformRowHeights(true);
  m_tree->setAccessibleName("Arrays in the file");
  m_why = wrappedLabel("why");
  layout->addWidget(m_format);
  layout->addWidget(m_tree, 1);
  layout->addWidget(m_why);
  connect(m_tree, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
    if (item) choosePlace(item->data(0, kPathRole).toString(), item->toolTip(0));
  });
  return part;
}

void ImportWindow::addControl(const std::string& key, QVBoxLayout* layout) {
  auto* control = new SettingControl(settingRow(key), false);
  layout->addWidget(control);
  m_controls[key] = control;
  connect(
      control, &SettingControl::valueEdited, this,
      [this](const QString& edited, const SettingValue& value, int) { change(edited.toStdString(), value); });
}

QWidget* ImportWindow::buildChoices() {
  auto* part = new QWidget;
  auto* layout = new QVBoxLayout(part);
  layout->setSpacing(6);
  for (const char* key : {"teacher.transpose", "recording.interval", "recording.bin", "recording.trials",
                          "recording.intervals"})
    addControl(key, layout);
  auto* label = new QLabel("Input");
  m_input = new QComboBox;
  m_input->setObjectName("input");
  m_input->setEditable(true);
  m_input->setToolTip(QString::fromStdString(settingRow("recording.input").help));
  m_input->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_input->lineEdit()->setPlaceholderText("none");
  label->setBuddy(m_input);
  layout->addWidget(label);
  layout->addWidget(m_input);
  connect(m_input, &QComboBox::activated, this, [this](int index) {
    change("recording.input", m_input->itemData(index).toString().toStdString());
  });
  connect(m_input->lineEdit(), &QLineEdit::editingFinished, this, [this] {
    if (m_input->findText(m_input->currentText()) < 0)
      change("recording.input", m_input->currentText().toStdString());
  });
  m_table = new CollapsibleSection("How the table is written");
  for (const char* key :
       {"recording.separator", "recording.decimal", "recording.index_column", "recording.header"})
    addControl(key, m_table->content());
  layout->addWidget(m_table);
  auto* steps = new CollapsibleSection("Steps before the fit");
  for (const auto& row : settingsTable())
    if (row.stage == Stage::recording && row.key != "recording.input" && !m_controls.contains(row.key))
      addControl(row.key, steps->content());
  layout->addWidget(steps);
  steps->setOpen(false);
  layout->addStretch(1);
  auto* scroll = new QScrollArea;
  scroll->setWidget(part);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumWidth(280);
  return scroll;
}

QWidget* ImportWindow::buildPicture(const Theme& theme) {
  auto* part = new QSplitter(Qt::Vertical);
  m_shape = wrappedLabel("shape");
  m_picture = new ImportPicture(theme);
  m_notes = new QTextBrowser;
  m_notes->setObjectName("notes");
  m_notes->setFrameShape(QFrame::NoFrame);
  auto* top = new QWidget;
  auto* layout = new QVBoxLayout(top);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_shape);
  layout->addWidget(m_picture, 1);
  part->addWidget(top);
  part->addWidget(m_notes);
  part->setSizes({400, 210});
  part->setChildrenCollapsible(false);
  return part;
}

QWidget* ImportWindow::buildButtons() {
  auto* part = new QWidget;
  auto* layout = new QHBoxLayout(part);
  layout->setContentsMargins(0, 0, 0, 0);
  m_look = new QPushButton("Preview");
  m_look->hide();
  m_stop = new QPushButton("Stop reading");
  m_stop->hide();
  auto* cancel = new QPushButton("Cancel");
  m_use = new QPushButton("Use");
  m_use->setObjectName("use");
  m_use->setAutoDefault(false);  // Return in a field takes the field's value
  m_use->setEnabled(false);
  m_look->setAutoDefault(false);
  m_stop->setAutoDefault(false);
  cancel->setAutoDefault(false);
  layout->addWidget(m_look);
  layout->addWidget(m_stop);
  layout->addStretch(1);
  layout->addWidget(cancel);
  layout->addWidget(m_use);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(m_look, &QPushButton::clicked, this, [this] {
    m_look->hide();
    startReading(true);
  });
  connect(m_stop, &QPushButton::clicked, this, [this] {
    m_worker.stop();
    m_stop->hide();
    m_look->show();
    m_shape->setText("Stopped. Any change, or Preview, reads again.");
  });
  connect(m_use, &QPushButton::clicked, this, [this] {
    const std::string place = m_place.isEmpty() ? "" : ":" + m_place.toStdString();
    emit used(m_settings, QFileInfo(m_file).fileName() + QString::fromStdString(place));
    accept();
  });
  return part;
}

void ImportWindow::connectWorker() {
  connect(&m_worker, &ImportWorker::listed, this,
          [this](const std::shared_ptr<const FileContents>& contents) { showContents(*contents); });
  connect(&m_worker, &ImportWorker::ready, this, &ImportWindow::showPreview);
  connect(&m_worker, &ImportWorker::failed, this, [this](const QString& sentence) {
    if (!m_isListed) letChooseByHand();
    showProblem(sentence);
  });
  connect(&m_worker, &ImportWorker::trialsAreTurned, this, [this](const QString& sentence) {
    if (m_axesSettled)
      showProblem(sentence);
    else
      turnAxes("only so the trials agree");
  });
  connect(&m_worker, &ImportWorker::tooLarge, this, [this] {
    m_stop->hide();
    m_shape->setText("The file is large: it is read when you press Preview or Use.");
    m_look->show();
    m_use->setEnabled(true);
  });
}

// What is in the file cannot be told without a choice (of the decimal comma, say): with it, it can be read.
void ImportWindow::letChooseByHand() {
  m_format->setText("<b>" + QFileInfo(m_file).fileName().toHtmlEscaped() + "</b>");
  m_settings.set("teacher.file", (m_file + (m_place.isEmpty() ? "" : ":" + m_place)).toStdString());
  m_table->show();
  m_table->setOpen(true);
  emit listShown();
}

void ImportWindow::showContents(const FileContents& contents) {
  m_isListed = true;
  m_format->setText(QString("<b>%1</b><br>%2")
                        .arg(QFileInfo(m_file).fileName().toHtmlEscaped(),
                             QString::fromStdString(contents.format).toHtmlEscaped()));
  m_table->setVisible(contents.format.starts_with("Table") || contents.format.starts_with("table"));
  const PlaceGuess guess =
      m_place.isEmpty() ? guessedPlace(contents) : PlaceGuess{m_place, "As it was named."};
  m_input->addItem("none", QString());
  QTreeWidgetItem* chosen = nullptr;
  const QSignalBlocker quiet(m_tree);
  for (const auto& array : contents.arrays) {
    const QString path = QString::fromStdString(array.path);
    const QString unit = QString::fromStdString(array.unit);
    auto* item =
        new QTreeWidgetItem(m_tree, {path.isEmpty() ? "(the array)" : path,
                                     QString::fromStdString(array.shape) + (unit.isEmpty() ? "" : " " + unit),
                                     nameOf(array.role)});
    const QString why = QString::fromStdString(array.type + "; " + array.reason);
    for (int column = 0; column < 3; ++column) item->setToolTip(column, why);
    item->setData(0, kPathRole, path);
    if (path == guess.path && !chosen) chosen = item;
    if (array.role == ArrayRole::rate) m_rates.append(path);
    if (array.role == ArrayRole::trials) m_intervals.append(path);
    if (array.role == ArrayRole::input || array.role == ArrayRole::vector ||
        array.role == ArrayRole::recording)
      if (!path.isEmpty()) m_input->addItem(path + "  " + item->text(1), m_file + ":" + path);
  }
  m_input->setCurrentIndex(0);
  for (int column = 0; column < 3; ++column) m_tree->resizeColumnToContents(column);
  m_tree->setColumnWidth(0, std::min(m_tree->columnWidth(0), 150));
  if (chosen) m_tree->setCurrentItem(chosen);
  const bool only = contents.arrays.size() == 1;
  if (chosen || !guess.path.isEmpty() || only)
    choosePlace(only ? m_place : guess.path, guess.why);
  else
    m_why->setText(guess.why);
  emit listShown();
}

void ImportWindow::choosePlace(const QString& path, const QString& why) {
  forgetGuessedAxes();
  m_place = path;
  m_why->setText(why);
  m_settings.set("teacher.file", (m_file + (path.isEmpty() ? "" : ":" + path)).toStdString());
  read();
}

void ImportWindow::read() {
  m_problem->hide();
  m_picture->setStale(true);
  startReading(false);
}

void ImportWindow::startReading(bool whole) {
  m_look->hide();
  m_stop->show();
  m_use->setEnabled(false);
  m_shape->setText("Reading …");
  m_worker.request(m_settings, whole);
}

// What was guessed of the axes was guessed of what was read before.
void ImportWindow::forgetGuessedAxes() {
  if (m_axesGuess.isEmpty()) return;
  m_axesGuess.clear();
  m_axesSettled = false;
  m_settings.set("teacher.transpose", false);
}

void ImportWindow::change(const std::string& key, const SettingValue& value) {
  try {
    m_settings.set(key, value);
  } catch (const InputError& error) {
    return showProblem(QString::fromUtf8(error.what()));
  }
  if (key == "teacher.transpose") {
    m_axesSettled = true;
    m_axesGuess.clear();
  }
  for (const char* dialect :
       {"recording.separator", "recording.decimal", "recording.index_column", "recording.header"})
    if (key == dialect) forgetGuessedAxes();
  showSettings();
  if (!m_settings.text("teacher.file").empty()) read();
}

void ImportWindow::showSettings() {
  for (auto& [key, control] : m_controls) {
    control->showValue(m_settings.value(key));
    control->setVisible(m_settings.applies(control->row()));
  }
}

// The axes are taken the other way round, once, and it is said.
void ImportWindow::turnAxes(const QString& why) {
  m_axesSettled = true;
  m_axesGuess = " (guessed: " + why + ")";
  m_settings.set("teacher.transpose", true);
  showSettings();
  read();
}

void ImportWindow::showPreview(const std::shared_ptr<const ImportPreview>& preview) {
  if (!(preview->settings == m_settings)) return;
  if (preview->wide && !m_axesSettled) return turnAxes("far more columns than rows");
  m_axesSettled = true;
  m_stop->hide();
  m_preview = preview;
  m_use->setEnabled(true);
  m_problem->hide();
  m_picture->show(*preview);
  if (m_tree->topLevelItemCount() == 0)
    new QTreeWidgetItem(m_tree,
                        {"(the array)", QString("%1 x %2").arg(preview->units).arg(preview->timePoints),
                         nameOf(ArrayRole::recording)});
  showNotes();
  emit previewShown();
}

void ImportWindow::showNotes() {
  const ImportPreview& now = *m_preview;
  const auto trials = now.bounds.size() - 1;
  m_shape->setText(
      QString("<b>%1 units at %2 time points</b>%3%4")
          .arg(now.units)
          .arg(now.timePoints)
          .arg(trials > 1 ? QString(", %1 trials").arg(trials) : QString(),
               now.ofTimePoints > 0
                   ? QString(", the first of %1%2").arg(now.about ? "about " : "").arg(now.ofTimePoints)
                   : QString()));
  QStringList said;
  for (const std::string& warning : now.warnings) said.append(QString::fromStdString(warning));
  m_notes->setHtml(recordingHtml(now.summary, said, m_theme));
  m_controls.at("teacher.transpose")
      ->setNote(
          QString("%1 x %2 is taken as units x time%3").arg(now.units).arg(now.timePoints).arg(m_axesGuess));
  const bool own = m_settings.number("recording.interval") == 0;
  m_controls.at("recording.interval")
      ->setNote(now.seconds > 0     ? (own ? QString("%1 s, by the file").arg(now.seconds) : QString())
                : m_rates.isEmpty() ? QString("Not known: the file does not say it.")
                                    : QString("Not known; %1 may hold the rate.").arg(m_rates.join(", ")));
  m_controls.at("recording.trials")
      ->setNote(trials > 1 ? QString("%1 trials").arg(trials) : QString("One trial."));
  m_controls.at("recording.intervals")
      ->setNote(m_intervals.isEmpty() || !m_settings.text("recording.intervals").empty()
                    ? QString()
                    : QString("The file has %1.").arg(m_intervals.join(", ")));
}

void ImportWindow::showProblem(const QString& sentence) {
  m_stop->hide();
  m_problem->setText(
      QString("<span style='color:%1'>▲</span> %2").arg(m_theme.teacher.name(), sentence.toHtmlEscaped()));
  m_problem->setProperty("sentence", sentence);
  m_problem->show();
  m_use->setEnabled(false);
  m_shape->setText("Nothing can be read this way.");
  // What was said of an earlier reading is not true of this one.
  m_notes->clear();
  for (const char* key :
       {"teacher.transpose", "recording.interval", "recording.trials", "recording.intervals"})
    m_controls.at(key)->setNote(QString());
}

QString ImportWindow::problem() const {
  return m_problem->isHidden() ? QString() : m_problem->property("sentence").toString();
}

}  // namespace keyhole
