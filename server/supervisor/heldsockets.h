// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/listeningsocket.h"
#include "server/supervisor/childcommand.h"

namespace Hephaestus {

/// Listening sockets that outlive the program that serves them: clients that come while it restarts wait in the queue
/// and are not refused. Belongs to one thread.
class HeldSockets
{
public:
    /// `willOverlap`: openTwins() will be called, and is to divert nobody.
    explicit HeldSockets(bool willOverlap = false) : m_willOverlap(willOverlap) {}
    ~HeldSockets() { close(); }
    HeldSockets(const HeldSockets &) = delete;
    HeldSockets &operator=(const HeldSockets &) = delete;

    /// Opens what openListeningSockets() makes of the address: two sockets of `localhost`, one of any other.
    std::optional<Problem> open(const ServiceAddress &address);
    /// As adoptListeningSocket().
    std::optional<Problem> adopt(int descriptor, bool removeFile);

    /// Where they listen, with the real ports, in the order they were added.
    QList<ServiceAddress> addresses() const;
    /// What a child is given; valid until close() or turnOver().
    QList<HandedSocket> handed() const;
    /// What its successor is given, of which it may be seen that it accepts before it gets a client: what openTwins()
    /// made.
    QList<HandedSocket> handedToSuccessor() const;
    bool isEmpty() const { return m_sockets.empty(); }

    /// Sockets for a successor, which get no client before turnOver(). What can have no twin (openListenerTwin()) stays
    /// one socket for both.
    void openTwins();
    void dropTwins();
    /// Clients that come from now on wait for whoever is handed() the sockets next, the twins, opened if they are not
    /// yet. The program that has them now serves who came before, and may end when isOldServed().
    void turnOver();
    bool isOldServed() const;
    /// Nobody else has these sockets, or had their twins, any more: no stranger can share their addresses either.
    void settle();

    /// Clients are refused from now on, those in the queue too.
    void close();

private:
    struct Socket : ListeningSocket
    {
        FileDescriptor twin;
    };

    const bool m_willOverlap;
    std::vector<Socket> m_sockets;
    std::vector<FileDescriptor> m_old; ///< those that turnOver() replaced
};

} // namespace Hephaestus
