// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/processorigin.h"

#include "common/base/processentry.h"
#include "server/code/filestamp.h"

#include <QFile>
#include <QList>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

namespace Hephaestus {
namespace {

/// Taken before main(), that is after this program's libraries were mapped and before it read anything by itself.
const qint64 programLoaded = wallClock();

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
        return programLoaded - FileStamp::Tick;
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

QByteArray ProcessOrigin::programOf(pid_t pid)
{
    const QByteArray path = pathOf(pid);
    return path.mid(path.lastIndexOf('/') + 1);
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
