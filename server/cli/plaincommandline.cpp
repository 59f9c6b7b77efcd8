// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/plaincommandline.h"

#include "common/base/printable.h"
#include "server/cli/commanderror.h"
#include "server/cli/globaloptions.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

PlainCommandLine::PlainCommandLine(const QString &description, const QString &command) : m_command(command)
{
    m_parser.setApplicationDescription(description);
    addHelpOption(m_parser);
    addGlobalOptions(m_parser);
}

void PlainCommandLine::addHostOption(HostTalk talk)
{
    m_hasHost = true;
    m_talk = talk;
    m_parser.addOption(
        {u"host"_s,
         u"Runs this command on a machine that ssh reaches, by its name in the fleet file or as ssh takes it."_s,
         u"NAME"_s});
}

void PlainCommandLine::addJsonOption(const QString &description)
{
    m_hasJson = true;
    m_parser.addOption({u"json"_s, description});
}

std::optional<int> PlainCommandLine::read(const QStringList &arguments, qsizetype least, qsizetype most)
{
    m_isJson = m_hasJson && asksForJson(arguments);
    if (!m_parser.parse(arguments))
        return usageError(m_parser.errorText());
    if (m_parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(m_parser, m_command)), stdout);
        return ExitDone;
    }
    if (m_hasHost && m_parser.isSet(u"host"_s)) {
        for (auto it = m_keptHere.cbegin(); it != m_keptHere.cend(); ++it) {
            if (m_parser.isSet(it.key()))
                return usageError(u"--%1: %2"_s.arg(it.key(), it.value()));
        }
        return runCommandOnHost(arguments, HostWords::AllThere, m_talk);
    }
    if (words().size() > most)
        return usageError(u"unexpected \"%1\""_s.arg(printable(words()[most])));
    if (words().size() < least)
        return usageError(u"something is missing; `hephaestus %1 --help` tells what"_s.arg(m_command));
    const QStringList colors{u"auto"_s, u"always"_s, u"never"_s};
    const QString color = m_parser.value(u"color"_s);
    if (!colors.contains(color))
        return usageError(u"--color: expected auto, always or never, found \"%1\""_s.arg(printable(color)));
    m_terminal = Terminal(Terminal::Color(colors.indexOf(color)));
    return {};
}

int PlainCommandLine::usageError(const QString &what, const QString &code) const
{
    return tellError(m_command, {code, what}, m_isJson);
}

} // namespace Hephaestus
