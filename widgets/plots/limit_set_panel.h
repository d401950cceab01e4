// Where teacher or student ends up by itself: free runs on their top three principal components, turned with
// the mouse.
#pragma once

#include "widgets/plots/panel.h"
#include "widgets/plots/rotation.h"
#include "widgets/plots/sides.h"

#include <QPixmap>

#include <functional>

namespace keyhole {

class LimitSetPanel : public Panel {
  Q_OBJECT

 public:
  LimitSetPanel(Side side, QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;
  void renderTo(QCPPainter& painter, QSize size) override;

  const Rotation& rotation() const { return m_rotation; }

  // "15 of 15 runs settle on a cycle of period 21 τ": what the runs do, in words.
  // attractors: of the same system, or null.
  static QString summaryOf(const LimitSets& sets, const Attractors* attractors = nullptr,
                           const TimeUnit& unit = {});
  // A line each: how many points of rest there are and whether that is all, continuous attractors, and where
  // the runs end. Empty while the attractors are not known.
  static QStringList foundIn(const Attractors& attractors);

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override { redraw(); }
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  void redraw();
  QString summary() const;
  void paint(QPainter& painter, QSize size) const;
  QStringList lines() const;
  void paintSets(QPainter& painter, const QRectF& place, const LimitSets& sets) const;
  Matrix turnedStates(const LimitSets& sets, ConstMatrixRef states) const;
  Index paintAttractors(QPainter& painter, const QRectF& place, const LimitSets& sets,
                        const std::function<QPointF(double, double)>& pixel) const;
  void paintAxes(QPainter& painter, QPointF corner, double length, const LimitSets& sets) const;

  Side m_side;
  std::shared_ptr<const SystemAnalysis> m_analysis;  // the last one that had limit sets
  std::shared_ptr<const Attractors> m_attractors;
  TimeUnit m_unit;
  Rotation m_rotation;
  double m_zoom = 1;
  QPointF m_last;
  QPixmap m_picture;  // as it was painted last; null: anew
};

}  // namespace keyhole
