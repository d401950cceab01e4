// Sentences on the reference answer.
#pragma once

#include "core/audit/reference/answer.h"

namespace keyhole {

std::string answerSentence(const ReferenceAnswer& answer);
std::string unlikeSentence(const Likeness& likeness);  // without a full stop

}  // namespace keyhole
