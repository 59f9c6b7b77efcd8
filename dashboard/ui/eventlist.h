// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/event.h"

#include <QTableView>

namespace Hephaestus {

class EventJournal;

/// What happened, newest first.
class EventList : public QTableView
{
    Q_OBJECT

public:
    explicit EventList(EventJournal &journal, QWidget *parent = nullptr);

protected:
    void rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last) override;

Q_SIGNALS:
    void opened(const QList<Hephaestus::ServiceId> &services); ///< Enter or a double click on an event: whose it is
};

} // namespace Hephaestus
