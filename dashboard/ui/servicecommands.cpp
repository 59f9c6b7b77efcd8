// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicecommands.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/icons.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QWidget>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ServiceCommands::ServiceCommands(FleetWatch &watch, QWidget *window) : QObject(window), m_watch(watch), m_window(window)
{
    const auto add = [this](ServiceAction action, const QString &text, const QString &icon, const QKeySequence &key) {
        m_actions[action] = make(text, icon, key);
        connect(m_actions[action], &QAction::triggered, this, [this, action] { trigger(action); });
    };
    add(ServiceAction::Restart, tr("&Restart…"), u"restarting"_s, tr("Ctrl+R"));
    add(ServiceAction::ShutDown, tr("&Shut down…"), u"shutdown"_s, tr("Ctrl+D"));
    add(ServiceAction::ScheduleShutDown, tr("Sche&dule a shutdown…"), u"schedule"_s, tr("Ctrl+Shift+D"));
    add(ServiceAction::CancelShutDown, tr("&Cancel the scheduled shutdown"), u"cancel"_s, {});
    add(ServiceAction::Start, tr("S&tart"), u"demo"_s, tr("Ctrl+Shift+R"));
    add(ServiceAction::CheckNow, tr("Chec&k now"), u"check"_s, Qt::Key_F5);
    m_cancel = make(tr("&Cancel"), u"cancel"_s, {});
    connect(m_cancel, &QAction::triggered, this, [this] { m_watch.actions().cancel(m_service); });
    m_copyUrl = make(tr("Copy &address"), u"copy"_s, {});
    connect(m_copyUrl, &QAction::triggered, this, [this] {
        if (const ServiceRow *const row = m_watch.fleet().find(m_service))
            QGuiApplication::clipboard()->setText(row->entry.url);
    });
    m_remove = make(tr("Remove from this &window"), {}, {});
    connect(m_remove, &QAction::triggered, this, [this] { m_watch.remove(m_service); });

    connect(&watch.fleet(), &FleetModel::answered, this, [this](ServiceId id) {
        if (id == m_service)
            update();
    });
    connect(&watch.actions(), &ServiceActions::begun, this, &ServiceCommands::update);
    connect(&watch.actions(), &ServiceActions::finished, this, &ServiceCommands::update);
    updateIcons();
    update();
}

QAction *ServiceCommands::make(const QString &text, const QString &icon, const QKeySequence &key)
{
    auto *const action = new QAction(text, this);
    action->setData(icon);
    action->setShortcut(key);
    return action;
}

void ServiceCommands::updateIcons()
{
    for (QAction *const action : findChildren<QAction *>()) {
        if (const QString icon = action->data().toString(); !icon.isEmpty())
            action->setIcon(Icons::action(icon, m_window->palette()));
    }
}

void ServiceCommands::setService(ServiceId id)
{
    m_service = id;
    update();
}

void ServiceCommands::update()
{
    for (auto it = m_actions.cbegin(); it != m_actions.cend(); ++it) {
        const QString why = m_watch.actions().whyNot(m_service, it.key());
        QAction *const action = it.value();
        const QString name = action->text().remove(u'&').remove(u'…');
        const QString key = action->shortcut().isEmpty() ? QString() : u" (%1)"_s.arg(action->shortcut().toString(QKeySequence::NativeText));
        action->setEnabled(why.isEmpty());
        action->setStatusTip(visibleText(why));
        action->setToolTip(plainToolTip(why.isEmpty() ? name + key : name + key + u'\n' + visibleText(why)));
    }
    const bool running = isRunning();
    m_cancel->setEnabled(running);
    m_cancel->setToolTip(running ? plainToolTip(tr("Stop waiting. What the service was asked to do goes on.")) : QString());
    const bool known = m_watch.fleet().find(m_service);
    m_copyUrl->setEnabled(known);
    m_remove->setEnabled(known && !running);
    Q_EMIT changed();
}

QString ServiceCommands::question(const ServiceRow &row, ServiceAction action) const
{
    const QString verb = action == ServiceAction::Restart      ? tr("Restart %1 on %2?")
                         : action == ServiceAction::ShutDown ? tr("Shut down %1 on %2?")
                                                               : tr("Schedule a shutdown of %1 on %2?");
    QString text = verb.arg(visibleText(row.entry.name, 80), visibleText(placeOf(row.entry), 120));
    const qint64 inFlight = row.report ? row.report->resources.inFlightRequests.value_or(0) : 0;
    if (row.isCurrent() && inFlight > 0) {
        text += u' ' + (inFlight == 1 ? tr("1 request is in flight and will be finished first.")
                                      : tr("%1 requests are in flight and will be finished first.").arg(formatCount(inFlight)));
        text += u' ' + tr("That takes 30 s at most, unless the service is configured otherwise.");
    }
    if (action == ServiceAction::ShutDown && !whyNotStartable(row.entry).isEmpty())
        text += u' ' + tr("Nothing here can start it again.");
    return text;
}

void ServiceCommands::trigger(ServiceAction action)
{
    const ServiceId id = m_service;
    const ServiceRow *const row = m_watch.fleet().find(id);
    if (!row)
        return;
    const bool dangerous = action == ServiceAction::Restart || action == ServiceAction::ShutDown
                           || action == ServiceAction::ScheduleShutDown;
    // A service that says it has nothing in flight loses nothing by a restart: one click is enough.
    const bool idle = row->isCurrent() && row->report && row->report->resources.inFlightRequests == 0;
    if (!dangerous || (action == ServiceAction::Restart && idle))
        return m_watch.actions().perform(id, action);
    const QString verb = m_actions[action]->text().remove(u'…');
    auto *const dialog = new Confirmation(question(*row, action), action == ServiceAction::ScheduleShutDown ? tr("&Schedule") : verb, m_window);
    dialog->setWindowTitle(QString(verb).remove(u'&'));
    if (action == ServiceAction::ScheduleShutDown)
        dialog->askDelay();
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, id, action] { m_watch.actions().perform(id, action, dialog->delay()); });
    dialog->open();
}

} // namespace Hephaestus
