// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/environmentcomparison.h"

#include "common/base/processentry.h"
#include "common/client/httpconnection.h"
#include "common/fleet/envfile.h"
#include "common/fleet/launcher.h"
#include "common/fleet/portholders.h"

#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>

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

CodeChange variable(const QString &name, const QString &change) { return {name, u"environment"_s, change}; }

/// What the entry's own variables, which are above those of the files, and the files say now.
QList<CodeChange> differences(const Variables &given, const RestartByCommand &command)
{
    QList<CodeChange> changes;
    const auto compare = [&](const QString &name, const std::optional<QString> &value) { // encoded as launch() does
        const auto found = given.constFind(QFile::encodeName(name));
        if (found == given.cend())
            changes << variable(name, u"added"_s);
        else if (value && *found != QFile::encodeName(*value))
            changes << variable(name, u"modified"_s);
    };
    for (auto it = command.environment.begin(); it != command.environment.end(); ++it)
        compare(it.key(), it.value());
    if (command.envFiles.isEmpty())
        return changes;
    const auto outside = [](const QString &) { return std::optional<QString>(QString()); }; // not compared
    const Result<QList<EnvVariable>> files = readEnvFiles(command.envFiles, outside);
    if (!files) // it could be read when the process began
        return changes << CodeChange{files.problem().where, u"environment"_s, u"unreadable"_s};
    QStringList names;
    for (const EnvVariable &each : *files) {
        names << each.name;
        if (!command.environment.contains(each.name))
            compare(each.name, each.isFromOutside ? std::nullopt : std::optional(each.value));
    }
    const QByteArray before = given.value(FileVariables);
    for (const QByteArray &name : before.isEmpty() ? QByteArrayList() : before.split(',')) {
        const QString text = QFile::decodeName(name);
        if (!names.contains(text) && !command.environment.contains(text))
            changes << variable(text, u"removed"_s);
    }
    return changes;
}

QList<CodeChange> changesOf(const HealthReport &report, const ServiceAddress &address, const RestartByCommand &command)
{
    const std::optional<Variables> given = variablesOf(*report.pid);
    if (!given)
        return {};
    const QList<CodeChange> changes = differences(*given, command);
    // Is it that process? The pid may be counted in another namespace, or on another machine. Asked last, it costs
    // most.
    const bool isIt =
        !changes.isEmpty() && !beganAfter(report.startTime, *report.pid) && isHeldBy(address, *report.pid);
    return isIt ? changes : QList<CodeChange>();
}

/// Within it a second change may leave a file the same ctime: a tick of the kernel is 1 to 10 ms, one of FAT 2 s.
constexpr std::chrono::seconds CoarsestTick{2};

/// What tells that one of the files has changed: cheap enough for every poll. Empty: one has changed so lately that it
/// may change again without a trace.
QByteArray stampOf(const QStringList &files)
{
    const std::time_t settled = std::time(nullptr) - CoarsestTick.count();
    QByteArray stamp;
    for (const QString &file : files) {
        struct stat status = {};
        if (::stat(QFile::encodeName(file).constData(), &status) != 0) {
            stamp += "- ";
            continue;
        }
        if (status.st_ctim.tv_sec >= settled)
            return {};
        for (const qint64 number : {qint64(status.st_dev), qint64(status.st_ino), qint64(status.st_size),
                                    qint64(status.st_ctim.tv_sec), qint64(status.st_ctim.tv_nsec)})
            stamp += QByteArray::number(number) + ' ';
    }
    return stamp;
}

} // namespace

void EnvironmentComparison::addTo(HealthReport &report, const FleetEntry &entry)
{
    const RestartByCommand *const command = commandToStart(entry);
    if (!command || (command->environment.isEmpty() && command->envFiles.isEmpty()) || report.pid.value_or(0) <= 0)
        return;
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    if (!address)
        return;
    Look &look = m_looks[entry.url];
    const QByteArray stamp = stampOf(command->envFiles);
    if (look.instanceId != report.instanceId || look.pid != *report.pid || look.startTime != report.startTime
        || look.wanted != command->environment || look.files != command->envFiles || look.stamp != stamp
        || (stamp.isEmpty() && !command->envFiles.isEmpty()))
        look = {report.instanceId,
                *report.pid,
                report.startTime,
                command->environment,
                command->envFiles,
                stamp,
                changesOf(report, *address, *command)};
    if (look.changes.isEmpty())
        return;
    CodeReport code = report.code.value_or(CodeReport());
    code.verdict = CodeVerdict::Stale;
    code.changed << look.changes;
    report.code = code;
}

} // namespace Hephaestus
