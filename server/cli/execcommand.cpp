// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/commanderror.h"
#include "server/cli/survey.h"

#include <QDeadlineTimer>
#include <QFile>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// It says what it knows of its code, and that is not that it is fresh; or another one is in its place.
/// A service that is down, or never says, runs no old code we know of.
bool isNotFresh(const ServiceSnapshot &snapshot)
{
    if (snapshot.state == ServiceState::Foreign || snapshot.isReplaced)
        return true;
    return snapshot.report && snapshot.report->code && snapshot.report->code->verdict != CodeVerdict::Fresh;
}

/// Replaces this program; returns only if that is not possible, with the exit code a shell gives then.
int become(const QStringList &command)
{
    QList<QByteArray> words;
    for (const QString &word : command)
        words << QFile::encodeName(word);
    std::vector<char *> pointers;
    for (QByteArray &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execvp(pointers[0], pointers.data());
    const int error = errno;
    std::fprintf(stderr, "hephaestus exec: %s: %s\n", words[0].constData(), std::strerror(error));
    return error == ENOENT ? 127 : 126;
}

} // namespace

int execCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Runs a command if the services of the fleet run the code on disk; otherwise lists those that do not. "
        "Exit code 3 then."_s,
        u"exec"_s, ClientCommandLine::Names::None);
    line.parser().addPositionalArgument(u"COMMAND"_s, u"The command and its arguments, after --."_s,
                                        u"--require-fresh -- COMMAND [ARGUMENT...]"_s);
    line.parser().addOption({u"require-fresh"_s, u"Only if nothing in the fleet is stale."_s});
    line.parser().addOption(
        {u"settle"_s, u"How long to wait for services that do not know yet (default: 5s)."_s, u"TIME"_s, u"5s"_s});
    line.addJsonOption(u"Prints an error as JSON if the command is not run."_s);
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    if (const auto exit = line.read(dashes < 0 ? arguments : arguments.first(dashes)))
        return *exit;
    const QStringList command = dashes < 0 ? QStringList() : arguments.mid(dashes + 1);
    if (command.isEmpty())
        return line.usageError(u"no command given; write it after --"_s);
    if (!line.parser().isSet(u"require-fresh"_s))
        return line.usageError(u"no condition given; write --require-fresh"_s);
    const auto settle = line.duration(u"settle"_s);
    if (!settle)
        return ExitUsage;

    if (!line.isWhole())
        return tellError(u"exec"_s, {u"not_fresh"_s, u"not known to be fresh: the services of a host"_s}, line.isJson(),
                         ExitStale);
    SurveyMemory memory;
    const QDeadlineTimer deadline(*settle);
    for (;;) {
        QList<ServiceSnapshot> snapshots = surveyAnew(line.services(), memory);
        snapshots.removeIf([](const ServiceSnapshot &snapshot) { return !isNotFresh(snapshot); });
        if (snapshots.isEmpty())
            return become(command);
        if (deadline.hasExpired() || std::any_of(snapshots.begin(), snapshots.end(), isStale)) {
            std::fputs(qPrintable(statusTable(snapshots, line.terminal())), stderr);
            if (!line.isJson())
                return ExitStale;
            QStringList names;
            for (const ServiceSnapshot &snapshot : std::as_const(snapshots))
                names << printable(snapshot.name);
            return tellError(u"exec"_s, {u"not_fresh"_s, u"not known to be fresh: %1"_s.arg(names.join(u", "_s))}, true,
                             ExitStale);
        }
        pauseBeforeNextLook(deadline);
    }
}

} // namespace Hephaestus
