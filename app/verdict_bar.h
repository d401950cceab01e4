// The sentence at the top of the window, with a shape and a colour for its kind, and below it what else must
// be known about the picture (warnings of the recording and of the fit).
#pragma once

#include "core/experiment/experiment.h"

#include <QStringList>
#include <QWidget>

class QLabel;

namespace keyhole {

class FoldedText;
class Gauge;
class VerdictMark;

class VerdictBar : public QWidget {
  Q_OBJECT

 public:
  explicit VerdictBar(QWidget* parent = nullptr);

  void showExperiment(const Experiment& experiment);
  // The sentence belongs to an earlier picture. updating: a newer one is being computed.
  // Before the first picture.
  void showNoPicture(bool computing);
  void setStale(bool stale, bool updating = true);

  QString sentence() const;
  QString notes() const;
  const Gauge& fitsTheData() const { return *m_fits; }
  const Gauge& hasTheDynamics() const { return *m_has; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void updateColours();

  VerdictMark* m_mark = nullptr;
  QLabel* m_sentence = nullptr;
  QString m_plain;
  Gauge *m_fits = nullptr, *m_has = nullptr;
  QLabel* m_stale = nullptr;
  FoldedText* m_notes = nullptr;
  VerdictKind m_kind = VerdictKind::undecided;
};

// Warnings of the recording, the fit's outcome if it is not a plain solution, and the student's notes.
QStringList experimentNotes(const Experiment& experiment);

}  // namespace keyhole
