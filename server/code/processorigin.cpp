// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/processorigin.h"

#include "common/base/processentry.h"
#include "server/code/filestamp.h"

#include <QFile>
#include <QList>

#include <unistd.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

/// Taken before main(), that is after this program's libraries were mapped and before it read anything by itself.
const qint64 programLoaded = wallClock();

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
