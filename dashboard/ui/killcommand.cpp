// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/killcommand.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/confirmation.h"

#include <QAction>

namespace Hephaestus {

KillCommand::KillCommand(FleetSession &session, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_window(window)
    , m_kill(session)
    , m_action(new QAction(tr("&Kill now…"), this))
{
    connect(m_action, &QAction::triggered, this, &KillCommand::ask);
    const auto updateIfShown = [this](ServiceId id) {
        if (id == m_service)
            update();
    };
    connect(&session.fleet(), &FleetModel::answered, this, updateIfShown);
    connect(&session.actions(), &ServiceActions::begun, this, updateIfShown);
    connect(&session.fleet(), &FleetModel::totalsChanged, this, &KillCommand::update);
    update();
}

void KillCommand::setService(ServiceId id)
{
    m_service = id;
    update();
}

void KillCommand::update()
{
    const QString why = m_kill.whyNot(m_service);
    m_action->setEnabled(why.isEmpty());
    m_action->setStatusTip(why.isEmpty() ? tr("End its process at once, by SIGKILL.") : why);
    m_action->setToolTip(m_action->statusTip().toHtmlEscaped());
}

void KillCommand::ask()
{
    const std::shared_ptr<ProcessWatch> process = m_kill.hold(m_service);
    if (!process)
        return Q_EMIT failed(tr("Its process has ended."));
    const ServiceRow &row = *m_session.fleet().find(m_service);
    auto *const dialog = new Confirmation(
        tr("Kill pid %1, %2 on %3, now? What it has not finished is lost, and its clean-up does not end.")
            .arg(process->pid())
            .arg(visibleText(row.entry.name, 80), visibleText(placeOf(row.entry), 120)),
        tr("&Kill"), m_window);
    dialog->setWindowTitle(tr("Kill now"));
    connect(dialog, &QDialog::accepted, this, [this, process, id = m_service] {
        if (!m_kill.kill(id, *process))
            Q_EMIT failed(tr("Its process has ended, or is not yours."));
    });
    dialog->open();
}

} // namespace Hephaestus
