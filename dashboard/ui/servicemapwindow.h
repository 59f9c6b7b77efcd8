// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicemap.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QListWidget;
class QScrollArea;
class QSplitter;

namespace Hephaestus {

class ServiceMapView;

/// Who depends on what, drawn, and as a list in words beside it; what is down because of what; databases that are not
/// one. A window of its own: Escape closes it, Enter or a double click goes to the service.
class ServiceMapWindow : public QWidget
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit ServiceMapWindow(const FleetModel &fleet, QWidget *parent);

Q_SIGNALS:
    void serviceChosen(Hephaestus::ServiceId id);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void refresh();
    void fillList();
    void select(const QString &key);
    void open(const QString &key);
    QString currentKey() const;

    const FleetModel &m_fleet;
    ServiceMap m_map;
    QLabel *m_splits;
    QLabel *m_note;
    QSplitter *m_splitter; ///< between the map and the list: below it in a narrow window
    QScrollArea *m_area;
    ServiceMapView *m_view;
    QListWidget *m_list;
    QTimer m_timer; ///< runs while something changed that is not shown yet
};

} // namespace Hephaestus
