// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codemanifest.h"

#include "common/base/printable.h"
#include "server/code/processorigin.h"
#include "server/code/scriptarguments.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

namespace Hephaestus {
namespace {

constexpr std::chrono::milliseconds TimeToReport{1'000}; ///< from a Python's start to its adapter's

constexpr std::array LockFiles{
    "poetry.lock",    "uv.lock",  "pdm.lock",   "Pipfile.lock", "requirements.txt", "package-lock.json", "yarn.lock",
    "pnpm-lock.yaml", "bun.lock", "Cargo.lock", "go.sum",       "Gemfile.lock",     "composer.lock",     "conan.lock"};

/// Never waits: not for the other end of a FIFO, nor for a lease.
FileDescriptor openForReading(const char *path, int directory = AT_FDCWD)
{
    return FileDescriptor(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

/// Where no directory is.
constexpr std::pair<quint64, quint64> Missing{0, 0};

bool isMissing(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

QByteArray proc(pid_t pid, const QByteArray &entry) { return "/proc/" + QByteArray::number(pid) + '/' + entry; }

QString languageOf(const QByteArray &program)
{
    return program.startsWith("node") ? QStringLiteral("Node.js") : QStringLiteral("Python");
}

/// Without links, also if it does not exist: then its directory without links.
QByteArray resolved(const QByteArray &path)
{
    std::array<char, PATH_MAX> real;
    if (::realpath(path.constData(), real.data()))
        return QByteArray(real.data());
    const qsizetype slash = path.lastIndexOf('/');
    if (slash > 0 && ::realpath(path.first(slash).constData(), real.data()))
        return QByteArray(real.data()) + path.mid(slash);
    return path;
}

/// Source of a language that is compiled: a change of it is in the program only after a build.
bool isCompiled(const QByteArray &name)
{
    constexpr std::array<QByteArrayView, 16> Endings{".c",  ".cc", ".cpp", ".cxx", ".h",     ".hh",  ".hpp", ".hxx",
                                                     ".rs", ".go", ".zig", ".d",   ".swift", ".nim", ".m",   ".pas"};
    return std::any_of(Endings.begin(), Endings.end(), [&](QByteArrayView end) { return name.endsWith(end); });
}

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

QByteArrayList unmatched(const QByteArray &directory, const QByteArrayList &watch)
{
    QByteArrayList found;
    for (const QByteArray &each : watch) {
        const QByteArrayList patterns = GlobPattern::expand(each);
        if (std::none_of(patterns.begin(), patterns.end(),
                         [&](const QByteArray &pattern) { return GlobPattern(directory, pattern).matchesAny(); }))
            found << each;
    }
    return found;
}

CodeManifest::CodeManifest(CodeSources sources) : m_sources(std::move(sources)), m_modules(m_sources.moduleReport)
{
    if (!m_sources.directory.isEmpty())
        m_git = GitState::of(m_sources.directory);
    const auto since = m_sources.since ? m_sources.since : ProcessOrigin::startOf(m_sources.pid);
    begin(ChangeBound(since.value_or(0))); // 0: the process is gone, and nothing can be proven
}

void CodeManifest::noteDirectory(const QByteArray &directory)
{
    struct stat status = {};
    const auto known = m_directories.constFind(directory);
    if (!m_listener || (known != m_directories.cend() && *known != Missing)
        || ::stat(directory.constData(), &status) != 0)
        return;
    m_directories.insert(directory, {status.st_dev, status.st_ino});
    m_listener(directory);
}

bool CodeManifest::haveDirectoriesMoved()
{
    bool hasMoved = false;
    m_directories.removeIf([&](const auto &entry) {
        struct stat status = {};
        const bool isThere = ::stat(entry.key().constData(), &status) == 0;
        const auto now = isThere ? std::pair<quint64, quint64>(status.st_dev, status.st_ino) : Missing;
        if (now == entry.value())
            return false;
        hasMoved = true;
        entry.value() = Missing;
        return isThere; // to be noted anew; until a missing one is back it is looked for
    });
    return hasMoved;
}

bool CodeManifest::isReplaced()
{
    const ChangeBound now(wallClock() - FileStamp::Tick);
    const QByteArray image = ProcessOrigin::imageOf(m_sources.pid);
    if (image.isEmpty() || m_own.image.isEmpty())
        return false;
    if (image == m_own.image)
        m_sameUntil = now;
    return image != m_own.image;
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
    for (const auto &directory : m_files.directories()) {
        for (const LoadedFile &file : directory.second.files) {
            if (file.origins & Watched)
                m_formerly << m_files.path(directory, file);
        }
    }
    m_files.clear();
    m_own = {ProcessOrigin::ticketOf(m_sources.pid), ProcessOrigin::imageOf(m_sources.pid), {}, {}, {}, {}};
    m_family.clear();
    m_unproven.clear();
    m_modules = LoadedModules(m_sources.moduleReport); // its processes hold files by their names here
    m_recorded = false;
    m_lastUpdate = since;
    m_scripts.clear();
    m_patterns.clear();
    for (const QByteArray &watch : m_sources.watch) {
        for (const QByteArray &pattern : GlobPattern::expand(watch))
            m_patterns << GlobPattern(m_sources.directory, pattern);
    }
    noteMapped(m_sources.pid, m_own, mappedFiles(m_sources.pid), since);
    const ChangeBound configured = m_sources.configuredSince ? ChangeBound(*m_sources.configuredSince) : since;
    for (const QByteArray &path : m_sources.configurationFiles) {
        if (const auto read = m_sources.configurationRead.constFind(path); read != m_sources.configurationRead.cend())
            noteConfiguration(path, *read);
        else
            noteNamed(path, CodeKind::Configuration, configured);
    }
    for (const QByteArray &path : m_sources.lockFiles)
        noteNamed(path, CodeKind::LockFile, since);
    for (const GlobPattern &pattern : m_patterns) {
        if (!pattern.isPattern())
            noteNamed(pattern.root(), CodeKind::Source, since);
    }
    if (const auto own = readProcess(m_sources.pid); own && m_sources.pid != ::getpid())
        noteScripts(*own, ProcessOrigin::programOf(m_sources.pid), m_own.image);
    if (const auto environment = ProcessOrigin::environmentOf(m_sources.pid))
        m_environment = ProcessOrigin::environmentHash(*environment);
}

FileDescriptor CodeManifest::openLoaded(pid_t pid, const MappedFile &mapped) const
{
    struct stat status = {};
    for (const QByteArray &path : {proc(pid, "map_files/" + mapped.range), proc(pid, "exe"), mapped.path}) {
        FileDescriptor file = openForReading(path.constData());
        if (file.isOpen() && ::fstat(file.number(), &status) == 0 && mapped.is(status, file.number()))
            return file;
    }
    return {};
}

void CodeManifest::noteMapped(pid_t pid, Mappings &mappings, const QList<MappedFile> &mapped, const ChangeBound &since)
{
    struct stat program = {};
    const bool programKnown = ::stat(proc(pid, "exe").constData(), &program) == 0;
    QHash<std::pair<quint64, quint64>, Mappings::Names> present;
    for (const MappedFile &each : mapped) {
        const std::pair identity(each.device, each.inode);
        if (const auto known = mappings.files.constFind(identity); known != mappings.files.cend()) {
            present.insert(identity, *known);
            continue;
        }
        const bool isProgram = programKnown && each.inode == program.st_ino
            && (each.device == program.st_dev || present.isEmpty()); // the program is the first of the maps
        if (isProgram)
            noteInvocation(pid, mappings, each);
        const quint32 name = noteMapping(pid, each, isProgram, since);
        present.insert(identity, {name, noteLinked(pid, mappings, each, name)});
    }
    mappings.files = std::move(present);
}

QSet<quint32> CodeManifest::Mappings::names() const
{
    QSet<quint32> all;
    for (const Names &each : files)
        all << each.file << each.linked;
    return all;
}

/// A program is started by a name, and its libraries are beside it: where a link leads to their folder (`current` of
/// releases), what that leads to later is what would run. The kernel shows the names without links.
void CodeManifest::noteInvocation(pid_t pid, Mappings &mappings, const MappedFile &program) const
{
    QByteArray path = ProcessOrigin::invocationOf(pid);
    if (!path.startsWith('/') && !path.isEmpty()) {
        const bool isOurs = pid == m_sources.pid && !m_sources.directory.isEmpty();
        path.prepend((isOurs ? m_sources.directory : ProcessOrigin::directoryOf(pid)) + '/');
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

quint32 CodeManifest::noteLinked(pid_t pid, const Mappings &mappings, const MappedFile &mapped, quint32 file)
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
    noteDirectory(path.first(std::max(path.lastIndexOf('/'), qsizetype(1))));
    return added.name;
}

/// Two processes that map one file have loaded the same bytes, unless it was written to in between.
quint32 CodeManifest::noteMapping(pid_t pid, const MappedFile &mapped, bool isProgram, const ChangeBound &since)
{
    LoadedFile file;
    file.kind = isProgram ? CodeKind::Executable : CodeKind::Library;
    file.origins = Mapped;
    const FileDescriptor loaded = openLoaded(pid, mapped);
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
    noteDirectory(mapped.path.first(std::max(mapped.path.lastIndexOf('/'), qsizetype(1))));
    return added.name;
}

/// `python`, `python3.11`, `pypy3`, …
bool CodeManifest::isReporter(const QByteArray &program) const
{
    const auto isVersion = [](QByteArrayView rest) {
        return std::all_of(rest.begin(), rest.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    };
    return !m_modules.reportFile().isEmpty()
        && std::any_of(m_sources.reporters.begin(), m_sources.reporters.end(), [&](const QByteArray &name) {
               return program.startsWith(name) && isVersion(QByteArrayView(program).sliced(name.size()));
           });
}

/// Processes that belong to the first one. One that has just begun may be over before it is read.
void CodeManifest::noteFamily()
{
    QHash<pid_t, Mappings> family;
    m_silent.clear();
    m_settling = false;
    QList<ProcessEntry> processes;
    if (const auto own = readProcess(m_sources.pid))
        processes << *own;
    if (m_sources.family)
        processes << m_sources.family();
    QHash<pid_t, quint64> tickets;
    for (const ProcessEntry &process : processes)
        tickets.insert(process.pid, process.startTicks);
    QHash<std::pair<pid_t, quint64>, Starting> starting;
    QSet<std::pair<pid_t, quint64>> present;
    const auto now = std::chrono::steady_clock::now();
    for (const ProcessEntry &process : processes) {
        if (process.isZombie())
            continue;
        const QByteArray image = ProcessOrigin::imageOf(process.pid);
        const QByteArray program = ProcessOrigin::programOf(process.pid);
        const std::pair identity(process.pid, process.startTicks);
        if (isReporter(program)
            && !m_modules.reports(process.pid, process.startTicks, image,
                                  {process.parent, tickets.value(process.parent)})) {
            Starting begun = m_starting.value(identity, {image, now});
            if (begun.image != image)
                begun = {image, now};
            starting.insert(identity, begun);
            if (now - begun.since < TimeToReport)
                m_settling = true;
            else
                m_silent << QStringLiteral("process %1 (%2) runs without the %3 adapter: what it imported is not known")
                                .arg(process.pid)
                                .arg(QString::fromUtf8(program), languageOf(program));
        }
        const bool isOwn = process.pid == m_sources.pid;
        if (!isOwn && process.age() < m_sources.passing)
            continue;
        noteScripts(process, program, image);
        present.insert(identity);
        if (isOwn)
            continue;
        Mappings mappings = m_family.value(process.pid);
        ChangeBound since = m_lastUpdate;
        if (mappings.ticket != process.startTicks || mappings.image != image) {
            if (mappings.ticket != process.startTicks)
                since = ChangeBound(ProcessOrigin::startOf(process.pid).value_or(0));
            mappings = {process.startTicks, image, {}, {}, {}, {}};
        }
        noteMapped(process.pid, mappings, mappedFiles(process.pid), since);
        family.insert(process.pid, std::move(mappings));
    }
    m_starting = std::move(starting);
    m_family = std::move(family);
    m_scripts.removeIf([&](const auto &entry) { return !present.contains(entry.key()); });
    QSet<quint32> scripts;
    for (const Scripts &each : std::as_const(m_scripts)) {
        scripts.unite(QSet<quint32>(each.files.cbegin(), each.files.cend()));
        if (!each.gap.isEmpty())
            m_silent << each.gap;
    }
    m_silent.sort();
    m_files.forget(Scripted, [&](const QByteArray &, const LoadedFile &file) { return !scripts.contains(file.name); });
}

void CodeManifest::forgetUnmapped()
{
    QSet<quint32> present = m_own.names();
    for (const Mappings &mappings : std::as_const(m_family))
        present.unite(mappings.names());
    for (const Origin origin : {Mapped, Linked})
        m_files.forget(origin,
                       [&](const QByteArray &, const LoadedFile &file) { return !present.contains(file.name); });
}

QStringList CodeManifest::gaps() const
{
    QStringList gaps = m_silent;
    if (!m_modules.reportFile().isEmpty() && !m_modules.any() && gaps.isEmpty())
        gaps << QStringLiteral("no %1 of this program has taken the adapter: what it imported is not known")
                    .arg(languageOf(m_sources.reporters.value(0)));
    for (const QByteArray &pattern : unmatched(m_sources.directory, m_unmatched))
        gaps << QStringLiteral("no file matches the pattern %1").arg(printablePath(pattern));
    return gaps;
}

QSet<qint64> CodeManifest::supervisors() const
{
    const QSet<qint64> pids = m_modules.pids();
    QSet<qint64> found;
    // The reloaders of Werkzeug and Django start themselves once more, with a variable that says so.
    const auto hasMark = [](qint64 pid, QByteArrayView mark) {
        return ('\0' + ProcessOrigin::environmentOf(pid_t(pid)).value_or(QByteArray())).contains(mark);
    };
    for (const qint64 child : pids) {
        const auto process = readProcess(child);
        if (!process || !pids.contains(process->parent))
            continue;
        for (const QByteArrayView mark :
             {QByteArrayView("\0WERKZEUG_RUN_MAIN=true", 23), QByteArrayView("\0RUN_MAIN=true", 14)}) {
            if (hasMark(child, mark) && !hasMark(process->parent, mark))
                found.insert(process->parent);
        }
    }
    // A uvicorn that serves has loaded an HTTP protocol; one that only starts workers, or watches, has not.
    const auto holdersIn = [this](const char *folder) {
        QSet<quint32> files;
        for (const auto &[path, directory] : m_files.directories()) {
            if (QByteArrayView(path.data(), qsizetype(path.size())).endsWith(folder)) {
                for (const LoadedFile &file : directory.files)
                    files.insert(file.name);
            }
        }
        QSet<qint64> holders;
        for (const QList<qint64> &each : m_modules.holders(files))
            holders.unite(QSet<qint64>(each.cbegin(), each.cend()));
        return holders;
    };
    found.unite(holdersIn("/uvicorn/supervisors") - holdersIn("/uvicorn/protocols/http"));
    return found;
}

void CodeManifest::noteConfiguration(const QByteArray &path, const QByteArray &bytes)
{
    LoadedFile file;
    file.kind = CodeKind::Configuration;
    file.origins = Named;
    file.hash = hashOf(bytes);
    file.evidence = Evidence::Hashed;
    struct stat status = {};
    if (::stat(path.constData(), &status) == 0)
        file.stamp = FileStamp::of(status);
    file.stamp.size = bytes.size();
    file.stamp.changed = 0; // what is there now may not be what was read
    // another file from now on: what was found about the former one does not hold for it
    m_files.forget(Named, [&](const QByteArray &known, const LoadedFile &) { return known == path; });
    m_files.addVersion(path, file);
}

QHash<quint32, QList<qint64>> CodeManifest::holders(const QSet<quint32> &files) const
{
    QHash<quint32, QList<qint64>> holders = m_modules.holders(files);
    const auto add = [&](pid_t pid, const Mappings &mappings) {
        for (const quint32 file : mappings.names()) {
            if (files.contains(file))
                holders[file] << pid;
        }
    };
    add(m_sources.pid, m_own);
    for (auto process = m_family.cbegin(); process != m_family.cend(); ++process)
        add(process.key(), *process);
    for (auto scripts = m_scripts.cbegin(); scripts != m_scripts.cend(); ++scripts) {
        for (const quint32 file : scripts->files) {
            if (files.contains(file))
                holders[file] << scripts.key().first;
        }
    }
    return holders;
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
    if (::lstat(path.constData(), &status) == 0 && S_ISLNK(status.st_mode))
        noteLink(path);
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
    for (const QByteArray &path : std::exchange(m_formerly, {})) {
        if (m_files.find(path))
            continue;
        LoadedFile file;
        file.origins = Watched;
        file.evidence = Evidence::Vanished;
        m_files.add(path, file);
    }
    markNotBuilt();
    m_unmatched = unmatched(m_sources.directory, m_sources.watch);
    m_files.squeeze();
    return !throttle.stopped();
}

quint32 CodeManifest::noteModule(const LoadedModule &module)
{
    quint8 others = 0; // the report says better than our own look what was loaded
    for (LoadedFile &known : m_files.versions(module.path)) {
        others |= quint8(known.origins & (Watched | Named));
        known.origins &= quint8(~(Watched | Named));
    }
    const auto isSame = [&](const LoadedFile &known) {
        return (known.origins & Reported) && !module.isDoubtful && known.evidence != Evidence::Doubtful
            && (module.hash && known.evidence == Evidence::Hashed ? known.hash == *module.hash
                                                                  : known.stamp == module.stamp);
    };
    for (LoadedFile &known : m_files.versions(module.path)) {
        if (isSame(known)) {
            known.origins |= others;
            return known.name;
        }
    }
    LoadedFile file;
    file.stamp = module.stamp;
    file.origins = quint8(Reported | others);
    if (module.hash) {
        file.hash = *module.hash;
        file.stamp.changed = 0; // prove it by reading
        file.evidence = Evidence::Hashed;
    } else if (module.isDoubtful) {
        file.evidence = Evidence::Doubtful;
    } else if (module.stamp.changed > module.loaded - FileStamp::Tick
               && module.stamp.changed <= module.loaded + FileStamp::Tick) {
        // written so shortly before it was loaded that another write would not show in its times
        makeUnverified(file);
    }
    noteDirectory(module.path.first(std::max(module.path.lastIndexOf('/'), qsizetype(1))));
    return m_files.addVersion(module.path, file).name;
}

/// Sources that were edited after the program was built, which lies beside them. Times decide here, as they do for
/// make: what a program was built from cannot be read from it.
void CodeManifest::markNotBuilt()
{
    struct stat program = {};
    const QByteArray path = ProcessOrigin::pathOf(m_sources.pid);
    if (m_sources.directory.isEmpty() || !path.startsWith(m_sources.directory + '/')
        || ::stat(proc(m_sources.pid, "exe").constData(), &program) != 0)
        return;
    const qint64 built = FileStamp::of(program).modified;
    for (auto &directory : m_files.directories()) {
        for (LoadedFile &file : directory.second.files) {
            file.isNewer = (file.origins & (Watched | Named)) && file.kind == CodeKind::Source
                && file.stamp.modified > built && isCompiled(m_files.name(file));
        }
    }
}

quint32 CodeManifest::noteScript(const QByteArray &path, const ChangeBound &since)
{
    LoadedFile file;
    file.origins = Scripted;
    struct stat status = {};
    if (::stat(path.constData(), &status) == 0) {
        file.stamp = FileStamp::of(status);
        for (LoadedFile &known : m_files.versions(path)) {
            if (known.stamp == file.stamp) {
                known.origins |= Scripted;
                return known.name;
            }
        }
        if (since.mayPrecede(file.stamp.changed))
            makeUnverified(file);
    } else {
        file.evidence = isMissing(errno) ? Evidence::Unverified : Evidence::Unreadable;
    }
    noteDirectory(path.first(std::max(path.lastIndexOf('/'), qsizetype(1))));
    return m_files.addVersion(path, file).name;
}

/// What an interpreter was told to run, once for each program that a process becomes. A script counts as it was when
/// that began.
void CodeManifest::noteScripts(const ProcessEntry &process, const QByteArray &program, const QByteArray &image)
{
    const std::pair identity(process.pid, process.startTicks);
    const auto known = m_scripts.constFind(identity);
    if (known != m_scripts.cend() && known->image == image)
        return;
    const bool isFirst = known == m_scripts.cend();
    Scripts scripts{image, {}, {}};
    if (isReporter(program)) { // the adapter says better
        m_scripts.insert(identity, scripts);
        return;
    }
    const bool isOwn = process.pid == m_sources.pid;
    const QByteArrayList arguments = ProcessOrigin::argumentsOf(process.pid);
    ScriptArguments found;
    for (const QByteArray &directory : // the first process began where we are, and may be elsewhere by now
         {isOwn ? m_sources.directory : QByteArray(), ProcessOrigin::directoryOf(process.pid)}) {
        if (directory.isEmpty())
            continue;
        found = readScriptArguments(program, arguments, directory);
        if (std::all_of(found.files.begin(), found.files.end(),
                        [](const QByteArray &path) { return ::access(path.constData(), F_OK) == 0; }))
            break;
    }
    if (isOwn && !m_recorded) {
        for (const QByteArray &folder : std::as_const(found.folders)) {
            for (const char *ending : {"/**/*.class", "/**/*.jar"})
                m_patterns << GlobPattern(folder, GlobPattern::literal(folder) + ending);
        }
    }
    const ChangeBound since =
        isFirst && !isOwn ? ChangeBound(ProcessOrigin::startOf(process.pid).value_or(0)) : m_lastUpdate;
    bool isWatched = false;
    for (const QByteArray &file : std::as_const(found.files)) {
        const QByteArray path = QFile::encodeName(QDir::cleanPath(QFile::decodeName(file)));
        isWatched = isWatched || std::any_of(m_patterns.begin(), m_patterns.end(), [&](const GlobPattern &pattern) {
                        return pattern.matches(path);
                    });
        scripts.files << noteScript(path, since);
    }
    if (!found.gap.isEmpty() && !isWatched)
        scripts.gap = QStringLiteral("process %1 (%2): %3").arg(process.pid).arg(QString::fromUtf8(program), found.gap);
    m_scripts.insert(identity, scripts);
}

void CodeManifest::noteModules()
{
    const bool isNew = m_modules.readNew([this](const LoadedModule &module) { return noteModule(module); },
                                         [this](const QByteArray &path) {
                                             QList<quint32> versions;
                                             for (const LoadedFile &file : m_files.versions(path))
                                                 versions << file.name;
                                             return versions;
                                         });
    const bool isLess = m_modules.forgetEnded();
    if (!isNew && !isLess)
        return;
    const QSet<quint32> held = m_modules.held();
    m_files.forget(Reported, [&](const QByteArray &, const LoadedFile &file) { return !held.contains(file.name); });
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
        const auto mapped = m_unproven.constFind(file.name);
        const FileDescriptor loaded = mapped != m_unproven.cend() ? openLoaded(mapped->pid, mapped->mapped)
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

void CodeManifest::noteReported(CpuThrottle &throttle)
{
    noteModules();
    for (auto &directory : m_files.directories()) {
        if (!proveAll(directory, throttle))
            return;
    }
}

bool CodeManifest::update(CpuThrottle &throttle)
{
    const ChangeBound started(wallClock() - FileStamp::Tick); // file times lag behind
    haveDirectoriesMoved();                                   // those are noted anew below
    const QList<MappedFile> mapped = mappedFiles(m_sources.pid);
    const QByteArray image = ProcessOrigin::imageOf(m_sources.pid);
    if (!mapped.isEmpty() && !image.isEmpty() && image != m_own.image)
        begin(m_sameUntil.value_or(m_lastUpdate)); // exec: another program, or the same one anew
    else if (!mapped.isEmpty())
        noteMapped(m_sources.pid, m_own, mapped, m_lastUpdate);
    if (!m_recorded && !noteWatched(m_lastUpdate, throttle))
        return false;
    if (const qsizetype slash = m_modules.reportFile().lastIndexOf('/'); slash > 0)
        noteDirectory(m_modules.reportFile().first(slash)); // what is loaded from now on is to be watched from now on
    noteModules();
    noteFamily();
    forgetUnmapped();
    for (auto &directory : m_files.directories()) {
        if (!directory.second.files.empty())
            noteDirectory(QByteArray(directory.first.data(), qsizetype(directory.first.size())));
        if (!proveAll(directory, throttle))
            return false;
    }
    m_unproven.clear();
    m_lastUpdate = started;
    m_sameUntil.reset();
    m_recorded = true;
    return true;
}

/// The file's own name, its name without links, and whatever leads to the same file.
std::optional<CodeKind> CodeManifest::find(const QByteArray &path) const
{
    const QByteArray clean = QFile::encodeName(QDir::cleanPath(QFile::decodeName(path)));
    const QByteArray real = resolved(path);
    const auto isWithin = [](const QByteArray &file, const QByteArray &folder) {
        return file.startsWith(folder) && (folder == "/" || file.size() == folder.size() || file[folder.size()] == '/');
    };
    for (const QByteArray &name : {path, clean, real}) {
        if (const LoadedFile *file = m_files.find(name))
            return file->kind;
    }
    struct stat status = {};
    const bool exists = ::stat(path.constData(), &status) == 0;
    const FileStamp stamp = exists ? FileStamp::of(status) : FileStamp();
    const qsizetype slash = real.lastIndexOf('/');
    for (const auto &directory : m_files.directories()) {
        if (directory.second.files.empty())
            continue;
        const QByteArray folder(directory.first.data(), qsizetype(directory.first.size()));
        const QByteArray realFolder = resolved(folder);
        if (isWithin(folder, clean) || isWithin(realFolder, real)) // a folder that was asked for
            return directory.second.files.front().kind;
        for (const LoadedFile &file : directory.second.files) {
            if ((exists && file.stamp.sameFile(stamp))
                || (realFolder == real.first(std::max(slash, qsizetype(1)))
                    && real.mid(slash + 1) == m_files.name(file)))
                return file.kind;
        }
    }
    const bool isLinked = m_linked.value(real.first(std::max(slash, qsizetype(1)))).contains(real.mid(slash + 1));
    const bool isWatched = std::any_of(m_patterns.begin(), m_patterns.end(), [&](const GlobPattern &pattern) {
        return pattern.matches(clean) || pattern.matches(real);
    });
    return isLinked || isWatched ? std::optional(CodeKind::Source) : std::nullopt;
}

} // namespace Hephaestus
