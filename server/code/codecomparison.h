// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "server/code/codemanifest.h"
#include "server/code/globwalk.h"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

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
    /// The same, but stops when `isUrgent()` says so, which is asked for each file: nothing is returned then, and the
    /// next call goes on with the files that are left. What was found before counts on until it ends.
    std::optional<CodeReport> compareUnless(const std::function<bool()> &isUrgent, CpuThrottle &throttle);
    /// compareUnless() has stopped, and is to be called again.
    bool isUnderWay() const { return m_pass.has_value(); }
    /// The next compareUnless() begins anew.
    void giveUp() { m_pass.reset(); }
    /// The same after a comparison of everything, or in the middle of one, where nothing but `paths` has changed since
    /// it began: they are compared, what was loaded since, and what differed.
    CodeReport compareAgain(const QSet<QByteArray> &paths, CpuThrottle &throttle);
    enum class Extent : quint8 {
        All,
        Unheard ///< what may change without an event of the directory it is in: files with another name, mapped ones
    };
    /// False if a file that was compared is another than then, or in another state, or if patterns meet other
    /// directories (NotedDirectories::haveMoved()): compare() tells what that means. It does not see what came. A
    /// stat(2) for each. Nothing: `isUrgent()`, which is asked for each, has said so, and the next call goes on.
    std::optional<bool> looksTheSame(Extent extent, const std::function<bool()> &isUrgent, CpuThrottle &throttle);

private:
    enum class Change : quint8 { Modified, Added, Removed, NotBuilt, Unreadable, Unverified };
    struct Difference
    {
        Change change;
        FileStamp seen; ///< the state of the file it was found in
    };

    /// A path that differs, and the files that were loaded from it.
    struct ChangedFile
    {
        CodeKind kind;
        QByteArray path;
        Change change;
        QList<quint32> versions; ///< LoadedFile::name
    };

    using Unexpected = std::map<QByteArray, Change>;
    /// A comparison of everything that is under way.
    struct Pass
    {
        int generation = 0;       ///< CodeManifest::generation() when it began
        Unexpected unexpected;    ///< those found so far
        QSet<QByteArray> touched; ///< paths that compareAgain() was told of since
        qsizetype walked = 0;     ///< how many patterns were
        std::optional<GlobWalk> walk;
        FileTable::Directory *folder = nullptr; ///< of the files that the walk is at
    };
    using GoOn = std::function<bool()>; ///< asked for each file
    void beginPass();
    bool visitWatched(const GoOn &goOn, CpuThrottle &throttle);
    void visitFile(const QByteArray &directory, const char *name, const struct stat &status, bool isLink,
                   CpuThrottle &throttle);
    void expectAgain(const QByteArray &path);
    void noteUnexpected(const QByteArray &path, Unexpected &unexpected);
    void noteDifferences(FileTable::Directory &directory, QSet<quint32> &present) const;
    void keepDifferences(const QSet<quint32> &present);
    bool compareUnseen(const GoOn &goOn, CpuThrottle &throttle);
    bool compareOpen(CpuThrottle &throttle);
    void compareByPath(const FileTable::Directories::value_type &directory, LoadedFile &file, CpuThrottle &throttle);
    bool differs(const LoadedFile &file) const { return m_differences.count(file.name) > 0; }
    /// `visit(directory, file, difference)`, in the order of the paths.
    template <typename Visit>
    void forEachDifference(Visit visit) const
    {
        if (m_differences.empty())
            return; // usually so, and there may be thousands of directories
        for (const auto &directory : m_manifest.files().directories()) {
            if (!directory.second.mayDiffer)
                continue;
            for (const LoadedFile &file : directory.second.files) {
                if (const auto found = m_differences.find(file.name); found != m_differences.end())
                    visit(directory, file, found->second);
            }
        }
    }
    bool isAsBefore(const FileTable::Directories::value_type &directory, const LoadedFile &file, int folder) const;
    QSet<quint32> heldBySupervisorsOnly() const;
    QSet<quint32> toldByAnotherName() const;
    QStringList reasons(const QSet<quint32> &unused) const;
    CodeCoverage coverage() const;
    void compareTo(const QByteArray &path, LoadedFile &file, const struct stat *status, int error,
                   CpuThrottle &throttle);
    std::optional<Change> judge(const QByteArray &path, LoadedFile &file, FileStamp &now, CpuThrottle &throttle);
    std::vector<ChangedFile> changedFiles(const QSet<quint32> &unused) const;
    QList<CodeChange> listed(std::span<const ChangedFile> changed) const;
    CodeReport report() const;
    static QString word(Change change);
    static CodeReport notKnown(const QString &reason);
    static CodeReport stopped();

    CodeManifest &m_manifest;
    std::unordered_map<quint32, Difference> m_differences; ///< by LoadedFile::name; of files that the manifest has
    Unexpected m_unexpected; ///< watched files that were not there, directories not readable
    std::optional<Pass> m_pass;
    std::optional<std::pair<std::string, std::string>> m_glanced; ///< directory and name where looksTheSame() has
                                                                  ///< stopped, if it is through with the directories
};

} // namespace Hephaestus
