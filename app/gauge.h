// One of the two gauges: a share from 0 to 1 as a bar with its name and number. Fitting the data and having
// the teacher's dynamics are different things, and are shown side by side.
#pragma once

#include <QWidget>

namespace keyhole {

class Gauge : public QWidget {
  Q_OBJECT

 public:
  Gauge(const QString& name, const QString& help, QWidget* parent = nullptr);

  void setValue(double value);  // NaN: not known
  double value() const { return m_value; }

  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_name;
  double m_value;
};

}  // namespace keyhole
