#include "app/presentation_bar.h"

#include "widgets/controls/setting_control.h"

#include <QHBoxLayout>

namespace keyhole {

namespace {
// Keeps the gestures of this slider apart from those of the same slider among the controls.
constexpr int gestureOffset = 1 << 24;
}  // namespace

PresentationBar::PresentationBar(QWidget* parent)
    : QWidget(parent), m_seen(new SettingControl(settingRow("observation.fraction"), true, this)) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(16, 2, 16, 6);
  layout->addWidget(m_seen);
  connect(m_seen, &SettingControl::valueEdited, this,
          [this](const QString& key, const SettingValue& value, int gesture) {
            emit valueEdited(key, value, gestureOffset + gesture);
          });
}

void PresentationBar::showSettings(const Settings& settings, const QString& seenNote) {
  m_seen->showValue(settings.value(m_seen->row().key));
  m_seen->setNote(seenNote);
  m_seen->setEnabled(settings.applies(m_seen->row()));
}

}  // namespace keyhole
