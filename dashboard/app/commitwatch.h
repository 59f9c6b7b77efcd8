// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

#include <QHash>
#include <QTimer>

namespace Hephaestus {

/// Tells the history of each commit in the git work tree that a service of this machine was started in. The graphs of
/// the service show it as a line. Looks every few seconds, at a few small files.
class CommitWatch : public QObject
{
    Q_OBJECT

public:
    explicit CommitWatch(FleetSession &session, QObject *parent = nullptr); ///< `session` outlives this

    void look(); ///< the timer's only deed

private:
    FleetSession &m_session;
    QTimer m_timer;
    QHash<ServiceId, std::pair<QByteArray, QByteArray>> m_seen; ///< directory and commit
};

} // namespace Hephaestus
