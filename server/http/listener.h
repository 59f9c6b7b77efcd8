// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/listeningsocket.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTimer>

#include <functional>

namespace Hephaestus {

/// Accepts the connections of one listening socket, TCP or Unix-domain, and passes each descriptor on. Keeps accepting
/// when the process runs out of descriptors. Lives in the HTTP thread.
class Listener : public QTcpServer
{
    Q_OBJECT

public:
    using Accepted = std::function<void(int descriptor)>; ///< owns the descriptor from then on

    explicit Listener(Accepted accepted);
    ~Listener() override; ///< removes the socket's file, unless handOver() gave it away

    /// Accepts from now on.
    std::optional<Problem> serve(ListeningSocket socket);

    /// Where it listens, with the real port.
    const ServiceAddress &address() const { return m_address; }

    /// Leaves new clients in the accept queue until resume(), from the next one on, even within incomingConnection().
    void pause();
    void resume();

    /// Accepts what waits in the queue, then closes the socket and removes its file.
    void stop();
    /// Leaves the socket open and its queue untouched, for the process that gets the descriptor.
    void handOver();

    using QTcpServer::addPendingConnection;

protected:
    void incomingConnection(qintptr descriptor) override { m_accepted(int(descriptor)); }

private:
    Accepted m_accepted;
    ServiceAddress m_address;
    SocketFile m_file;
    QTimer m_resume;           ///< runs after an accept error
    QElapsedTimer m_lastError; ///< a run of errors is logged once
};

} // namespace Hephaestus
