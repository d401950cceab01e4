#include "app/manual.h"

#include "core/experiment/settings/presets.h"
#include "core/experiment/settings/settings_table.h"
#include "core/io/formats.h"

#include <QFile>

namespace keyhole {

namespace {

QString escaped(const std::string& text) {
  return QString::fromStdString(text).toHtmlEscaped();
}

QString settingEntry(const SettingRow& row) {
  QString entry = QStringLiteral("<p><b>%1</b> &nbsp;<code>%2</code><br>%3 ")
                      .arg(escaped(row.label), escaped(row.key), escaped(row.help));
  if (row.type == SettingType::number || row.type == SettingType::integer)
    entry += QStringLiteral("Allowed: %1. ").arg(escaped(allowedText(row)));
  if (!toText(row.initial).empty()) entry += QStringLiteral("Default: %1.").arg(escaped(toText(row.initial)));
  if (!row.choices.empty()) {
    entry += "<ul>";
    for (const Choice& choice : row.choices)
      entry += QStringLiteral("<li>%1 (<code>%2</code>): %3</li>")
                   .arg(escaped(choice.label), escaped(choice.name), escaped(choice.help));
    entry += "</ul>";
  }
  return entry + "</p>";
}

QString settings() {
  QString text = QStringLiteral(
      "<h2><a name='settings'></a>Settings</h2>"
      "<p>The same names hold on the command line (<code>--set key=value</code>) and in session files. "
      "Changing a setting reruns its stage and the later ones only.</p>");
  Stage stage = Stage::view;
  for (const SettingRow& row : settingsTable()) {
    if (row.stage != stage) text += QStringLiteral("<h3>Stage: %1</h3>").arg(escaped(nameOf(row.stage)));
    stage = row.stage;
    text += settingEntry(row);
  }
  text += "<h3>Presets</h3><ul>";
  for (const Preset& preset : presets())
    text += QStringLiteral("<li><b>%1</b> (<code>%2</code>): %3</li>")
                .arg(escaped(preset.title), escaped(preset.name), escaped(preset.question));
  return text + "</ul>";
}

}  // namespace

QString manualHtml() {
  QFile file(":/manual/manual.html");
  QString text = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
  text.replace("<!-- formats -->", escaped(extensionList() + " and Suite2p folders"));
  return text.replace("<!-- settings -->", settings());
}

}  // namespace keyhole
