// One source, compiled for several instruction sets; the loader picks one. The arithmetic is the same in each
// (no fused multiply-add is allowed anywhere), so the result does not depend on the machine. For loops that
// the compiler can vectorise. Sanitizers do not get along with the loader's choice.
#pragma once

#if defined(__x86_64__) && !defined(KEYHOLE_SANITIZED)
#define KEYHOLE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KEYHOLE_CLONES
#endif
