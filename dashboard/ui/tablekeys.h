// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QObject>

class QAction;
class QWidget;

namespace Hephaestus {

/// Single letters as commands while one widget has the focus, in the manner of k9s. Each triggers an action that has a
/// place in the menus too. A key whose action is disabled says why instead of doing nothing.
class TableKeys : public QObject
{
    Q_OBJECT

public:
    struct Key
    {
        QKeySequence key;
        QAction *action;
    };

    explicit TableKeys(QWidget *widget);

    /// `action` outlives this.
    void add(const QKeySequence &key, QAction *action);
    const QList<Key> &keys() const { return m_keys; }

Q_SIGNALS:
    void refused(const QString &why);

private:
    QWidget *m_widget;
    QList<Key> m_keys;
};

} // namespace Hephaestus
