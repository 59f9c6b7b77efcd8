// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codecomparison.h"

#include "common/base/filedescriptor.h"
#include "common/base/printable.h"
#include "common/base/processentry.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace Hephaestus {

CodeComparison::CodeComparison(CodeManifest &manifest) : m_manifest(manifest) {}

QString CodeComparison::word(Change change)
{
    switch (change) {
    case Change::Modified: return QStringLiteral("modified");
    case Change::Added: return QStringLiteral("added");
    case Change::Removed: return QStringLiteral("removed");
    case Change::NotBuilt: return QStringLiteral("not_built");
    case Change::Unreadable: return QStringLiteral("unreadable");
    case Change::Unverified: return QStringLiteral("unverified");
    }
    return {};
}

CodeReport CodeComparison::stopped() { return notKnown(QStringLiteral("the comparison was stopped")); }

CodeReport CodeComparison::notKnown(const QString &reason)
{
    CodeReport report;
    report.reasons << reason;
    return report;
}

CodeReport CodeComparison::compare(CpuThrottle &throttle)
{
    return *compareUnless([] { return false; }, throttle);
}

std::optional<CodeReport> CodeComparison::compareUnless(const std::function<bool()> &isUrgent, CpuThrottle &throttle)
{
    throttle.begin();
    if (!m_manifest.update(throttle))
        return stopped();
    for (auto &directory : m_manifest.files().directories()) {
        for (LoadedFile &file : directory.second.files)
            file.seen = false;
    }
    auto before = std::exchange(m_unexpected, {});
    bool isGivenUp = false;
    const GoOn goOn = [&] {
        isGivenUp = isGivenUp || isUrgent();
        return !isGivenUp && throttle.step();
    };
    const bool isWhole = visitWatched(goOn, throttle) && compareUnseen(goOn, throttle);
    if (!isGivenUp)
        return isWhole ? report() : stopped();
    m_unexpected = std::move(before);
    return {};
}

CodeReport CodeComparison::compareAgain(const QSet<QByteArray> &paths, CpuThrottle &throttle)
{
    throttle.begin();
    if (!m_manifest.update(throttle))
        return stopped();
    for (auto &directory : m_manifest.files().directories()) {
        for (LoadedFile &file : directory.second.files)
            file.seen = file.compared && m_differences.count(file.name) == 0;
    }
    const auto unexpected = m_unexpected;
    for (const auto &[path, change] : unexpected) {
        if (change == Change::Added)
            visitAgain(path);
    }
    for (const QByteArray &path : paths)
        visitAgain(path);
    return compareUnseen([&throttle] { return throttle.step(); }, throttle) ? report() : stopped();
}

void CodeComparison::visitAgain(const QByteArray &path)
{
    const std::span<LoadedFile> versions = m_manifest.files().versions(path);
    for (LoadedFile &file : versions)
        file.seen = false;
    struct stat status = {};
    const auto &patterns = m_manifest.patterns();
    const auto matches = [&path](const GlobPattern &pattern) { return pattern.isPattern() && pattern.matches(path); };
    if (versions.empty() && ::stat(path.constData(), &status) == 0 && S_ISREG(status.st_mode)
        && std::any_of(patterns.begin(), patterns.end(), matches))
        m_unexpected.insert_or_assign(path, Change::Added);
    else
        m_unexpected.erase(path);
}

bool CodeComparison::compareUnseen(const GoOn &goOn, CpuThrottle &throttle)
{
    FileTable &files = m_manifest.files();
    QByteArray path;
    QSet<quint32> present; // of those that differed
    for (auto &directory : files.directories()) {
        for (LoadedFile &file : directory.second.files) {
            if (!file.seen) {
                path = files.path(directory, file);
                struct stat status = {};
                const bool found = ::stat(path.constData(), &status) == 0;
                compareTo(path, file, found ? &status : nullptr, errno, throttle);
                if (!goOn())
                    return false;
            }
            if (m_differences.count(file.name) > 0)
                present.insert(file.name);
        }
    }
    std::erase_if(m_differences, [&](const auto &entry) { return !present.contains(entry.first); });
    return true;
}

bool CodeComparison::looksTheSame(CpuThrottle &throttle) const
{
    const FileTable &files = m_manifest.files();
    for (const auto &directory : files.directories()) {
        if (directory.second.files.empty())
            continue;
        constexpr std::size_t Few = 3; // are found sooner by their paths
        const bool isShort = directory.second.files.size() <= Few;
        const FileDescriptor folder(isShort ? -1 : ::open(directory.first.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        for (const LoadedFile &file : directory.second.files) {
            if (!throttle.step())
                return true;
            const auto difference = m_differences.find(file.name);
            const FileStamp &then = difference == m_differences.end() ? file.stamp : difference->second.seen;
            struct stat status = {};
            const bool isThere = isShort
                ? ::stat(files.path(directory, file).constData(), &status) == 0
                : folder.isOpen() && ::fstatat(folder.number(), files.name(file), &status, 0) == 0;
            FileStamp now = isThere ? FileStamp::of(status) : FileStamp();
            if (then.changed == 0 || file.evidence == Evidence::StampOnly)
                now.changed = then.changed;
            if (file.evidence == Evidence::Absent && difference == m_differences.end() ? isThere : !(now == then))
                return false;
        }
    }
    return true;
}

bool CodeComparison::visitWatched(const GoOn &goOn, CpuThrottle &throttle)
{
    FileTable &files = m_manifest.files();
    GlobPattern::Visitor visitor;
    FileTable::Directory *folder = nullptr; // of the files that follow
    visitor.directory = [&](const QByteArray &directory) {
        m_manifest.directories().note(directory);
        folder = &files.directory(directory).second;
    };
    visitor.unreadable = [this](const QByteArray &directory) { m_unexpected.emplace(directory, Change::Unreadable); };
    bool goesOn = true;
    visitor.goOn = [&] { return goesOn = goesOn && goOn(); };
    visitor.file = [&](const QByteArray &directory, const char *name, const struct stat &status, bool isLink) {
        const std::span<LoadedFile> versions = files.versions(*folder, name);
        if (versions.size() == 1 && m_differences.empty() && versions[0].evidence == Evidence::Hashed
            && !versions[0].isNewer && versions[0].stamp == FileStamp::of(status)) {
            versions[0].seen = versions[0].compared = true; // the usual case, without making its path
            if (!isLink)
                return;
        }
        if (versions.empty())
            m_unexpected.emplace((directory == "/" ? QByteArray() : directory) + '/' + name, Change::Added);
        for (LoadedFile &file : versions) {
            if (!file.seen)
                compareTo(directory + '/' + name, file, &status, 0, throttle);
        }
        if (isLink)
            m_manifest.directories().noteLink(directory + '/' + name);
    };
    for (const GlobPattern &pattern : m_manifest.patterns())
        pattern.walk(visitor);
    return goesOn;
}

void CodeComparison::compareTo(const QByteArray &path, LoadedFile &file, const struct stat *status, int error,
                               CpuThrottle &throttle)
{
    file.seen = file.compared = true;
    std::optional<Change> change;
    FileStamp now;
    if (status) {
        now = FileStamp::of(*status);
        change = S_ISREG(status->st_mode) ? judge(path, file, now, throttle) : Change::Modified;
        if ((!change && file.isNewer)
            || (change == Change::Modified && file.isBuilt && now.modified > m_manifest.built()))
            change = Change::NotBuilt;
    } else if (error != ENOENT && error != ENOTDIR && error != ELOOP) {
        change = Change::Unreadable;
    } else if (file.evidence != Evidence::Absent) {
        // a pattern's file that changed as the program began may have come after it
        const bool mayHaveCome = file.evidence == Evidence::Unverified && file.origins == Watched;
        change = file.evidence == Evidence::Vanished || mayHaveCome ? Change::Unverified : Change::Removed;
    }
    if (change)
        m_differences[file.name] = {*change, now};
    else
        m_differences.erase(file.name);
}

std::optional<CodeComparison::Change> CodeComparison::judge(const QByteArray &path, LoadedFile &file, FileStamp &now,
                                                            CpuThrottle &throttle)
{
    switch (file.evidence) {
    case Evidence::Absent: return Change::Added;
    case Evidence::Unreadable: return Change::Unreadable;
    case Evidence::Pending: return Change::Unverified;
    case Evidence::Doubtful:
    case Evidence::Vanished:
    case Evidence::Unverified:
        return file.stamp.size >= 0 && file.stamp.size != now.size ? Change::Modified : Change::Unverified;
    case Evidence::StampOnly:
        if (file.stamp.size != now.size)
            return Change::Modified;
        if (!file.stamp.sameFile(now) || file.stamp.modified != now.modified)
            return Change::Unverified;
        return {};
    case Evidence::Hashed: break;
    }
    if (now == file.stamp)
        return {};
    if (now.size != file.stamp.size)
        return Change::Modified;
    const auto known = m_differences.find(file.name);
    if (known != m_differences.end() && known->second.seen == now && known->second.change == Change::Modified)
        return Change::Modified;

    const FileDescriptor opened(::open(path.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!opened.isOpen())
        return Change::Unreadable;
    const qint64 begun = wallClock();
    const auto hash = hashFile(opened.number(), now.size, throttle);
    struct stat after = {};
    const bool settled = ::fstat(opened.number(), &after) == 0 && FileStamp::of(after) == now;
    if (!hash)
        return Change::Unreadable;
    if (!settled)
        return Change::Unverified; // being written: the next comparison decides
    if (now.changed > begun - 2 * FileStamp::Tick)
        now.changed = 0; // another write in the same tick would not show
    if (*hash != file.hash)
        return Change::Modified;
    file.stamp = now;
    return {};
}

/// Versions that differ, and run nowhere.
QSet<quint32> CodeComparison::heldBySupervisorsOnly() const
{
    QSet<quint32> reported;
    if (m_differences.empty())
        return {};
    for (const auto &directory : m_manifest.files().directories()) {
        for (const LoadedFile &file : directory.second.files) {
            if (file.origins == Reported && m_differences.count(file.name) > 0)
                reported.insert(file.name);
        }
    }
    if (reported.isEmpty())
        return {};
    const QSet<qint64> supervisors = m_manifest.supervisors();
    const auto holders = supervisors.isEmpty() ? QHash<quint32, QList<qint64>>() : m_manifest.holders(reported);
    QSet<quint32> unused;
    for (auto file = holders.cbegin(); file != holders.cend(); ++file) {
        if (std::all_of(file->begin(), file->end(), [&](qint64 pid) { return supervisors.contains(pid); }))
            unused.insert(file.key());
    }
    return unused;
}

/// Mapped files that differ, by the link that led to them: where they differ by their own name as well, one is enough.
QSet<quint32> CodeComparison::toldByAnotherName() const
{
    QSet<std::pair<quint64, quint64>> told;
    QSet<quint32> found;
    if (m_differences.empty())
        return {};
    const auto forEach = [this](Origin origin, auto visit) {
        for (const auto &directory : m_manifest.files().directories()) {
            for (const LoadedFile &file : directory.second.files) {
                if ((file.origins & origin) && m_differences.count(file.name) > 0)
                    visit(file);
            }
        }
    };
    forEach(Mapped, [&](const LoadedFile &file) { told.insert({file.stamp.device, file.stamp.inode}); });
    forEach(Linked, [&](const LoadedFile &file) {
        if (told.contains({file.stamp.device, file.stamp.inode}))
            found.insert(file.name);
    });
    return found;
}

QStringList CodeComparison::reasons(const QSet<quint32> &unused) const
{
    qsizetype unreadable = 0;
    qsizetype unverified = 0;
    qsizetype doubtful = 0;
    qsizetype notBuilt = 0;
    for (const auto &[path, change] : m_unexpected)
        unreadable += change == Change::Unreadable;
    for (const auto &directory : m_manifest.files().directories()) {
        for (const LoadedFile &file : directory.second.files) {
            const auto found = m_differences.find(file.name);
            if (found == m_differences.end())
                continue;
            if (unused.contains(file.name))
                continue;
            unreadable += found->second.change == Change::Unreadable;
            notBuilt += found->second.change == Change::NotBuilt;
            if (found->second.change == Change::Unverified)
                ++(file.evidence == Evidence::Doubtful ? doubtful : unverified);
        }
    }
    QStringList reasons = m_manifest.gaps();
    if (notBuilt > 0)
        reasons << QStringLiteral("build first: %1 sources were edited after the program was built").arg(notBuilt);
    if (unreadable > 0)
        reasons << QStringLiteral("not readable: %1 files or directories").arg(unreadable);
    if (unverified > 0)
        reasons << QStringLiteral("changed while they were loaded, or before they were first read: %1 files")
                       .arg(unverified);
    if (doubtful > 0)
        reasons
            << QStringLiteral("run from byte code that may have been made of another source: %1 files").arg(doubtful);
    return reasons;
}

CodeCoverage CodeComparison::coverage() const
{
    CodeCoverage coverage;
    coverage.processes = m_manifest.processes();
    for (const auto &directory : m_manifest.files().directories()) {
        for (const LoadedFile &file : directory.second.files) {
            coverage.executables += file.kind == CodeKind::Executable && (file.origins & Mapped) != 0;
            coverage.libraries += file.kind == CodeKind::Library && (file.origins & Mapped) != 0;
            coverage.configuration += file.kind == CodeKind::Configuration || file.kind == CodeKind::LockFile;
            coverage.modules += (file.origins & (Reported | Scripted)) != 0;
            coverage.watched += file.kind == CodeKind::Source && (file.origins & (Watched | Named)) != 0;
        }
    }
    return coverage;
}

/// A file that processes loaded in different versions is told once, by the version that differs most, with those who
/// loaded one that is not on disk.
CodeReport CodeComparison::report() const
{
    struct Entry
    {
        CodeKind kind;
        QByteArray path;
        Change change;
        QList<quint32> versions;
    };
    std::vector<Entry> entries;
    const FileTable &files = m_manifest.files();
    if (files.size() == 0)
        return notKnown(QStringLiteral("nothing is known of what the process loaded"));
    const QSet<quint32> unused = heldBySupervisorsOnly() + toldByAnotherName();
    for (const auto &directory : files.directories()) {
        for (const LoadedFile &file : directory.second.files) {
            const auto found = m_differences.find(file.name);
            if (found == m_differences.end() || unused.contains(file.name))
                continue;
            QByteArray path = files.path(directory, file);
            if (entries.empty() || entries.back().path != path)
                entries.push_back({file.kind, std::move(path), found->second.change, {file.name}});
            else {
                entries.back().change = std::min(entries.back().change, found->second.change);
                entries.back().versions << file.name;
            }
        }
    }
    for (const auto &[path, change] : m_unexpected)
        entries.push_back({CodeKind::Source, path, change, {}});
    std::stable_sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.kind < b.kind; });

    CodeReport report;
    bool stale = false;
    qsizetype text = 0;
    QSet<quint32> listed;
    qsizetype count = 0;
    for (const Entry &entry : entries) {
        stale = stale || entry.change < Change::Unreadable;
        if (count < Listed && (text += entry.path.size()) < ListedText) {
            ++count;
            listed.unite(QSet<quint32>(entry.versions.cbegin(), entry.versions.cend()));
        } else {
            ++report.more;
        }
    }
    const auto holders = listed.isEmpty() ? QHash<quint32, QList<qint64>>() : m_manifest.holders(listed);
    for (const Entry &entry : entries) {
        if (report.changed.size() == count)
            break;
        CodeChange change{printablePath(entry.path), QLatin1String(wireName(entry.kind)), word(entry.change), {}};
        for (const quint32 version : entry.versions)
            change.pids += holders.value(version);
        std::sort(change.pids.begin(), change.pids.end());
        change.pids.erase(std::unique(change.pids.begin(), change.pids.end()), change.pids.end());
        report.changed << change;
    }
    report.reasons = reasons(unused);
    if (!hasProcessTable())
        report.reasons << QStringLiteral("/proc is not mounted: what the process has mapped is not known");
    report.coverage = coverage();
    report.buildIds = m_manifest.buildIds();
    report.verdict = stale                                     ? CodeVerdict::Stale
        : report.changed.isEmpty() && report.reasons.isEmpty() ? CodeVerdict::Fresh
                                                               : CodeVerdict::Unknown;
    if (const GitState &git = m_manifest.git();
        stale && !git.directory.isEmpty() && GitState::of(m_manifest.sources().directory) != git)
        report.changed << CodeChange{
            printablePath(git.directory + "/HEAD"), QStringLiteral("git"), word(Change::Modified), {}};
    report.checked = Seconds(0);
    return report;
}

} // namespace Hephaestus
