// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// `$HOME`, or without it what the password file says of this user; empty: neither names an absolute path.
/// QDir::homePath() would say `/` then, and what is written there is in nobody's home. Any thread.
QString homeDirectory();

/// `$XDG_STATE_HOME/hephaestus`; empty: there is neither that nor a home.
QString defaultStateDirectory();

/// A path as a person reads it: `~` for the home directory that it is in. Any thread.
QString homeRelative(const QString &path);

} // namespace Hephaestus
