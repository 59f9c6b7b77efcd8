// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/epollset.h"
#include "common/base/filedescriptor.h"
#include "common/protocol/serviceaddress.h"

#include <QIODevice>

#include <memory>
#include <utility>

namespace Hephaestus {

/// A stream to a numeric TCP address or a Unix socket. Does what QTcpSocket and QLocalSocket do for one request after
/// the other, at a fraction of their cost when thousands are open. All sockets of a thread share one epoll descriptor.
/// Qt's dispatchers look through every socket they watch, at every turn of the event loop and for every write. A name
/// that must be looked up is not for this class, nor is TLS. One thread; Linux.
class PlainSocket : public QIODevice, private EpollSet::Watcher
{
    Q_OBJECT

public:
    explicit PlainSocket(QObject *parent = nullptr);
    ~PlainSocket() override;

    /// -1: none is open.
    int descriptor() const { return m_fd.number(); }

    static bool canReach(const ServiceAddress &address);

    /// Leads to connected() or failed(), perhaps before it returns.
    void connectTo(const ServiceAddress &address);
    /// Closes at once, without a signal; what is not sent is lost.
    void abort();

    /// All that has been received and not read yet; the socket keeps no memory for it.
    QByteArray takeReceived() { return std::exchange(m_received, {}); }
    /// When the last of it was seen to have come; it was read later, after that of others.
    std::chrono::steady_clock::time_point seen() const { return m_sockets->seen(); }

    bool isSequential() const override { return true; }
    qint64 bytesAvailable() const override { return m_received.size() + QIODevice::bytesAvailable(); }

Q_SIGNALS:
    void connected();
    void disconnected();    ///< the peer closed
    void failed(int error); ///< an errno

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    enum class Stage { Idle, Connecting, Connected };

    void attempt();
    void onReady(quint32 events) override;
    void finishConnecting();
    void receive();
    void flush();
    bool watch(quint32 events); ///< false, with `errno`: the system has no room for it
    void fail(int error);

    std::shared_ptr<EpollSet> m_sockets;
    ServiceAddress m_address;
    QByteArray m_received;
    QByteArray m_unsent;
    FileDescriptor m_fd;
    quint32 m_watched = 0; ///< what epoll looks for; 0: it does not know the socket
    Stage m_stage = Stage::Idle;
    bool m_isWriteLost = false; ///< the peer closed before something was written
};

} // namespace Hephaestus
