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
    case Change::Unreadable: return QStringLiteral("unreadable");
    case Change::Unverified: return QStringLiteral("unverified");
    }
    return {};
}

CodeReport CodeComparison::compare(CpuThrottle &throttle)
{
    throttle.begin();
    if (!m_manifest.update(throttle))
        return {};
    FileTable &files = m_manifest.files();
    if (files.size() == 0)
        return {};
    for (auto &directory : files.directories()) {
        for (LoadedFile &file : directory.second.files)
            file.seen = false;
    }
    m_unexpected.clear();
    if (!visitWatched(throttle))
        return {};
    QByteArray path;
    for (auto &directory : files.directories()) {
        for (LoadedFile &file : directory.second.files) {
            if (file.seen)
                continue;
            path = files.path(directory, file);
            struct stat status = {};
            const bool found = ::stat(path.constData(), &status) == 0;
            compareTo(path, file, found ? &status : nullptr, errno, throttle);
            if (!throttle.step())
                return {};
        }
    }
    return report();
}

bool CodeComparison::visitWatched(CpuThrottle &throttle)
{
    FileTable &files = m_manifest.files();
    GlobPattern::Visitor visitor;
    FileTable::Directory *folder = nullptr; // of the files that follow
    visitor.directory = [&](const QByteArray &directory) {
        m_manifest.noteDirectory(directory);
        folder = &files.directory(directory).second;
    };
    visitor.unreadable = [this](const QByteArray &directory) { m_unexpected.emplace(directory, Change::Unreadable); };
    visitor.goOn = [&throttle] { return throttle.step(); };
    visitor.file = [&](const QByteArray &directory, const char *name, const struct stat &status, bool isLink) {
        LoadedFile *file = files.find(*folder, name);
        if (file && m_differences.empty() && file->evidence == Evidence::Hashed
            && file->stamp == FileStamp::of(status)) {
            file->seen = true; // the usual case, without making its path
            if (!isLink)
                return;
        }
        if (!file)
            m_unexpected.emplace((directory == "/" ? QByteArray() : directory) + '/' + name, Change::Added);
        else if (!file->seen)
            compareTo(directory + '/' + name, *file, &status, 0, throttle);
        if (isLink)
            m_manifest.noteLink(directory + '/' + name);
    };
    for (const GlobPattern &pattern : m_manifest.patterns())
        pattern.walk(visitor);
    return !throttle.stopped();
}

void CodeComparison::compareTo(const QByteArray &path, LoadedFile &file, const struct stat *status, int error,
                               CpuThrottle &throttle)
{
    file.seen = true;
    std::optional<Change> change;
    FileStamp now;
    if (status) {
        now = FileStamp::of(*status);
        change = S_ISREG(status->st_mode) ? judge(path, file, now, throttle) : Change::Modified;
    } else if (error != ENOENT && error != ENOTDIR && error != ELOOP) {
        change = Change::Unreadable;
    } else if (file.evidence != Evidence::Absent) {
        change = Change::Removed;
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

CodeReport CodeComparison::report() const
{
    struct Entry
    {
        CodeKind kind;
        QByteArray path;
        Change change;
    };
    std::vector<Entry> entries;
    const FileTable &files = m_manifest.files();
    for (const auto &directory : files.directories()) {
        for (const LoadedFile &file : directory.second.files) {
            if (const auto found = m_differences.find(file.name); found != m_differences.end())
                entries.push_back({file.kind, files.path(directory, file), found->second.change});
        }
    }
    for (const auto &[path, change] : m_unexpected)
        entries.push_back({CodeKind::Source, path, change});
    std::stable_sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.kind < b.kind; });

    CodeReport report;
    bool stale = false;
    qsizetype text = 0;
    for (const Entry &entry : entries) {
        stale = stale || entry.change < Change::Unreadable;
        if (report.changed.size() < Listed && (text += entry.path.size()) < ListedText)
            report.changed << CodeChange{printablePath(entry.path), QLatin1String(wireName(entry.kind)),
                                         word(entry.change)};
        else
            ++report.more;
    }
    const QByteArray &module = m_manifest.sources().moduleReport;
    if (!module.isEmpty()
        && !m_manifest.hasModules()) // the adapter was not loaded: what it would have named is not known
        report.changed << CodeChange{printablePath(module), QStringLiteral("source"), word(Change::Unreadable)};
    if (!hasProcessTable()) // what it has mapped is not known
        report.changed << CodeChange{QStringLiteral("/proc"), QLatin1String(wireName(CodeKind::Executable)),
                                     word(Change::Unreadable)};
    report.verdict = stale ? CodeVerdict::Stale : report.changed.isEmpty() ? CodeVerdict::Fresh : CodeVerdict::Unknown;
    if (const GitState &git = m_manifest.git();
        stale && !git.directory.isEmpty() && GitState::of(m_manifest.sources().directory) != git)
        report.changed << CodeChange{printablePath(git.directory + "/HEAD"), QStringLiteral("git"),
                                     word(Change::Modified)};
    report.checked = Seconds(0);
    return report;
}

} // namespace Hephaestus
