// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCompleter>
#include <QStringListModel>

class QLineEdit;
class QListView;

namespace Hephaestus {

class FleetModel;

/// Offers what the word at the cursor of a filter can become. Down and Up choose, Enter and Tab take the chosen one
/// (Tab without a choice the first one), Escape goes on as typed.
class FilterCompleter : public QCompleter
{
    Q_OBJECT

public:
    /// `fleet` outlives this; `edit` owns it.
    FilterCompleter(const FleetModel &fleet, QLineEdit *edit);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void offer();
    void take(const QString &choice);

    const FleetModel &m_fleet;
    QLineEdit *m_edit;
    QListView *m_list; ///< the completer's popup
    QStringListModel m_choices;
    qsizetype m_begin = 0; ///< of what is replaced
    QString m_typed;       ///< for which something is offered
};

} // namespace Hephaestus
