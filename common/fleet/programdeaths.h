// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/death.h"
#include "common/protocol/logpage.h"

namespace Hephaestus {

/// The ends of a wrapped program, oldest first, as far as these lines of its output tell: what its wrapper says among
/// them (`hephaestus: killed by SIGSEGV`).
QList<Death> deathsIn(const QString &service, const QList<OutputLine> &lines);

} // namespace Hephaestus
