// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetwidecommands.h"

#include "dashboard/model/displaytext.h"

#include <QAction>
#include <QWidget>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Many = 2000; ///< services
constexpr auto LookAtMany = 500ms;

} // namespace

FleetWideCommands::FleetWideCommands(FleetSession &session, ServiceCommands &commands, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_commands(commands)
    , m_startAll(make(ServiceAction::Start, false))
    , m_stopAll(make(ServiceAction::ShutDown, false))
    , m_startGroup(make(ServiceAction::Start, true))
    , m_stopGroup(make(ServiceAction::ShutDown, true))
{
    m_startAll->setText(tr("Start all that do not run"));
    m_stopAll->setText(tr("Shut down all…"));
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &FleetWideCommands::update);
    connect(&session.fleet(), &FleetModel::totalsChanged, this, &FleetWideCommands::updateSoon);
    connect(&session.actions(), &ServiceActions::readOnlyChanged, this, &FleetWideCommands::update);
    update();
}

QAction *FleetWideCommands::make(ServiceAction action, bool ofGroup)
{
    auto *const made = new QAction(this);
    connect(made, &QAction::triggered, this,
            [this, action, ofGroup] { m_commands.request(ofGroup ? group() : all(), action); });
    return made;
}

QList<ServiceId> FleetWideCommands::all() const { return m_session.fleet().ids(); }

/// Of the current service; nothing if that is in none.
QList<ServiceId> FleetWideCommands::group() const
{
    const ServiceRow *const current = m_session.fleet().find(m_service);
    QList<ServiceId> services;
    if (!current || current->entry.group.isEmpty())
        return services;
    for (int line = 0; line < m_session.fleet().rowCount(); ++line) {
        const ServiceRow &row = m_session.fleet().row(line);
        if (row.entry.group == current->entry.group)
            services << row.id;
    }
    return services;
}

void FleetWideCommands::setService(ServiceId id)
{
    m_service = id;
    updateGroup();
}

void FleetWideCommands::set(QAction *action, ServiceAction which, const QList<ServiceId> &services, const QString &none)
{
    const bool able = std::ranges::any_of(services, [&](ServiceId id) { return m_session.actions().mayDo(id, which); });
    action->setEnabled(able);
    action->setStatusTip(able                     ? m_session.actions().leftOut(services, which)
                             : services.isEmpty() ? none
                                                  : m_session.actions().whyNot(services.first(), which));
    action->setToolTip(action->statusTip().toHtmlEscaped());
}

/// Each look asks all services, perhaps: of many it is not taken for every answer.
void FleetWideCommands::updateSoon()
{
    if (!m_soon.isActive())
        m_soon.start(m_session.fleet().rowCount() > Many ? LookAtMany : 0ms);
}

void FleetWideCommands::update()
{
    m_soon.stop();
    const QString none = tr("There is no service.");
    set(m_startAll, ServiceAction::Start, all(), none);
    set(m_stopAll, ServiceAction::ShutDown, all(), none);
    updateGroup();
}

void FleetWideCommands::updateGroup()
{
    const QList<ServiceId> group = this->group();
    const QString name = group.isEmpty()
        ? QString()
        : visibleText(m_session.fleet().find(m_service)->entry.group, 60).replace(u'&', u"&&"_s);
    m_startGroup->setText(group.isEmpty() ? tr("Start all of the group") : tr("Start all of %1").arg(name));
    m_stopGroup->setText(group.isEmpty() ? tr("Shut down all of the group…") : tr("Shut down all of %1…").arg(name));
    const QString noGroup = tr("The selected service is in no group.");
    set(m_startGroup, ServiceAction::Start, group, noGroup);
    set(m_stopGroup, ServiceAction::ShutDown, group, noGroup);
}

} // namespace Hephaestus
