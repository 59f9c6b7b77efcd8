// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/finding.h"

#include <QList>

namespace Hephaestus {

/// What this machine and this user's files make hard: limits, the clock, folders, the session bus. Takes milliseconds.
QList<Finding> examineMachine();

} // namespace Hephaestus
