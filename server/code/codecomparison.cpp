// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codecomparison.h"

#include "common/base/fileclock.h"
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
    giveUp();
    return *compareUnless([] { return false; }, throttle);
}

std::optional<CodeReport> CodeComparison::compareUnless(const std::function<bool()> &isUrgent, CpuThrottle &throttle)
{
    throttle.begin();
    if (!m_pass || m_pass->generation != m_manifest.generation()) {
        m_pass.reset();
        if (!m_manifest.update(throttle))
            return stopped();
        beginPass();
    }
    bool isPaused = false;
    const GoOn goOn = [&] {
        isPaused = isPaused || isUrgent();
        return !isPaused && throttle.step();
    };
    const bool isWhole = visitWatched(goOn, throttle) && compareUnseen(goOn, throttle);
    if (isPaused && !throttle.stopped())
        return {};
    const Pass pass = std::move(*m_pass);
    m_pass.reset();
    if (!isWhole)
        return stopped();
    m_manifest.forgetEmptyDirectories();
    m_unexpected = pass.unexpected;
    for (const QByteArray &path : pass.touched)
        noteUnexpected(path, m_unexpected);
    return report();
}

void CodeComparison::beginPass()
{
    m_pass.emplace().generation = m_manifest.generation();
    for (auto &directory : m_manifest.files().directories()) {
        for (LoadedFile &file : directory.second.files)
            file.seen = false;
    }
}

CodeReport CodeComparison::compareAgain(const QSet<QByteArray> &paths, CpuThrottle &throttle)
{
    throttle.begin();
    if (!m_manifest.updateLoaded(throttle))
        return stopped();
    const auto unexpected = m_unexpected;
    for (const auto &[path, change] : unexpected) {
        if (change == Change::Added)
            expectAgain(path);
    }
    for (const QByteArray &path : paths)
        expectAgain(path);
    return compareOpen(throttle) ? report() : stopped();
}

void CodeComparison::expectAgain(const QByteArray &path)
{
    if (m_pass)
        m_pass->touched.insert(path);
    for (LoadedFile &file : m_manifest.files().versions(path))
        file.compared = false;
    if (FileTable::Directory *folder = m_manifest.files().folderOf(path))
        folder->mayDiffer = true;
    noteUnexpected(path, m_unexpected);
}

void CodeComparison::noteUnexpected(const QByteArray &path, Unexpected &unexpected)
{
    struct stat status = {};
    const auto &patterns = m_manifest.patterns();
    const auto matches = [&path](const GlobPattern &pattern) { return pattern.isPattern() && pattern.matches(path); };
    if (m_manifest.files().versions(path).empty() && ::stat(path.constData(), &status) == 0 && S_ISREG(status.st_mode)
        && std::any_of(patterns.begin(), patterns.end(), matches))
        unexpected.insert_or_assign(path, Change::Added);
    else
        unexpected.erase(path);
}

void CodeComparison::compareByPath(const FileTable::Directories::value_type &directory, LoadedFile &file,
                                   CpuThrottle &throttle)
{
    const QByteArray path = m_manifest.files().path(directory, file);
    struct stat status = {};
    const bool found = ::stat(path.constData(), &status) == 0;
    compareTo(path, file, found ? &status : nullptr, errno, throttle);
}

/// Of a directory whose files have been compared.
void CodeComparison::noteDifferences(FileTable::Directory &directory, QSet<quint32> &present) const
{
    directory.mayDiffer = false;
    for (const LoadedFile &file : directory.files) {
        if (differs(file)) {
            present.insert(file.name);
            directory.mayDiffer = true;
        }
    }
}

void CodeComparison::keepDifferences(const QSet<quint32> &present)
{
    std::erase_if(m_differences, [&](const auto &entry) { return !present.contains(entry.first); });
    m_manifest.files().reuseNames();
}

/// What the walk over the patterns did not meet.
bool CodeComparison::compareUnseen(const GoOn &goOn, CpuThrottle &throttle)
{
    QSet<quint32> present; // of those that differed
    for (auto &directory : m_manifest.files().directories()) {
        for (LoadedFile &file : directory.second.files) {
            if (!file.seen) {
                compareByPath(directory, file, throttle);
                directory.second.mayDiffer = true;
                if (!goOn())
                    return false;
            }
        }
        noteDifferences(directory.second, present);
    }
    keepDifferences(present);
    return true;
}

/// What differed, and what was not compared yet.
bool CodeComparison::compareOpen(CpuThrottle &throttle)
{
    QSet<quint32> present;
    for (auto &directory : m_manifest.files().directories()) {
        if (!directory.second.mayDiffer)
            continue;
        for (LoadedFile &file : directory.second.files) {
            if (!file.compared || differs(file)) {
                compareByPath(directory, file, throttle);
                if (!throttle.step())
                    return false;
            }
        }
        noteDifferences(directory.second, present);
    }
    keepDifferences(present);
    return true;
}

std::optional<bool> CodeComparison::looksTheSame(Extent extent, const std::function<bool()> &isUrgent,
                                                 CpuThrottle &throttle)
{
    const FileTable &files = m_manifest.files();
    // Without patterns each difference is one of a known file: all of those are looked at below, or only a part.
    if (!m_glanced && (extent == Extent::Unheard || !m_manifest.patterns().isEmpty())) {
        const auto haveMoved = m_manifest.directories().haveMoved([&] { return !isUrgent(); });
        if (!haveMoved || *haveMoved)
            return haveMoved ? std::optional(false) : std::nullopt;
    }
    const auto [reached, last] = std::exchange(m_glanced, {}).value_or(std::pair<std::string, std::string>());
    for (auto directory = files.directories().lower_bound(reached); directory != files.directories().end();
         ++directory) {
        const std::vector<LoadedFile> &all = directory->second.files;
        constexpr std::size_t Few = 3; // are found sooner by their paths
        const bool isShort = extent != Extent::All || all.size() <= Few;
        const FileDescriptor folder(isShort ? -1 : ::open(directory->first.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const bool isReached = !last.empty() && directory->first == reached;
        for (const LoadedFile &file : all) {
            if (isReached && files.name(file) <= last)
                continue;
            if (extent == Extent::Unheard && !file.isShared && (file.origins & ~(Watched | Reported)) == 0)
                continue;
            if (!throttle.step())
                return true;
            if (!isAsBefore(*directory, file, folder.number()))
                return false;
            if (isUrgent()) {
                m_glanced.emplace(directory->first, files.name(file));
                return {};
            }
        }
    }
    return true;
}

/// `folder`: the open directory, -1 if it is not open.
bool CodeComparison::isAsBefore(const FileTable::Directories::value_type &directory, const LoadedFile &file,
                                int folder) const
{
    const FileTable &files = m_manifest.files();
    const auto difference = m_differences.find(file.name);
    const FileStamp &then = difference == m_differences.end() ? file.stamp : difference->second.seen;
    struct stat status = {};
    const bool isThere = folder < 0 ? ::stat(files.path(directory, file).constData(), &status) == 0
                                    : ::fstatat(folder, files.name(file), &status, 0) == 0;
    FileStamp now = isThere ? FileStamp::of(status) : FileStamp();
    if (then.changed == 0 || file.evidence == Evidence::StampOnly)
        now.changed = then.changed;
    return file.evidence == Evidence::Absent && difference == m_differences.end() ? !isThere : now == then;
}

bool CodeComparison::visitWatched(const GoOn &goOn, CpuThrottle &throttle)
{
    Pass &pass = *m_pass;
    GlobWalk::Visitor visitor;
    visitor.directory = [&](const QByteArray &directory) {
        m_manifest.directories().note(directory);
        pass.folder = &m_manifest.files().directory(directory).second;
    };
    visitor.unreadable = [&](const QByteArray &directory) { pass.unexpected.emplace(directory, Change::Unreadable); };
    visitor.goOn = goOn;
    visitor.file = [&](const QByteArray &directory, const char *name, const struct stat &status, bool isLink) {
        visitFile(directory, name, status, isLink, throttle);
    };
    const QList<GlobPattern> &patterns = m_manifest.patterns();
    for (; pass.walked < patterns.size(); ++pass.walked, pass.walk.reset()) {
        if (!pass.walk)
            pass.walk.emplace(patterns[pass.walked]);
        if (!pass.walk->advance(visitor))
            return false;
    }
    return true;
}

void CodeComparison::visitFile(const QByteArray &directory, const char *name, const struct stat &status, bool isLink,
                               CpuThrottle &throttle)
{
    Pass &pass = *m_pass;
    const std::span<LoadedFile> versions = m_manifest.files().versions(*pass.folder, name);
    if (versions.size() == 1 && !differs(versions[0]) && versions[0].evidence == Evidence::Hashed
        && !versions[0].isNewer && versions[0].stamp == FileStamp::of(status)) {
        versions[0].seen = versions[0].compared = true; // the usual case, without making its path
        versions[0].isShared = status.st_nlink > 1;
        if (!isLink)
            return;
    }
    if (versions.empty())
        pass.unexpected.emplace((directory == "/" ? QByteArray() : directory) + '/' + name, Change::Added);
    for (LoadedFile &file : versions) {
        if (!file.seen) {
            compareTo(directory + '/' + name, file, &status, 0, throttle);
            pass.folder->mayDiffer = true;
        }
    }
    if (isLink)
        m_manifest.directories().noteLink(directory + '/' + name);
}

void CodeComparison::compareTo(const QByteArray &path, LoadedFile &file, const struct stat *status, int error,
                               CpuThrottle &throttle)
{
    file.seen = file.compared = true;
    std::optional<Change> change;
    FileStamp now;
    if (status) {
        now = FileStamp::of(*status);
        file.isShared = status->st_nlink > 1;
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
    const qint64 begun = fileClock().count();
    const auto hash = hashFile(opened.number(), now.size, throttle);
    struct stat after = {};
    const bool settled = ::fstat(opened.number(), &after) == 0 && FileStamp::of(after) == now;
    if (!hash)
        return Change::Unreadable;
    if (!settled)
        return Change::Unverified; // being written: the next comparison decides
    if (latestTime(now.changed) > begun - 2 * FileStamp::Tick)
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
    forEachDifference([&](const auto &, const LoadedFile &file, const Difference &) {
        if (file.origins == Reported)
            reported.insert(file.name);
    });
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
    forEachDifference([&](const auto &, const LoadedFile &file, const Difference &) {
        if (file.origins & Mapped)
            told.insert({file.stamp.device, file.stamp.inode});
    });
    forEachDifference([&](const auto &, const LoadedFile &file, const Difference &) {
        if ((file.origins & Linked) && told.contains({file.stamp.device, file.stamp.inode}))
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
    forEachDifference([&](const auto &, const LoadedFile &file, const Difference &found) {
        if (unused.contains(file.name))
            return;
        unreadable += found.change == Change::Unreadable;
        notBuilt += found.change == Change::NotBuilt;
        if (found.change == Change::Unverified)
            ++(file.evidence == Evidence::Doubtful ? doubtful : unverified);
    });
    QStringList reasons = m_manifest.gaps();
    if (notBuilt > 0)
        reasons << QStringLiteral("build first: %1 sources were edited after the program was built").arg(notBuilt);
    if (unreadable > 0)
        reasons << QStringLiteral("not readable: %1 files or directories").arg(unreadable);
    if (unverified > 0)
        reasons << QStringLiteral("changed while they were loaded, or before they were first read: %1 files")
                       .arg(unverified);
    if (doubtful > 0)
        reasons << QStringLiteral("run from byte code or a cache that may be of another state of its source: %1 files")
                       .arg(doubtful);
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
std::vector<CodeComparison::ChangedFile> CodeComparison::changedFiles(const QSet<quint32> &unused) const
{
    std::vector<ChangedFile> changed;
    forEachDifference([&](const auto &directory, const LoadedFile &file, const Difference &found) {
        if (unused.contains(file.name))
            return;
        QByteArray path = m_manifest.files().path(directory, file);
        if (changed.empty() || changed.back().path != path)
            changed.push_back({file.kind, std::move(path), found.change, {file.name}});
        else {
            changed.back().change = std::min(changed.back().change, found.change);
            changed.back().versions << file.name;
        }
    });
    for (const auto &[path, change] : m_unexpected)
        changed.push_back({CodeKind::Source, path, change, {}});
    if (m_manifest.isStartMoved()) // what would be run next lies elsewhere
        changed.push_back({CodeKind::Source, m_manifest.sources().startLink, Change::Modified, {}});
    std::ranges::stable_sort(changed, {}, &ChangedFile::kind);
    return changed;
}

/// As many of them as a report lists.
QList<CodeChange> CodeComparison::listed(std::span<const ChangedFile> changed) const
{
    qsizetype text = 0;
    QSet<quint32> versions;
    std::vector<const ChangedFile *> chosen;
    for (const ChangedFile &file : changed) {
        if (qsizetype(chosen.size()) == Listed || (text += file.path.size()) >= ListedText)
            break;
        chosen.push_back(&file);
        versions.unite(QSet<quint32>(file.versions.cbegin(), file.versions.cend()));
    }
    const auto holders = versions.isEmpty() ? QHash<quint32, QList<qint64>>() : m_manifest.holders(versions);
    QList<CodeChange> list;
    for (const ChangedFile *file : chosen) {
        CodeChange change{printablePath(file->path), QLatin1String(wireName(file->kind)), word(file->change), {}};
        for (const quint32 version : file->versions)
            change.pids += holders.value(version);
        std::ranges::sort(change.pids);
        change.pids.erase(std::unique(change.pids.begin(), change.pids.end()), change.pids.end());
        list << change;
    }
    return list;
}

CodeReport CodeComparison::report() const
{
    if (m_manifest.files().size() == 0)
        return notKnown(QStringLiteral("nothing is known of what the process loaded"));
    const QSet<quint32> unused = heldBySupervisorsOnly() + toldByAnotherName();
    const std::vector<ChangedFile> changed = changedFiles(unused);
    const bool stale = std::ranges::any_of(
        changed, [](Change change) { return change < Change::Unreadable; }, &ChangedFile::change);
    CodeReport report;
    report.changed = listed(changed);
    report.more = qint64(changed.size()) - report.changed.size();
    report.reasons = reasons(unused);
    if (!hasProcessTable())
        report.reasons << QStringLiteral("/proc is not mounted: what the process has mapped is not known");
    report.coverage = coverage();
    report.buildIds = m_manifest.buildIds();
    report.verdict = stale                            ? CodeVerdict::Stale
        : changed.empty() && report.reasons.isEmpty() ? CodeVerdict::Fresh
                                                      : CodeVerdict::Unknown;
    if (const GitState &git = m_manifest.git();
        stale && !git.directory.isEmpty() && GitState::of(m_manifest.sources().directory) != git)
        report.changed << CodeChange{
            printablePath(git.directory + "/HEAD"), QStringLiteral("git"), word(Change::Modified), {}};
    report.checked = Seconds(0);
    return report;
}

} // namespace Hephaestus
