// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/tablekeys.h"

#include <QAction>
#include <QWidget>

namespace Hephaestus {

TableKeys::TableKeys(QWidget *widget) : QObject(widget), m_widget(widget) {}

void TableKeys::add(const QKeySequence &key, QAction *action)
{
    auto *const alias = new QAction(m_widget);
    alias->setShortcut(key);
    alias->setShortcutContext(Qt::WidgetShortcut);
    connect(alias, &QAction::triggered, action, [this, action] {
        if (action->isEnabled())
            action->trigger();
        else
            Q_EMIT refused(action->statusTip());
    });
    m_widget->addAction(alias);
    m_keys << Key{key, action};
}

} // namespace Hephaestus
