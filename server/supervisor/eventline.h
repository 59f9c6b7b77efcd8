// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"

class QString;

namespace Hephaestus {

OutputLine::Time timeOfNow();

/// What happened to a program, as a line among its own: `2026-01-31T12:00:00.000Z hephaestus: EVENT`, with its '\n'.
QByteArray eventLine(const QString &event, OutputLine::Time time = timeOfNow());

} // namespace Hephaestus
