// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/client/serviceclient.h"
#include "common/fleet/knownname.h"
#include "common/fleet/restarttexts.h"
#include "common/protocol/commandcodec.h"
#include "server/cli/actionrun.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"

#include <QEventLoop>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Asks each service in turn by `ask`, and prints what it says.
template <typename Ask>
int askEach(const ClientCommandLine &line, const QString &doneWord, Ask ask)
{
    int exit = ExitDone;
    for (const FleetEntry &entry : line.services()) {
        QEventLoop loop;
        const Result<ServiceTarget> target = targetOf(entry);
        QString outcome = target ? QString() : target.problem().text();
        bool ok = false;
        if (target) {
            ServiceClient client(*target);
            const auto end = [&](const Answer<Acknowledgement> &answer) {
                ok = answer.value.has_value();
                outcome = ok ? doneWord : answer.reply.message;
                loop.quit();
            };
            client.askStatus([&](const Answer<HealthReport> &look) { // another worktree's or service is not touched
                const QString owner = look.value ? ownerInstead(entry, *look.value, {}, {}) : QString();
                if (owner.isEmpty())
                    return ask(client, end);
                outcome = foreignText(entry.name, entry.url, owner);
                loop.quit();
            });
            loop.exec();
        }
        if (!ok)
            exit = ExitNotSo;
        if (line.isJson())
            line.terminal().write(line.inJson(encodeRequested(entry.name, ok, outcome)) + u'\n');
        else
            line.terminal().write(u"%1: "_s.arg(printable(entry.name))
                                  + line.terminal().painted(printable(outcome), ok ? Paint::None : Paint::Bad) + u'\n');
    }
    return exit;
}

} // namespace

int shutdownCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Asks services to shut down, shows the steps as they happen, and prints the outcome. "
                           "Exit code 1 if one did not end cleanly."_s,
                           u"shutdown NAME|URL..."_s, ClientCommandLine::Names::Required);
    line.parser().addOption(
        {u"schedule"_s, u"Returns at once; the service shuts down after the delay it is configured with."_s});
    line.parser().addOption(
        {u"delay"_s, u"Returns at once; the service shuts down after TIME (10s, 2m)."_s, u"TIME"_s});
    line.parser().addOption({u"cancel"_s, u"Cancels a scheduled shutdown, until draining has begun."_s});
    line.addJsonOption(u"Prints JSON: one receipt per line."_s);
    line.addStepsOption();
    if (const auto exit = line.read(arguments))
        return *exit;
    const bool cancel = line.parser().isSet(u"cancel"_s);
    const bool delayed = line.parser().isSet(u"delay"_s);
    const bool schedule = delayed || line.parser().isSet(u"schedule"_s);
    if (cancel && schedule)
        return line.usageError(u"--cancel and --schedule exclude each other"_s);
    std::optional<Seconds> delay;
    if (delayed) {
        const auto time = line.duration(u"delay"_s);
        if (!time)
            return ExitUsage;
        delay = *time;
    }
    if (cancel) {
        return askEach(line, u"the shutdown is cancelled"_s,
                       [](ServiceClient &client, const auto &done) { client.cancelSchedule(done); });
    }
    if (schedule) {
        return askEach(line, u"the shutdown is scheduled"_s,
                       [&](ServiceClient &client, const auto &done) { client.schedule(delay, done); });
    }
    return runAction(line.services(), FleetAction::Stop, line.terminal(), line.actOutput());
}

} // namespace Hephaestus
