// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QDialog>
#include <QPointer>

class QAction;
class QLineEdit;
class QListWidget;

namespace Hephaestus {

/// Everything that can be done, found by typing: the menus' actions and the services. What cannot be done now is listed
/// with the reason.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    CommandPalette(const QList<QAction *> &actions, const FleetModel &fleet, QWidget *parent);

Q_SIGNALS:
    void serviceChosen(Hephaestus::ServiceId id);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override; ///< Up and Down move in the list while one types

private:
    struct Entry
    {
        QString text;             ///< `Service › Restart…`
        QString note;             ///< its key, or why not
        QPointer<QAction> action; ///< null: go to the service
        ServiceId service = NoService;
    };

    void filter(const QString &typed);
    void run();

    QList<Entry> m_entries;
    QLineEdit *m_typed;
    QListWidget *m_list;
};

/// Whether the letters of `typed` come in `text` in this order, as people abbreviate (`rst` for Restart); case does not
/// matter. Smaller is the better match; nothing: they do not.
std::optional<int> looseMatch(const QString &text, const QString &typed);

} // namespace Hephaestus
