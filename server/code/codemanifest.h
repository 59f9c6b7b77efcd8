// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/code/changebound.h"
#include "server/code/cputhrottle.h"
#include "server/code/filetable.h"
#include "server/code/globpattern.h"
#include "server/code/loadedmodules.h"
#include "server/code/mappedfiles.h"
#include "server/core/gitstate.h"

#include <QHash>
#include <QSet>

#include <unistd.h>

#include <functional>
#include <optional>

namespace Hephaestus {

/// What a process is made of, beside its program and libraries. Paths are absolute, bytes as the kernel has them.
struct CodeSources
{
    pid_t pid = ::getpid();
    QByteArrayList
        configurationFiles; ///< the file and what it names; one that does not exist yet counts when it appears
    QByteArrayList lockFiles;
    QByteArray directory;        ///< what the patterns are relative to, and where the git work tree is looked for
    QByteArrayList watch;        ///< patterns (GlobPattern) or plain paths of source files
    QByteArray moduleReport;     ///< where an adapter reports what it loads; empty: there is none
    std::optional<qint64> since; ///< wallClock() before the process loaded anything; nothing: the kernel knows
    std::optional<qint64> configuredSince; ///< the same for the configuration, where another process read it before
    qint64 hashLimit = 64 * 1024 * 1024;   ///< bigger files go by size, inode and modification time
};

/// The lock files of the usual package managers that are in `directory`.
QByteArrayList lockFilesIn(const QByteArray &directory);

/// A snapshot of what a process loaded: every file with its stamp and a hash. The hash is of the bytes that were
/// loaded, not of what the path leads to later. The constructor is quick; the rest may be done in another thread. One
/// thread at a time.
///
/// Three things prove a file: its stamp when it was noted, its hash, and the same stamp after that. The hash is read
/// through the mapping itself (/proc/PID/exe, /proc/PID/map_files). Where that is not permitted it is read through the
/// path, if device and inode are those of the mapping. A file whose ctime is after the process began, and before the
/// file was noted, is Unverified.
class CodeManifest
{
public:
    /// Notes what is mapped and the named files: a stat(2) each.
    explicit CodeManifest(CodeSources sources);

    const CodeSources &sources() const { return m_sources; }
    const QList<GlobPattern> &patterns() const { return m_patterns; }
    FileTable &files() { return m_files; }
    const FileTable &files() const { return m_files; }
    const GitState &git() const { return m_git; }
    /// ProcessOrigin::environmentHash() of what the process was given; nothing: not readable. It is no part of the
    /// verdict: only whoever starts the process knows what it would be given next.
    const std::optional<ContentHash> &environment() const { return m_environment; }
    bool hasModules() const { return m_modules.any(); }

    /// Called with every directory whose entries matter, before they are read.
    void setDirectoryListener(std::function<void(const QByteArray &)> listener) { m_listener = std::move(listener); }
    /// Calls the listener with a directory, the first time.
    void noteDirectory(const QByteArray &directory);
    /// The same for the directories that a symbolic link leads to.
    void noteLink(const QByteArray &path);
    /// True if a change of this entry of a directory calls for a comparison.
    bool concerns(const QByteArray &directory, const QByteArray &name) const;

    /// True for the file of CodeSources::moduleReport.
    bool isReport(const QByteArray &directory, const QByteArray &name) const;

    /// Brings the snapshot up to date: notes what was loaded since the last call, forgets what was unloaded, and hashes
    /// what is not hashed yet. The first call notes the watched files. A program that replaced itself (exec) is noted
    /// afresh. False: the throttle was stopped.
    bool update(CpuThrottle &throttle);

    /// The kind of a file that was loaded, by its path or by being the same file; nothing: it was not.
    std::optional<CodeKind> find(const QByteArray &path) const;

private:
    void begin(const ChangeBound &since);
    void noteMapped(const QList<MappedFile> &mapped, const ChangeBound &since);
    void noteNamed(const QByteArray &path, CodeKind kind, const ChangeBound &since);
    bool noteWatched(const ChangeBound &since, CpuThrottle &throttle);
    void noteModules();
    FileDescriptor openLoaded(const MappedFile &mapped) const;
    bool proveAll(FileTable::Directories::value_type &directory, CpuThrottle &throttle);
    void prove(int descriptor, LoadedFile &file, CpuThrottle &throttle);
    QByteArray proc(const char *entry) const;

    const CodeSources m_sources;
    QList<GlobPattern> m_patterns;
    std::function<void(const QByteArray &)> m_listener;
    FileTable m_files;
    LoadedModules m_modules;
    QHash<std::pair<quint64, quint64>, QByteArray> m_mapped; ///< path by device and inode
    QHash<QByteArray, MappedFile> m_unproven;                ///< mapped files to hash, by path
    QHash<QByteArray, QSet<QByteArray>> m_linked;            ///< names that links lead to, by directory
    QSet<QByteArray> m_directories;                          ///< that the listener knows
    MappedFile m_image;                                      ///< the program: after exec another, or elsewhere
    GitState m_git;
    std::optional<ContentHash> m_environment;
    ChangeBound m_lastUpdate;
    bool m_recorded = false;
};

} // namespace Hephaestus
