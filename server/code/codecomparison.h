// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "server/code/codemanifest.h"

#include <functional>
#include <optional>
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
    /// The same, but given up when `isUrgent()` says so, which is asked for each file: nothing is returned then, and
    /// what compare() found before counts on.
    std::optional<CodeReport> compareUnless(const std::function<bool()> &isUrgent, CpuThrottle &throttle);
    /// The same after a comparison of everything, where nothing but `paths` has changed since: they are compared, what
    /// was loaded since, and what differed.
    CodeReport compareAgain(const QSet<QByteArray> &paths, CpuThrottle &throttle);
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

    using GoOn = std::function<bool()>; ///< asked for each file
    bool visitWatched(const GoOn &goOn, CpuThrottle &throttle);
    void visitAgain(const QByteArray &path);
    bool compareUnseen(const GoOn &goOn, CpuThrottle &throttle);
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
    static CodeReport stopped();

    CodeManifest &m_manifest;
    std::unordered_map<quint32, Difference> m_differences; ///< by LoadedFile::name; of files that the manifest has
    std::map<QByteArray, Change> m_unexpected; ///< watched files that were not there, directories not readable
};

} // namespace Hephaestus
