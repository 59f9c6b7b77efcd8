// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetwatch.h"

#include <QMap>

class QAction;
class QWidget;

namespace Hephaestus {

/// The acts on the selected service, as the one set of QActions that buttons, menus and keys share. What cannot be done now is
/// disabled and says why; what is dangerous asks first, naming the service and its place.
class ServiceCommands : public QObject
{
    Q_OBJECT

public:
    /// `watch` and `window` outlive this.
    ServiceCommands(FleetWatch &watch, QWidget *window);

    ServiceId service() const { return m_service; }
    void setService(ServiceId id);

    QAction *action(ServiceAction action) const { return m_actions.value(action); }
    QAction *cancel() const { return m_cancel; } ///< ends a running sequence; there while one runs
    QAction *copyUrl() const { return m_copyUrl; }
    QAction *remove() const { return m_remove; }
    bool isRunning() const { return m_watch.actions().isRunning(m_service); }

    /// Pictures in the palette's colours, once more after it changed.
    void updateIcons();

Q_SIGNALS:
    void changed(); ///< what can be done now

private:
    QAction *make(const QString &text, const QString &icon, const QKeySequence &key);
    void trigger(ServiceAction action);
    void update();
    QString question(const ServiceRow &row, ServiceAction action) const;

    FleetWatch &m_watch;
    QWidget *m_window;
    QMap<ServiceAction, QAction *> m_actions;
    QAction *m_cancel;
    QAction *m_copyUrl;
    QAction *m_remove;
    ServiceId m_service = NoService;
};

} // namespace Hephaestus
