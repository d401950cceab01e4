// One builder per kind of teacher; buildTeacher() chooses among them after the options have been checked.
#pragma once

#include "core/network/teachers.h"

namespace keyhole::builders {

void gaussian(Teacher& teacher);
void symmetric(Teacher& teacher);
void lineAttractor(Teacher& teacher);
void chain(Teacher& teacher);
void lowRankOrthogonal(Teacher& teacher);
void lowRankOscillator(Teacher& teacher);
void lowRankRandom(Teacher& teacher);
void triangular(Teacher& teacher);
void excitatoryInhibitory(Teacher& teacher);
void imported(Teacher& teacher);

}  // namespace keyhole::builders
