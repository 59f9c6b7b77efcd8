// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/finding.h"

#include <QByteArray>
#include <QList>

namespace Hephaestus {

/// A list of `{grade, subject, what, remedy}`, indented for reading.
QByteArray encode(const QList<Finding> &findings);

} // namespace Hephaestus
