// The two systems that an experiment compares.
#pragma once

namespace keyhole {

enum class Side { teacher, student };

}  // namespace keyhole
