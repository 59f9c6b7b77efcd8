// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/protocol/health.h"
#include "server/code/changebound.h"
#include "server/code/familymember.h"
#include "server/code/filetable.h"
#include "server/code/mappedfiles.h"
#include "server/code/noteddirectories.h"

#include <QHash>
#include <QSet>
#include <QStringList>

#include <optional>

namespace Hephaestus {

/// The programs and libraries that each process of a family has mapped, noted in a FileTable. Files are named by
/// LoadedFile::name. A program that was started through a symbolic link counts by that name too (Origin Linked), and so
/// do libraries beside it. Belongs to one thread; the table and the directories must outlive it.
class FamilyMappings
{
public:
    /// `directory`: where `first` was started; empty: not known.
    FamilyMappings(pid_t first, QByteArray directory, FileTable &files, NotedDirectories &directories);

    /// Forgets all and notes the first process as a new one. What changed after `since` is Unverified.
    void begin(const ChangeBound &since);
    /// The program that the first process ran when it was last noted: ProcessOrigin::imageOf().
    const QByteArray &image() const { return m_first.image; }
    /// buildIdOf() the program that the first process runs, and of the file that it would be started from now.
    BuildIds buildIds() const;
    /// Notes what the first process has mapped; `mapped` is mappedFiles() of it.
    void noteFirst(const QList<MappedFile> &mapped, const ChangeBound &since) { note(m_pid, m_first, mapped, since); }
    /// Notes what these processes have mapped, without the first and those that are passing; forgets all others.
    void noteOthers(const QList<FamilyMember> &members, const ChangeBound &since);
    /// Forgets the files that no process has mapped any more.
    void forgetUnmapped();

    /// The processes that have mapped a file whose name begins so, and that name.
    QHash<pid_t, QByteArray> mapping(QByteArrayView beginning) const;
    /// Which processes have loaded what is not seen from here; one sentence each.
    QStringList gaps() const;
    /// How many processes were noted.
    qsizetype processes() const { return 1 + m_others.size(); }
    /// Adds the pids that have mapped one of `files`.
    void addHolders(const QSet<quint32> &files, QHash<quint32, QList<qint64>> &holders) const;

    /// Opens a mapped file that is not hashed yet, as it was loaded: by its mapping, or by its path where device and
    /// inode are the same. Nothing: it is no such file. Not open: it cannot be had any more.
    std::optional<FileDescriptor> openUnproven(quint32 file) const;
    void forgetUnproven() { m_unproven.clear(); }

private:
    /// What a process has mapped.
    struct Mappings
    {
        quint64 ticket = 0;
        QByteArray image;
        struct Names
        {
            quint32 file = 0;
            quint32 linked = 0;  ///< by the link that led to it; the same one: by none
            bool isKept = false; ///< a jar that was open at two looks: its classes stay when it is closed
        };
        QHash<std::pair<quint64, quint64>, Names> files; ///< by device and inode
        QByteArray link;                                 ///< its program was found there, with a slash at the end,
        QByteArray folder;                               ///< which led here; empty: by its own name
        QByteArray invoked;                              ///< the program's name there
        QByteArray hidden; ///< a file that this process has loaded by mounts of its own; empty: there is none

        QSet<quint32> names() const;
    };
    struct Unproven
    {
        pid_t pid = 0;
        MappedFile mapped;
    };
    void note(pid_t pid, Mappings &mappings, const QList<MappedFile> &mapped, const ChangeBound &since);
    void noteInvocation(pid_t pid, Mappings &mappings, const MappedFile &program) const;
    quint32 noteFile(pid_t pid, const MappedFile &mapped, bool isProgram, const ChangeBound &since);
    quint32 noteLinked(pid_t pid, const Mappings &mappings, const MappedFile &mapped, quint32 file);

    const pid_t m_pid;
    const QByteArray m_directory;
    FileTable &m_files;
    NotedDirectories &m_directories;
    Mappings m_first;
    QByteArray m_program; ///< the first process's, by its own name
    QString m_buildId;    ///< of that
    QHash<pid_t, Mappings> m_others;
    QSet<quint32> m_kept;                ///< names of what all of them had mapped when forgetUnmapped() was called last
    QHash<quint32, Unproven> m_unproven; ///< mapped files to hash
};

} // namespace Hephaestus
