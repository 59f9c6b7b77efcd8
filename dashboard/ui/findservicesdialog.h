// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/listenermodel.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTableView;

namespace Hephaestus {

class FittingColumns;

/// What listens on this machine, who it is and what it says of its health; what is ticked is added.
class FindServicesDialog : public QDialog
{
    Q_OBJECT

public:
    /// `known`: URLs that are watched already.
    FindServicesDialog(const QStringList &known, QWidget *parent);

Q_SIGNALS:
    void chosen(const QList<Hephaestus::FleetEntry> &entries);

private:
    void look();
    QSize fittingSize(const QSize &most);
    void update();

    QStringList m_known;
    ListenerModel m_model;
    QTableView *m_table;
    FittingColumns *m_columns;
    QLabel *m_summary;
    QPushButton *m_accept;
    QPushButton *m_again;
    QPushButton *m_all;
    QPushButton *m_none;
    bool m_isAsking = true;
};

} // namespace Hephaestus
