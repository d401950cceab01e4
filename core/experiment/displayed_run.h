// The student's run that is displayed beside the teacher's first steps.
#pragma once

#include "core/experiment/experiment.h"

namespace keyhole::stages {

// n x T', one column per `stride` displayed steps.
struct ShownRun {
  Matrix states;
  bool diverged = false;
  Index stride = 1;
};

// What is shown of a student: the states that it infers, if it does, else a run of its own from the start of
// what is displayed, with the task's input, and with the teacher's noise on the seen units or none, as the
// settings wish. rough: in few, large steps (α up to 0.1, of large students 0.2), each with the mean of what
// drives the small ones. Several trials are shown side by side, each from its own start, in small steps.
ShownRun shownRun(const Experiment& experiment, bool rough, Progress& progress);

// How many displayed steps one large step stands for; 1 where there is nothing to gain.
Index roughStride(double alpha, Index steps);
// The means over every `stride` columns, of which there are (columns - 1) / stride whole groups.
Matrix groupMeans(ConstMatrixRef values, Index stride);

// m x T: the student's input over the displayed steps; 0 x T if it was given none; zeros if its input is not
// that of the experiment.
Matrix displayedInput(const Experiment& experiment);

}  // namespace keyhole::stages
