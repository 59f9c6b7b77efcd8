// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleetchoice.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/scrapetargets.h"
#include "server/app/commands.h"
#include "server/cli/plaincommandline.h"
#include "server/http/service.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostFleetFiles = 1000;

/// The targets of all files; what is wrong with any of them is a Problem: half a list would drop services.
Result<ScrapeTargets> readTargets(const QStringList &files)
{
    ScrapeTargets all;
    QStringList problems;
    for (const QString &file : files) {
        const FleetReading reading = readFleet(file);
        for (const Problem &problem : reading.problems)
            problems << printable(problem.text());
        const ScrapeTargets targets = scrapeTargets(reading.fleet);
        all.groups += targets.groups;
        all.leftOut += targets.leftOut;
    }
    if (!problems.isEmpty())
        return Problem{{}, problems.join(u'\n')};
    return all;
}

void tellLeftOut(const QStringList &lines)
{
    for (const QString &line : lines)
        std::fprintf(stderr, "hephaestus targets: %s\n", qPrintable(printable(line)));
}

/// Reads the files at each request, and tells what is left out when that is something else than before.
class TargetService
{
public:
    TargetService(const QStringList &files, const HttpOptions &http)
        : m_files(files)
        , m_service({.name = u"hephaestus-targets"_s, .version = QCoreApplication::applicationVersion(), .http = http})
    {
        m_service.route("/targets", Method::Get | Method::Head,
                        [this](const Request &request, const Reply &reply) { answer(request, reply); });
    }

    int exec(const QString &address) { return m_service.exec({address}); }

private:
    void answer(const Request &request, const Reply &reply)
    {
        if (!request.mayReadAll) {
            Response refusal =
                errorResponse(401, "unauthorized", "beyond loopback this is only for callers with a token");
            refusal.fields = {{"WWW-Authenticate", "Bearer"}};
            return reply.send(refusal);
        }
        const Result<ScrapeTargets> targets = readTargets(m_files);
        if (!targets) // Prometheus keeps the targets that it has
            return reply.fail(500, "invalid_fleet", targets.problem().text().toUtf8());
        if (std::exchange(m_leftOut, targets->leftOut) != targets->leftOut)
            tellLeftOut(targets->leftOut);
        reply.send(200, encodeFileSd(targets->groups));
    }

    const QStringList m_files;
    QStringList m_leftOut;
    Service m_service;
};

} // namespace

int targetsCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Lists the services of fleet files as targets for Prometheus, or serves that list to its HTTP service "
        "discovery."_s,
        u"targets"_s);
    line.parser().addPositionalArgument(u"FILE"_s, u"A fleet file; without one, that of the project or the user."_s,
                                        u"[FILE]..."_s);
    line.parser().addOptions({
        {u"http"_s,
         u"Serves the list at /targets: HOST:PORT (port 0: a free one). The files are read at each request."_s,
         u"ADDR"_s},
        {u"token-file"_s,
         u"A file with the bearer token that callers from beyond loopback must send; only its owner may read it."_s,
         u"FILE"_s},
    });
    line.addHostOption();
    line.keepHere(u"http"_s,
                  u"this machine serves the list; the other one serves its own by a unit or fleet file there"_s);
    if (const auto exit = line.read(arguments, 0, MostFleetFiles))
        return *exit;
    QStringList files = line.words();
    if (files.isEmpty())
        files << chooseFleet({}).path;
    HttpOptions http;
    if (line.isSet("token-file")) {
        const Result<AccessToken> token = AccessToken::fromFile(line.parser().value(u"token-file"_s));
        if (!token)
            return line.usageError(token.problem().text());
        http.access.token = *token;
    }
    const Result<ScrapeTargets> targets = readTargets(files);
    if (!targets)
        return line.usageError(targets.problem().text(), u"invalid_fleet"_s);
    if (line.isSet("http"))
        return TargetService(files, http).exec(line.parser().value(u"http"_s));
    tellLeftOut(targets->leftOut);
    std::fputs(encodeFileSd(targets->groups).constData(), stdout);
    return ExitDone;
}

} // namespace Hephaestus
