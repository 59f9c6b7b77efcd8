// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/base/processentry.h"
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
    QByteArrayList
        configurationFiles; ///< the file and what it names; one that does not exist yet counts when it appears
    QByteArrayList lockFiles;
    QByteArray directory;    ///< what the patterns are relative to, and where the git work tree is looked for
    QByteArrayList watch;    ///< patterns (GlobPattern) or plain paths of source files
    QByteArray moduleReport; ///< where an adapter reports what it loads; empty: there is none
    QByteArrayList reporters{"python", "pypy"}; ///< the programs that do, without a version
    std::optional<qint64> since; ///< wallClock() before the process loaded anything; nothing: the kernel knows
    QHash<QByteArray, QByteArray> configurationRead; ///< the bytes that were read from a configuration file, by path
    std::optional<qint64> configuredSince;    ///< the same for the configuration, where another process read it before
    std::chrono::milliseconds passing{5'000}; ///< a younger process of the family may be a command that is soon over
    qint64 hashLimit = 64 * 1024 * 1024;      ///< bigger files go by size, inode and modification time
};

/// Those of `watch`, relative to `directory`, that match no file now.
QByteArrayList unmatched(const QByteArray &directory, const QByteArrayList &watch);

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
    /// Notes that these bytes of a configuration file are what the process goes by.
    void noteConfiguration(const QByteArray &path, const QByteArray &bytes);
    const GitState &git() const { return m_git; }
    /// ProcessOrigin::environmentHash() of what the process was given; nothing: not readable. It is no part of the
    /// verdict: only whoever starts the process knows what it would be given next.
    const std::optional<ContentHash> &environment() const { return m_environment; }
    /// Why something that was loaded cannot be compared, beside what the files themselves say; one sentence each.
    QStringList gaps() const;
    /// A process has just begun, and could not report yet what it loads: what is found now may change at once.
    bool isSettling() const { return m_settling; }
    /// How many processes were looked at, with the first one.
    qsizetype processes() const { return 1 + m_family.size(); }
    /// Which processes loaded one of `files`, by LoadedFile::name.
    QHash<quint32, QList<qint64>> holders(const QSet<quint32> &files) const;

    /// Processes that only start and watch others: what they imported runs nowhere. By rules for the reloaders of
    /// Werkzeug (Flask) and Django and for uvicorn's supervisors; whatever else has children is no supervisor.
    QSet<qint64> supervisors() const;

    /// Called with every directory whose entries matter, before they are read.
    void setDirectoryListener(std::function<void(const QByteArray &)> listener) { m_listener = std::move(listener); }
    /// Calls the listener with a directory, the first time, and again when another one is there.
    void noteDirectory(const QByteArray &directory);
    /// True if another directory, or none, is where a noted one was: no event of the directory itself tells of a link
    /// or a parent that was swapped, nor of a mount. A stat(2) for each directory.
    bool haveDirectoriesMoved();
    /// True if the first process runs another program than at the last update: it is to be noted soon. One stat(2).
    bool isReplaced();
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

    /// Notes and hashes what an adapter has reported since: the sooner, the less may have changed before.
    void noteReported(CpuThrottle &throttle);

    /// The kind of a file that was loaded, or of the first one in a folder, by any name that leads to it, whether it is
    /// there or not. A file that a pattern matches counts. Nothing: it was not loaded.
    std::optional<CodeKind> find(const QByteArray &path) const;

private:
    void begin(const ChangeBound &since);
    /// What a process has mapped.
    struct Mappings
    {
        quint64 ticket = 0;
        QByteArray image;
        struct Names
        {
            quint32 file = 0;
            quint32 linked = 0; ///< by the link that led to it; the same one: by none
        };
        QHash<std::pair<quint64, quint64>, Names> files; ///< by device and inode
        QByteArray link;                                 ///< its program was found there, with a slash at the end,
        QByteArray folder;                               ///< which led here; empty: by its own name
        QByteArray invoked;                              ///< the program's name there

        QSet<quint32> names() const;
    };
    void noteInvocation(pid_t pid, Mappings &mappings, const MappedFile &program) const;
    quint32 noteLinked(pid_t pid, const Mappings &mappings, const MappedFile &mapped, quint32 file);
    void noteMapped(pid_t pid, Mappings &mappings, const QList<MappedFile> &mapped, const ChangeBound &since);
    quint32 noteMapping(pid_t pid, const MappedFile &mapped, bool isProgram, const ChangeBound &since);
    void noteScripts(const ProcessEntry &process, const QByteArray &program, const QByteArray &image);
    bool isReporter(const QByteArray &program) const;
    void noteFamily();
    quint32 noteScript(const QByteArray &path, const ChangeBound &since);
    void markNotBuilt();
    void forgetUnmapped();
    void noteNamed(const QByteArray &path, CodeKind kind, const ChangeBound &since);
    bool noteWatched(const ChangeBound &since, CpuThrottle &throttle);
    void noteModules();
    quint32 noteModule(const LoadedModule &module);
    FileDescriptor openLoaded(pid_t pid, const MappedFile &mapped) const;
    bool proveAll(FileTable::Directories::value_type &directory, CpuThrottle &throttle);
    void prove(int descriptor, LoadedFile &file, CpuThrottle &throttle);

    const CodeSources m_sources;
    QList<GlobPattern> m_patterns;
    QByteArrayList m_formerly;  ///< watched files before an exec, until they are noted anew
    QByteArrayList m_unmatched; ///< patterns of CodeSources::watch that no file matched when the process began
    std::function<void(const QByteArray &)> m_listener;
    struct Unproven
    {
        pid_t pid = 0;
        MappedFile mapped;
    };
    struct Starting
    {
        QByteArray image;
        std::chrono::steady_clock::time_point since;
    };
    FileTable m_files;
    LoadedModules m_modules;
    Mappings m_own;                                        ///< of the first process
    QHash<pid_t, Mappings> m_family;                       ///< of those that belong to it, and are not just passing
    QHash<quint32, Unproven> m_unproven;                   ///< mapped files to hash, by LoadedFile::name
    QHash<std::pair<pid_t, quint64>, Starting> m_starting; ///< interpreters that do not report
    /// Scripts that a process was told to run.
    struct Scripts
    {
        QByteArray image;
        QList<quint32> files; ///< by LoadedFile::name
        QString gap;
    };
    QHash<std::pair<pid_t, quint64>, Scripts> m_scripts;
    QStringList m_silent; ///< those that will not, as gaps() says them
    bool m_settling = false;
    QHash<QByteArray, QSet<QByteArray>> m_linked; ///< names that links lead to, by directory
    QHash<QByteArray, std::pair<quint64, quint64>>
        m_directories; ///< that the listener knows, by device and inode; 0: missing now
    GitState m_git;
    std::optional<ContentHash> m_environment;
    ChangeBound m_lastUpdate;
    std::optional<ChangeBound> m_sameUntil; ///< since the last update no other program was run until then
    bool m_recorded = false;
};

} // namespace Hephaestus
