// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "server/code/codemanifest.h"

#include <unordered_map>

namespace Hephaestus {

/// Compares what a process loaded with what is on disk. Equal stamps are the same bytes; a different size is a change.
/// For the rest the hash decides, once per state of the file. Belongs to the thread of its manifest, which outlives it.
class CodeComparison
{
public:
    /// How many changes a report lists by name at most, and how many bytes of paths: they go into every status body.
    static constexpr qsizetype Listed = 100;
    static constexpr qsizetype ListedText = 16 * 1024;

    explicit CodeComparison(CodeManifest &manifest);

    /// Brings the manifest up to date and compares every version of every file that a process of the program loaded.
    /// Unknown without changes: the throttle was stopped, or there is nothing to compare.
    CodeReport compare(CpuThrottle &throttle);
    /// False if a file that was compared is another than then, or in another state: compare() tells what that means. It
    /// does not see what came. A stat(2) for each file.
    bool looksTheSame(CpuThrottle &throttle) const;

private:
    enum class Change : quint8 { Modified, Added, Removed, NotBuilt, Unreadable, Unverified };
    struct Difference
    {
        Change change;
        FileStamp seen; ///< the state of the file it was found in
    };

    bool visitWatched(CpuThrottle &throttle);
    QSet<quint32> heldBySupervisorsOnly() const;
    QSet<quint32> toldByAnotherName() const;
    QStringList reasons(const QSet<quint32> &unused) const;
    CodeCoverage coverage() const;
    void compareTo(const QByteArray &path, LoadedFile &file, const struct stat *status, int error,
                   CpuThrottle &throttle);
    std::optional<Change> judge(const QByteArray &path, LoadedFile &file, FileStamp &now, CpuThrottle &throttle);
    CodeReport report() const;
    static QString word(Change change);
    static CodeReport notKnown(const QString &reason);

    CodeManifest &m_manifest;
    std::unordered_map<quint32, Difference> m_differences; ///< by LoadedFile::name; of files that the manifest has
    std::map<QByteArray, Change> m_unexpected; ///< watched files that were not there, directories not readable
};

} // namespace Hephaestus
