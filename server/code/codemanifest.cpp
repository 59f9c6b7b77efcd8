// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codemanifest.h"

#include "common/base/fileclock.h"
#include "common/base/printable.h"
#include "server/code/fileproof.h"
#include "server/code/globwalk.h"
#include "server/code/processorigin.h"
#include "server/code/supervisors.h"

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

/// Device and inode of what is there now; 0: nothing.
std::pair<quint64, quint64> identityOf(const QByteArray &path)
{
    struct stat status = {};
    return ::stat(path.constData(), &status) == 0 ? std::pair<quint64, quint64>(status.st_dev, status.st_ino)
                                                  : std::pair<quint64, quint64>();
}

/// Source of a language that is compiled: a change of it is in the program only after a build.
bool isCompiled(const QByteArray &name)
{
    constexpr std::array<QByteArrayView, 16> Endings{".c",  ".cc", ".cpp", ".cxx", ".h",     ".hh",  ".hpp", ".hxx",
                                                     ".rs", ".go", ".zig", ".d",   ".swift", ".nim", ".m",   ".pas"};
    return std::any_of(Endings.begin(), Endings.end(), [&](QByteArrayView end) { return name.endsWith(end); });
}

} // namespace

CodeManifest::CodeManifest(CodeSources sources)
    : m_sources(std::move(sources))
    , m_modules(m_sources.moduleReport)
    , m_interpreters(m_sources.moduleReport.isEmpty() ? QByteArrayList() : m_sources.reporters)
    , m_mappings(m_sources.pid, m_sources.directory, m_files, m_directories)
    , m_scripts(m_files, m_directories)
{
    if (!m_sources.directory.isEmpty())
        m_git = GitState::of(m_sources.directory);
    if (!m_sources.startLink.isEmpty())
        m_started = identityOf(m_sources.startLink);
    const auto since = m_sources.since ? m_sources.since : ProcessOrigin::startOf(m_sources.pid);
    begin(ChangeBound(since.value_or(0))); // 0: the process is gone, and nothing can be proven
}

bool CodeManifest::isStartMoved() const
{
    return !m_sources.startLink.isEmpty() && identityOf(m_sources.startLink) != m_started;
}

bool CodeManifest::isReplaced()
{
    const ChangeBound now(fileClock().count() - 1);
    const QByteArray image = ProcessOrigin::imageOf(m_sources.pid);
    if (image.isEmpty() || m_mappings.image().isEmpty())
        return false;
    if (image == m_mappings.image())
        m_sameUntil = now;
    return image != m_mappings.image();
}

void CodeManifest::noteRest(const ChangeBound &until)
{
    m_lastUpdate = until;
    m_sameUntil.reset();
}

bool CodeManifest::concerns(const QByteArray &directory, const QByteArray &name) const
{
    const QByteArray path = (directory == "/" ? QByteArray() : directory) + '/' + name;
    return m_files.find(path) || m_directories.isLinked(directory, name)
        || std::any_of(m_patterns.begin(), m_patterns.end(),
                       [&](const GlobPattern &pattern) { return pattern.matches(path); });
}

bool CodeManifest::isAlone(const QByteArray &directory, const QByteArray &name) const
{
    const QByteArray path = (directory == "/" ? QByteArray() : directory) + '/' + name;
    struct stat status = {};
    const bool isThere = ::lstat(path.constData(), &status) == 0;
    if ((isThere && (!S_ISREG(status.st_mode) || status.st_nlink > 1)) || m_directories.isLinked(directory, name))
        return false;
    if (const LoadedFile *file = m_files.find(path))
        return file->kind == CodeKind::Source; // a program that is built anew changes what its sources are
    return resolved(directory) == directory;   // patterns do not look through every link
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
    ++m_generation;
    m_modules = LoadedModules(m_sources.moduleReport); // its processes hold files by their names here
    m_recorded = false;
    m_lastUpdate = since;
    m_scripts.clear();
    m_patterns.clear();
    for (const QByteArray &watch : m_sources.watch) {
        for (const QByteArray &pattern : GlobPattern::expand(watch))
            m_patterns << GlobPattern(m_sources.directory, pattern);
    }
    m_mappings.begin(since);
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
        noteScripts({*own, 0, m_mappings.image(), ProcessOrigin::programOf(m_sources.pid), true, false});
    if (const auto environment = ProcessOrigin::environmentOf(m_sources.pid))
        m_environment = ProcessOrigin::environmentHash(*environment);
}

/// All processes that run now. One that has just begun may be over before it is read.
QList<FamilyMember> CodeManifest::readFamily() const
{
    QList<ProcessEntry> processes;
    if (const auto own = readProcess(m_sources.pid))
        processes << *own;
    if (m_sources.family)
        processes << m_sources.family();
    QHash<pid_t, quint64> tickets;
    for (const ProcessEntry &process : processes)
        tickets.insert(process.pid, process.startTicks);
    QList<FamilyMember> members;
    for (const ProcessEntry &process : processes) {
        if (process.isZombie())
            continue;
        const bool isFirst = process.pid == m_sources.pid;
        members << FamilyMember{process,
                                tickets.value(process.parent),
                                ProcessOrigin::imageOf(process.pid),
                                ProcessOrigin::programOf(process.pid),
                                isFirst,
                                !isFirst && process.age() < m_sources.passing};
    }
    return members;
}

void CodeManifest::noteFamily()
{
    const QList<FamilyMember> members = readFamily();
    m_mappings.noteOthers(members, m_lastUpdate);
    // whoever names files says what matters
    m_interpreters.update(members, m_modules,
                          m_sources.watch.isEmpty() ? m_mappings.mapping("libpython") : QHash<pid_t, QByteArray>());
    QSet<FamilyMember::Identity> present;
    for (const FamilyMember &member : members) {
        if (member.isPassing)
            continue;
        noteScripts(member);
        present.insert(member.identity());
    }
    m_scripts.keep(present);
}

void CodeManifest::noteScripts(const FamilyMember &member)
{
    if (m_interpreters.isReporter(member.program)) {
        m_scripts.noteReporter(member, m_lastUpdate);
        return;
    }
    // the first process began in the directory of the sources, and may be elsewhere by now
    const QByteArrayList began = member.isFirst ? QByteArrayList{m_sources.directory} : QByteArrayList();
    const QByteArrayList folders = m_scripts.note(member, began, m_patterns, m_lastUpdate);
    if (!member.isFirst || m_recorded) {
        if (m_sources.watch.isEmpty()) // whoever names files says what matters
            m_scripts.noteUnwatched(member, folders);
        return;
    }
    for (const QByteArray &folder : folders) {
        for (const char *ending : {"/**/*.class", "/**/*.jar"})
            m_patterns << GlobPattern(folder, GlobPattern::literal(folder) + ending);
    }
}

QStringList CodeManifest::gaps() const
{
    QStringList gaps = m_interpreters.gaps() + m_scripts.gaps() + m_mappings.gaps();
    gaps.sort();
    if (!m_modules.reportFile().isEmpty() && !m_modules.any() && gaps.isEmpty())
        gaps << m_interpreters.nobodyReports();
    for (const QByteArray &pattern : unmatched(m_sources.directory, m_unmatched))
        gaps << QStringLiteral("no file matches the pattern %1").arg(printablePath(pattern));
    return gaps;
}

QSet<qint64> CodeManifest::supervisors() const { return supervisorsAmong(m_modules, m_files); }

QHash<quint32, QList<qint64>> CodeManifest::holders(const QSet<quint32> &files) const
{
    QHash<quint32, QList<qint64>> holders = m_modules.holders(files);
    m_mappings.addHolders(files, holders);
    m_scripts.addHolders(files, holders);
    return holders;
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
        m_directories.noteLink(path);
}

bool CodeManifest::noteWatched(const ChangeBound &since, CpuThrottle &throttle)
{
    GlobWalk::Visitor visitor;
    visitor.directory = [this](const QByteArray &directory) { m_directories.note(directory); };
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
            m_directories.noteLink(directory + '/' + name);
    };
    for (const GlobPattern &pattern : m_patterns)
        GlobWalk(pattern).advance(visitor);
    for (const QByteArray &path : std::exchange(m_formerly, {})) {
        if (m_files.find(path))
            continue;
        LoadedFile file;
        file.origins = Watched;
        file.evidence = Evidence::Vanished;
        m_files.add(path, file);
    }
    markBuilt();
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
    } else if (latestTime(module.stamp.changed) > module.loaded - FileStamp::Tick
               && module.stamp.changed <= module.loaded + FileStamp::Tick) {
        // written so shortly before it was loaded that another write would not show in its times
        makeUnverified(file);
    }
    m_directories.noteFolderOf(module.path);
    return m_files.addVersion(module.path, file).name;
}

/// The sources of the program: those that are named as such, and if its file lies beside them, those of a compiled
/// language. Were they edited after it was built? Times decide here, as they do for make: what a program was built from
/// cannot be read from it.
void CodeManifest::markBuilt()
{
    QList<GlobPattern> patterns;
    for (const QByteArray &each : m_sources.builtFrom) {
        for (const QByteArray &pattern : GlobPattern::expand(each))
            patterns << GlobPattern(m_sources.directory, pattern);
    }
    const QByteArray path = ProcessOrigin::pathOf(m_sources.pid);
    const bool isBeside = !m_sources.directory.isEmpty() && path.startsWith(m_sources.directory + '/');
    struct stat program = {};
    if ((!isBeside && patterns.isEmpty())
        || ::stat(("/proc/" + QByteArray::number(m_sources.pid) + "/exe").constData(), &program) != 0)
        return;
    const qint64 built = FileStamp::of(program).modified;
    for (auto &directory : m_files.directories()) {
        for (LoadedFile &file : directory.second.files) {
            if (!(file.origins & (Watched | Named)) || file.kind != CodeKind::Source)
                continue;
            file.isBuilt = isBeside && isCompiled(m_files.name(file));
            if (!file.isBuilt && !patterns.isEmpty()) {
                const QByteArray source = m_files.path(directory, file);
                file.isBuilt = std::any_of(patterns.begin(), patterns.end(),
                                           [&](const GlobPattern &pattern) { return pattern.matches(source); });
            }
            file.isNewer = file.isBuilt && file.stamp.modified > built;
        }
    }
}

qint64 CodeManifest::built() const
{
    struct stat program = {};
    return ::stat(ProcessOrigin::pathOf(m_sources.pid).constData(), &program) == 0 ? FileStamp::of(program).modified
                                                                                   : 0;
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
        std::optional<FileDescriptor> loaded = m_mappings.openUnproven(file.name);
        if (!loaded)
            loaded = folder->isOpen() ? openForReading(m_files.name(file), folder->number())
                                      : openForReading(m_files.path(directory, file).constData());
        proveFile(loaded->number(), file, m_sources.hashLimit, throttle);
    }
    return !throttle.stopped();
}

void CodeManifest::noteReported(CpuThrottle &throttle)
{
    noteModules();
    for (auto &directory : m_files.directories()) {
        if (directory.second.mayDiffer && !proveAll(directory, throttle))
            return;
    }
}

bool CodeManifest::update(CpuThrottle &throttle)
{
    m_directories.haveMoved(); // those are noted anew
    for (const auto &directory : m_files.directories())
        noteDirectory(directory);
    return updateLoaded(throttle);
}

void CodeManifest::forgetEmptyDirectories()
{
    for (const QByteArray &directory : m_files.dropEmptyDirectories()) {
        const auto concerns = [&](const GlobPattern &pattern) { return pattern.mayMatchBelow(directory); };
        if (std::none_of(m_patterns.begin(), m_patterns.end(), concerns)) // a file may come there
            m_directories.forget(directory);
    }
}

void CodeManifest::noteDirectory(const FileTable::Directories::value_type &directory)
{
    if (!directory.second.files.empty())
        m_directories.note(QByteArray(directory.first.data(), qsizetype(directory.first.size())));
}

bool CodeManifest::updateLoaded(CpuThrottle &throttle)
{
    const ChangeBound started(fileClock().count() - 1);
    const QList<MappedFile> mapped = mappedFiles(m_sources.pid);
    const QByteArray image = ProcessOrigin::imageOf(m_sources.pid);
    if (!mapped.isEmpty() && !image.isEmpty() && image != m_mappings.image())
        begin(m_sameUntil.value_or(m_lastUpdate)); // exec: another program, or the same one anew
    else if (!mapped.isEmpty())
        m_mappings.noteFirst(mapped, m_lastUpdate);
    if (!m_recorded && !noteWatched(m_lastUpdate, throttle))
        return false;
    if (const qsizetype slash = m_modules.reportFile().lastIndexOf('/'); slash > 0)
        m_directories.note(
            m_modules.reportFile().first(slash)); // what is loaded from now on is to be watched from now on
    if (!m_sources.startLink.isEmpty())
        m_directories.note(m_sources.startLink);
    noteModules();
    noteFamily();
    m_mappings.forgetUnmapped();
    for (auto &directory : m_files.directories()) {
        if (!directory.second.mayDiffer)
            continue; // nothing was added
        noteDirectory(directory);
        if (!proveAll(directory, throttle))
            return false;
    }
    m_mappings.forgetUnproven();
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
    const bool isLinked = m_directories.isLinked(real.first(std::max(slash, qsizetype(1))), real.mid(slash + 1));
    const bool isWatched = std::any_of(m_patterns.begin(), m_patterns.end(), [&](const GlobPattern &pattern) {
        return pattern.matches(clean) || pattern.matches(real);
    });
    return isLinked || isWatched ? std::optional(CodeKind::Source) : std::nullopt;
}

} // namespace Hephaestus
