// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/listenfds.h"
#include "server/http/service.h"
#include "server/supervisor/heldsockets.h"
#include "server/supervisor/reexec.h"

namespace Hephaestus {

/// POST /health/restart of a program that is a Service. The shutdown runs as always; then the program file that is now
/// on disk replaces this process. It gets the listening sockets, so no connection is refused meanwhile.
///
/// What can be known to be wrong is found before anything is given up. Then the restart is refused, and the service
/// goes on. A stop that comes during a restart makes it a stop.
class InPlaceRestart : public QObject
{
    Q_OBJECT

public:
    using Trial = std::function<std::optional<Problem>()>;
    /// Begins what must be ready before anything is given up, or says why it cannot be; then calls `done` once, with
    /// whether it is.
    using Preparation = std::function<std::optional<Problem>(std::function<void(bool isReady)> done)>;

    /// `trial` returns what would keep a successor from starting, beside its program file. `service` and `self` outlive
    /// it.
    InPlaceRestart(Service &service, const Reexec &self, Trial trial);

    /// Without: every restart is ready at once.
    void setPreparation(Preparation preparation) { m_preparation = std::move(preparation); }

    /// Listens on `addresses`. Sockets that a predecessor handed over for them are adopted; its others are closed. If
    /// anybody else handed over sockets (systemd), those are served instead, whatever the addresses say. Our own are
    /// given to a service manager to keep (storeSockets()).
    std::optional<Problem> listen(const QStringList &addresses, const QList<InheritedSocket> &inherited);

    /// After Service::exec(): whether the process is to be replaced now.
    bool isDue() const;

    /// The sockets for the successor, in `held`, and their names for it; while the service lives. `held` must be empty.
    QList<HandedSocket> keepSockets(HeldSockets &held);

    /// Replaces the process; returns, with the exit code, only if that fails, which it says on stderr. A successor that
    /// is not ready within `startTimeout` is ended by SIGALRM: its clients are refused rather than left waiting.
    static int execute(const Reexec &self, const QList<HandedSocket> &sockets, std::chrono::milliseconds startTimeout);
    /// For a successor that ends without having been ready.
    static void dropDeadline();

private:
    std::optional<Problem> begin();
    void goOn();
    std::optional<Problem> listenAnew(const QStringList &addresses, QList<InheritedSocket> inherited);
    static void closeUnwanted(const QList<InheritedSocket> &sockets);

    Service &m_service;
    const Reexec &m_self;
    Trial m_trial;
    Preparation m_preparation;
    QByteArrayList m_names; ///< of the listening sockets, in their order
    bool m_begun = false;
    bool m_isReady = false; ///< to go on: begun, and prepared
};

} // namespace Hephaestus
