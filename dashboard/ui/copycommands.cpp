// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/copycommands.h"

#include "common/fleet/fleettrust.h"
#include "dashboard/model/clipboardtext.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QWidget>

namespace Hephaestus {

CopyCommands::CopyCommands(FleetModel &fleet, QWidget *window)
    : QObject(window)
    , m_fleet(fleet)
    , m_curl(new QAction(tr("Co&py as curl"), this))
    , m_json(new QAction(tr("Copy answer as &JSON"), this))
{
    m_curl->setShortcut(tr("Ctrl+Shift+U"));
    m_curl->setStatusTip(
        tr("A command that asks the service from a shell; a token is read from its file, and not copied."));
    m_json->setShortcut(tr("Ctrl+Shift+J"));
    m_json->setStatusTip(tr("What the service answered last."));
    connect(m_curl, &QAction::triggered, this, [this] {
        const ServiceRow *const row = m_fleet.find(m_service);
        if (!row)
            return;
        FleetEntry entry = row->entry;
        if (!FleetTrust().isTokenTrusted(entry)) // nor is it sent by the dashboard
            entry.tokenFile.clear();
        QGuiApplication::clipboard()->setText(asCurl(entry));
    });
    connect(m_json, &QAction::triggered, this, [this] {
        if (const ServiceRow *const row = m_fleet.find(m_service))
            QGuiApplication::clipboard()->setText(asJson(*row));
    });
    setService(NoService);
}

void CopyCommands::setService(ServiceId id)
{
    m_service = id;
    m_curl->setEnabled(id != NoService);
    m_json->setEnabled(id != NoService);
}

} // namespace Hephaestus
