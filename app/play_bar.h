// Plays a stretch of time: play and pause, a slider to scrub, a speed, a loop.
#pragma once

#include "widgets/plots/sides.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLabel;
class QToolButton;

namespace keyhole {

class JumpSlider;

class PlayBar : public QWidget {
  Q_OBJECT

 public:
  explicit PlayBar(QWidget* parent = nullptr);

  void setHorizon(double horizon);  // in τ, above 0; the time stays if it is within, else goes to the start
  double horizon() const { return m_horizon; }
  double time() const { return m_time; }
  bool isPlaying() const { return m_timer.isActive(); }

  // In which times are shown; what is set and told stays in τ.
  void setUnit(const TimeUnit& unit);

  void play();  // from the start if it is at the end
  void pause();
  void toggle() { isPlaying() ? pause() : play(); }
  void seek(double time);
  void setSpeed(double speed);  // τ per second, the nearest one that can be chosen
  double speed() const;

  // What the timer does: lets so much real time pass. At the end it stops, or begins again.
  void advance(double seconds);

 signals:
  void timeChanged(double time);

 private:
  void showTime();

  QToolButton* m_play;
  JumpSlider* m_scrub;
  QLabel* m_label;
  QComboBox* m_speed;
  QCheckBox* m_loop;
  QTimer m_timer;
  QElapsedTimer m_clock;  // since the last step
  double m_horizon = 1;
  double m_time = 0;
  TimeUnit m_unit;
};

}  // namespace keyhole
