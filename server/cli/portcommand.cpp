// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/protocol/portusecodec.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/listeners.h"
#include "server/cli/plaincommandline.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString textOf(const PortUse &use)
{
    if (use.pid == 0)
        return u"%1 is held by a process of another user\n"_s.arg(use.address);
    QString text = u"%1 is held by "_s.arg(use.address);
    if (use.service)
        text += u"%1, %2: "_s.arg(use.service->report->service, wireName(use.service->state).replace(u'_', u' '));
    text += u"%1 (pid %2)"_s.arg(use.command.left(200), QString::number(use.pid));
    if (!use.directory.isEmpty())
        text += u", in "_s + homeRelative(use.directory);
    if (!use.worktree.isEmpty() && use.worktree != use.directory)
        text += u", work tree "_s + homeRelative(use.worktree);
    if (!use.branch.isEmpty())
        text += u", branch "_s + use.branch;
    return printable(text) + u'\n';
}

} // namespace

int portCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Says who holds a TCP port of this machine: its program, where it was started, and its branch. "
        "Exit code 1 if nobody does."_s,
        u"port"_s);
    line.addHostOption();
    line.addJsonOption(u"Prints JSON."_s);
    line.parser().addPositionalArgument(u"PORT"_s, u"The number of the port."_s);
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    bool isNumber = false;
    const ushort port = line.words().first().toUShort(&isNumber);
    if (!isNumber || port == 0)
        return line.usageError(u"expected a port from 1 to 65535, found \"%1\""_s.arg(printable(line.words().first())));
    const QList<PortUse> uses = listeners(port);
    if (line.isJson()) {
        line.terminal().write(QString::fromUtf8(encode(port, uses)));
    } else {
        for (const PortUse &use : uses)
            std::fputs(qPrintable(textOf(use)), stdout);
        if (uses.isEmpty())
            std::printf("nobody listens on port %d\n", int(port));
    }
    return uses.isEmpty() ? ExitNotSo : ExitDone;
}

} // namespace Hephaestus
