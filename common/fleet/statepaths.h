// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/homedirectory.h"

#include <QString>

namespace Hephaestus {

/// Where the output of the service `name` goes when it is started from here; an empty directory is the default one.
/// Empty: nowhere.
QString logFileOf(const QString &name, const QString &stateDirectory = {});

/// When a file was changed last: ns since the epoch. 0: it is not there.
qint64 fileChangedAt(const QString &file);

} // namespace Hephaestus
