// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/runningtool.h"

#include "common/base/printable.h"
#include "common/fleet/fleetchoice.h"
#include "common/fleet/fleetfile.h"
#include "common/protocol/configreader.h"
#include "server/cli/toolacts.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct NamedTool
{
    QLatin1StringView name;
    ToolFunction run;
};

constexpr std::array Tools{
    NamedTool{"services_list"_L1, listServices},   NamedTool{"service_status"_L1, tellStatus},
    NamedTool{"code_check"_L1, checkCode},         NamedTool{"files_affected"_L1, findAffected},
    NamedTool{"service_wait"_L1, waitForServices}, NamedTool{"service_restart"_L1, restartServices},
    NamedTool{"service_start"_L1, startServices},  NamedTool{"service_stop"_L1, stopService},
    NamedTool{"logs_read"_L1, readServiceLogs},    NamedTool{"port_owner"_L1, tellPortOwner},
    NamedTool{"deaths_list"_L1, listDeaths},       NamedTool{"doctor"_L1, examine},
};

ToolFailure unknownService(const Fleet &fleet, const QString &name)
{
    QStringList known;
    for (const FleetEntry &entry : fleet.services)
        known << entry.name;
    const QString near = nearestName(name, known);
    return {u"unknown_service"_s,
            u"there is no service \"%1\" in %2%3"_s.arg(
                printable(name.left(80)), fleet.path,
                near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(printable(near)))};
}

} // namespace

ToolFunction toolNamed(const QString &name)
{
    const auto found =
        std::find_if(Tools.begin(), Tools.end(), [&](const NamedTool &tool) { return tool.name == name; });
    return found == Tools.end() ? nullptr : found->run;
}

RunningTool::RunningTool(ToolArguments arguments, QString client, std::shared_ptr<ToolCallState> state, ToolActs &acts,
                         Progress progress)
    : m_arguments(std::move(arguments))
    , m_client(std::move(client))
    , m_state(std::move(state))
    , m_acts(acts)
    , m_progress(std::move(progress))
{
}

std::optional<ToolFailure> RunningTool::openProject()
{
    const QString &project = m_arguments.project;
    const QFileInfo place(project);
    if (!QDir::isAbsolutePath(project))
        return ToolFailure{u"invalid_arguments"_s,
                           u"\"project\": expected an absolute path, found \"%1\""_s.arg(printable(project.left(200)))};
    if (!place.exists())
        return ToolFailure{u"no_project"_s, u"there is no %1"_s.arg(printable(project.left(200)))};
    const QString path = place.isDir() ? chooseProjectFleet(project).path : project;
    if (!QFileInfo::exists(path))
        return ToolFailure{u"no_fleet"_s,
                           u"there is no fleet.toml in %1, and no %2"_s.arg(printable(project.left(200)), path)};
    FleetReading reading = readFleet(path);
    if (!reading.ok()) {
        QStringList problems;
        for (const Problem &problem : std::as_const(reading.problems))
            problems << printable(problem.text());
        return ToolFailure{u"invalid_fleet"_s, problems.join(u'\n')};
    }
    m_fleet = std::move(reading.fleet);
    m_directory = place.isDir() ? project : place.path();
    return {};
}

std::variant<QList<FleetEntry>, ToolFailure> RunningTool::services() const
{
    if (m_arguments.services.isEmpty())
        return servicesOfProfiles();
    QList<FleetEntry> found;
    for (const QString &name : m_arguments.services) {
        const FleetEntry *const entry = m_fleet.find(name);
        if (!entry)
            return unknownService(m_fleet, name);
        if (!found.contains(*entry))
            found << *entry;
    }
    return found;
}

std::variant<QList<FleetEntry>, ToolFailure> RunningTool::servicesOfProfiles() const
{
    const QStringList known = m_fleet.profiles();
    for (const QString &name : m_arguments.profiles) {
        if (known.contains(name))
            continue;
        const QString near = nearestName(name, known);
        return ToolFailure{u"unknown_profile"_s,
                           u"no service in %1 has the profile \"%2\"%3"_s.arg(
                               m_fleet.path, printable(name.left(80)),
                               near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(printable(near)))};
    }
    return m_arguments.profiles.isEmpty() ? m_fleet.services : m_fleet.ofProfiles(m_arguments.profiles);
}

std::variant<FleetEntry, ToolFailure> RunningTool::service() const
{
    if (const FleetEntry *const entry = m_fleet.find(m_arguments.service))
        return *entry;
    return unknownService(m_fleet, m_arguments.service);
}

bool RunningTool::isAllowed(FleetAction action) const { return m_acts.isAllowed(action); }

QList<Receipt> RunningTool::act(const ToolOrder &order) const
{
    return m_acts.run(order, m_client, m_state, m_progress);
}

std::optional<ToolFailure> beginPage(ToolAnswer &answer, const QString &cursor)
{
    bool isNumber = true;
    const qsizetype from = cursor.isEmpty() ? 0 : qsizetype(cursor.toLongLong(&isNumber));
    if (!isNumber || from < 0 || from > answer.items.size())
        return ToolFailure{u"invalid_cursor"_s,
                           u"no page begins at \"%1\"; ask without a cursor"_s.arg(printable(cursor.left(40)))};
    answer.items = answer.items.sliced(from);
    answer.cursors.clear();
    for (qsizetype i = 0; i < answer.items.size(); ++i)
        answer.cursors << QString::number(from + i);
    return {};
}

} // namespace Hephaestus
