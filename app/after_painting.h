// What is to be done once a picture is on the screen.
#pragma once

#include <QObject>

#include <functional>

namespace keyhole {

// Calls `then` from the event loop, after everything that is queued by now, or by what is queued by now, has
// been painted; not at all if the context is gone by then. (A timer of 0 ms is an event like any other, and
// comes before the painting.)
void afterPainting(QObject* context, std::function<void()> then);

}  // namespace keyhole
