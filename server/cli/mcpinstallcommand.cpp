// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/mcpinstallcommand.h"

#include "common/base/printable.h"
#include "server/cli/agentclient.h"
#include "server/cli/commanderror.h"
#include "server/cli/plaincommandline.h"
#include "server/cli/question.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QStandardPaths>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What a client starts: the bare name where it is found by it. A project's file is for others, too.
QString programFor(bool isProject)
{
    const QString name = u"hephaestus"_s;
    return isProject || !QStandardPaths::findExecutable(name).isEmpty() ? name
                                                                        : QCoreApplication::applicationFilePath();
}

} // namespace

int mcpInstallCommand(const QStringList &arguments)
{
    PlainCommandLine line(u"Tells a client of agents to start `hephaestus mcp`, or takes that back. It shows what it "
                          "writes, and asks; other entries of the file stay as they are."_s,
                          u"mcp"_s);
    line.parser().addPositionalArgument(
        u"install"_s, u"Adds the entry, or brings it up to date; uninstall removes it."_s, u"install|uninstall"_s);
    line.parser().addOption({u"client"_s, u"The client: %1."_s.arg(agentClients().join(u", "_s)), u"NAME"_s});
    line.parser().addOption({u"project"_s, u"In the file of the project in this folder, not in your own."_s});
    line.parser().addOption({u"yes"_s, u"Does not ask."_s});
    line.addHostOption();
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const bool isInstall = line.words().first() == "install"_L1;
    if (!isInstall && line.words().first() != "uninstall"_L1)
        return line.usageError(u"expected install or uninstall, found \"%1\""_s.arg(printable(line.words().first())));
    const QString name = line.parser().value(u"client"_s);
    if (!agentClients().contains(name))
        return line.usageError(
            u"--client: expected one of %1, found \"%2\""_s.arg(agentClients().join(u", "_s), printable(name)));
    const AgentClient client = agentClient(name, line.isSet("project") ? QDir::currentPath() : QString());
    QFile file(client.path);
    const bool isThere = file.exists();
    if (isThere && !file.open(QIODevice::ReadOnly))
        return tellError(u"mcp"_s, {u"not_readable"_s, u"%1: %2"_s.arg(client.path, file.errorString())}, false,
                         ExitNotSo);
    const QByteArray before = isThere ? file.readAll() : QByteArray();
    const QString program = programFor(line.isSet("project"));
    const Result<QByteArray> after =
        isInstall ? withAgentEntry(client.format, before, program) : withoutAgentEntry(client.format, before);
    if (!after)
        return tellError(u"mcp"_s, {u"invalid_file"_s, client.path + u": "_s + after.problem().text()}, false,
                         ExitNotSo);
    if (*after == before) {
        std::printf("%s is as it should be\n", qPrintable(client.path));
        return ExitDone;
    }
    std::printf("%s %s:\n%s", isInstall ? "into" : "out of", qPrintable(client.path),
                agentEntry(client.format, program).constData());
    if (!line.isSet("yes") && !isAgreed(isInstall ? u"Write it?"_s : u"Remove it?"_s)) {
        std::fputs("hephaestus mcp: nothing was written; --yes writes without a question\n", stderr);
        return ExitNotSo;
    }
    if (const QString why = writeWhole(client.path, *after); !why.isEmpty())
        return tellError(u"mcp"_s, {u"not_written"_s, why}, false, ExitNotSo);
    return ExitDone;
}

} // namespace Hephaestus
