// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/familyscripts.h"

#include "common/base/printable.h"
#include "server/code/fileproof.h"
#include "server/code/processorigin.h"
#include "server/code/scriptarguments.h"

#include <QDirIterator>
#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// Of an interpreter whose script is its input. Without a script it ends when its input does: what has neither a file
/// nor a terminal was told its script in a way that is not known here, or has let go of its input. Empty: no gap.
QString inputGap(pid_t pid)
{
    if (ProcessOrigin::hasStreamForInput(pid))
        return QStringLiteral("takes its commands from a pipe: what they are is not known");
    return ProcessOrigin::hasTerminalForInput(pid)
        ? QString()
        : QStringLiteral("was told no script that is known here, and its input is no file: what it runs is not known");
}

/// Whether `path` is another file, or none, by the root directory and the mounts of this process. False where that
/// cannot be told.
bool isElsewhere(pid_t pid, const QByteArray &path)
{
    struct stat ours = {};
    struct stat own = {};
    const bool isHere = ::stat(path.constData(), &ours) == 0;
    if (::stat(("/proc/" + QByteArray::number(pid) + "/root" + path).constData(), &own) != 0)
        return isHere && isMissing(errno) && hasProcessTable();
    return !isHere || ours.st_dev != own.st_dev || ours.st_ino != own.st_ino;
}

/// Whether compiled classes lie in `folder`, or so many files that it cannot be told.
bool holdsClasses(const QByteArray &folder)
{
    int left = 2'000;
    QDirIterator each(QFile::decodeName(folder), QDir::Files, QDirIterator::Subdirectories);
    while (each.hasNext() && --left > 0) {
        if (each.next().endsWith(".class"_L1))
            return true;
    }
    return left <= 0;
}

} // namespace

QByteArrayList FamilyScripts::note(const FamilyMember &member, const QByteArrayList &directories,
                                   const QList<GlobPattern> &patterns, const ChangeBound &since)
{
    const auto known = m_scripts.constFind(member.identity());
    const bool isNew = known == m_scripts.cend();
    if (!isNew && known->image == member.image)
        return {};
    const pid_t pid = member.entry.pid;
    const QByteArrayList arguments = ProcessOrigin::argumentsOf(pid);
    const QByteArray environment = ProcessOrigin::environmentOf(pid).value_or(QByteArray());
    const QByteArray input = ProcessOrigin::inputsOf(pid).value(0);
    ScriptArguments found;
    for (const QByteArray &directory : directories + QByteArrayList{ProcessOrigin::directoryOf(pid)}) {
        if (directory.isEmpty())
            continue;
        found = readScriptArguments(member.program, arguments, directory, environment, input);
        if (std::all_of(found.files.begin(), found.files.end(),
                        [](const QByteArray &path) { return ::access(path.constData(), F_OK) == 0; }))
            break;
    }
    if (const QString gap = inputGap(pid); found.takesInput && input.isEmpty() && !gap.isEmpty())
        found.gap = gap;
    const ChangeBound begun = isNew && !member.isFirst ? ChangeBound(ProcessOrigin::startOf(pid).value_or(0)) : since;
    Scripts scripts{member.image, {}, {}};
    bool isWatched = false;
    for (const QByteArray &file : std::as_const(found.files)) {
        const QByteArray path =
            QByteArray::fromStdString(std::filesystem::path(file.toStdString()).lexically_normal().string());
        if (isElsewhere(pid, path)) {
            found.gap =
                u"has a root directory or mounts of its own, where %1 is another file"_s.arg(printablePath(path));
            continue;
        }
        isWatched = isWatched || std::any_of(patterns.begin(), patterns.end(), [&](const GlobPattern &pattern) {
                        return pattern.matches(path);
                    });
        noteFile(path, begun, scripts);
    }
    if (!found.gap.isEmpty() && !isWatched)
        noteGap(member, found.gap, scripts);
    for (const QByteArray &file : environmentFiles(arguments, ProcessOrigin::directoryOf(pid)))
        noteFile(file, begun, scripts);
    m_scripts.insert(member.identity(), scripts);
    return found.folders;
}

void FamilyScripts::noteReporter(const FamilyMember &member, const ChangeBound &since)
{
    const auto known = m_scripts.constFind(member.identity());
    const bool isNew = known == m_scripts.cend();
    if (!isNew && known->image == member.image)
        return;
    const pid_t pid = member.entry.pid;
    const QByteArrayList arguments = ProcessOrigin::argumentsOf(pid);
    const ChangeBound begun = isNew && !member.isFirst ? ChangeBound(ProcessOrigin::startOf(pid).value_or(0)) : since;
    Scripts scripts{member.image, {}, {}};
    for (const QByteArray &file : environmentFiles(arguments, ProcessOrigin::directoryOf(pid)))
        noteFile(file, begun, scripts);
    if (readScriptArguments(member.program, arguments, {}).takesInput) {
        for (const QByteArray &path : ProcessOrigin::inputsOf(pid))
            noteFile(path, begun, scripts);
        if (ProcessOrigin::hasStreamForInput(pid))
            noteGap(member, inputGap(pid), scripts);
    }
    m_scripts.insert(member.identity(), scripts);
}

void FamilyScripts::noteUnwatched(const FamilyMember &member, const QByteArrayList &folders)
{
    const auto scripts = m_scripts.find(member.identity());
    if (scripts != m_scripts.end() && std::any_of(folders.begin(), folders.end(), holdsClasses))
        noteGap(member, u"which classes it has loaded is not known; name them with --watch"_s, *scripts);
}

void FamilyScripts::noteGap(const FamilyMember &member, const QString &gap, Scripts &scripts)
{
    scripts.gap =
        QStringLiteral("process %1 (%2): %3").arg(member.entry.pid).arg(QString::fromUtf8(member.program), gap);
}

void FamilyScripts::noteFile(const QByteArray &path, const ChangeBound &since, Scripts &scripts)
{
    LoadedFile file;
    file.origins = Scripted;
    struct stat status = {};
    if (::stat(path.constData(), &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return; // it has no contents to compare
        file.stamp = FileStamp::of(status);
        for (LoadedFile &known : m_files.versions(path)) {
            if (known.stamp == file.stamp) {
                known.origins |= Scripted;
                scripts.files << known.name;
                return;
            }
        }
        if (since.mayPrecede(file.stamp.changed))
            makeUnverified(file);
    } else {
        file.evidence = isMissing(errno) ? Evidence::Unverified : Evidence::Unreadable;
    }
    m_directories.noteFolderOf(path);
    scripts.files << m_files.addVersion(path, file).name;
}

void FamilyScripts::keep(const QSet<FamilyMember::Identity> &present)
{
    m_scripts.removeIf([&](const auto &entry) { return !present.contains(entry.key()); });
    QSet<quint32> files;
    for (const Scripts &each : std::as_const(m_scripts))
        files.unite(QSet<quint32>(each.files.cbegin(), each.files.cend()));
    if (files == m_kept)
        return; // none was added, and none is gone
    m_kept = files;
    m_files.forget(Scripted, [&](const QByteArray &, const LoadedFile &file) { return !files.contains(file.name); });
}

QStringList FamilyScripts::gaps() const
{
    QStringList gaps;
    for (const Scripts &each : m_scripts) {
        if (!each.gap.isEmpty())
            gaps << each.gap;
    }
    return gaps;
}

void FamilyScripts::addHolders(const QSet<quint32> &files, QHash<quint32, QList<qint64>> &holders) const
{
    for (auto scripts = m_scripts.cbegin(); scripts != m_scripts.cend(); ++scripts) {
        for (const quint32 file : scripts->files) {
            if (files.contains(file))
                holders[file] << scripts.key().first;
        }
    }
}

} // namespace Hephaestus
