#pragma once
// As core/precompiled.h, for the tests of the window and of the command line.
#include "widgets/precompiled.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <nlohmann/json.hpp>
