// How a long computation tells where it is and learns that it should stop. Core knows no thread and no
// window: whoever calls supplies the object.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace keyhole {

class Progress {
 public:
  virtual ~Progress() = default;

  // fraction in [0, 1] of the current stage; what: a few words ("simulating"). Called from the computing
  // thread.
  virtual void report(double /*fraction*/, std::string_view /*what*/) {}

  // What an iterative computation minimises or maximises, after each of its iterations: drawn as a live
  // curve. start: which of several starts it belongs to, from 0.
  virtual void objective(int /*start*/, int /*iteration*/, double /*value*/) {}

  // True once the user asked to stop. Computations that have a best-so-far poll this and return it. May be
  // asked from any of the computation's threads.
  virtual bool stopRequested() const { return false; }

  // Called by whoever keeps a best-so-far and goes on with it: what follows may run although a stop was
  // requested. False if the computation was superseded, so that its result is a first picture only.
  virtual bool grantStop() { return true; }

  // Throws Stopped if a stop was requested.
  void throwIfStopped() const;

  // report(), then throwIfStopped().
  void checkpoint(double fraction, std::string_view what);
};

// A progress that nobody watches and nobody stops.
Progress& noProgress();

// work(first, count) for 0 … n-1 in pieces of at most `piece`, one after the other; throws Stopped between
// two of them if a stop was requested. For sums over the time points of a long recording: the whole takes
// longer than a stop may.
inline constexpr std::ptrdiff_t kPiece = 1 << 15;
template <class Work>
void inPieces(std::ptrdiff_t n, const Progress& progress, Work&& work, std::ptrdiff_t piece = kPiece) {
  for (std::ptrdiff_t first = 0; first < n; first += piece) {
    if (first > 0) progress.throwIfStopped();
    work(first, std::min(piece, n - first));
  }
}

}  // namespace keyhole
