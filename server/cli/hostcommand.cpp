// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/hostcommand.h"

#include "common/base/printable.h"
#include "common/client/hostconnection.h"
#include "common/fleet/fleetchoice.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/hostfleet.h"
#include "server/cli/commanderror.h"
#include "server/cli/exitcode.h"

#include <QEventLoop>
#include <QFileInfo>

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

const QString HostOption = u"--host"_s;

/// Those before `--`.
qsizetype ownArguments(const QStringList &arguments)
{
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    return dashes < 0 ? arguments.size() : dashes;
}

/// What the command said over there. On a terminal it is text from elsewhere, as any other.
void pass(const QByteArray &said, FILE *to)
{
    QStringList lines = QString::fromUtf8(said).split(u'\n');
    std::for_each(lines.begin(), lines.end(), [](QString &line) { line = printable(line); });
    const QByteArray bytes = ::isatty(::fileno(to)) == 1 ? lines.join(u'\n').toUtf8() : said;
    std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), to);
    std::fflush(to);
}

} // namespace

Result<RemoteHost> findHost(const QString &name, const QString &fleetFile)
{
    const FleetChoice choice = chooseFleet(fleetFile);
    if (QFileInfo::exists(choice.path)) {
        const FleetReading reading = readFleet(choice.path, {.keepsPorts = false});
        if (const RemoteHost *const host = reading.fleet.findHost(name))
            return *host;
    }
    if (const QString why = whyNoDestination(name); !why.isEmpty())
        return Problem{{}, why};
    return RemoteHost{name, name};
}

Result<Fleet> fleetOfHost(const RemoteHost &host)
{
    QEventLoop loop;
    Result<Fleet> fleet = Problem{};
    bool isDone = false;
    readFleetOfHost(host, &loop, [&](const Result<Fleet> &read) {
        fleet = read;
        isDone = true;
        loop.quit();
    });
    if (!isDone)
        loop.exec();
    return fleet;
}

Result<HostOutput> outputOnHost(const RemoteHost &host, const QStringList &words)
{
    QEventLoop loop;
    std::optional<Result<HostOutput>> said;
    runOnHost(host, words, &loop, [&](const Result<HostOutput> &result) {
        said = result;
        loop.quit();
    });
    if (!said)
        loop.exec();
    return *said;
}

int runCommandOnHost(const QStringList &arguments)
{
    QStringList words{u"hephaestus"_s};
    QString name;
    for (qsizetype i = 0, own = ownArguments(arguments); i < arguments.size(); ++i) {
        if (i < own && arguments[i] == HostOption)
            name = arguments.value(++i);
        else if (i < own && arguments[i].startsWith(HostOption + u'='))
            name = arguments[i].sliced(HostOption.size() + 1);
        else
            words << arguments[i];
    }
    const QString command = arguments.value(0);
    const bool json = asksForJson(arguments);
    const Result<RemoteHost> host = findHost(name, {});
    if (!host)
        return tellError(command, {u"usage"_s, u"--host: "_s + printable(host.problem().text())}, json);
    const Result<HostOutput> said = outputOnHost(*host, words);
    if (!said)
        return tellError(command, {u"no_host"_s, printable(hostTrouble(*host, said.problem().what))}, json, ExitNotSo);
    const HostOutput &output = *said;
    if (output.code == 127)
        return tellError(command, {u"no_host"_s, u"there is no hephaestus on %1"_s.arg(host->name)}, json, ExitNotSo);
    pass(output.errors, stderr);
    pass(output.output, stdout);
    return output.code;
}

} // namespace Hephaestus
