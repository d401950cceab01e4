// The program's first act: the best kernels of BLAS that the processor can run.
#pragma once

namespace keyhole {

// Sets one thread for BLAS. If OpenBLAS has chosen older kernels than the processor can run, starts the
// program again (the same process and arguments) with OPENBLAS_CORETYPE set, checks the kernels there and
// goes on to the next best if they compute wrongly. Does nothing if OPENBLAS_CORETYPE is set by the user.
// Call first in main(), before any thread. Cost: microseconds where there is nothing to do, else the loading
// of the libraries once more, and the self-check.
void useBestKernel(char** argv);

}  // namespace keyhole
