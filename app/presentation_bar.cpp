#include "app/presentation_bar.h"

#include "app/gestures.h"
#include "widgets/controls/setting_control.h"

#include <QHBoxLayout>

namespace keyhole {

PresentationBar::PresentationBar(QWidget* parent)
    : QWidget(parent), m_seen(new SettingControl(settingRow("observation.fraction"), true, this)) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(16, 2, 16, 6);
  layout->addWidget(m_seen);
  connect(m_seen, &SettingControl::valueEdited, this,
          [this](const QString& key, const SettingValue& value, int gesture) {
            emit valueEdited(key, value, gestureNumber(GesturesOf::presentationBar, gesture));
          });
}

void PresentationBar::showSettings(const Settings& settings, const QString& seenNote) {
  m_seen->showValue(settings.value(m_seen->row().key));
  m_seen->setNote(seenNote);
  m_seen->setEnabled(settings.applies(m_seen->row()));
}

}  // namespace keyhole
