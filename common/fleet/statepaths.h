// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// `$XDG_STATE_HOME/hephaestus`; empty: there is neither that nor a home.
QString defaultStateDirectory();

/// Where the output of the service `name` goes when it is started from here; an empty directory is the default one.
/// Empty: nowhere.
QString logFileOf(const QString &name, const QString &stateDirectory = {});

} // namespace Hephaestus
