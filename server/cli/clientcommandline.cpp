// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/clientcommandline.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/fleet/fleetchoice.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/prometheusoptions.h"
#include "common/protocol/commandcodec.h"
#include "common/protocol/configreader.h"
#include "common/protocol/serviceaddress.h"
#include "server/cli/commanderror.h"
#include "server/cli/globaloptions.h"
#include "server/cli/hostcommand.h"

#include <QFileInfo>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ClientCommandLine::ClientCommandLine(const QString &description, const QString &syntax, Names names)
    : m_command(syntax.section(u' ', 0, 0))
    , m_names(names)
{
    m_parser.setApplicationDescription(description);
    addHelpOption(m_parser);
    addGlobalOptions(m_parser);
    m_parser.addOption(
        {u"fleet"_s,
         u"The fleet file. Without it: $HEPHAESTUS_FLEET, fleet.toml here or above within the git work tree, %1."_s.arg(
             defaultFleetPath()),
         u"FILE"_s});
    m_parser.addOption(
        {u"host"_s,
         u"A machine that ssh reaches, by its name in the fleet file or as ssh takes it: its own fleet file "
         "counts, and URLs are meant there."_s,
         u"NAME"_s});
    m_parser.addOption({u"profile"_s,
                        u"Of the whole fleet, those of this profile, too, and what they depend on; may be repeated."_s,
                        u"NAME"_s});
    if (names == Names::Required || names == Names::AllIfNone)
        m_parser.addPositionalArgument(
            u"NAME|URL"_s, u"A service, by its name in the fleet file or by URL (http://HOST:PORT, unix:PATH)."_s,
            syntax.section(u' ', 1));
}

void ClientCommandLine::addJsonOption(const QString &description)
{
    m_hasJson = true;
    m_parser.addOption({u"json"_s, description});
}

void ClientCommandLine::addStepsOption()
{
    m_parser.addOption(
        {u"steps"_s, u"With --json: also a line for each step that begins or ends, before the receipt."_s});
}

ActOutput ClientCommandLine::actOutput() const
{
    using Form = ActOutput::Form;
    return {!m_isJson ? Form::Text : m_parser.isSet(u"steps"_s) ? Form::Steps : Form::Receipts, fleetPath()};
}

QString ClientCommandLine::fleetPath() const
{
    if (m_fleet.path.isEmpty() || !m_host.isHere())
        return m_fleet.path;
    return QFileInfo(m_fleet.path).absoluteFilePath();
}

QString ClientCommandLine::inJson(const QByteArray &object) const
{
    return QString::fromUtf8(withFleet(object, fleetPath()));
}

void ClientCommandLine::addPrometheusOption()
{
    m_hasPrometheus = true;
    addPrometheusOptions(m_parser,
                         u"Takes the services and their state from this Prometheus server, instead of asking each "
                         "service; may be repeated."_s);
}

std::optional<int> ClientCommandLine::read(const QStringList &arguments)
{
    m_isJson = m_hasJson && asksForJson(arguments);
    if (!m_parser.parse(arguments))
        return usageError(m_parser.errorText());
    if (m_parser.isSet(u"help"_s)) {
        std::printf("%s", qPrintable(helpText(m_parser, m_command)));
        return ExitDone;
    }
    if (m_isDoneThere && m_parser.isSet(u"host"_s) && (m_unlessSet.isEmpty() || !m_parser.isSet(m_unlessSet)))
        return runCommandOnHost(arguments, HostWords::FleetIsHere);
    const QStringList words{u"auto"_s, u"always"_s, u"never"_s};
    const QString color = m_parser.value(u"color"_s);
    if (!words.contains(color))
        return usageError(u"--color: expected auto, always or never, found \"%1\""_s.arg(color));
    m_terminal = Terminal(Terminal::Color(words.indexOf(color)));
    const QStringList names = m_names == Names::Others ? QStringList() : m_parser.positionalArguments();
    if (m_names == Names::None && !names.isEmpty())
        return usageError(u"unexpected \"%1\": this command is for the whole fleet"_s.arg(printable(names.first())));
    if (m_names == Names::Required && names.isEmpty())
        return usageError(u"no service given; write a name from the fleet file, or a URL"_s);
    if (m_hasPrometheus && m_parser.isSet(u"prometheus"_s))
        return {};
    if (m_parser.isSet(u"host"_s)) {
        if (const auto exit = readHost())
            return exit;
    }
    if (m_parser.isSet(u"fleet"_s) || names.isEmpty()) {
        if (const auto exit = readFleetFile())
            return exit;
    }
    for (const QString &name : names) {
        if (const auto exit = lookUp(name))
            return exit;
    }
    if (names.isEmpty()) {
        if (const auto exit = chooseProfiles())
            return exit;
    }
    if (m_services.isEmpty() && !m_isWhole)
        return tellError(m_command, {u"no_host"_s, u"no service of %1 is known"_s.arg(m_fleet.path)}, m_isJson,
                         ExitNotSo);
    if (m_services.isEmpty())
        return usageError(u"there is no service in %1"_s.arg(m_fleet.path), u"no_service"_s);
    return {};
}

std::optional<int> ClientCommandLine::readFleetFile()
{
    if (std::exchange(m_isFleetRead, true))
        return {};
    if (!m_host.isHere())
        return readFleetOfHost();
    const QString given = m_parser.value(u"fleet"_s);
    if (given.isEmpty() && m_parser.isSet(u"fleet"_s))
        return usageError(u"--fleet: expected a file"_s);
    const FleetChoice choice = chooseFleet(given);
    const QString &path = choice.path;
    if (choice.reason == FleetChoice::Reason::User && !QFileInfo::exists(path))
        return usageError(u"there is no fleet.toml in this project, and no fleet file %1; write --fleet FILE, or name "
                          "services by URL"_s.arg(path),
                          u"no_fleet"_s);
    if (choice.reason != FleetChoice::Reason::Given)
        std::fprintf(stderr, "hephaestus %s: %s\n", qPrintable(m_command), qPrintable(choice.text()));
    FleetReading reading = readFleet(path);
    for (const QString &note : reading.notes)
        std::fprintf(stderr, "%s: %s\n", qPrintable(printable(path)), qPrintable(printable(note)));
    m_fleet = std::move(reading.fleet);
    if (reading.problems.isEmpty())
        return {};
    QStringList problems;
    for (const Problem &problem : reading.problems)
        problems << printable(problem.text());
    return usageError(problems.join(u'\n'), u"invalid_fleet"_s);
}

std::optional<int> ClientCommandLine::readHost()
{
    const Result<RemoteHost> host = findHost(m_parser.value(u"host"_s), m_parser.value(u"fleet"_s));
    if (!host)
        return usageError(u"--host: "_s + printable(host.problem().text()));
    m_host = *host;
    return {};
}

std::optional<int> ClientCommandLine::readFleetOfHost()
{
    Result<Fleet> fleet = fleetOfHost(m_host);
    if (!fleet)
        return tellError(m_command, {u"no_fleet"_s, printable(fleet.problem().what)}, m_isJson, ExitNotSo);
    m_fleet = std::move(*fleet);
    return {};
}

/// Once. What is not known then is told.
void ClientCommandLine::addLoneHosts()
{
    if (m_leavesHostsOut || !m_host.isHere() || std::exchange(m_areHostsAsked, true))
        return;
    const QList<RemoteHost> hosts = m_fleet.loneHosts();
    for (const RemoteHost &host : hosts) {
        const Result<Fleet> fleet = fleetOfHost(host);
        if (fleet) {
            m_fleet.addFleetOf(host, fleet->services);
            continue;
        }
        m_isWhole = false;
        std::fprintf(stderr, "hephaestus %s: %s; its services are not known\n", qPrintable(m_command),
                     qPrintable(printable(fleet.problem().what)));
    }
}

std::optional<int> ClientCommandLine::chooseProfiles()
{
    addLoneHosts();
    const QStringList wanted = m_parser.values(u"profile"_s);
    const QStringList known = m_fleet.profiles();
    for (const QString &name : wanted) {
        if (known.contains(name))
            continue;
        const QString near = nearestName(name, known);
        return usageError(u"no service in %1 has the profile \"%2\"%3"_s.arg(
            m_fleet.path, printable(name), near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)));
    }
    m_services = wanted.isEmpty() && m_takesEveryProfile ? m_fleet.services : m_fleet.ofProfiles(wanted);
    return {};
}

std::optional<int> ClientCommandLine::lookUp(const QString &name)
{
    if (name.contains("://"_L1) || name.startsWith("unix:"_L1)) {
        const Result<FleetEntry> entry = entryForUrl(name);
        if (!entry)
            return usageError(printable(entry.problem().text()), u"invalid_url"_s);
        m_services << (m_host.isHere() || !entry->host.isHere() ? *entry : onHost(*entry, m_host));
        return {};
    }
    if (const auto exit = readFleetFile())
        return exit;
    if (!m_fleet.find(name))
        addLoneHosts();
    if (const FleetEntry *entry = m_fleet.find(name)) {
        m_services << *entry;
        return {};
    }
    QStringList known;
    for (const FleetEntry &entry : m_fleet.services)
        known << entry.name;
    const QString near = nearestName(name, known);
    return usageError(
        u"there is no service \"%1\" in %2%3"_s.arg(printable(withoutPassword(name)), m_fleet.path,
                                                    near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)),
        u"unknown_service"_s);
}

int ClientCommandLine::usageError(const QString &what, const QString &code) const
{
    return tellError(m_command, {code, what}, m_isJson);
}

std::optional<std::chrono::milliseconds> ClientCommandLine::duration(const QString &option) const
{
    const Result<std::chrono::milliseconds> value = parseDuration(m_parser.value(option));
    if (value)
        return *value;
    usageError(u"--%1: %2"_s.arg(option, value.problem().what));
    return {};
}

} // namespace Hephaestus
