#include "widgets/controls/value_editor.h"

#include "widgets/controls/choice_editor.h"
#include "widgets/controls/flag_editor.h"
#include "widgets/controls/number_editor.h"
#include "widgets/controls/text_editor.h"

#include <QRegularExpression>

namespace keyhole {

ValueEditor* makeEditor(const SettingRow& row, QWidget* parent) {
  switch (row.type) {
    case SettingType::flag:
      return new FlagEditor(row, parent);
    case SettingType::choice:
      return new ChoiceEditor(row, parent);
    case SettingType::text:
      return new TextEditor(row, parent);
    case SettingType::number:
    case SettingType::integer:
      break;
  }
  return new NumberEditor(row, parent);
}

namespace {

QString withLabel(QString sentence, const SettingRow& row) {
  static const QString whole = QStringLiteral("(?<![\\w./])%1(?!\\w|\\.\\w)");
  const QString key = QString::fromStdString(row.key);
  if (!sentence.contains(key)) return sentence;
  return sentence.replace(QRegularExpression(whole.arg(QRegularExpression::escape(key))),
                          QStringLiteral("“%1”").arg(QString::fromStdString(row.label)));
}

}  // namespace

QString inLabels(QString sentence, const SettingRow* own) {
  if (own) sentence = withLabel(sentence, *own);
  for (const SettingRow& row : settingsTable()) sentence = withLabel(sentence, row);
  return sentence;
}

QString settingHelp(const SettingRow& row) {
  QString text = QStringLiteral("<p>%1</p>").arg(QString::fromStdString(row.help).toHtmlEscaped());
  if (row.type == SettingType::number || row.type == SettingType::integer) {
    text += QStringLiteral("<p>Allowed: %1. Default: %2.</p>")
                .arg(QString::fromStdString(allowedText(row)).toHtmlEscaped(),
                     QString::fromStdString(toText(row.initial)));
  }
  return text;
}

}  // namespace keyhole
