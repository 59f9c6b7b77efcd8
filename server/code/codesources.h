// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QByteArrayList>
#include <QHash>

#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>

namespace Hephaestus {

/// What a process is made of, beside its program and libraries. Paths are absolute, bytes as the kernel has them.
struct CodeSources
{
    pid_t pid = ::getpid();
    /// The processes that belong to `pid`, without it; called in the thread of the manifest. Null: it stands alone.
    std::function<QList<ProcessEntry>()> family;
    /// `pid`, its family, and whoever else could start one of it; called like `family`. While none of them runs,
    /// nothing is loaded. Null: not known.
    std::function<QList<ProcessEntry>()> relatives;
    QByteArrayList
        configurationFiles; ///< the file and what it names; one that does not exist yet counts when it appears
    QByteArrayList lockFiles;
    QByteArray directory;     ///< what the patterns are relative to, and where the git work tree is looked for
    QByteArray startLink;     ///< the name, by symbolic links, of the directory it was started in; empty: by none
    QByteArrayList watch;     ///< patterns (GlobPattern) or plain paths of source files
    QByteArrayList builtFrom; ///< those of `watch` that name what the program is built from, whatever they end with
    QByteArray moduleReport;  ///< where an adapter reports what it loads; empty: there is none
    QByteArrayList reporters{"python", "pypy"}; ///< the programs that do, without a version
    std::optional<qint64> since; ///< ChangeBound before the process loaded anything; nothing: the kernel knows
    QHash<QByteArray, QByteArray> configurationRead; ///< the bytes that were read from a configuration file, by path
    std::optional<qint64> configuredSince;    ///< the same for the configuration, where another process read it before
    std::chrono::milliseconds passing{5'000}; ///< a younger process of the family may be a command that is soon over
    qint64 hashLimit = 64 * 1024 * 1024;      ///< bigger files go by size, inode and modification time
};

/// Those of `watch`, relative to `directory`, that match no file now.
QByteArrayList unmatched(const QByteArray &directory, const QByteArrayList &watch);

/// The lock files of the usual package managers that are in `directory`.
QByteArrayList lockFilesIn(const QByteArray &directory);

} // namespace Hephaestus
