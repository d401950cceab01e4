#!/usr/bin/env bash
# Installs what is missing, builds Keyhole and starts it; arguments are passed on:
#   ./run.sh                              opens the window
#   ./run.sh figure figure-3 -o fig.pdf   works without a display
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.ci/install.sh
source "$root/.ci/install.sh"

install_missing "${keyhole_packages[@]}"
if [ ! -x "$root/build/release/app/keyhole" ]; then echo "Building Keyhole (once; a few minutes) …" >&2; fi
build_preset "$root" release
exec "$root/build/release/app/keyhole" "$@"
