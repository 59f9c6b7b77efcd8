// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/endnote.h"

#include <QDateTime>

#include <optional>

/// The notes that services of this user on this machine leave of their ends: `ends/INSTANCE.json` of the state
/// directory. Each call reads or writes a small file. `stateDirectory`: empty for defaultStateDirectory().
namespace Hephaestus {

/// For the service itself. Those of two days ago and earlier are removed. A Problem: nobody will know.
std::optional<Problem> leaveEndNote(const EndNote &note, const QString &stateDirectory = {});

/// Of the process `pid` that answered as that instance; nothing: it left none. It may be another user's, have another
/// state directory or another machine, or have been killed.
std::optional<EndNote> readEndNote(const QString &instance, qint64 pid, const QString &stateDirectory);

/// When that instance left its note; invalid: there is none.
QDateTime endNotedAt(const QString &instance, const QString &stateDirectory);

} // namespace Hephaestus
