// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/renamecommand.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/appearance.h"

#include <QAction>
#include <QInputDialog>
#include <QLineEdit>

namespace Hephaestus {

RenameCommand::RenameCommand(FleetSession &session, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_window(window)
    , m_names(session)
    , m_action(new QAction(tr("Re&name…"), this))
    , m_group(new QAction(tr("&Group…"), this))
{
    m_action->setShortcut(Qt::Key_F2);
    m_group->setShortcut(Qt::SHIFT | Qt::Key_F2);
    connect(m_group, &QAction::triggered, this, &RenameCommand::askGroup);
    connect(m_action, &QAction::triggered, this, &RenameCommand::ask);
    connect(
        &session.fleet(), &QAbstractItemModel::rowsInserted, this, [this] { setService(m_service); },
        Qt::QueuedConnection); // of which file a new row is, is known after it is there
    setService(NoService);
}

void RenameCommand::setService(ServiceId id)
{
    m_service = id;
    const QString why = m_names.whyNot(id);
    m_action->setEnabled(why.isEmpty());
    m_action->setStatusTip(why.isEmpty() ? tr("Give it another name in this window.") : why);
    m_action->setToolTip(m_action->statusTip().toHtmlEscaped());
    m_group->setEnabled(why.isEmpty());
    m_group->setStatusTip(why.isEmpty() ? tr("Put it under another heading.") : why);
    m_group->setToolTip(m_group->statusTip().toHtmlEscaped());
}

void RenameCommand::ask()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (!row)
        return;
    auto *const dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Rename"));
    dialog->setLabelText(tr("Name of the service at %1, or nothing for the name it tells:")
                             .arg(shortAddress(placeOf(row->entry)).toHtmlEscaped()));
    dialog->setTextValue(row->entry.name);
    dialog->setOkButtonText(tr("&Rename"));
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, id = m_service](const QString &name) { m_names.rename(id, name); });
    removeButtonIcons(dialog);
    dialog->open();
}

void RenameCommand::askGroup()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (!row)
        return;
    QStringList groups;
    for (int line = 0; line < m_session.fleet().rowCount(); ++line) {
        const QString group = m_session.fleet().row(line).entry.group;
        if (!group.isEmpty() && !groups.contains(group))
            groups << group;
    }
    groups.sort();
    auto *const dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Group"));
    dialog->setLabelText(tr("Group of %1, or nothing for none:").arg(visibleText(row->entry.name, 80).toHtmlEscaped()));
    dialog->setComboBoxItems(groups);
    dialog->setComboBoxEditable(true);
    dialog->setTextValue(row->entry.group);
    dialog->setOkButtonText(tr("&Put there"));
    connect(dialog, &QInputDialog::textValueSelected, this,
            [this, id = m_service](const QString &group) { m_names.setGroup(id, group); });
    removeButtonIcons(dialog);
    dialog->open();
}

} // namespace Hephaestus
