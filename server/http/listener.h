// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/serviceaddress.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTimer>

#include <sys/types.h>

#include <functional>

namespace Hephaestus {

/// One listening socket, TCP or Unix-domain. Hands every accepted descriptor on, and keeps accepting when the
/// process runs out of descriptors. Lives in the HTTP thread.
class Listener : public QTcpServer
{
    Q_OBJECT

public:
    using Accepted = std::function<void(int descriptor)>; ///< takes the descriptor

    explicit Listener(Accepted accepted);
    ~Listener() override; ///< removes the Unix-domain socket it made, if it was closed by stop()

    /// Port 0 takes a free one. A Unix-domain socket gets mode 0600; a stale one that nobody listens on is replaced.
    std::optional<Problem> open(const ServiceAddress &address);
    /// A listening stream socket made by another; it is ours from now on, whatever comes of it. `removeFile`: as if we
    /// had made its file, if it has one.
    std::optional<Problem> adopt(int descriptor, bool removeFile = false);

    /// Where it listens, with the real port.
    const ServiceAddress &address() const { return m_address; }

    /// Leaves who comes in the accept queue until resume(), from the next one on, even within incomingConnection().
    void pause();
    void resume();

    /// Takes what waits in the accept queue, then closes the socket and removes its file.
    void stop();
    /// Leaves the socket open and its queue untouched, for whoever is given the descriptor.
    void handOver();

    using QTcpServer::addPendingConnection;

protected:
    void incomingConnection(qintptr descriptor) override { m_accepted(int(descriptor)); }

private:
    void removeFile();
    std::optional<Problem> openUnix(const QString &path);
    std::optional<Problem> openTcp(const ServiceAddress &address);
    std::optional<Problem> take(int descriptor);

    Accepted m_accepted;
    ServiceAddress m_address;
    QTimer m_resume;           ///< after an accept error
    QElapsedTimer m_lastError; ///< a run of errors is logged once
    struct File
    {
        dev_t device;
        ino_t inode;
    };
    std::optional<File> m_file; ///< of the Unix-domain socket we made
};

} // namespace Hephaestus
