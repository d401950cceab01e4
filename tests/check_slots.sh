#!/usr/bin/env bash
# Qt Test runs the slots of a test class that take nothing, and says nothing of the others: a test below
# "private:" never runs. Names each such function in the given files (default: all tests), and each _data()
# whose test is not there; exits with 1 if there is one.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ $# -eq 0 ]; then
  mapfile -d '' -t files < <(cd "$root" && find tests -name 'tst_*.cpp' -print0 | sort -z)
  cd "$root"
else
  files=("$@")
fi

awk '
function finish(  i, name, test) {
  for (i = 1; i <= count; ++i) {
    name = names[i]
    if (where[i] == "other" && !called[name]) {
      printf "%s: %s() stands outside of the slots and never runs; move it below \"private slots:\".\n", file, name
      bad = 1
    }
    if (where[i] == "taking") {
      printf "%s: %s() is a slot that takes something and never runs; allowed: slots without parameters.\n", file, name
      bad = 1
    }
    test = name
    if (where[i] == "slot" && sub(/_data$/, "", test) && !(test in slots) && !called[name]) {
      printf "%s: %s() gives rows to a test %s() that is no slot of its class.\n", file, name, test
      bad = 1
    }
  }
  count = 0
  delete slots
  delete called
}
# What another function calls is a helper.
function collectCalls(rest) {
  while (match(rest, /[A-Za-z0-9_]+\(/)) {
    called[substr(rest, RSTART, RLENGTH - 1)] = 1
    rest = substr(rest, RSTART + RLENGTH)
  }
}
FNR == 1 { finish(); file = FILENAME; inside = 0 }
# A test class is a QObject at the left margin; its members stand two spaces in, as clang-format has them.
/^class [A-Za-z0-9_]+ : public QObject \{/ { inside = 1; section = "other"; next }
inside && /^\};/ { inside = 0 }
inside && /^ (private|public|protected) (slots|Q_SLOTS):/ { section = "slot"; next }
inside && /^ (private|public|protected|signals|Q_SIGNALS):/ { section = "other"; next }
inside && /^  void [A-Za-z0-9_]+\(/ {
  name = $0
  sub(/^  void /, "", name)
  sub(/\(.*/, "", name)
  takesNothing = $0 ~ /^  void [A-Za-z0-9_]+\(\)/
  if (section == "slot") slots[name] = 1
  if (section == "slot" || takesNothing) {
    names[++count] = name
    where[count] = section == "slot" && !takesNothing ? "taking" : section
  }
  collectCalls(substr($0, index($0, "(") + 1))
  next
}
{ collectCalls($0) }
END { finish(); exit bad }
' "${files[@]}"
