// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codemanifest.h"

#include "server/code/processorigin.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

namespace Hephaestus {
namespace {

constexpr std::array LockFiles{
    "poetry.lock",    "uv.lock",  "pdm.lock",   "Pipfile.lock", "requirements.txt", "package-lock.json", "yarn.lock",
    "pnpm-lock.yaml", "bun.lock", "Cargo.lock", "go.sum",       "Gemfile.lock",     "composer.lock",     "conan.lock"};

/// Never waits: not for the other end of a FIFO, nor for a lease.
FileDescriptor openForReading(const char *path, int directory = AT_FDCWD)
{
    return FileDescriptor(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

bool isMissing(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

/// A noted file whose content may be another than the one loaded: nothing known then is known of that one.
void makeUnverified(LoadedFile &file)
{
    file.evidence = Evidence::Unverified;
    file.stamp = {};
}

} // namespace

QByteArrayList lockFilesIn(const QByteArray &directory)
{
    QByteArrayList found;
    for (const char *name : LockFiles) {
        const QByteArray path = directory + '/' + name;
        if (::access(path.constData(), F_OK) == 0)
            found << path;
    }
    return found;
}

CodeManifest::CodeManifest(CodeSources sources) : m_sources(std::move(sources)), m_modules(m_sources.moduleReport)
{
    for (const QByteArray &pattern : m_sources.watch)
        m_patterns << GlobPattern(m_sources.directory, pattern);
    if (!m_sources.directory.isEmpty())
        m_git = GitState::of(m_sources.directory);
    const auto since = m_sources.since ? m_sources.since : ProcessOrigin::startOf(m_sources.pid);
    begin(ChangeBound(since.value_or(0))); // 0: the process is gone, and nothing can be proven
}

QByteArray CodeManifest::proc(const char *entry) const
{
    return "/proc/" + QByteArray::number(m_sources.pid) + '/' + entry;
}

void CodeManifest::noteDirectory(const QByteArray &directory)
{
    if (!m_listener || m_directories.contains(directory))
        return;
    m_directories.insert(directory);
    m_listener(directory);
}

void CodeManifest::noteLink(const QByteArray &path)
{
    std::array<char, PATH_MAX> real;
    if (!::realpath(path.constData(), real.data()))
        return;
    const QByteArray target(real.data());
    const qsizetype slash = target.lastIndexOf('/');
    const QByteArray directory = slash == 0 ? QByteArray("/") : target.first(slash);
    noteDirectory(directory);
    m_linked[directory].insert(target.mid(slash + 1));
}

bool CodeManifest::concerns(const QByteArray &directory, const QByteArray &name) const
{
    const QByteArray path = (directory == "/" ? QByteArray() : directory) + '/' + name;
    return m_files.find(path) || m_linked.value(directory).contains(name)
        || std::any_of(m_patterns.begin(), m_patterns.end(),
                       [&](const GlobPattern &pattern) { return pattern.matches(path); });
}

bool CodeManifest::isReport(const QByteArray &directory, const QByteArray &name) const
{
    return !m_modules.reportFile().isEmpty() && directory + '/' + name == m_modules.reportFile();
}

void CodeManifest::begin(const ChangeBound &since)
{
    m_files.clear();
    m_mapped.clear();
    m_unproven.clear();
    m_recorded = false;
    m_lastUpdate = since;
    noteMapped(mappedFiles(m_sources.pid), since);
    const ChangeBound configured = m_sources.configuredSince ? ChangeBound(*m_sources.configuredSince) : since;
    for (const QByteArray &path : m_sources.configurationFiles)
        noteNamed(path, CodeKind::Configuration, configured);
    for (const QByteArray &path : m_sources.lockFiles)
        noteNamed(path, CodeKind::LockFile, since);
    for (const GlobPattern &pattern : m_patterns) {
        if (!pattern.isPattern())
            noteNamed(pattern.root(), CodeKind::Source, since);
    }
    if (const auto environment = ProcessOrigin::environmentOf(m_sources.pid))
        m_environment = ProcessOrigin::environmentHash(*environment);
}

FileDescriptor CodeManifest::openLoaded(const MappedFile &mapped) const
{
    struct stat status = {};
    for (const QByteArray &path : {proc("map_files/") + mapped.range, proc("exe"), mapped.path}) {
        FileDescriptor file = openForReading(path.constData());
        if (file.isOpen() && ::fstat(file.number(), &status) == 0 && mapped.is(status, file.number()))
            return file;
    }
    return {};
}

void CodeManifest::noteMapped(const QList<MappedFile> &mapped, const ChangeBound &since)
{
    struct stat program = {};
    const bool programKnown = ::stat(proc("exe").constData(), &program) == 0;
    for (const MappedFile &each : mapped) {
        const bool isProgram = programKnown && each.inode == program.st_ino
            && (each.device == program.st_dev || m_mapped.isEmpty()); // the program is the first of the maps
        if (isProgram)
            m_image = each;
        if (m_mapped.contains({each.device, each.inode}))
            continue;
        m_mapped.insert({each.device, each.inode}, each.path);

        LoadedFile file;
        file.kind = isProgram ? CodeKind::Executable : CodeKind::Library;
        file.origins = Mapped;
        const FileDescriptor loaded = openLoaded(each);
        struct stat status = {};
        if (loaded.isOpen() && ::fstat(loaded.number(), &status) == 0) {
            file.stamp = FileStamp::of(status);
            // Nobody can write to a running program (ETXTBSY); removing a file moves only the time of its last change
            const qint64 time = status.st_nlink == 0 ? file.stamp.modified : file.stamp.changed;
            if (!isProgram && since.mayPrecede(time))
                makeUnverified(file);
            else
                m_unproven.insert(each.path, each);
        } else {
            makeUnverified(file);
            if (::stat(each.path.constData(), &status) == 0 && status.st_ino == each.inode)
                file.evidence = Evidence::Unreadable; // it is there, and not for us
        }
        m_files.add(each.path, file);
        noteDirectory(each.path.first(std::max(each.path.lastIndexOf('/'), qsizetype(1))));
    }
}

void CodeManifest::noteNamed(const QByteArray &path, CodeKind kind, const ChangeBound &since)
{
    LoadedFile file;
    file.kind = kind;
    file.origins = Named;
    struct stat status = {};
    if (::stat(path.constData(), &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return; // a device, a socket or a directory is not read as a whole
        file.stamp = FileStamp::of(status);
        if (since.mayPrecede(file.stamp.changed))
            makeUnverified(file);
    } else {
        file.evidence = isMissing(errno) ? Evidence::Absent : Evidence::Unreadable;
    }
    m_files.add(path, file);
}

bool CodeManifest::noteWatched(const ChangeBound &since, CpuThrottle &throttle)
{
    GlobPattern::Visitor visitor;
    visitor.directory = [this](const QByteArray &directory) { noteDirectory(directory); };
    visitor.unreadable = [](const QByteArray &) {}; // every comparison reports it
    visitor.goOn = [&throttle] { return throttle.step(); };
    visitor.file = [&](const QByteArray &directory, const char *name, const struct stat &status, bool isLink) {
        FileTable::Directory &folder = m_files.directory(directory).second;
        if (LoadedFile *known = m_files.find(folder, name)) {
            known->origins |= Watched;
            return;
        }
        LoadedFile file;
        file.origins = Watched;
        file.stamp = FileStamp::of(status);
        if (since.mayPrecede(file.stamp.changed))
            makeUnverified(file);
        m_files.add(folder, name, file);
        if (isLink)
            noteLink(directory + '/' + name);
    };
    for (const GlobPattern &pattern : m_patterns)
        pattern.walk(visitor);
    m_files.squeeze();
    return !throttle.stopped();
}

void CodeManifest::noteModules()
{
    for (const LoadedModule &module : m_modules.readNew()) {
        LoadedFile file;
        file.stamp = module.stamp;
        // written so shortly before it was loaded that another write would not show in its times
        if (module.stamp.changed > module.loaded - FileStamp::Tick
            && module.stamp.changed <= module.loaded + FileStamp::Tick)
            makeUnverified(file);
        const LoadedFile *known = m_files.find(module.path);
        file.origins = quint8(Reported | (known ? known->origins : 0));
        m_files.add(module.path, file);
        noteDirectory(module.path.first(std::max(module.path.lastIndexOf('/'), qsizetype(1))));
    }
    if (m_modules.processEnded()) {
        QSet<QByteArray> current;
        for (const LoadedModule &module : m_modules.current())
            current.insert(module.path);
        m_files.forget(Reported, [&](const QByteArray &path, const LoadedFile &) { return !current.contains(path); });
    }
}

bool CodeManifest::proveAll(FileTable::Directories::value_type &directory, CpuThrottle &throttle)
{
    std::optional<FileDescriptor> folder; // a name in it is found in half the time of a path
    for (LoadedFile &file : directory.second.files) {
        if (throttle.stopped())
            return false;
        if (file.evidence != Evidence::Pending)
            continue;
        if (!folder)
            folder.emplace(::open(directory.first.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const auto mapped =
            file.origins & Mapped ? m_unproven.constFind(m_files.path(directory, file)) : m_unproven.cend();
        const FileDescriptor loaded = mapped != m_unproven.cend() ? openLoaded(*mapped)
            : folder->isOpen()                                    ? openForReading(m_files.name(file), folder->number())
                               : openForReading(m_files.path(directory, file).constData());
        prove(loaded.number(), file, throttle);
    }
    return !throttle.stopped();
}

/// `descriptor`: of the file as it was loaded; negative with errno.
void CodeManifest::prove(int descriptor, LoadedFile &file, CpuThrottle &throttle)
{
    struct stat status = {};
    if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
        file.evidence = descriptor < 0 && !isMissing(errno) ? Evidence::Unreadable : Evidence::Unverified;
        return;
    }
    const auto unchanged = [&file](const struct stat &status) {
        FileStamp now = FileStamp::of(status);
        if (file.kind == CodeKind::Executable || status.st_nlink == 0)
            now.changed = file.stamp.changed; // see noteMapped()
        return now == file.stamp;
    };
    if (!S_ISREG(status.st_mode) || !unchanged(status)) {
        file.evidence = Evidence::Unverified;
        return;
    }
    if (status.st_size > m_sources.hashLimit) {
        file.evidence = Evidence::StampOnly;
        return;
    }
    const qint64 begun = wallClock();
    const auto hash = hashFile(descriptor, status.st_size, throttle);
    if (throttle.stopped())
        return;
    if (!hash) {
        file.evidence = Evidence::Unreadable;
        return;
    }
    if (::fstat(descriptor, &status) != 0 || !unchanged(status)) {
        file.evidence = Evidence::Unverified;
        return;
    }
    file.hash = *hash;
    file.evidence = Evidence::Hashed;
    if (ChangeBound(begun - 2 * FileStamp::Tick).mayPrecede(file.stamp.changed))
        file.stamp.changed = 0; // another write in the same tick would not show
}

bool CodeManifest::update(CpuThrottle &throttle)
{
    const ChangeBound started(wallClock());
    const QList<MappedFile> mapped = mappedFiles(m_sources.pid);
    const bool sameImage = std::any_of(mapped.begin(), mapped.end(), [this](const MappedFile &each) {
        return each.range == m_image.range && each.inode == m_image.inode;
    });
    if (!mapped.isEmpty() && m_image.inode != 0 && !sameImage)
        begin(m_lastUpdate); // exec: another program, or the same one anew
    noteMapped(mapped, m_lastUpdate);
    if (!mapped.isEmpty()) {
        QSet<QByteArray> present;
        for (const MappedFile &each : mapped)
            present.insert(m_mapped.value({each.device, each.inode}));
        m_files.forget(Origin::Mapped,
                       [&](const QByteArray &path, const LoadedFile &) { return !present.contains(path); });
        m_mapped.removeIf([&](const auto &entry) { return !present.contains(entry.value()); });
    }
    if (!m_recorded && !noteWatched(m_lastUpdate, throttle))
        return false;
    if (const qsizetype slash = m_modules.reportFile().lastIndexOf('/'); slash > 0)
        noteDirectory(m_modules.reportFile().first(slash)); // what is loaded from now on is to be watched from now on
    noteModules();
    for (auto &directory : m_files.directories()) {
        if (!directory.second.files.empty())
            noteDirectory(QByteArray(directory.first.data(), qsizetype(directory.first.size())));
        if (!proveAll(directory, throttle))
            return false;
    }
    m_unproven.clear();
    m_lastUpdate = started;
    m_recorded = true;
    return true;
}

std::optional<CodeKind> CodeManifest::find(const QByteArray &path) const
{
    if (const LoadedFile *file = m_files.find(path))
        return file->kind;
    struct stat status = {};
    if (::stat(path.constData(), &status) != 0)
        return {};
    const FileStamp stamp = FileStamp::of(status);
    for (const auto &[directory, content] : m_files.directories()) {
        for (const LoadedFile &file : content.files) {
            if (file.stamp.sameFile(stamp))
                return file.kind;
        }
    }
    return {};
}

} // namespace Hephaestus
