// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/interruptwatch.h"
#include "server/cli/linechannel.h"
#include "server/cli/mcpinstallcommand.h"
#include "server/cli/mcpserver.h"
#include "server/cli/plaincommandline.h"

#include <QEventLoop>

#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// `start,restart`, or `none`; nothing: a word is none of them.
std::optional<QSet<FleetAction>> actionsIn(const QString &words)
{
    QSet<FleetAction> actions;
    if (words == "none"_L1)
        return actions;
    for (const QString &word : words.split(u',')) {
        const auto found = std::find_if(AllFleetActions.begin(), AllFleetActions.end(),
                                        [&](FleetAction action) { return wireName(action) == word.trimmed(); });
        if (found == AllFleetActions.end())
            return {};
        actions.insert(*found);
    }
    return actions;
}

/// A descriptor of its own for the messages. What else is written to standard output goes to standard error.
FileDescriptor takeOutput()
{
    FileDescriptor output(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return output;
}

int serveMessages(const QSet<FleetAction> &allowed)
{
    McpServer server(allowed);
    LineChannel channel(FileDescriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), takeOutput());
    InterruptWatch interrupts;
    QEventLoop loop;
    bool isOver = false;
    const auto leave = [&] {
        if (isOver && channel.isWritten())
            loop.quit();
    };
    QObject::connect(&channel, &LineChannel::arrived, &server, &McpServer::receive);
    QObject::connect(&channel, &LineChannel::tooLong, &server, [&server] {
        server.refuse(u"the message is longer than %1 bytes"_s.arg(LineChannel::LongestLine));
    });
    QObject::connect(&channel, &LineChannel::closed, &server, &McpServer::end);
    QObject::connect(&channel, &LineChannel::drained, &loop, leave);
    QObject::connect(&server, &McpServer::written, &channel, &LineChannel::write);
    QObject::connect(&interrupts, &InterruptWatch::interrupted, &server, [&] {
        server.end();
        if (isOver) // the client does not read its last answers
            loop.quit();
    });
    QObject::connect(&server, &McpServer::finished, &loop, [&] {
        isOver = true;
        leave();
    });
    loop.exec();
    return interrupts.signalNumber() ? ExitInterrupted + interrupts.signalNumber() : ExitDone;
}

} // namespace

int mcpCommand(const QStringList &arguments)
{
    if (arguments.contains(u"install"_s) || arguments.contains(u"uninstall"_s))
        return mcpInstallCommand(arguments);
    PlainCommandLine line(u"Serves the tools of this program to an agent, by the Model Context Protocol on standard "
                          "input and output. It ends when its input does. `hephaestus mcp install --help` tells "
                          "how clients are set up to start it."_s,
                          u"mcp"_s);
    line.parser().addOption({u"allow"_s,
                             u"What tools may do to services: start, restart, stop, or none (default: start,restart). "
                             "Commands that you never trusted are not run in any case."_s,
                             u"ACTS"_s, u"start,restart"_s});
    line.addHostOption(HostTalk::BothWays);
    if (const auto exit = line.read(arguments, 0, 0))
        return *exit;
    const QString words = line.parser().value(u"allow"_s);
    const auto allowed = actionsIn(words);
    if (!allowed)
        return line.usageError(
            u"--allow: expected none, or some of start,restart,stop, found \"%1\""_s.arg(printable(words)));
    return serveMessages(*allowed);
}

} // namespace Hephaestus
