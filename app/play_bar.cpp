#include "app/play_bar.h"

#include "widgets/controls/jump_slider.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr int kFrame = 40;        // ms, 25 pictures per second
constexpr int kPlaces = 2000;     // of the slider
constexpr int kDefaultSpeed = 4;  // position in kSpeeds
constexpr double kSpeeds[] = {0.25, 0.5, 1, 2, 4, 8};

}  // namespace

PlayBar::PlayBar(QWidget* parent)
    : QWidget(parent),
      m_play(new QToolButton),
      m_scrub(new JumpSlider),
      m_label(new QLabel),
      m_speed(new QComboBox),
      m_loop(new QCheckBox("Loop")) {
  m_play->setObjectName("play");
  m_play->setFocusPolicy(Qt::StrongFocus);
  setFocusProxy(m_play);
  m_play->setAccessibleName("Play");
  m_scrub->setObjectName("scrub");
  m_scrub->setRange(0, kPlaces);
  m_scrub->setPageStep(kPlaces / 20);
  m_scrub->setSingleStep(kPlaces / 200);
  m_scrub->setAccessibleName("Time since the perturbation");
  m_speed->setObjectName("speed");
  m_speed->setAccessibleName("Speed");
  m_speed->setToolTip("How much of the systems' time passes in a second");
  for (const double speed : kSpeeds) m_speed->addItem(QString("%1 τ/s").arg(speed), speed);
  m_speed->setCurrentIndex(kDefaultSpeed);
  m_loop->setObjectName("loop");
  m_loop->setToolTip("Begin again at the end");
  m_label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_label->setMinimumWidth(m_label->fontMetrics().horizontalAdvance("1000.0 / 1000 τ"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_play);
  row->addWidget(m_scrub, 1);
  row->addWidget(m_label);
  row->addWidget(m_speed);
  row->addWidget(m_loop);
  m_timer.setInterval(kFrame);
  connect(&m_timer, &QTimer::timeout, this,
          [this] { advance(static_cast<double>(m_clock.restart()) / 1000); });
  connect(m_play, &QToolButton::clicked, this, &PlayBar::toggle);
  connect(m_scrub, &QSlider::valueChanged, this, [this](int place) {
    m_time = m_horizon * place / kPlaces;
    showTime();
    emit timeChanged(m_time);
  });
  pause();
  showTime();
}

void PlayBar::setHorizon(double horizon) {
  m_horizon = horizon;
  seek(m_time <= horizon ? m_time : 0);
}

void PlayBar::setUnit(const TimeUnit& unit) {
  m_unit = unit;
  for (int i = 0; i < m_speed->count(); ++i)
    m_speed->setItemText(i, m_unit.text(m_speed->itemData(i).toDouble()) + "/s");
  m_label->setMinimumWidth(m_label->fontMetrics().horizontalAdvance("1000.0 / 1000 " + m_unit.name));
  showTime();
}

void PlayBar::play() {
  if (m_time >= m_horizon) seek(0);
  m_clock.start();
  m_timer.start();
  m_play->setIcon(style()->standardIcon(QStyle::SP_MediaPause));
  m_play->setToolTip("Pause");
}

void PlayBar::pause() {
  m_timer.stop();
  m_play->setIcon(style()->standardIcon(QStyle::SP_MediaPlay));
  m_play->setToolTip("Play");
}

void PlayBar::seek(double time) {
  m_time = std::clamp(time, 0.0, m_horizon);
  const QSignalBlocker quiet(m_scrub);
  m_scrub->setValue(static_cast<int>(std::lround(kPlaces * m_time / m_horizon)));
  showTime();
  emit timeChanged(m_time);
}

void PlayBar::advance(double seconds) {
  const double next = m_time + seconds * speed();
  if (next < m_horizon) return seek(next);
  if (m_loop->isChecked()) return seek(0);
  seek(m_horizon);
  pause();
}

void PlayBar::setSpeed(double speed) {
  const auto* nearest = std::min_element(std::begin(kSpeeds), std::end(kSpeeds), [speed](double a, double b) {
    return std::abs(a - speed) < std::abs(b - speed);
  });
  m_speed->setCurrentIndex(static_cast<int>(nearest - std::begin(kSpeeds)));
}

double PlayBar::speed() const {
  return m_speed->currentData().toDouble();
}

void PlayBar::showTime() {
  m_label->setText(QString("%1 / %2").arg(m_unit.perTau * m_time, 0, 'f', 1).arg(m_unit.text(m_horizon)));
}

}  // namespace keyhole
