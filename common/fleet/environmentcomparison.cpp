// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/environmentcomparison.h"

#include "common/base/processentry.h"
#include "common/client/httpconnection.h"
#include "common/fleet/portholders.h"

#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr auto ClockStep = 2s; ///< by which the wall clock may have been set since the process told its start

using Variables = QHash<QByteArray, QByteArray>;

/// Nothing: not readable, or no environment any more, as of a program that keeps its title there (setproctitle).
std::optional<Variables> variablesOf(qint64 pid)
{
    struct stat status = {};
    QFile file(u"/proc/%1/environ"_s.arg(pid));
    if (!hasProcessTable() || ::stat(QFile::encodeName(file.fileName()).constData(), &status) != 0
        || status.st_uid != ::geteuid() || !file.open(QIODevice::ReadOnly))
        return {};
    QByteArray text = file.readAll();
    if (!text.endsWith('\0'))
        return {};
    text.chop(1);
    Variables variables;
    for (const QByteArray &variable : text.split('\0')) {
        const qsizetype equals = variable.indexOf('=');
        if (equals < 1)
            return {};
        variables.insert(variable.first(equals), variable.mid(equals + 1));
    }
    return variables;
}

/// Later than `told`: it is another process that was given the same number.
bool beganAfter(const QDateTime &told, qint64 pid)
{
    const auto process = readProcess(pid);
    if (!process || !told.isValid())
        return true;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(process->age());
    return QDateTime::currentDateTimeUtc().addDuration(-age) > told.addDuration(ClockStep);
}

QList<CodeChange> changesOf(const HealthReport &report, const ServiceAddress &address,
                            const QMap<QString, QString> &wanted)
{
    const std::optional<Variables> given = variablesOf(*report.pid);
    if (!given)
        return {};
    QList<CodeChange> changes;
    for (auto it = wanted.begin(); it != wanted.end(); ++it) { // encoded as launch() does
        const auto found = given->constFind(QFile::encodeName(it.key()));
        if (found == given->cend() || *found != QFile::encodeName(it.value()))
            changes << CodeChange{it.key(), u"environment"_s, found == given->cend() ? u"added"_s : u"modified"_s};
    }
    // Is it that process? The pid may be counted in another namespace, or on another machine. Asked last, it costs
    // most.
    const bool isIt =
        !changes.isEmpty() && !beganAfter(report.startTime, *report.pid) && isHeldBy(address, *report.pid);
    return isIt ? changes : QList<CodeChange>();
}

} // namespace

void EnvironmentComparison::addTo(HealthReport &report, const FleetEntry &entry)
{
    const RestartByCommand *const command = commandToStart(entry);
    if (!command || command->environment.isEmpty() || report.pid.value_or(0) <= 0)
        return;
    const Result<HttpPeer> peer = parsePeer(entry.url);
    if (!peer || !peer->address.isLoopback())
        return;
    Look &look = m_looks[entry.url];
    if (look.instanceId != report.instanceId || look.pid != *report.pid || look.startTime != report.startTime
        || look.wanted != command->environment)
        look = {report.instanceId, *report.pid, report.startTime, command->environment,
                changesOf(report, peer->address, command->environment)};
    if (look.changes.isEmpty())
        return;
    CodeReport code = report.code.value_or(CodeReport());
    code.verdict = CodeVerdict::Stale;
    code.changed << look.changes;
    report.code = code;
}

} // namespace Hephaestus
