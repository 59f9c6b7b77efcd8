// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/gitstate.h"
#include "server/code/changebound.h"
#include "server/code/codesources.h"
#include "server/code/cputhrottle.h"
#include "server/code/familymappings.h"
#include "server/code/familyscripts.h"
#include "server/code/filetable.h"
#include "server/code/globpattern.h"
#include "server/code/loadedmodules.h"
#include "server/code/noteddirectories.h"
#include "server/code/silentinterpreters.h"

#include <optional>

namespace Hephaestus {

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
    /// True if CodeSources::startLink leads to another directory than when this was made, or to none.
    bool isStartMoved() const;
    /// ProcessOrigin::environmentHash() of what the process was given; nothing: not readable. It is no part of the
    /// verdict: only whoever starts the process knows what it would be given next.
    const std::optional<ContentHash> &environment() const { return m_environment; }
    /// When the program on disk was written, in nanoseconds since the epoch, as make sees it; 0: there is none.
    qint64 built() const;
    /// Why something that was loaded cannot be compared, beside what the files themselves say; one sentence each.
    QStringList gaps() const;
    /// Why what is found now may change at once: SilentInterpreters::unreported().
    const QString &unreported() const { return m_interpreters.unreported(); }
    /// How many processes were looked at, with the first one.
    qsizetype processes() const { return m_mappings.processes(); }
    /// Of the first process's program.
    BuildIds buildIds() const { return m_mappings.buildIds(); }
    /// Which processes loaded one of `files`, by LoadedFile::name.
    QHash<quint32, QList<qint64>> holders(const QSet<quint32> &files) const;

    /// Processes that only start and watch others (supervisorsAmong()).
    QSet<qint64> supervisors() const;

    /// The directories whose entries matter.
    NotedDirectories &directories() { return m_directories; }
    /// True if the first process runs another program than at the last update: it is to be noted soon. One stat(2).
    bool isReplaced();
    /// No process of the program has run from before the last update until `until`: what it noted held until then.
    void noteRest(const ChangeBound &until);
    /// True if a change of this entry of a directory calls for a comparison.
    bool concerns(const QByteArray &directory, const QByteArray &name) const;

    /// True if a change of this entry changes no other file that counts, and nothing but that one's contents.
    bool isAlone(const QByteArray &directory, const QByteArray &name) const;

    /// True for the file of CodeSources::moduleReport.
    bool isReport(const QByteArray &directory, const QByteArray &name) const;

    /// Brings the snapshot up to date: notes what was loaded since the last call, forgets what was unloaded, and hashes
    /// what is not hashed yet. The first call notes the watched files. A program that replaced itself (exec) is noted
    /// afresh. False: the throttle was stopped.
    bool update(CpuThrottle &throttle);
    /// The same, but for what became of directories that were noted before.
    bool updateLoaded(CpuThrottle &throttle);
    /// Of processes that have ended. No directory of files() may be in use.
    void forgetEmptyDirectories();
    /// Another number when all files() are other ones: the program replaced itself.
    int generation() const { return m_generation; }

    /// Notes and hashes what an adapter has reported since: the sooner, the less may have changed before.
    void noteReported(CpuThrottle &throttle);

    /// The kind of a file that was loaded, or of the first one in a folder. Any name that leads to it will do, whether
    /// it is there or not. A file that a pattern matches counts. Nothing: it was not loaded.
    std::optional<CodeKind> find(const QByteArray &path) const;

private:
    void begin(const ChangeBound &since);
    QList<FamilyMember> readFamily() const;
    void noteFamily();
    void noteScripts(const FamilyMember &member);
    void markBuilt();
    void noteNamed(const QByteArray &path, CodeKind kind, const ChangeBound &since);
    bool noteWatched(const ChangeBound &since, CpuThrottle &throttle);
    void noteModules();
    quint32 noteModule(const LoadedModule &module);
    void noteDirectory(const FileTable::Directories::value_type &directory);
    bool proveAll(FileTable::Directories::value_type &directory, CpuThrottle &throttle);

    const CodeSources m_sources;
    QList<GlobPattern> m_patterns;
    QByteArrayList m_formerly;  ///< watched files before an exec, until they are noted anew
    QByteArrayList m_unmatched; ///< patterns of CodeSources::watch that no file matched when the process began
    FileTable m_files;
    NotedDirectories m_directories;
    LoadedModules m_modules;
    SilentInterpreters m_interpreters;
    FamilyMappings m_mappings;
    FamilyScripts m_scripts;
    GitState m_git;
    std::pair<quint64, quint64> m_started; ///< device and inode of what the start link led to; 0: nothing
    std::optional<ContentHash> m_environment;
    ChangeBound m_lastUpdate;
    std::optional<ChangeBound> m_sameUntil; ///< since the last update no other program was run until then
    bool m_recorded = false;
    int m_generation = 0;
};

} // namespace Hephaestus
