// A number: a slider, and a field beside the label in which the value can be typed. A whole number of a range
// too wide for a slider (a seed) has two buttons instead.
#pragma once

#include "widgets/controls/slider_scale.h"
#include "widgets/controls/value_editor.h"

namespace keyhole {

class JumpSlider;
class ValueField;

class NumberEditor : public ValueEditor {
  Q_OBJECT

 public:
  NumberEditor(const SettingRow& row, QWidget* parent);

  void showValue(const SettingValue& value) override;
  QWidget* headerPart() override { return m_header; }

 private:
  void buildHeader();
  void buildSlider();
  void takePosition(int position);
  void takeText(const QString& text);
  void takeStep(int action);
  void addStepButtons();
  void stepBy(long long step);
  SettingValue typed(double number) const;

  const SettingRow& m_row;
  SliderScale m_scale;
  double m_value = 0;
  int m_gesture = 0;
  QWidget* m_header = nullptr;
  ValueField* m_field = nullptr;
  JumpSlider* m_slider = nullptr;
};

}  // namespace keyhole
