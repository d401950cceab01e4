// One panel of the window and of the figures: it shows one side of an experiment and nothing else.
#pragma once

#include "core/experiment/experiment.h"
#include "widgets/plots/pseudospectrum_request.h"
#include "widgets/plots/theme.h"

#include <QStringList>
#include <QWidget>

#include <functional>

class QLabel;
class QCPPainter;

namespace keyhole {

// Numbers behind a panel: one table, one row per line.
struct PanelData {
  QString name;  // "eigenvalues-student"
  QStringList columns;
  Matrix rows;
};

class Panel : public QWidget {
  Q_OBJECT

 public:
  Panel(QString name, QString title, QWidget* parent);

  QString name() const { return m_name; }    // stable: "eigenvalues"
  QString title() const { return m_title; }  // "Eigenvalues"

  // Whether the panel has anything to say about this experiment.
  virtual bool speaksFor(const Experiment& experiment) const = 0;
  // What it would say is still to come, after the picture: it keeps its own, marked as the earlier one.
  virtual bool awaits(const Experiment&) const { return false; }

  // Shows the experiment; the repaint is queued. Null keeps the old picture.
  void setExperiment(std::shared_ptr<const Experiment> experiment);
  const std::shared_ptr<const Experiment>& experiment() const { return m_experiment; }

  // The picture is older than the settings: a quiet mark, nothing else. updating: a newer one is being
  // computed.
  void setStale(bool stale, bool updating = true);
  bool isStale() const { return m_stale; }

  void setTheme(const Theme& theme);
  const Theme& theme() const { return m_theme; }
  int themeChanges() const { return m_themeChanges; }  // how often it was set

  virtual void setProbe(const Probe&) {}
  virtual void setPseudospectrum(const PseudospectrumRequest&, const std::shared_ptr<const Pseudospectrum>&) {
  }

  // Marks these units, in the teacher's numbering from 0, where they are shown; none: no longer.
  virtual void highlightUnits(const std::vector<Index>&) {}

  // One more value of what the running fit minimises or maximises.
  virtual void addObjective(int /*start*/, int /*iteration*/, double /*value*/) {}

  // For figures: what a picture of this size shows that in the window somebody else computes. The work may be
  // done in any thread (Stopped); what it returns shows the result, in the panel's thread and while the panel
  // lives. Empty: nothing is missing.
  using Show = std::function<void()>;
  using Work = std::function<Show(Progress&)>;
  virtual Work missingFor(QSize) { return {}; }

  // The numbers of the picture, for CSV files and tests.
  virtual std::vector<PanelData> data() const = 0;

  // Draws the panel without its widget, for figures: in units of the painter, at the given size from its
  // origin.
  virtual void renderTo(QCPPainter& painter, QSize size) = 0;

 signals:
  void hovered(const QString& text);  // what is under the cursor, in words; empty when it leaves
  void probeRequested(keyhole::Side plane, double x, double y);
  void pseudospectrumWanted(const keyhole::PseudospectrumRequest& request);
  void modeHovered(const std::vector<keyhole::Index>& units);  // the cursor is on a mode of these, or left it
  void painted();                                              // after the panel has really been painted

 protected:
  virtual void showExperiment(const Experiment& experiment) = 0;
  virtual void applyTheme() = 0;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QString m_name, m_title;
  std::shared_ptr<const Experiment> m_experiment;
  Theme m_theme;
  int m_themeChanges = 0;
  QLabel* m_staleMark;
  bool m_stale = false;
};

}  // namespace keyhole
