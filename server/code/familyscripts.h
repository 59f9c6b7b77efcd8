// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/changebound.h"
#include "server/code/familymember.h"
#include "server/code/filetable.h"
#include "server/code/globpattern.h"
#include "server/code/noteddirectories.h"

#include <QHash>
#include <QSet>
#include <QStringList>

namespace Hephaestus {

/// The scripts that the interpreters of a family were told to run, noted in a FileTable by their command lines. Files
/// are named by LoadedFile::name. Belongs to one thread; the table and the directories must outlive it.
class FamilyScripts
{
public:
    FamilyScripts(FileTable &files, NotedDirectories &directories) : m_files(files), m_directories(directories) {}

    void clear()
    {
        m_scripts.clear();
        m_kept.clear();
    }
    /// Notes what this process was told to run, once for each program that it becomes. A script counts as it was when
    /// that began: for a new process at its start, else at `since`. Relative names are looked for in each of
    /// `directories` and where the process is. A gap is not told if `patterns` match a script. Returns the folders of
    /// compiled classes it was given, the first time.
    QByteArrayList note(const FamilyMember &member, const QByteArrayList &directories,
                        const QList<GlobPattern> &patterns, const ChangeBound &since);
    /// Notes that an adapter says better what this process loads, but for a script that it takes from its input.
    void noteReporter(const FamilyMember &member, const ChangeBound &since);
    /// Notes that the classes in one of `folders`, if there are any, are not compared.
    void noteUnwatched(const FamilyMember &member, const QByteArrayList &folders);
    /// Forgets all processes but these, and the files that no other was told to run.
    void keep(const QSet<FamilyMember::Identity> &present);

    /// What interpreters load beside their scripts and is not known; one sentence each.
    QStringList gaps() const;
    /// Adds the pids that were told to run one of `files`.
    void addHolders(const QSet<quint32> &files, QHash<quint32, QList<qint64>> &holders) const;

private:
    struct Scripts
    {
        QByteArray image;
        QList<quint32> files;
        QString gap;
    };
    static void noteGap(const FamilyMember &member, const QString &gap, Scripts &scripts);
    /// Only of a regular file, or of none.
    void noteFile(const QByteArray &path, const ChangeBound &since, Scripts &scripts);

    FileTable &m_files;
    NotedDirectories &m_directories;
    QHash<FamilyMember::Identity, Scripts> m_scripts;
    QSet<quint32> m_kept; ///< names of their files when keep() was called last
};

} // namespace Hephaestus
