// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertcommands.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/alertlistdialog.h"
#include "dashboard/ui/mutedialog.h"

#include <QAction>
#include <QMenu>
#include <QWidget>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// `why` empty: it may be done.
void enable(QAction *action, const QString &why)
{
    action->setEnabled(why.isEmpty());
    action->setStatusTip(why);
    action->setToolTip(why.toHtmlEscaped());
}

Clock::WallTime inAnHour() { return Clock::machine().wall() + 1h; }

} // namespace

AlertCommands::AlertCommands(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QWidget *window)
    : QObject(window)
    , m_fleet(fleet)
    , m_causes(causes)
    , m_mutes(mutes)
    , m_window(window)
{
    makeActions();
    m_updateTimer.setSingleShot(true);
    connect(&m_updateTimer, &QTimer::timeout, this, &AlertCommands::update);
    connect(&mutes, &AlertMutes::changed, this, &AlertCommands::update);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &AlertCommands::updateIfSelected);
    connect(&fleet, &FleetModel::groupsChanged, this, &AlertCommands::updateGroup);
    update();
}

QAction *AlertCommands::make(const QString &text, const QKeySequence &key, void (AlertCommands::*act)())
{
    auto *const action = new QAction(text, this);
    action->setShortcut(key);
    connect(action, &QAction::triggered, this, act);
    return action;
}

void AlertCommands::makeActions()
{
    m_acknowledge = make(tr("&Acknowledge"), tr("Ctrl+Shift+A"), &AlertCommands::acknowledgeAll);
    m_withdraw = make(tr("&Take the acknowledgement back"), {}, &AlertCommands::withdrawAll);
    m_hour = make(tr("Mute for an &hour"), {}, &AlertCommands::muteForAnHour);
    m_morning = make(tr("Mute until tomorrow &morning"), {}, &AlertCommands::muteUntilMorning);
    m_until = make(tr("Mute &until…"), tr("Ctrl+Shift+M"), &AlertCommands::askUntil);
    m_unmute = make(tr("Mute no &longer"), {}, &AlertCommands::unmuteAll);
    m_groupHour = make({}, {}, &AlertCommands::muteGroupForAnHour);
    m_groupMorning = make({}, {}, &AlertCommands::muteGroupUntilMorning);
    m_groupUntil = make({}, {}, &AlertCommands::askUntilForGroup);
    m_groupUnmute = make({}, {}, &AlertCommands::unmuteGroup);
    m_list = make(tr("All alerts an&d mutes…"), tr("Ctrl+Alt+M"), &AlertCommands::openList);
}

void AlertCommands::fill(QMenu *menu) const
{
    menu->setToolTipsVisible(true);
    menu->addActions(ofServices());
    menu->addSeparator();
    menu->addActions(ofGroup());
    menu->addSeparator();
    menu->addAction(m_list);
}

void AlertCommands::setServices(const QList<ServiceId> &services)
{
    m_services = services;
    m_isSelected = QSet<ServiceId>(services.cbegin(), services.cend());
    update();
}

void AlertCommands::setService(ServiceId id)
{
    m_service = id;
    updateGroup();
}

QString AlertCommands::group() const
{
    const ServiceRow *const row = m_fleet.find(m_service);
    return row ? row->entry.group : QString();
}

void AlertCommands::updateIfSelected(const QModelIndex &first, const QModelIndex &last)
{
    if (first.column() > FleetModel::Code || m_updateTimer.isActive())
        return;
    for (int line = first.row(); line <= last.row(); ++line) {
        if (m_isSelected.contains(m_fleet.row(line).id))
            return m_updateTimer.start(0ms);
    }
}

void AlertCommands::update()
{
    m_updateTimer.stop();
    bool canAcknowledge = false;
    bool isAcknowledged = false;
    bool isMuted = false;
    bool isOfGroup = false;
    for (const ServiceId id : m_services) { // of 20,000 one look at each counts
        const ServiceRow *const row = m_fleet.find(id);
        if (!row)
            continue;
        canAcknowledge = canAcknowledge || AlertMutes::canAcknowledge(*row);
        isAcknowledged = isAcknowledged || row->quiet.isAcknowledged();
        isMuted = isMuted || m_mutes.isMutedItself(id);
        isOfGroup = isOfGroup || row->quiet.mutedUntil.has_value();
    }
    const QString none = m_services.isEmpty() ? tr("Select a service first.") : QString();
    const auto unless = [&none](bool able, const QString &why) {
        return !none.isEmpty() ? none : able ? QString() : why;
    };
    enable(m_acknowledge, unless(canAcknowledge, tr("Nothing is amiss with it that is not acknowledged.")));
    enable(m_withdraw, unless(isAcknowledged, tr("Nothing of it is acknowledged.")));
    for (QAction *const action : {m_hour, m_morning, m_until})
        enable(action, none);
    enable(m_unmute, unless(isMuted, isOfGroup ? tr("It is muted with its group.") : tr("It is not muted.")));
    updateGroup();
}

void AlertCommands::updateGroup()
{
    const QString group = this->group();
    const QString name = group.isEmpty() ? tr("the group") : visibleText(group, 60).replace(u'&', u"&&"_s);
    m_groupHour->setText(tr("Mute all of %1 for an hour").arg(name));
    m_groupMorning->setText(tr("Mute all of %1 until tomorrow morning").arg(name));
    m_groupUntil->setText(tr("Mute all of %1 until…").arg(name));
    m_groupUnmute->setText(tr("Mute %1 no longer").arg(name));
    const QString none = group.isEmpty() ? tr("The selected service is in no group.") : QString();
    for (QAction *const action : {m_groupHour, m_groupMorning, m_groupUntil})
        enable(action, none);
    enable(m_groupUnmute,
           !none.isEmpty()                      ? none
               : m_mutes.groupMutedUntil(group) ? QString()
                                                : tr("This group is not muted."));
}

void AlertCommands::acknowledgeAll() { m_mutes.acknowledge(m_services); }

void AlertCommands::withdrawAll() { m_mutes.withdraw(m_services); }

void AlertCommands::muteForAnHour() { m_mutes.mute(m_services, inAnHour()); }

void AlertCommands::muteUntilMorning() { m_mutes.mute(m_services, tomorrowMorning(Clock::machine().wall())); }

void AlertCommands::unmuteAll() { m_mutes.unmute(m_services); }

void AlertCommands::muteGroupForAnHour() { m_mutes.muteGroup(group(), inAnHour()); }

void AlertCommands::muteGroupUntilMorning() { m_mutes.muteGroup(group(), tomorrowMorning(Clock::machine().wall())); }

void AlertCommands::unmuteGroup() { m_mutes.unmuteGroup(group()); }

void AlertCommands::askUntil()
{
    const ServiceRow *const first = m_fleet.find(m_services.value(0));
    if (!first)
        return;
    const int count = int(m_services.size());
    auto *const dialog =
        new MuteDialog(count == 1 ? tr("No alert of %1 is told until:").arg(visibleText(first->entry.name, 80))
                                  : tr("No alert of these %n services is told until:", nullptr, count),
                       m_window);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, services = m_services] { m_mutes.mute(services, dialog->until()); });
    dialog->open();
}

void AlertCommands::askUntilForGroup()
{
    const QString group = this->group();
    auto *const dialog =
        new MuteDialog(tr("No alert of the services of %1 is told until:").arg(visibleText(group, 80)), m_window);
    connect(dialog, &QDialog::accepted, this, [this, dialog, group] { m_mutes.muteGroup(group, dialog->until()); });
    dialog->open();
}

void AlertCommands::openList()
{
    auto *const dialog = new AlertListDialog(m_fleet, m_causes, m_mutes, m_window);
    connect(dialog, &AlertListDialog::serviceWanted, this, &AlertCommands::serviceWanted);
    dialog->open();
}

} // namespace Hephaestus
