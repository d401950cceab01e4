#!/usr/bin/env bash
# Installs what is missing, builds Keyhole with its tests and runs them; arguments go to ctest:
#   ./test.sh -R fitting
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.ci/install.sh
source "$root/.ci/install.sh"

install_missing "${keyhole_packages[@]}"

if command -v clang-format >/dev/null && git -C "$root" rev-parse --git-dir >/dev/null 2>&1; then
  if ! (cd "$root" && git ls-files -z '*.h' '*.cpp' | xargs -0 -r clang-format --dry-run -Werror); then
    echo "The files named above are not formatted; cmake --build build/test --target format mends them." >&2
    exit 1
  fi
fi

"$root/tests/check_slots.sh" >&2

echo "Building the tests …" >&2
build_preset "$root" test

# Independent reference numbers and real recordings are used where they lie beside the project; without them these tests skip.
if [ -z "${KEYHOLE_REFERENCE:-}" ] && [ -d "$root/../shared/reference" ]; then
  KEYHOLE_REFERENCE=$(cd "$root/../shared/reference" && pwd)
  export KEYHOLE_REFERENCE
fi
if [ -z "${KEYHOLE_CASES:-}" ] && [ -d "$root/../shared/cases" ]; then
  KEYHOLE_CASES=$(cd "$root/../shared/cases" && pwd)
  export KEYHOLE_CASES
fi
if [ -z "${KEYHOLE_RECORDINGS:-}" ] && [ -d "$root/../shared/recordings" ]; then
  KEYHOLE_RECORDINGS=$(cd "$root/../shared/recordings" && pwd)
  export KEYHOLE_RECORDINGS
fi
export QT_QPA_PLATFORM=offscreen OPENBLAS_NUM_THREADS=1

cd "$root"
exec ctest --preset test "$@"
