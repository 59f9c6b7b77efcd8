// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/service.h"

namespace Hephaestus {

class FleetSession;
class MainWindow;

/// The dashboard is a long-running process itself, and has one graceful end. SIGTERM, SIGINT, its window closed and,
/// where it listens, the protocol's endpoints all lead to the same steps. A restart under way is let end, polling
/// stops, the layout is saved.
class SelfService : public QObject
{
    Q_OBJECT

public:
    /// Both outlive this. `http`: who may call; used where it listens.
    SelfService(MainWindow &window, FleetSession &session, const HttpOptions &http);

    /// Binds `addresses`; what is wrong with them comes back.
    std::optional<Problem> listen(const QStringList &addresses);
    /// Says so on standard output, for each address.
    void setReady() { m_service.setReady(); }

private:
    void finishActions(const CleanupDone &done);

    MainWindow &m_window;
    FleetSession &m_session;
    Service m_service;
};

} // namespace Hephaestus
