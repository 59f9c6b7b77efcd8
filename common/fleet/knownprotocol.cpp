// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/knownprotocol.h"

#include "common/client/httpconnection.h"
#include "common/fleet/actlock.h"

#include <QFileInfo>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Whether `hephaestus run` with these options listens at the address, as far as they say.
bool listensAt(const QStringList &options, const ServiceAddress &address)
{
    const QString place = address.kind == ServiceAddress::Kind::Unix ? address.path : u":%1"_s.arg(address.port);
    for (qsizetype i = 0; i < options.size() && options[i] != "--"_L1; ++i) {
        if (options[i].startsWith("--listen"_L1)
            && (options[i] + u'=' + options.value(i + 1)).section(u'=', 1, 1).endsWith(place))
            return true;
    }
    return false;
}

} // namespace

const RestartByCommand *commandIn(const RestartMethod &method)
{
    if (const auto *command = std::get_if<RestartByCommand>(&method))
        return command;
    const auto *service = std::get_if<RestartByService>(&method);
    return service && service->start ? &*service->start : nullptr;
}

bool isOurProgram(const QString &program) { return QFileInfo(program).fileName() == "hephaestus"_L1; }

bool isServedByUs(const FleetEntry &entry)
{
    const RestartByCommand *const command = commandIn(entry.restart);
    if (!command)
        return false;
    if (command->isOwnRun)
        return true;
    if (!isOurProgram(command->command.value(0)))
        return false;
    if (command->command.value(1) == "serve"_L1)
        return true;
    const Result<HttpPeer> peer = parsePeer(entry.url);
    return command->command.value(1) == "run"_L1 && peer && listensAt(command->command.mid(2), peer->address);
}

bool tellsHealth(const FleetEntry &entry, const QString &stateDirectory)
{
    // An address that is added without a file has that method, too.
    const bool restartsItself = std::holds_alternative<RestartByService>(entry.restart) && !entry.fleetFile.isEmpty();
    const RestartByCommand *const command = commandIn(entry.restart);
    if (restartsItself || isServedByUs(entry) || (command && isOurProgram(command->command.value(0))))
        return true;
    const ActRecord record = readActs(entry, stateDirectory);
    return record.last && !(record.last->newInstance + record.last->oldInstance).isEmpty();
}

Answer<HealthReport> refusedPage(const Answer<HealthReport> &page)
{
    Answer<HealthReport> answer{{}, page.reply};
    answer.reply.error = ClientError::NotUnderstood;
    answer.reply.message = u"the answer is not understood: it says nothing of health"_s;
    return answer;
}

} // namespace Hephaestus
