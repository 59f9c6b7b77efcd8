// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processorigin.h"

#include "server/core/filestamp.h"

#include <QFile>
#include <QList>

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

/// Taken before main(), that is after this program's libraries were mapped and before it read anything by itself.
const qint64 programLoaded = wallClock();

qint64 bootClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

QByteArray readAll(const QString &path, bool *ok = nullptr)
{
    QFile file(path);
    const bool opened = file.open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    if (ok)
        *ok = opened;
    return opened ? file.readAll() : QByteArray();
}

/// Set anew at every start by who starts, or by the shell: no difference that anybody configured.
constexpr std::array<QByteArrayView, 16> Volatile{"INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDNAMES", "LISTEN_FDS",
    "LISTEN_PID", "MAINPID", "MANAGERPID", "NOTIFY_SOCKET", "OLDPWD", "PWD", "SHLVL", "SYSTEMD_EXEC_PID", "WATCHDOG_PID",
    "WATCHDOG_USEC", "WINDOWID", "_"};

} // namespace

std::optional<qint64> ProcessOrigin::startOf(pid_t pid)
{
    if (pid == ::getpid())
        return programLoaded - FileStamp::Tick;
    const quint64 ticks = ticketOf(pid);
    if (ticks == 0)
        return {};
    const qint64 sinceBoot = qint64(ticks) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
    return wallClock() - (bootClock() - sinceBoot) - FileStamp::Tick;
}

quint64 ProcessOrigin::ticketOf(pid_t pid)
{
    // proc_pid_stat(5): field 22; the command, field 2, may hold spaces and parentheses
    const QByteArray status = readAll(QStringLiteral("/proc/%1/stat").arg(pid));
    const QList<QByteArray> fields = status.mid(status.lastIndexOf(')') + 2).split(' ');
    return fields.size() > 19 ? fields[19].toULongLong() : 0;
}

std::optional<QByteArray> ProcessOrigin::environmentOf(pid_t pid)
{
    bool ok = false;
    const QByteArray environment = readAll(QStringLiteral("/proc/%1/environ").arg(pid), &ok);
    return ok ? std::optional(environment) : std::nullopt;
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
