// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/democommands.h"

#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/icons.h"

#include <QAction>
#include <QWidget>

namespace Hephaestus {

using namespace Qt::StringLiterals;

DemoCommands::DemoCommands(FleetSession &session, const QString &fleetFile, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_fleetFile(fleetFile)
    , m_window(window)
    , m_begin(new QAction(tr("&Try the demo"), this))
    , m_end(new QAction(tr("&End the demo…"), this))
{
    m_begin->setIcon(Icons::action(u"demo"_s));
    m_begin->setStatusTip(fleetFile.isEmpty() ? tr("The demo is not installed with this program.")
                              : session.actions().isReadOnly()
                              ? tr("This dashboard only looks: it was started with --read-only.")
                              : tr("Start three services on this machine, and watch them."));
    m_begin->setEnabled(!fleetFile.isEmpty() && !session.actions().isReadOnly());
    m_end->setStatusTip(tr("Shut down what it started, and remove it from this window."));
    m_end->setEnabled(false);
    connect(m_begin, &QAction::triggered, this, &DemoCommands::start);
    connect(m_end, &QAction::triggered, this, &DemoCommands::ask);
    connect(&session.actions(), &ServiceActions::finished, this, &DemoCommands::update, Qt::QueuedConnection);
    connect(&session.fleet(), &FleetModel::totalsChanged, this, &DemoCommands::update, Qt::QueuedConnection);
}

QList<ServiceId> DemoCommands::services() const
{
    return m_fleetFile.isEmpty() ? QList<ServiceId>() : m_session.servicesOf(m_fleetFile);
}

void DemoCommands::start()
{
    Q_EMIT openWanted(m_fleetFile);
    const QList<ServiceId> services = this->services();
    for (const ServiceId id : services)
        m_session.trust(id); // it came with this program
    m_session.bulk().perform(services, ServiceAction::Start);
    if (!services.isEmpty())
        Q_EMIT begun(services.first());
}

/// Shuts down what runs of it; update() removes each when it is gone.
void DemoCommands::ask()
{
    const QList<ServiceId> services = this->services();
    auto *const dialog = new Confirmation(
        tr("Shut down the %n service(s) of the demo, and remove them from this window?", nullptr, int(services.size())),
        tr("&End the demo"), m_window);
    connect(dialog, &QDialog::accepted, this, [this, services] {
        m_session.bulk().cancel(services);
        m_isEnding = true;
        m_session.bulk().perform(services, ServiceAction::ShutDown);
        update();
    });
    dialog->open();
}

void DemoCommands::update()
{
    m_end->setEnabled(!services().isEmpty() && !m_session.actions().isReadOnly());
    if (!m_isEnding)
        return;
    bool isOver = true;
    QList<ServiceId> ended;
    for (const ServiceId id : services()) {
        const ServiceRow &row = *m_session.fleet().find(id);
        const bool isBusy = m_session.actions().isRunning(id) || m_session.bulk().isWaiting(id);
        if (!isBusy && !row.isCurrent())
            ended << id;
        else
            isOver = isOver && !isBusy; // one that would not go stays
    }
    m_isEnding = !isOver;
    m_session.removeAll(ended);
}

} // namespace Hephaestus
