#include "widgets/controls/number_editor.h"

#include "core/common/error.h"
#include "widgets/controls/jump_slider.h"
#include "widgets/controls/value_field.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>

namespace keyhole {

namespace {

double asNumber(const SettingValue& value) {
  if (const auto* whole = std::get_if<long long>(&value)) return static_cast<double>(*whole);
  return std::get<double>(value);
}

// "0,25", "0.25 of units" and "25 %" as their writer means them.
std::string plainNumber(QString text, const SettingRow& row) {
  text = text.trimmed();
  const QString unit = QString::fromStdString(row.unit);
  if (!unit.isEmpty() && text.endsWith(unit)) text = text.chopped(unit.size()).trimmed();
  if (text.count(',') == 1 && !text.contains('.')) text.replace(',', '.');
  if (text.endsWith('%')) {
    bool good = false;
    const double percent = text.chopped(1).trimmed().toDouble(&good);
    if (good && row.type == SettingType::number) return toText(percent / 100);
  }
  return text.toStdString();
}

}  // namespace

NumberEditor::NumberEditor(const SettingRow& row, QWidget* parent)
    : ValueEditor(parent), m_row(row), m_scale(SliderScale::of(row)) {
  buildHeader();
  buildSlider();
  showValue(row.initial);
}

void NumberEditor::buildHeader() {
  m_header = new QWidget(this);
  m_field = new ValueField(m_header);
  m_field->setAlignment(Qt::AlignRight);
  m_field->setObjectName("field");
  m_field->setAccessibleName(QString::fromStdString(m_row.label) + ", value");
  m_field->setCharacters(9);
  auto* layout = new QHBoxLayout(m_header);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addWidget(m_field);
  if (!m_scale.isUseful()) addStepButtons();
  if (!m_row.unit.empty()) layout->addWidget(new QLabel(QString::fromStdString(m_row.unit), m_header));
  connect(m_field, &ValueField::committed, this, &NumberEditor::takeText);
  connect(m_field, &ValueField::reverted, this, &NumberEditor::accepted);
}

void NumberEditor::buildSlider() {
  m_slider = new JumpSlider(this);
  m_slider->setObjectName("slider");
  m_slider->setAccessibleName(QString::fromStdString(m_row.label));
  m_slider->setRange(0, m_scale.positions());
  m_slider->setPageStep(10);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_slider);
  m_slider->setVisible(m_scale.isUseful());
  connect(m_slider, &JumpSlider::gestureStarted, this, [this] { ++m_gesture; });
  connect(m_slider, &QSlider::actionTriggered, this, &NumberEditor::takeStep);
  connect(m_slider, &QSlider::valueChanged, this, &NumberEditor::takePosition);
}

void NumberEditor::addStepButtons() {
  for (const int step : {-1, 1}) {
    auto* button = new QToolButton(m_header);
    button->setObjectName(step < 0 ? "less" : "more");
    button->setText(step < 0 ? "−" : "+");
    button->setAutoRepeat(true);
    button->setAccessibleName(QString::fromStdString(m_row.label) + (step < 0 ? ", one less" : ", one more"));
    m_header->layout()->addWidget(button);
    connect(button, &QToolButton::clicked, this, [this, step] { stepBy(step); });
  }
}

void NumberEditor::stepBy(long long step) {
  const double number = m_value + static_cast<double>(step);
  if (number < m_row.minimum || number > m_row.maximum) return;
  ++m_gesture;
  m_value = number;
  m_field->accept();
  emit accepted();
  emit edited(typed(number), m_gesture);
  showValue(typed(number));
}

SettingValue NumberEditor::typed(double number) const {
  if (m_scale.whole) return static_cast<long long>(number);
  return number;
}

void NumberEditor::showValue(const SettingValue& value) {
  m_value = asNumber(value);
  m_field->showText(QString::fromStdString(toText(value)));
  const QSignalBlocker quiet(m_slider);
  // While the handle is held, its place is the user's: a rounded value must not pull it away.
  if (!m_slider->isSliderDown()) m_slider->setValue(m_scale.position(m_value));
}

void NumberEditor::takeStep(int action) {
  int steps = 0;
  if (action == QAbstractSlider::SliderSingleStepAdd) steps = 1;
  if (action == QAbstractSlider::SliderSingleStepSub) steps = -1;
  if (action == QAbstractSlider::SliderPageStepAdd) steps = m_slider->pageStep();
  if (action == QAbstractSlider::SliderPageStepSub) steps = -m_slider->pageStep();
  if (steps != 0) m_slider->setSliderPosition(m_scale.stepped(m_slider->value(), steps));
}

void NumberEditor::takePosition(int position) {
  const double number = m_scale.value(position);
  if (number == m_value) return;
  m_value = number;
  const SettingValue value = typed(number);
  m_field->accept();
  m_field->showText(QString::fromStdString(toText(value)));
  emit accepted();
  emit edited(value, m_gesture);
}

void NumberEditor::takeText(const QString& text) {
  try {
    const SettingValue value = parseSetting(m_row, plainNumber(text, m_row));
    ++m_gesture;
    m_value = asNumber(value);
    m_field->accept();
    emit accepted();
    emit edited(value, m_gesture);
    showValue(value);
  } catch (const InputError& error) {
    m_field->refuse();
    emit refused(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
