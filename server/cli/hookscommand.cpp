// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/notificationsender.h"
#include "common/protocol/commandcodec.h"
#include "common/protocol/configreader.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"

#include <QEventLoop>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Sends all at once and waits for the last; fills in what came of each.
void testAll(const QList<FleetHook> &hooks, const QString &fleetFile, QList<HookLine> &lines)
{
    std::vector<std::unique_ptr<NotificationSender>> senders;
    QEventLoop loop;
    qsizetype open = hooks.size();
    for (qsizetype i = 0; i < hooks.size(); ++i) {
        senders.push_back(std::make_unique<NotificationSender>());
        NotificationSender *const sender = senders.back().get();
        HookLine &line = lines[i];
        line.isSent = true;
        QObject::connect(sender, &NotificationSender::failed, &loop, [&line](const QString &why) {
            line.isSent = false;
            line.failure = why;
        });
        QObject::connect(sender, &NotificationSender::ended, &loop, [&loop, &open] {
            if (--open == 0)
                loop.quit();
        });
    }
    for (qsizetype i = 0; i < hooks.size(); ++i)
        senders[std::size_t(i)]->send(hooks[i].target, testNotification(hooks[i], fleetFile));
    if (open > 0)
        loop.exec();
}

void print(const HookLine &line)
{
    QString text = printable(line.name) + u": "_s + line.runs;
    if (line.isSent)
        text += *line.isSent ? u", sent"_s : u", failed: "_s + line.failure;
    else
        text += u", on "_s + line.events.join(u", "_s) + (line.isTrusted ? QString() : u", not trusted"_s);
    std::printf("%s\n", qPrintable(text));
}

} // namespace

int hooksCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Lists the hooks of the fleet file: whom they tell, and when. `hooks test` sends something to try them, and "
        "lets them be run unasked from then on (hephaestus trust). Exit code 1 if one fails."_s,
        u"hooks"_s, ClientCommandLine::Names::Others);
    line.parser().addPositionalArgument(u"NAME"_s, u"A hook; none means all of the file."_s, u"[test [NAME]...]"_s);
    line.addJsonOption(u"Prints JSON: the hooks, and what came of a test."_s);
    line.doAllThere(); // its hooks, and whether it trusts them
    if (const auto exit = line.read(arguments))
        return *exit;
    const QStringList words = line.parser().positionalArguments();
    const bool isTest = words.value(0) == "test"_L1;
    if (!isTest && !words.isEmpty())
        return line.usageError(u"expected test, found \"%1\""_s.arg(printable(words.first())));
    QList<FleetHook> hooks = line.fleet().hooks;
    QStringList known;
    for (const FleetHook &hook : std::as_const(hooks))
        known << hook.name;
    for (const QString &name : words.mid(1)) {
        if (known.contains(name))
            continue;
        const QString near = nearestName(name, known);
        return line.usageError(
            u"there is no hook \"%1\" in %2%3"_s.arg(
                printable(name), line.fleet().path, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)),
            u"unknown_hook"_s);
    }
    if (words.size() > 1)
        hooks.removeIf([&words](const FleetHook &hook) { return !words.mid(1).contains(hook.name); });
    if (isTest && hooks.isEmpty())
        return line.usageError(u"there is no hook in %1"_s.arg(line.fleet().path), u"unknown_hook"_s);
    FleetTrust trust;
    if (isTest) { // whoever types the command means the fleet file; where that cannot be kept, it is asked again
        if (const auto problem = trust.trust(line.fleet().path, {}, hooks))
            std::fprintf(stderr, "hephaestus hooks: %s\n", qPrintable(printable(problem->text())));
    }
    QList<HookLine> lines;
    for (const FleetHook &hook : std::as_const(hooks)) {
        QStringList events;
        for (const FleetHook::Event event : hook.on)
            events << wireName(event);
        lines << HookLine{hook.name, whatRuns(hook), events, trust.isTrusted(line.fleet().path, hook)};
    }
    if (isTest)
        testAll(hooks, line.fleet().path, lines);
    if (line.isJson()) {
        line.terminal().write(QString::fromUtf8(encodeHooks(line.fleetPath(), lines)));
    } else {
        for (const HookLine &each : std::as_const(lines))
            print(each);
    }
    const auto hasFailed = [](const HookLine &each) { return each.isSent == false; };
    return std::any_of(lines.cbegin(), lines.cend(), hasFailed) ? ExitNotSo : ExitDone;
}

} // namespace Hephaestus
