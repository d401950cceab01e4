#pragma once
// As core/precompiled.h, for the command line.
#include "core/precompiled.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>
