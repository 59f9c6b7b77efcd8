// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/countdown.h"
#include "dashboard/model/fleetsession.h"
#include "dashboard/model/possibleactions.h"
#include "dashboard/ui/actquestions.h"

#include <QMap>
#include <QTimer>

class QAction;
class QWidget;

namespace Hephaestus {

/// The acts on the selected services, as the one set of QActions that buttons, menus and keys share. What cannot be
/// done now is disabled and says why. What is dangerous asks first, once, and names the services and their places.
class ServiceCommands : public QObject
{
    Q_OBJECT

public:
    /// `session` and `window` outlive this.
    ServiceCommands(FleetSession &session, QWidget *window);

    void setServices(const QList<ServiceId> &services);
    /// Ask before a restart even if the service says that it has nothing in flight.
    void setAskBeforeIdleRestart(bool ask) { m_askAlways = ask; }

    /// The next action comes from a key: unless it asks first, it waits a while in which takeBack() undoes it.
    void expectKey(QAction *action);
    /// False: nothing could be taken back.
    bool takeBack();

    /// The action on those of `services` that it can be done to now, whatever is selected; asks as usual.
    void request(const QList<ServiceId> &services, ServiceAction action) { triggerAll(able(services, action), action); }

    QAction *action(ServiceAction action) const { return m_actions.value(action); }
    QAction *restartStale() const { return m_restartStale; } ///< all of the fleet that run old code
    QAction *cancel() const
    {
        return m_cancel;
    } ///< ends running sequences, and takes waiting ones out; there while there are some
    QAction *open() const { return m_open; } ///< in the browser
    QAction *favourite() const { return m_favourite; }
    QAction *copyUrl() const { return m_copyUrl; }
    QAction *sendToken() const { return m_sendToken; } ///< agrees to where its fleet file sends its token
    QAction *accept() const { return m_accept; }       ///< that another service answers: it is the one that is meant
    QAction *remove() const { return m_remove; }
    /// What cancel() would leave, as a sentence; empty: all would be as before.
    QString afterCancel() const;
    bool isRunning() const { return m_possible.busy() > 0; } ///< for one of the selected services

Q_SIGNALS:
    void changed(); ///< what can be done now
    void canBeTakenBack(const QString &hint);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QAction *make(const QString &text, const QString &icon, const QKeySequence &key);
    void makeOthers();
    void askForToken(ServiceId id);
    void askToAccept(ServiceId id);
    void trigger(ServiceAction action);
    void triggerOne(ServiceId id, ServiceAction action);
    void triggerAll(const QList<ServiceId> &services, ServiceAction action);
    void performUnasked(const QList<ServiceId> &services, ServiceAction action);
    void perform(const QList<ServiceId> &services, ServiceAction action,
                 std::optional<std::chrono::duration<double>> delay);
    void update();
    void updateSoon();
    void updateSoonIfFirst(ServiceId id);
    void updateAction(ServiceAction which, QAction *action);
    void updateRestartStale();
    void updateOthers();
    void disable(QAction *action, const QString &why);
    static void describe(QAction *action, const QString &note, bool isEnabled);
    QList<ServiceId> able(const QList<ServiceId> &services, ServiceAction action) const;
    QList<ServiceId> stale() const;

    FleetSession &m_session;
    QWidget *m_window;
    ActQuestions m_questions;
    QMap<ServiceAction, QAction *> m_actions;
    QAction *m_restartStale;
    QAction *m_cancel;
    QAction *m_open;
    QAction *m_favourite;
    QAction *m_copyUrl;
    QAction *m_sendToken;
    QAction *m_accept;
    QAction *m_remove;
    PossibleActions m_possible;
    Countdown m_countdown;
    bool m_isByKey = false; ///< what is triggered now
    QTimer m_updateTimer;
    bool m_askAlways = false;
};

} // namespace Hephaestus
