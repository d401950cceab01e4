// The sentence at the top of the window, with a shape and a colour for its kind, and below it what else must
// be known about the picture (warnings of the recording and of the fit).
#pragma once

#include "core/experiment/experiment.h"

#include <QStringList>
#include <QWidget>

class QLabel;

namespace keyhole {

class VerdictMark;

class VerdictBar : public QWidget {
  Q_OBJECT

 public:
  explicit VerdictBar(QWidget* parent = nullptr);

  void showExperiment(const Experiment& experiment);
  // The sentence belongs to an earlier picture: a newer one is being computed.
  void setStale(bool stale);

  QString sentence() const;
  QString notes() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void updateColours();

  VerdictMark* m_mark = nullptr;
  QLabel* m_sentence = nullptr;
  QString m_plain;
  QLabel* m_stale = nullptr;
  QLabel* m_notes = nullptr;
  VerdictKind m_kind = VerdictKind::undecided;
};

// Warnings of the recording, the fit's outcome if it is not a plain solution, and the student's notes.
QStringList experimentNotes(const Experiment& experiment);

}  // namespace keyhole
