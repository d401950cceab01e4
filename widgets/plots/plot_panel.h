// A panel with axes: QCustomPlot behind our own interface.
#pragma once

#include "widgets/plots/fingerprint.h"
#include "widgets/plots/panel.h"

#include <qcustomplot.h>

namespace keyhole {

class PlotPanel : public Panel {
  Q_OBJECT

 public:
  PlotPanel(QString name, QString title, QWidget* parent);

  void renderTo(QCPPainter& painter, QSize size) override;
  QCustomPlot& plot() { return *m_plot; }

 protected:
  void applyTheme() override;
  void leaveEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

  // What the point under the cursor means, in words; empty for nothing.
  virtual QString describe(double x, double y, QPointF pixel) const = 0;
  // A click (not a drag) at a point of the axes.
  virtual void clicked(double /*x*/, double /*y*/) {}

  QCPGraph* addLine(const QPen& pen, const QString& name);
  // Before the panel is drawn at this size: what does not fit is said in another way.
  virtual void adaptTo(QSize size);

  // Text at a place of the axis rectangle: (0, 0) top left, (1, 1) bottom right.
  QCPItemText* addNote(Qt::Alignment alignment, double x, double y);
  // The legend, in a row of its own above the axes, so that it hides no data.
  QCPLegend* legendAbove();
  void styleAxis(QCPAxis* axis, bool withLabels) const;
  void showMessage(
      const QString& text);  // in the middle of the panel, instead of a picture; empty removes it
  void queueReplot();
  // Draws this layer alone, which has a buffer of its own: the rest of the picture stays.
  void replotLayer(const QString& layer);
  // True if the picture that is there was made of the same (and of the same theme); remembers it if not.
  bool isDrawn(Fingerprint of);

 private:
  void styleLegend() const;
  void fitLegend(int width);
  void fitLabel(QCPAxis& axis, int room) const;
  void thinTicks();

  QCustomPlot* m_plot;
  QCPLayoutInset* m_legendRow = nullptr;
  QCPItemText* m_message;
  QList<QCPItemText*> m_notes;
  bool m_replotWhenSeen = false;
  Fingerprint m_drawn;
};

}  // namespace keyhole
