// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QFrame>

class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace Hephaestus {

/// A list to tick services in, by name, found by typing. It stands below a button until somebody clicks elsewhere or
/// presses Escape; Up and Down move in it while one types, Enter ticks.
class ServiceChooser : public QFrame
{
    Q_OBJECT

public:
    /// All services of `fleet`, but for `without`. At most `most` are ticked; those of `ticked` are at first.
    ServiceChooser(const FleetModel &fleet, const QList<ServiceId> &without, const QList<ServiceId> &ticked, int most,
                   QWidget *parent);

    void popUpBelow(const QWidget *button); ///< within its screen; it deletes itself when it closes

Q_SIGNALS:
    void toggled(Hephaestus::ServiceId id, bool isTicked);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fill(const FleetModel &fleet, const QList<ServiceId> &without, const QList<ServiceId> &ticked);
    void filter(const QString &typed);
    void moveBy(int rows);
    void toggle(QListWidgetItem *item);
    void update();
    int tickedCount() const;

    int m_most;
    QLineEdit *m_typed;
    QListWidget *m_list;
    QLabel *m_note; ///< how many are ticked, or why there is nothing to tick
};

} // namespace Hephaestus
