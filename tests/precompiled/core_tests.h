#pragma once
// As core/precompiled.h, for the tests of core.
#include "core/precompiled.h"

#include <QTest>
