// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/reexec.h"

#include "common/base/programfile.h"
#include "common/base/startdirectory.h"
#include "server/core/log.h"
#include "server/core/unixsignals.h"
#include "server/supervisor/execimage.h"
#include "server/supervisor/handover.h"
#include "server/supervisor/spawn.h"

#include <QFile>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr char OwnFile[] = "/proc/self/exe";

char **s_arguments = nullptr;

/// glibc hands these to what runs before main(): where /proc is not there, nobody else tells them in bytes.
[[gnu::constructor]] void keepArguments(int, char **arguments, char **) { s_arguments = arguments; }

QByteArrayList zeroEndedOf(char **texts)
{
    QByteArrayList strings;
    for (char **text = texts; text && *text; ++text)
        strings.append(*text);
    return strings;
}

QByteArrayList zeroEnded(const char *path)
{
    QFile file(QString::fromLatin1(path));
    QByteArrayList strings = file.open(QFile::ReadOnly) ? file.readAll().split('\0') : QByteArrayList();
    if (!strings.isEmpty())
        strings.removeLast(); // what follows the last zero byte: nothing
    return strings;
}

bool isSameFile(const struct stat &a, const struct stat &b)
{
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_mtim.tv_sec == b.st_mtim.tv_sec
        && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec && a.st_size == b.st_size;
}

/// Where this program was started from, links and all, if what is there is what runs; else where the kernel found it.
QByteArray programPath(const QByteArray &directory)
{
    struct stat own = {};
    struct stat named = {};
    QByteArray path(reinterpret_cast<const char *>(::getauxval(AT_EXECFN)));
    if (!path.startsWith('/'))
        path = directory + '/' + path;
    if (::stat(OwnFile, &own) == 0 && ::stat(path.constData(), &named) == 0 && isSameFile(own, named))
        return path;
    char target[PATH_MAX];
    const auto size = ::readlink(OwnFile, target, sizeof target);
    return QByteArray(target, std::max<qsizetype>(size, 0));
}

} // namespace

Reexec::Reexec()
    : m_arguments(zeroEnded("/proc/self/cmdline"))
    , m_environment(zeroEnded("/proc/self/environ"))
    , m_directory(startDirectory())
    , m_plainDirectory(currentDirectory())
{
    if (m_arguments.isEmpty()) { // without /proc
        m_arguments = zeroEndedOf(s_arguments);
        m_environment = zeroEndedOf(environ);
    }
    m_path = programPath(m_directory);
}

/// A link that is gone leads nowhere, but the directory may be there.
QByteArray Reexec::directory() const
{
    return ::access(m_directory.constData(), X_OK) == 0 ? m_directory : m_plainDirectory;
}

std::optional<Problem> Reexec::check() const
{
    if (::access(OwnFile, F_OK) != 0)
        return Problem{QString::fromLatin1(OwnFile), u"without /proc it is not known what program this is"_s};
    if (::access(directory().constData(), X_OK) != 0)
        return Problem{QFile::decodeName(directory()), u"the directory this was started in is gone"_s};
    return checkProgramFile(m_path);
}

bool Reexec::isReplaced() const
{
    struct stat own = {};
    struct stat present = {};
    return ::stat(OwnFile, &own) != 0 || ::stat(m_path.constData(), &present) != 0 || !isSameFile(own, present);
}

std::optional<Problem> Reexec::tryOut(const QByteArrayList &arguments, std::chrono::milliseconds timeout) const
{
    const auto problem = [&](const QString &what) { return Problem{QFile::decodeName(m_path), what}; };
    auto spawned = spawn({QByteArrayList{m_path} + arguments, directory(), {}}, {});
    if (const auto failure = std::get_if<StartFailure>(&spawned))
        return Problem{{}, failure->what};
    const SpawnedChild &child = std::get<SpawnedChild>(spawned);
    pollfd ended{child.pidfd.number(), POLLIN, 0};
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    int ready = 0;
    do { // a signal of another child may come first
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        ready = ::poll(&ended, 1, int(std::max<std::chrono::milliseconds::rep>(left.count(), 0)));
    } while (ready < 0 && errno == EINTR);
    const bool inTime = ready == 1;
    ::kill(-child.pid, SIGKILL);
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    QByteArray said(64 * 1024, Qt::Uninitialized); // as much as a pipe holds: it may have waited for more room
    said.truncate(std::max<qsizetype>(::read(child.error.number(), said.data(), std::size_t(said.size())), 0));
    const QString lastLine = QString::fromLocal8Bit(said.trimmed().split('\n').last());
    if (!inTime)
        return problem(u"tried out, it did not end within %1 ms"_s.arg(timeout.count()));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return problem(u"tried out, it failed: %1"_s.arg(lastLine.isEmpty() ? u"without a word"_s : lastLine));
    return {};
}

StartFailure Reexec::execute(const QList<HandedSocket> &sockets) const
{
    ExecImage image(m_path, m_arguments, m_environment, Handover::names(sockets));
    Handover handover;
    const auto failed = [](const char *what) {
        return StartFailure{StartFailure::NotExecutable,
                            u"%1: %2"_s.arg(QString::fromLatin1(what), QString::fromLocal8Bit(std::strerror(errno)))};
    };
    if (::chdir(directory().constData()) != 0)
        return failed("the directory this was started in cannot be entered");
    if (!handover.prepare(sockets) || !handover.place())
        return failed("the listening sockets cannot be handed over");
    Log::flush(); // its thread ends with the program
    resetSignalsForSuccessor();
    return image.explain(image.execute());
}

} // namespace Hephaestus
