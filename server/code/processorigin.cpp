// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/processorigin.h"

#include "common/base/fileclock.h"
#include "common/base/filedescriptor.h"
#include "common/base/processentry.h"
#include "server/code/filestamp.h"

#include <QFile>
#include <QList>

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <fcntl.h>

namespace Hephaestus {
namespace {

/// Taken before main(), that is after this program's libraries were mapped and before it read anything by itself.
const qint64 programLoaded = fileClock().count() - 1;

/// Where a link in /proc/PID leads to.
QByteArray targetOf(pid_t pid, const char *link)
{
    std::array<char, PATH_MAX> target;
    const ssize_t size =
        ::readlink(("/proc/" + QByteArray::number(pid) + link).constData(), target.data(), target.size());
    return QByteArray(target.data(), std::max(size, ssize_t(0)));
}

/// Set anew at every start by who starts, or by the shell: no difference that anybody configured.
constexpr std::array<QByteArrayView, 16> Volatile{
    "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID", "MAINPID",
    "MANAGERPID",    "NOTIFY_SOCKET",  "OLDPWD",         "PWD",        "SHLVL",      "SYSTEMD_EXEC_PID",
    "WATCHDOG_PID",  "WATCHDOG_USEC",  "WINDOWID",       "_"};

} // namespace

std::optional<qint64> ProcessOrigin::startOf(pid_t pid)
{
    if (pid == ::getpid())
        return programLoaded;
    const qint64 now = wallClock();
    const auto process = readProcess(pid);
    return process ? std::optional(now - qint64(process->age().count()) - FileStamp::Tick) : std::nullopt;
}

quint64 ProcessOrigin::ticketOf(pid_t pid)
{
    const auto process = readProcess(pid);
    return process ? process->startTicks : 0;
}

QByteArray ProcessOrigin::imageOf(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    const QByteArray line = file.readAll();
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' '); // the first is field 3
    constexpr qsizetype StartCode = 26 - 3;
    constexpr qsizetype StartStack = 28 - 3;
    if (fields.size() <= StartStack || fields[StartStack].toULongLong() <= 1) // 0 or 1: hidden from us
        return {};
    return fields[StartCode] + '.' + fields[StartStack];
}

QByteArrayList ProcessOrigin::argumentsOf(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    QByteArrayList arguments = file.readAll().split('\0');
    arguments.removeLast(); // each ends with a zero
    return arguments;
}

QByteArray ProcessOrigin::directoryOf(pid_t pid) { return targetOf(pid, "/cwd"); }

QByteArray ProcessOrigin::pathOf(pid_t pid)
{
    QByteArray path = targetOf(pid, "/exe");
    if (path.endsWith(" (deleted)"))
        path.chop(10);
    return path;
}

/// The kernel keeps it beside the arguments, and says where in the auxiliary vector (getauxval(3)).
QByteArray ProcessOrigin::invocationOf(pid_t pid)
{
    if (pid == ::getpid()) {
        const unsigned long name = ::getauxval(AT_EXECFN);
        return name == 0 ? QByteArray() : QByteArray(reinterpret_cast<const char *>(name)); // NOLINT: an address
    }
    QFile file(QStringLiteral("/proc/%1/auxv").arg(pid));
    const FileDescriptor memory(
        ::open(("/proc/" + QByteArray::number(pid) + "/mem").constData(), O_RDONLY | O_CLOEXEC));
    if (memory.isOpen() && file.open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        const QByteArray vector = file.readAll();
        for (qsizetype i = 0; i + qsizetype(2 * sizeof(unsigned long)) <= vector.size();
             i += 2 * sizeof(unsigned long)) {
            std::array<unsigned long, 2> entry{};
            std::memcpy(entry.data(), vector.constData() + i, sizeof entry);
            if (entry[0] != AT_EXECFN)
                continue;
            std::array<char, PATH_MAX> name{};
            const ssize_t size = ::pread(memory.number(), name.data(), name.size() - 1, off_t(entry[1]));
            if (size > 0)
                return QByteArray(name.data());
        }
    }
    const QByteArray first = argumentsOf(pid).value(0);
    return first.contains('/') ? first : QByteArray();
}

QByteArray ProcessOrigin::programOf(pid_t pid)
{
    const QByteArray path = pathOf(pid);
    return path.mid(path.lastIndexOf('/') + 1);
}

QByteArrayList ProcessOrigin::inputsOf(pid_t pid)
{
    const QByteArray link = "/proc/" + QByteArray::number(pid) + "/fd/0";
    std::array<char, PATH_MAX> path{};
    struct stat status = {};
    if (::stat(link.constData(), &status) != 0 || !S_ISREG(status.st_mode)
        || ::readlink(link.constData(), path.data(), path.size() - 1) <= 0 || path[0] != '/')
        return {};
    return {QByteArray(path.data())};
}

bool ProcessOrigin::hasStreamForInput(pid_t pid)
{
    struct stat status = {};
    return ::stat(("/proc/" + QByteArray::number(pid) + "/fd/0").constData(), &status) == 0
        && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

bool ProcessOrigin::hasTerminalForInput(pid_t pid)
{
    const QByteArray path = targetOf(pid, "/fd/0");
    return path.startsWith("/dev/pts/") || path.startsWith("/dev/tty") || path == "/dev/console";
}

std::optional<QByteArray> ProcessOrigin::environmentOf(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/environ").arg(pid));
    return hasProcessTable() && file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? std::optional(file.readAll())
                                                                                       : std::nullopt;
}

ContentHash ProcessOrigin::environmentHash(const QByteArray &environment)
{
    QList<QByteArray> variables = environment.split('\0');
    variables.removeIf([](const QByteArray &variable) {
        const QByteArrayView name = QByteArrayView(variable).first(std::max(variable.indexOf('='), qsizetype(0)));
        return variable.isEmpty() || std::find(Volatile.begin(), Volatile.end(), name) != Volatile.end();
    });
    std::sort(variables.begin(), variables.end());
    return hashOf(variables.join('\0'));
}

} // namespace Hephaestus
