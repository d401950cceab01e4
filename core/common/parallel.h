// Independent pieces of work on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace keyhole {

// Calls work(i) for i = 0 … count-1, each once, on the calling thread and on helpers, as many as there are
// cores; lower i begin first. tick() is called on the calling thread after each piece of its own. work must
// be safe to call from several threads. An exception of work or tick ends the loop (pieces that began are
// finished) and is thrown from here. Results that depend on i alone are the same whatever the number of
// threads.
void parallelFor(std::size_t count, const std::function<void(std::size_t)>& work,
                 const std::function<void()>& tick = {});

}  // namespace keyhole
