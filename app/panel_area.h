// The panels as docks: laid out in rows to start with, then as the user likes. A panel is shown if the user
// wants it and it has something to say about the experiment.
#pragma once

#include "widgets/plots/panel.h"

#include <QElapsedTimer>
#include <QMainWindow>
#include <QSet>

namespace keyhole {

class PanelDock;

class PanelArea : public QMainWindow {
  Q_OBJECT

 public:
  explicit PanelArea(QWidget* parent = nullptr);

  const std::vector<PanelDock*>& docks() const { return m_docks; }
  Panel* panel(const QString& name) const;  // null if there is none

  void showExperiment(const std::shared_ptr<const Experiment>& experiment);
  void setStale(bool stale, bool updating = true);
  void setTheme(const Theme& theme);
  void setProbe(const Probe& probe);
  void setPseudospectrum(const PseudospectrumRequest& request,
                         const std::shared_ptr<const Pseudospectrum>& grid);
  void addObjective(int start, int iteration, double value);

  // In presentation mode the lower rows are left out where the height is too small for all.
  void setPresenting(bool presenting);

  bool isWanted(const QString& name) const;
  void setWanted(const QString& name, bool wanted);
  QString enlarged() const { return m_enlarged; }  // empty: none
  void toggleEnlarged(const QString& name);
  void resetLayout();

  // The layout as text for the session file and the preferences (the panels that are not shown, and with a +
  // those that are shown though they are optional; then Qt's state): the very text that was set as long as
  // the user has not moved anything. False if the text is not a layout.
  QString layoutText() const;
  bool setLayoutText(const QString& text);

 signals:
  void hovered(const QString& text);
  void probeRequested(keyhole::Side plane, double x, double y);
  void pseudospectrumWanted(const keyhole::PseudospectrumRequest& request);
  void wantedChanged(const QString& name, bool wanted);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;  // between the docks: a separator is moved

 private:
  void addPanel(Panel* panel);
  PanelDock* dock(const QString& name) const;
  void placeDocks();
  QSet<QString> crowdedOut() const;
  void updateVisibility();
  void spreadRows();
  void touched();  // the user moved something

  std::vector<PanelDock*> m_docks;
  QSet<QString> m_unwanted;
  QSet<QString> m_silent;  // nothing to say about the present experiment
  QString m_enlarged;
  QByteArray m_beforeEnlarging;
  QElapsedTimer m_fitting;  // since the running fit's first objective
  bool m_presenting = false;
  bool m_touched = false;  // from now on the docks keep the sizes that the user gave them
  QString m_given;         // the text of the present layout, until the user changes it
};

}  // namespace keyhole
