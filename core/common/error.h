// Two of the three kinds of failure. (Our own mistakes are assertions; a numerical outcome such as "not
// converged" is a status on the result, never an exception.)
#pragma once

#include <stdexcept>
#include <string>

namespace keyhole {

// Bad input: a setting, a file, an argument. what() is one sentence that names the thing, its value and what
// is allowed, fit to be shown as it is. Thrown where the input is read, caught where it is shown: by the
// command line (exit code 2) and by the worker behind the window (the message strip).
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Thrown by Progress::checkpoint() when the user asked to stop and there is nothing worth keeping.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("stopped") {}
};

// A double as the shortest text that reads back as the same number; "nan", "inf", "-inf" for the others.
std::string toText(double value);

// To two significant digits, for sentences: "0.00012".
std::string twoDigits(double value);

}  // namespace keyhole
