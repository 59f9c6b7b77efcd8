// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/findingcodec.h"
#include "server/cli/clientcommands.h"
#include "server/cli/doctor.h"
#include "server/cli/exitcode.h"
#include "server/cli/globaloptions.h"
#include "server/cli/terminal.h"

#include <QCommandLineParser>

#include <algorithm>
#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Grade = Finding::Grade;

namespace {

QString lineOf(const Finding &finding, const Terminal &terminal)
{
    const auto mark = [&] {
        switch (finding.grade) {
        case Grade::Good: return terminal.painted(u"● good  "_s, Paint::Good);
        case Grade::Advice: return terminal.painted(u"◐ advice"_s, Paint::Busy);
        case Grade::Bad: return terminal.painted(u"▲ bad   "_s, Paint::Bad);
        }
        Q_UNREACHABLE();
    };
    const QString line = u"%1  %2: %3\n"_s.arg(mark(), printable(finding.subject), printable(finding.what));
    return finding.remedy.isEmpty() ? line : line + u"            → %1\n"_s.arg(printable(finding.remedy));
}

} // namespace

int doctorCommand(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Looks for what keeps services from being watched, started or restarted on this "
                                     "machine, and says what to do. Exit code 1 if something is bad."_s);
    addHelpOption(parser);
    addGlobalOptions(parser);
    parser.addOption({u"fleet"_s, u"The fleet file; without it the same one as for other commands."_s, u"FILE"_s});
    parser.addOption({u"json"_s, u"Prints JSON: a list of findings."_s});
    const bool parsed = parser.parse(arguments);
    if (parsed && parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(parser, u"doctor"_s)), stdout);
        return ExitDone;
    }
    const QStringList words{u"auto"_s, u"always"_s, u"never"_s};
    QString why;
    if (!parsed)
        why = parser.errorText();
    else if (!parser.positionalArguments().isEmpty())
        why = u"unexpected \"%1\""_s.arg(printable(parser.positionalArguments().first()));
    else if (!words.contains(parser.value(u"color"_s)))
        why = u"--color: expected auto, always or never"_s;
    if (!why.isEmpty()) {
        std::fprintf(stderr, "hephaestus doctor: %s\n", qPrintable(why));
        return ExitUsage;
    }
    const Terminal terminal{Terminal::Color(words.indexOf(parser.value(u"color"_s)))};
    const FleetChoice choice = chooseFleet(parser.value(u"fleet"_s));
    const QList<Finding> findings = examineMachine() + examineFleet(choice);
    if (parser.isSet(u"json"_s)) {
        std::fputs(encode(findings).constData(), stdout);
    } else {
        for (const Finding &finding : findings)
            terminal.write(lineOf(finding, terminal));
    }
    const bool isBad = std::any_of(findings.begin(), findings.end(),
                                   [](const Finding &finding) { return finding.grade == Grade::Bad; });
    return isBad ? ExitNotSo : ExitDone;
}

} // namespace Hephaestus
