// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/knownname.h"

#include "common/base/printable.h"
#include "common/fleet/actlock.h"
#include "common/fleet/foreignservice.h"
#include "common/fleet/knownprotocol.h"
#include "common/fleet/portholders.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestName = 80; ///< that is shown

/// The last one counts, as for the program that reads them.
QString optionOf(const QStringList &options, const QString &option)
{
    QString value;
    for (qsizetype i = 0; i < options.size() && options[i] != "--"_L1; ++i) {
        if (options[i] == option)
            value = options.value(i + 1);
        else if (options[i].startsWith(option + u'='))
            value = options[i].sliced(option.size() + 1);
    }
    return value;
}

/// Of the last start or restart by this user, whatever it is called since.
bool isLeftByAct(const FleetEntry &entry, const HealthReport &report, const QString &stateDirectory)
{
    const std::optional<Receipt> last = readActs(entry, stateDirectory).last;
    return last && last->ok && !report.instanceId.isEmpty() && last->newInstance == report.instanceId;
}

/// A pid counts if it is seen at the address: each container counts from 1.
bool isSameProcess(const FleetEntry &entry, const HealthReport &report, qint64 knownPid)
{
    const std::optional<ServiceAddress> address =
        knownPid != 0 && report.pid == knownPid ? localAddressOf(entry) : std::nullopt;
    return address && isHeldBy(*address, knownPid);
}

} // namespace

QString nameByCommand(const FleetEntry &entry)
{
    const RestartByCommand *const command = commandIn(entry.restart);
    if (!command || !(command->isOwnRun || isOurProgram(command->command.value(0))))
        return {};
    const QString word = command->command.value(1);
    return word == "run"_L1 || word == "serve"_L1 ? optionOf(command->command.mid(2), u"--name"_s) : QString();
}

QString strangerAs(const FleetEntry &entry, const HealthReport &report, const KnownName &known,
                   const QString &stateDirectory)
{
    const QString &told = report.service;
    const QString byCommand = nameByCommand(entry);
    const QString &own = byCommand.isEmpty() ? known.name : byCommand;
    if (told.isEmpty() || own.isEmpty() || told == own || told == known.name)
        return {};
    const bool isOfFile = !entry.fleetFile.isEmpty() && (told == entry.name || told == entry.nameThere);
    if (isOfFile || isSameProcess(entry, report, known.pid) || isLeftByAct(entry, report, stateDirectory))
        return {};
    const QString text = u"%1 (not %2)"_s.arg(printable(told.left(LongestName)), printable(own.left(LongestName)));
    return report.pid ? u"%1, pid %2"_s.arg(text, QString::number(*report.pid)) : text;
}

QString ownerInstead(const FleetEntry &entry, const HealthReport &report, const KnownName &known,
                     const QString &stateDirectory)
{
    const QString owner = foreignOwner(entry, report);
    return owner.isEmpty() ? strangerAs(entry, report, known, stateDirectory) : owner;
}

Answer<HealthReport> refusedStranger(const Answer<HealthReport> &answer, const QString &stranger)
{
    Answer<HealthReport> refused{{}, answer.reply};
    refused.reply.error = ClientError::NotUnderstood;
    refused.reply.message = u"it answers as "_s + stranger;
    return refused;
}

} // namespace Hephaestus
