// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/familymappings.h"

#include "common/base/printable.h"
#include "server/code/buildid.h"
#include "server/code/fileproof.h"
#include "server/code/processorigin.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

QByteArray proc(pid_t pid, const QByteArray &entry) { return "/proc/" + QByteArray::number(pid) + '/' + entry; }

/// Not open: it cannot be had as it was loaded.
FileDescriptor openMapped(pid_t pid, const MappedFile &mapped)
{
    struct stat status = {};
    for (const QByteArray &path : {proc(pid, mapped.entry), proc(pid, "exe"), mapped.path}) {
        FileDescriptor file = openForReading(path.constData());
        if (file.isOpen() && ::fstat(file.number(), &status) == 0 && mapped.is(status, file.number()))
            return file;
    }
    return {};
}

/// Whether this process has mounts of its own, and another file, or none, has this name here.
bool isHidden(pid_t pid, const MappedFile &mapped)
{
    struct stat status = {};
    struct stat own = {};
    return !mapped.deleted && (::stat(mapped.path.constData(), &status) != 0 || status.st_ino != mapped.inode)
        && ::stat("/proc/self/ns/mnt", &status) == 0 && ::stat(proc(pid, "ns/mnt").constData(), &own) == 0
        && status.st_ino != own.st_ino;
}

} // namespace

FamilyMappings::FamilyMappings(pid_t first, QByteArray directory, FileTable &files, NotedDirectories &directories)
    : m_pid(first)
    , m_directory(std::move(directory))
    , m_files(files)
    , m_directories(directories)
{
}

void FamilyMappings::begin(const ChangeBound &since)
{
    m_others.clear();
    m_kept.clear();
    m_unproven.clear();
    m_program.clear();
    m_buildId.clear();
    m_first = {ProcessOrigin::ticketOf(m_pid), ProcessOrigin::imageOf(m_pid), {}, {}, {}, {}, {}};
    noteFirst(mappedFiles(m_pid), since);
}

void FamilyMappings::noteOthers(const QList<FamilyMember> &members, const ChangeBound &since)
{
    QHash<pid_t, Mappings> others;
    for (const FamilyMember &member : members) {
        if (member.isFirst || member.isPassing)
            continue;
        const pid_t pid = member.entry.pid;
        Mappings mappings = m_others.value(pid);
        const bool isNew = mappings.ticket != member.entry.startTicks;
        if (isNew || mappings.image != member.image)
            mappings = {member.entry.startTicks, member.image, {}, {}, {}, {}, {}};
        note(pid, mappings, mappedFiles(pid), isNew ? ChangeBound(ProcessOrigin::startOf(pid).value_or(0)) : since);
        others.insert(pid, std::move(mappings));
    }
    m_others = std::move(others);
}

void FamilyMappings::note(pid_t pid, Mappings &mappings, const QList<MappedFile> &mapped, const ChangeBound &since)
{
    struct stat program = {};
    const bool programKnown = ::stat(proc(pid, "exe").constData(), &program) == 0;
    QHash<std::pair<quint64, quint64>, Mappings::Names> present;
    for (const MappedFile &each : mapped) {
        const std::pair identity(each.device, each.inode);
        if (const auto known = mappings.files.constFind(identity); known != mappings.files.cend()) {
            present.insert(identity, {known->file, known->linked, each.isHeld});
            continue;
        }
        if (each.isHeld && each.deleted && ::access(each.path.constData(), F_OK) != 0)
            continue; // unpacked for this run, and removed at once
        const bool isProgram = programKnown && each.inode == program.st_ino
            && (each.device == program.st_dev || present.isEmpty()); // the program is the first of the maps
        if (isProgram)
            noteInvocation(pid, mappings, each);
        if (isHidden(pid, each)) {
            mappings.hidden = each.path;
            continue;
        }
        const quint32 name = noteFile(pid, each, isProgram, since);
        present.insert(identity, {name, noteLinked(pid, mappings, each, name), false});
    }
    for (auto known = mappings.files.cbegin(); known != mappings.files.cend(); ++known) {
        if (known->isKept && !present.contains(known.key()))
            present.insert(known.key(), *known);
    }
    mappings.files = std::move(present);
}

QStringList FamilyMappings::gaps() const
{
    QStringList gaps;
    const auto add = [&](pid_t pid, const Mappings &mappings) {
        if (!mappings.hidden.isEmpty())
            gaps << QStringLiteral(
                        "process %1 has mounts of its own: %2 and others that it has loaded are not seen here")
                        .arg(pid)
                        .arg(printablePath(mappings.hidden));
    };
    add(m_pid, m_first);
    for (auto process = m_others.cbegin(); process != m_others.cend(); ++process)
        add(process.key(), *process);
    return gaps;
}

QSet<quint32> FamilyMappings::Mappings::names() const
{
    QSet<quint32> all;
    for (const Names &each : files)
        all << each.file << each.linked;
    return all;
}

/// A program is started by a name, and its libraries are beside it: where a link leads to their folder (`current` of
/// releases), what that leads to later is what would run. The kernel shows the names without links.
void FamilyMappings::noteInvocation(pid_t pid, Mappings &mappings, const MappedFile &program) const
{
    QByteArray path = ProcessOrigin::invocationOf(pid);
    if (!path.startsWith('/') && !path.isEmpty()) {
        const bool isOurs = pid == m_pid && !m_directory.isEmpty();
        path.prepend((isOurs ? m_directory : ProcessOrigin::directoryOf(pid)) + '/');
        path.replace("/./", "/");
    }
    struct stat status = {};
    if (path.isEmpty() || path == program.path || path.startsWith("/proc/") || path.startsWith("/dev/")
        || ::stat(path.constData(), &status) != 0)
        return;
    const FileDescriptor file = openForReading(path.constData());
    if (!file.isOpen())
        return;
    std::array<char, 4> magic{};
    const bool isProgram = ::pread(file.number(), magic.data(), magic.size(), 0) == 4
        && QByteArrayView(magic)
            == QByteArrayView("\x7f"
                              "ELF");
    // a script is the invocation of its interpreter; a link may lead elsewhere already
    if (!program.is(status, file.number())
        && !(isProgram && path.mid(path.lastIndexOf('/')) == program.path.mid(program.path.lastIndexOf('/'))))
        return;
    mappings.invoked = path;
    qsizetype common = 0; // at the end of both
    while (common < std::min(path.size(), program.path.size())
           && path[path.size() - 1 - common] == program.path[program.path.size() - 1 - common])
        ++common;
    const qsizetype slash = path.indexOf('/', path.size() - common);
    if (slash <= 0)
        return;
    mappings.link = path.first(slash + 1);
    mappings.folder = program.path.first(program.path.size() - (path.size() - mappings.link.size()));
    if (mappings.folder.size() <= 1)
        mappings.link = mappings.folder = {};
}

quint32 FamilyMappings::noteLinked(pid_t pid, const Mappings &mappings, const MappedFile &mapped, quint32 file)
{
    const std::span<LoadedFile> versions = m_files.versions(mapped.path);
    const auto noted =
        std::find_if(versions.begin(), versions.end(), [&](const LoadedFile &each) { return each.name == file; });
    if (noted == versions.end())
        return file;
    QByteArray path;
    if (noted->kind == CodeKind::Executable)
        path = mappings.invoked;
    else if (!mappings.link.isEmpty() && mapped.path.startsWith(mappings.folder))
        path = mappings.link + mapped.path.mid(mappings.folder.size());
    struct stat status = {};
    if (path.isEmpty() || path == mapped.path
        || (noted->kind == CodeKind::Library
            && (::stat(path.constData(), &status) != 0 || !FileStamp::of(status).sameFile(noted->stamp))))
        return file;
    for (const LoadedFile &known : m_files.versions(path)) {
        if ((known.origins & Linked) && known.stamp == noted->stamp && known.evidence == noted->evidence)
            return known.name;
    }
    LoadedFile linked = *noted;
    linked.origins = Linked;
    const LoadedFile &added = m_files.addVersion(path, linked);
    if (added.evidence == Evidence::Pending)
        m_unproven.insert(added.name, {pid, mapped});
    m_directories.noteFolderOf(path);
    return added.name;
}

/// Two processes that map one file have loaded the same bytes, unless it was written to in between.
quint32 FamilyMappings::noteFile(pid_t pid, const MappedFile &mapped, bool isProgram, const ChangeBound &since)
{
    LoadedFile file;
    file.kind = isProgram ? CodeKind::Executable : CodeKind::Library;
    file.origins = Mapped;
    const FileDescriptor loaded = openMapped(pid, mapped);
    if (isProgram && pid == m_pid) {
        m_program = mapped.path;
        m_buildId = buildIdOf(loaded.number());
    }
    struct stat status = {};
    if (loaded.isOpen() && ::fstat(loaded.number(), &status) == 0) {
        file.stamp = FileStamp::of(status);
        for (LoadedFile &known : m_files.versions(mapped.path)) {
            if ((known.origins & Mapped) && known.stamp.sameFile(file.stamp) && known.stamp.size == file.stamp.size
                && known.stamp.modified == file.stamp.modified
                && (known.evidence == Evidence::Pending || known.evidence == Evidence::Hashed))
                return known.name;
        }
        // Nobody can write to a running program (ETXTBSY); removing a file moves only the time of its last change
        const qint64 time = status.st_nlink == 0 ? file.stamp.modified : file.stamp.changed;
        if (!isProgram && since.mayPrecede(time))
            makeUnverified(file);
    } else {
        makeUnverified(file);
        if (::stat(mapped.path.constData(), &status) == 0 && status.st_ino == mapped.inode)
            file.evidence = Evidence::Unreadable; // it is there, and not for us
    }
    const LoadedFile &added = m_files.addVersion(mapped.path, file);
    if (added.evidence == Evidence::Pending)
        m_unproven.insert(added.name, {pid, mapped});
    m_directories.noteFolderOf(mapped.path);
    return added.name;
}

void FamilyMappings::forgetUnmapped()
{
    QSet<quint32> present = m_first.names();
    for (const Mappings &mappings : std::as_const(m_others))
        present.unite(mappings.names());
    if (present == m_kept)
        return; // none was added, and none is gone
    m_kept = present;
    for (const Origin origin : {Mapped, Linked})
        m_files.forget(origin,
                       [&](const QByteArray &, const LoadedFile &file) { return !present.contains(file.name); });
}

void FamilyMappings::addHolders(const QSet<quint32> &files, QHash<quint32, QList<qint64>> &holders) const
{
    const auto add = [&](pid_t pid, const Mappings &mappings) {
        for (const quint32 file : mappings.names()) {
            if (files.contains(file))
                holders[file] << pid;
        }
    };
    add(m_pid, m_first);
    for (auto process = m_others.cbegin(); process != m_others.cend(); ++process)
        add(process.key(), *process);
}

QHash<pid_t, QByteArray> FamilyMappings::mapping(QByteArrayView beginning) const
{
    QHash<pid_t, QByteArray> found;
    const auto add = [&](pid_t pid, const Mappings &mappings) {
        for (const Mappings::Names &each : mappings.files) {
            if (const QByteArrayView name(m_files.nameOf(each.file)); name.startsWith(beginning))
                found.insert(pid, name.toByteArray());
        }
    };
    add(m_pid, m_first);
    for (auto process = m_others.cbegin(); process != m_others.cend(); ++process)
        add(process.key(), *process);
    return found;
}

BuildIds FamilyMappings::buildIds() const
{
    const QByteArray &path = m_first.invoked.isEmpty() ? m_program : m_first.invoked;
    if (path.isEmpty())
        return {};
    return {m_buildId, buildIdOf(openForReading(path.constData()).number())};
}

std::optional<FileDescriptor> FamilyMappings::openUnproven(quint32 file) const
{
    const auto unproven = m_unproven.constFind(file);
    if (unproven == m_unproven.cend())
        return std::nullopt;
    return openMapped(unproven->pid, unproven->mapped);
}

} // namespace Hephaestus
