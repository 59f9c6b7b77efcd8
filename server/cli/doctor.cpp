// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/doctor.h"

#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/base/regularfile.h"
#include "common/base/username.h"
#include "common/client/httpconnection.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/portholders.h"
#include "common/protocol/findingcodec.h"
#include "server/cli/exitcode.h"
#include "server/cli/survey.h"

#include <QFileInfo>

#include <algorithm>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Grade = Finding::Grade;

namespace {

constexpr auto AnswerWithin = 2s;

/// User units end with the last session of their user, unless he lingers (loginctl(1)).
QList<Finding> systemdOf(const Fleet &fleet)
{
    bool hasUser = false;
    bool hasSystem = false;
    for (const FleetEntry &entry : fleet.services) {
        if (const auto *const systemd = std::get_if<RestartBySystemd>(&entry.restart))
            (systemd->scope == "user"_L1 ? hasUser : hasSystem) = true;
    }
    QList<Finding> findings;
    const auto bus = [&](const QString &subject, const QString &socket, bool isGiven) {
        const bool isThere = isGiven || QFileInfo::exists(socket);
        findings << Finding{isThere ? Grade::Good : Grade::Bad, subject,
                            isThere ? u"its bus can be reached"_s : u"its bus is not at %1"_s.arg(socket),
                            isThere ? QString()
                                    : u"log in by a session of systemd; units cannot be restarted without"_s};
    };
    if (hasSystem)
        bus(u"systemd"_s, u"/run/dbus/system_bus_socket"_s, qEnvironmentVariableIsSet("DBUS_SYSTEM_BUS_ADDRESS"));
    if (!hasUser)
        return findings;
    bus(u"systemd of the user"_s, qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s,
        qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS"));
    const QString user = userName(::geteuid());
    const bool lingers = QFileInfo::exists(u"/var/lib/systemd/linger/"_s + user);
    findings << Finding{lingers ? Grade::Good : Grade::Advice, u"lingering"_s,
                        lingers ? u"user units go on when you log out"_s : u"user units end when you log out"_s,
                        lingers ? QString() : u"`loginctl enable-linger %1`"_s.arg(user)};
    return findings;
}

/// Of another version than this program: what it says and does may be another than the manual says.
QList<Finding> versionOf(const FleetEntry &entry, const ServiceSnapshot &snapshot)
{
    const QString implementation = snapshot.report ? snapshot.report->implementation : QString();
    const QString version = implementation.section(u' ', -1);
    if (implementation.isEmpty() || version == QLatin1StringView(HEPHAESTUS_VERSION))
        return {};
    return {{Grade::Advice, u"version of "_s + entry.name,
             u"it runs under %1; this is hephaestus %2"_s.arg(printable(implementation.left(80)),
                                                              QLatin1StringView(HEPHAESTUS_VERSION)),
             u"restart it, or bring its package or hephaestus up to date"_s}};
}

/// Who is at the address of an entry, if that is not its service.
Finding portOf(const FleetEntry &entry, const ServiceSnapshot &snapshot)
{
    const QString subject = u"address of "_s + entry.name;
    if (snapshot.report) {
        const QString &owner = snapshot.report->owner;
        if (owner.isEmpty())
            return {Grade::Good, subject, u"the service answers at %1"_s.arg(entry.url), {}};
        return {Grade::Bad, subject, u"%1 is held by %2"_s.arg(entry.url, owner),
                u"stop that one, or change the port"_s};
    }
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    if (!address)
        return {Grade::Good, subject, u"%1 is on another machine, and does not answer now"_s.arg(entry.url), {}};
    const auto holder = findPortHolder(*address);
    if (!holder)
        return {Grade::Good, subject, u"%1 is free"_s.arg(entry.url), {}};
    return {Grade::Bad, subject,
            u"%1 is held by %2, which does not answer as a service"_s.arg(entry.url, holder->text()),
            u"stop it, or change the port"_s};
}

QList<Finding> secretsOf(const Fleet &fleet)
{
    QList<Finding> findings;
    for (const FleetEntry &entry : fleet.services) {
        if (entry.tokenFile.isEmpty())
            continue;
        const Result<ServiceTarget> target = targetOf(entry);
        if (target && !target->whyNoToken.isEmpty()) {
            findings << Finding{
                Grade::Advice, u"token of "_s + entry.name,
                u"it is not sent: you have not agreed to where it would go"_s,
                u"read the fleet file, and then `hephaestus trust %1`"_s.arg(homeRelative(entry.fleetFile))};
            continue;
        }
        findings << Finding{target ? Grade::Good : Grade::Bad, u"token of "_s + entry.name,
                            target ? homeRelative(entry.tokenFile) + u" is readable to you alone"_s
                                   : target.problem().text(),
                            target ? QString() : u"mend that file: one line, mode 600, yours"_s};
    }
    return findings;
}

/// As a line, and one below it with what to do.
QString textOf(const Finding &finding, const Terminal &terminal)
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

QList<Finding> examineFleet(const FleetChoice &choice)
{
    const QString subject = u"fleet file"_s;
    if (!QFileInfo::exists(choice.path))
        return {{choice.reason == FleetChoice::Reason::User ? Grade::Good : Grade::Bad,
                 subject,
                 u"there is none at %1"_s.arg(homeRelative(choice.path)),
                 {}}};
    const FleetReading reading = readFleet(choice.path);
    QList<Finding> findings;
    for (const Problem &problem : reading.problems)
        findings << Finding{Grade::Bad, subject, problem.text(), u"mend that line"_s};
    for (const QString &note : reading.notes)
        findings << Finding{Grade::Advice, subject, note, u"give each service an address of its own"_s};
    if (!reading.ok())
        return findings;
    FleetTrust trust;
    const auto isUnknown = [&](const FleetEntry &entry) {
        return !whatRuns(entry).isEmpty() && !trust.isTrusted(reading.fleet.path, entry);
    };
    const auto isUnknownHook = [&](const FleetHook &hook) { return !trust.isTrusted(reading.fleet.path, hook); };
    const auto unknown = std::count_if(reading.fleet.services.begin(), reading.fleet.services.end(), isUnknown)
        + std::count_if(reading.fleet.hooks.begin(), reading.fleet.hooks.end(), isUnknownHook);
    if (unknown > 0)
        findings << Finding{
            Grade::Advice, subject,
            u"%1 of its commands and hooks were never run by you, and are not run unasked"_s.arg(unknown),
            u"read them, and then `hephaestus trust %1`"_s.arg(homeRelative(choice.path))};
    else
        findings << Finding{
            Grade::Good,
            subject,
            u"%1 names %2 services"_s.arg(homeRelative(choice.path), QString::number(reading.fleet.services.size())),
            {}};
    findings << secretsOf(reading.fleet) << systemdOf(reading.fleet);
    SurveyMemory memory;
    const QList<ServiceSnapshot> snapshots = survey(reading.fleet.services, memory, AnswerWithin);
    for (qsizetype i = 0; i < snapshots.size(); ++i)
        findings << portOf(reading.fleet.services[i], snapshots[i])
                 << versionOf(reading.fleet.services[i], snapshots[i]);
    return findings;
}

int tellFindings(const QList<Finding> &findings, const PlainCommandLine &line, const QString &fleet)
{
    if (line.isJson()) {
        line.terminal().write(QString::fromUtf8(encode(findings, fleet)));
    } else {
        for (const Finding &finding : findings)
            line.terminal().write(textOf(finding, line.terminal()));
    }
    const bool isBad = std::any_of(findings.begin(), findings.end(),
                                   [](const Finding &finding) { return finding.grade == Grade::Bad; });
    return isBad ? ExitNotSo : ExitDone;
}

} // namespace Hephaestus
