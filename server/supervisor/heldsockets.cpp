// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/heldsockets.h"

#include "server/supervisor/listenertwin.h"

#include <algorithm>

namespace Hephaestus {

std::optional<Problem> HeldSockets::open(const ServiceAddress &address)
{
    auto opened = openListeningSockets(address, {.mayHaveTwin = m_willOverlap});
    if (!opened)
        return opened.problem();
    for (ListeningSocket &socket : *opened)
        m_sockets.push_back({std::move(socket), {}});
    settle();
    return {};
}

std::optional<Problem> HeldSockets::adopt(int descriptor, bool removeFile)
{
    auto socket = adoptListeningSocket(FileDescriptor(descriptor), removeFile);
    if (!socket)
        return socket.problem();
    m_sockets.push_back({*std::move(socket), {}});
    return {};
}

QList<ServiceAddress> HeldSockets::addresses() const
{
    QList<ServiceAddress> addresses;
    for (const Socket &socket : m_sockets)
        addresses.append(socket.address);
    return addresses;
}

QList<HandedSocket> HeldSockets::handed() const
{
    QList<HandedSocket> handed;
    for (const Socket &socket : m_sockets)
        handed.append({QByteArrayLiteral("held"), socket.descriptor.number()});
    return handed;
}

QList<HandedSocket> HeldSockets::handedToSuccessor() const
{
    QList<HandedSocket> handed = this->handed();
    for (qsizetype i = 0; i < handed.size(); ++i) {
        if (const FileDescriptor &twin = m_sockets[std::size_t(i)].twin; twin.isOpen())
            handed[i].descriptor = twin.number();
    }
    return handed;
}

void HeldSockets::openTwins()
{
    m_old.clear(); // more than two of an address would be more than the kernel is told to choose from
    for (Socket &socket : m_sockets) {
        if (!socket.twin.isOpen())
            socket.twin = openListenerTwin(socket.descriptor.number());
    }
}

void HeldSockets::dropTwins()
{
    for (Socket &socket : m_sockets)
        socket.twin.reset();
    settle();
}

void HeldSockets::settle()
{
    m_old.clear();
    for (const Socket &socket : m_sockets)
        refuseSharedPort(socket.descriptor.number());
}

void HeldSockets::turnOver()
{
    openTwins();
    for (Socket &socket : m_sockets) {
        if (socket.twin.isOpen() && preferTwin(socket.twin.number()))
            m_old.push_back(std::exchange(socket.descriptor, std::move(socket.twin)));
    }
}

bool HeldSockets::isOldServed() const
{
    return std::none_of(m_old.begin(), m_old.end(),
                        [](const FileDescriptor &old) { return hasWaitingClients(old.number()); });
}

void HeldSockets::close()
{
    m_old.clear();
    for (Socket &socket : m_sockets)
        socket.file.remove();
    m_sockets.clear();
}

} // namespace Hephaestus
