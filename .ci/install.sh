# Sourced by run.sh and test.sh: installs what Keyhole needs from the distribution's packages, if anything is missing.
# Prints to stderr only.

keyhole_packages=(
  g++ cmake ninja-build pkg-config
  qt6-base-dev libgl1-mesa-dev libxkbcommon-dev libqcustomplot-dev
  libeigen3-dev libopenblas-dev liblapacke-dev
  nlohmann-json3-dev libcli11-dev libhdf5-dev libzip-dev zlib1g-dev libmatio-dev librandom123-dev libxgboost-dev
  fonts-dejavu-core
)

# install_missing PACKAGE …
install_missing() {
  local missing=() package
  for package in "$@"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi

  local as_root=()
  if ! command -v apt-get >/dev/null; then
    echo "These packages are missing, and there is no apt-get to install them: ${missing[*]}" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing; install them as root, or install sudo: ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing: ${missing[*]}" >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >&2
}

# quietly COMMAND …: shows the command's output only if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "Failed: $*" >&2
    return 1
  fi
  rm -f "$log"
}

# shown COMMAND …: its output goes to stderr.
shown() { "$@" >&2; }

# build_preset ROOT PRESET: configures on the first call, then builds what has changed.
build_preset() {
  local root=$1 preset=$2
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    echo "Configuring ($preset) …" >&2
    (cd "$root" && quietly cmake --preset "$preset" -G Ninja)
  fi
  # On a terminal the build tells how far it is.
  local run=quietly
  if [ -t 2 ]; then run=shown; fi
  (cd "$root" && "$run" cmake --build --preset "$preset" --parallel "$(nproc)")
}
