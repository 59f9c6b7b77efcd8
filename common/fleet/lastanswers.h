// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/fleet/fleet.h"
#include "common/protocol/lastanswer.h"

#include <optional>

namespace Hephaestus {

/// How services answered last: what windows and commands learn. An entry of a fleet file knows its own service only:
/// another project may have the same address. It is kept in `last-answers.json` of the state directory, of MostKept
/// services at most, of those that were learned last. Belongs to one thread.
class LastAnswers
{
public:
    static constexpr qsizetype MostKept = 2'000; ///< the thread of a window reads, merges and writes them

    /// `stateDirectory`: empty for defaultStateDirectory().
    explicit LastAnswers(const QString &stateDirectory);

    /// As noted here, or else as the file says, which is read again when it has changed.
    LastAnswer of(const FleetEntry &entry);
    /// The same, unless an act on it (actlock.h) has left a later instance; of an entry of no fleet file: whichever
    /// entry's answered last at its address. Reads a small file.
    LastAnswer latestOf(const FleetEntry &entry);
    /// One without an instance is forgotten. It is kept once it is saved, unless MostKept others were noted here.
    void note(const FleetEntry &entry, const LastAnswer &answer);
    /// Whether it was noted here as that instance last.
    bool hasSeen(const FleetEntry &entry, const LastAnswer &answer) const;
    /// Writes what was noted; the rest of the file stays as others wrote it. Nothing to write: it does not touch it.
    /// Waits for others that save, each a moment.
    std::optional<Problem> save();

private:
    void read();

    QString m_stateDirectory;
    QString m_file;      ///< empty: nothing is kept
    qint64 m_readAt = 0; ///< when the file that was read was changed last, ns since the epoch
    KnownAnswers m_read;
    KnownAnswers m_noted;
    KnownAnswers m_unsaved;
};

} // namespace Hephaestus
