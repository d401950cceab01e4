// The shape that stands before the verdict: a triangle with ! (spurious), a disc with a tick (faithful), a
// ring that is half full (weakened), a square with ~ (marginal), an open ring (missed), a square with ?
// (undecided). The shape alone says it; the colour helps.
#pragma once

#include "core/analysis/verdict.h"

#include <QWidget>

namespace keyhole {

// Colours that are neither the teacher's nor the student's.
QColor verdictColour(VerdictKind kind);

class VerdictMark : public QWidget {
  Q_OBJECT

 public:
  explicit VerdictMark(QWidget* parent = nullptr);

  void setKind(VerdictKind kind);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  VerdictKind m_kind = VerdictKind::undecided;
};

}  // namespace keyhole
