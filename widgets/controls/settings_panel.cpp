#include "widgets/controls/settings_panel.h"

#include "widgets/controls/collapsible_section.h"
#include "widgets/controls/setting_control.h"

#include <QVBoxLayout>

namespace keyhole {

namespace {

QString sectionName(Stage stage) {
  return QString::fromStdString(nameOf(stage));
}

QString sectionTitle(Stage stage) {
  QString title = sectionName(stage);
  title[0] = title[0].toUpper();
  return title;
}

// The observation fraction leads, whatever the order of the table: it is what the program is about.
std::vector<const SettingRow*> prominentRows() {
  std::vector<const SettingRow*> rows;
  for (const SettingRow& row : settingsTable())
    if (row.prominent && row.key == "observation.fraction") rows.push_back(&row);
  for (const SettingRow& row : settingsTable())
    if (row.prominent && row.key != "observation.fraction") rows.push_back(&row);
  return rows;
}

}  // namespace

SettingsPanel::SettingsPanel(QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(10, 8, 10, 8);
  layout->setSpacing(6);
  for (const SettingRow* row : prominentRows()) addControl(*row, layout, this);
  layout->addSpacing(6);
  buildSections(layout);
  layout->addStretch(1);
  chainTabOrder();
  setOpenSections({sectionName(Stage::teacher)});
  showSettings(Settings());
}

void SettingsPanel::addControl(const SettingRow& row, QVBoxLayout* layout, QWidget* parent) {
  auto* control = new SettingControl(row, row.prominent, parent);
  layout->addWidget(control);
  connect(control, &SettingControl::valueEdited, this, &SettingsPanel::valueEdited);
  m_controls[row.key] = control;
  m_order.push_back(control);
}

void SettingsPanel::buildSections(QVBoxLayout* layout) {
  for (const Stage stage : {Stage::teacher, Stage::recording, Stage::simulation, Stage::observation,
                            Stage::fit, Stage::analysis, Stage::view}) {
    auto* section = new CollapsibleSection(sectionTitle(stage), this);
    section->setObjectName("section." + sectionName(stage));
    layout->addWidget(section);
    m_sections[stage] = section;
    for (const SettingRow& row : settingsTable())
      if (row.stage == stage && !row.prominent) addControl(row, section->content(), section);
  }
}

void SettingsPanel::chainTabOrder() {
  QWidget* last = nullptr;
  for (SettingControl* control : m_order) {
    for (const char* name : {"field", "less", "more", "slider", "choices", "check", "browse", "reset"}) {
      auto* part = control->findChild<QWidget*>(name);
      if (part == nullptr) continue;
      if (last != nullptr) setTabOrder(last, part);
      last = part;
    }
  }
}

void SettingsPanel::showSettings(const Settings& settings) {
  std::map<Stage, bool> hasRows;
  for (SettingControl* control : m_order) {
    const SettingRow& row = control->row();
    const bool shown = settings.applies(row);
    control->showValue(settings.value(row.key));
    control->setVisible(shown);
    if (!row.prominent) hasRows[row.stage] |= shown;
  }
  for (const auto& [stage, section] : m_sections) section->setVisible(hasRows[stage]);
}

SettingControl* SettingsPanel::control(const QString& key) const {
  const auto found = m_controls.find(key.toStdString());
  return found == m_controls.end() ? nullptr : found->second;
}

void SettingsPanel::setNote(const QString& key, const QString& note) {
  if (SettingControl* found = control(key)) found->setNote(note);
}

QStringList SettingsPanel::openSections() const {
  QStringList names;
  for (const auto& [stage, section] : m_sections)
    if (section->isOpen()) names.append(sectionName(stage));
  return names;
}

void SettingsPanel::setOpenSections(const QStringList& names) {
  for (const auto& [stage, section] : m_sections) section->setOpen(names.contains(sectionName(stage)));
}

}  // namespace keyhole
