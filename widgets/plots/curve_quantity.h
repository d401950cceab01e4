// What a curve can be of (view.curve): its numbers and its name.
#pragma once

#include "core/experiment/experiment.h"
#include "core/experiment/studies/subsampling_curve.h"

#include <QString>

namespace keyhole {

// The value of a row that the panel shows as `quantity` ("score", "eigenvalue", "second", "singular",
// "left-overlap", "right-overlap", "henrici"); NaN
// if there is none.
double curveValue(const CurveRow& row, const QString& quantity);

// The same of a row of draws; NaN and a count of 0 if there is none.
MeanOfDraws meanOf(const CurveSummary& summary, const QString& quantity);

// What the teacher itself has, which the student of all units has too; NaN if there is nothing of the kind.
double teacherValue(const Experiment& experiment, const QString& quantity);

// Whether it is an overlap of singular vectors, from 0 to 1.
bool isOverlap(const QString& quantity);

QString axisLabel(const QString& quantity);

}  // namespace keyhole
