#!/usr/bin/env bash
# Measures everything and prints one table: measure.sh BUILD_FOLDER (or: cmake --build … --target measure).
# Latencies are those of the window on Qt's offscreen platform; with "xvfb" as a second word, on a virtual X server.
# Takes about nine minutes; a machine that does other work gives other numbers.
set -euo pipefail

build=$1
out=$(mktemp)
trap 'rm -f "$out"' EXIT
# Settings that make OpenBLAS use slower code than the machine allows, or more threads than the program does. The programs
# choose better kernels themselves where OpenBLAS does not know the processor, and NumPy is given the same.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE KEYHOLE_BLAS_KERNELS
export OPENBLAS_NUM_THREADS=1

run=()
if [ "${2:-}" = xvfb ]; then
  run=(xvfb-run -a -s "-screen 0 1920x1080x24")
else
  export QT_QPA_PLATFORM=offscreen
fi

latency="$build/tests/bench/keyhole_latency"
for _ in 1 2 3; do
  KEYHOLE_STARTED_AT=$(date +%s%N) "${run[@]}" "$latency" --start --out "$out" figure-3
done
"${run[@]}" "$latency" --out "$out" figure-3
for preset in low-rank-linear chain symmetric-line-attractor; do
  "${run[@]}" "$latency" --only seed --values 60 --out "$out" "$preset"
done

# The largest resident set of a whole experiment, in megabytes.
picture=$(mktemp --suffix=.png)
echo "One experiment of ten million steps, one of a million units …"
for kind in long_run many_units; do
  QT_QPA_PLATFORM=offscreen python3 - "$build/app/keyhole" "$picture" $kind >>"$out" <<'PY'
import resource, subprocess, sys
changes = {"long_run": ["simulation.steps=10000000"],
           "many_units": ["teacher.size=1000000", "simulation.steps=1000", "observation.fraction=0.001"]}
subprocess.run([sys.argv[1], "figure", "figure-3", "-o", sys.argv[2]] +
               [word for change in changes[sys.argv[3]] for word in ("--set", change)],
               check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print("memory/" + sys.argv[3], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6)
PY
done
rm -f "$picture"

"$build/tests/bench/keyhole_bench" --measured="$out"
