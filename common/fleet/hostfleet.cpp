// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hostfleet.h"

#include "common/base/printable.h"
#include "common/base/processoutcome.h"
#include "common/client/hostconnection.h"
#include "common/client/httpconnection.h"
#include "common/protocol/fleetlistingcodec.h"
#include "common/protocol/healthcodec.h"

#include <QProcess>
#include <QTimer>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds LongestCommand = 30s;
constexpr qsizetype MostOutput = 16 << 20;
constexpr int NoHephaestus = 127; ///< the shell's word for a program that is not there

Result<FleetEntry> entryOf(const ListedService &service, const RemoteHost &host)
{
    if (!isServiceName(service.name))
        return Problem{u"name"_s, u"expected 1 to 200 visible characters"_s};
    const Result<HttpPeer> peer = parsePeer(service.url);
    if (!peer)
        return peer.problem();
    FleetEntry entry;
    entry.name = service.name;
    entry.url = service.url;
    entry.group = service.group;
    entry.dependsOn = service.dependsOn;
    entry.profiles = service.profiles;
    const auto within = [](Seconds time, milliseconds least) {
        return std::clamp(std::chrono::ceil<milliseconds>(std::min<Seconds>(time, 24h)), least, milliseconds(24h));
    };
    entry.interval = within(service.interval, 100ms);
    entry.startTimeout = within(service.startTimeout, 100ms);
    return onHost(entry, host);
}

Result<Fleet> fleetIn(const HostOutput &said, const RemoteHost &host)
{
    if (said.code == NoHephaestus)
        return Problem{host.name,
                       u"there is no hephaestus on %1; name its services here, with host = \"%1\""_s.arg(host.name)};
    const QString errors = printable(QString::fromUtf8(said.errors).trimmed().right(600));
    const Result<FleetListing> listing = decodeFleetListing(said.output);
    if (!listing && errors.contains("there is no command"_L1))
        return Problem{host.name,
                       u"hephaestus on %1 is older, and cannot list its fleet; name its services here, with "
                       "host = \"%1\""_s.arg(host.name)};
    if (!listing) {
        const Result<ErrorBody> error = decodeError(said.output);
        return Problem{host.name,
                       u"hephaestus on %1: %2"_s.arg(host.name, error ? printable(error->message.left(600)) : errors)};
    }
    Fleet fleet;
    fleet.path = u"%1 on %2"_s.arg(printable(listing->path), host.name);
    fleet.hosts = {host};
    for (const ListedService &service : listing->services) {
        if (!service.host.isEmpty())
            continue; // it is another machine's, too
        const Result<FleetEntry> entry = entryOf(service, host);
        if (!entry)
            return Problem{host.name,
                           u"%1 on %2: %3"_s.arg(printable(service.name.left(200)), host.name, entry.problem().text())};
        fleet.services << *entry;
    }
    return fleet;
}

} // namespace

void runOnHost(const RemoteHost &host, const QStringList &words, QObject *context,
               const std::function<void(const Result<HostOutput> &)> &done)
{
    const std::shared_ptr<HostConnection> connection = HostConnection::to(host);
    connection->open(context, [connection, words, context, done](const std::optional<Problem> &problem) {
        if (problem)
            return done(Problem{problem->where, problem->what});
        auto *const process = new QProcess(context);
        HostConnection::prepare(*process);
        const auto said = std::make_shared<HostOutput>();
        QObject::connect(process, &QProcess::readyReadStandardOutput, process, [process, said] {
            said->output += process->readAllStandardOutput();
            if (said->output.size() > MostOutput)
                process->kill();
        });
        QObject::connect(process, &QProcess::readyReadStandardError, process, [process, said] {
            said->errors += process->readAllStandardError();
            if (said->errors.size() > MostOutput)
                process->kill();
        });
        whenOver(*process, context, [process, said, connection, done](const ProcessOutcome &outcome) {
            said->code = outcome.hasExited ? outcome.code : 255;
            said->output += process->readAllStandardOutput();
            said->errors += process->readAllStandardError();
            process->deleteLater();
            if (!outcome.whyNotStarted.isEmpty())
                return done(Problem{{}, u"ssh cannot be started: "_s + outcome.whyNotStarted});
            done(*said);
        });
        QTimer::singleShot(LongestCommand, process, &QProcess::kill);
        QStringList command = connection->commandLine(words);
        const QString program = command.takeFirst();
        process->start(program, command);
    });
}

void readFleetOfHost(const RemoteHost &host, QObject *context, const std::function<void(const Result<Fleet> &)> &done)
{
    runOnHost(host, {u"hephaestus"_s, u"fleet"_s, u"--json"_s}, context, [host, done](const Result<HostOutput> &said) {
        if (!said)
            return done(Problem{said.problem().where, hostTrouble(host, said.problem().what)});
        done(fleetIn(*said, host));
    });
}

} // namespace Hephaestus
