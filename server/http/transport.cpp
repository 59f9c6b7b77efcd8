// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/transport.h"

#include "common/base/epollset.h"
#include "common/base/filedescriptor.h"
#include "common/base/post.h"

#include <QSslSocket>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <utility>

namespace Hephaestus {
namespace {

bool hasNothingInFlight(int descriptor)
{
    int unacknowledged = 0;
    return ::ioctl(descriptor, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

class PlainTransport final : public Transport, private EpollSet::Watcher
{
public:
    PlainTransport(int descriptor, EpollSet &sockets) : m_descriptor(descriptor), m_sockets(sockets)
    {
        PlainTransport::setReading(true);
    }
    ~PlainTransport() override { PlainTransport::close(); }

    Input read(QByteArray &buffer, qsizetype most) override
    {
        char bytes[16 * 1024];
        const size_t size = size_t(std::min<qsizetype>(most, sizeof bytes));
        const ssize_t count = ::recv(m_descriptor.number(), bytes, size, MSG_DONTWAIT);
        if (count > 0) {
            buffer.append(bytes, count);
            return Input::Data;
        }
        if (count == 0)
            return Input::Ended;
        return errno == EAGAIN || errno == EINTR ? Input::Nothing : Input::Broken;
    }

    bool write(const QByteArray &bytes) override { return write(bytes, {}); }

    bool write(const QByteArray &head, const QByteArray &body) override
    {
        qint64 sent = 0;
        if (m_unsent.empty()) {
            iovec parts[] = {{const_cast<char *>(head.constData()), size_t(head.size())},
                             {const_cast<char *>(body.constData()), size_t(body.size())}};
            sent = send(parts, body.isEmpty() ? 1 : 2);
        }
        if (sent < 0)
            return false;
        for (const QByteArray *part : {&head, &body}) {
            if (sent < part->size())
                m_unsent.push_back({*part, std::exchange(sent, 0)});
            else
                sent -= part->size();
        }
        if (m_unsent.empty())
            return true;
        if (!m_writer) {
            m_writer = std::make_unique<QSocketNotifier>(m_descriptor.number(), QSocketNotifier::Write);
            connect(m_writer.get(), &QSocketNotifier::activated, this, [this] { sendMore(); });
        }
        m_writer->setEnabled(true);
        return true;
    }

    bool copiesBodies() const override { return false; }

    qint64 unsent() const override
    {
        qint64 size = 0;
        for (const Unsent &each : m_unsent)
            size += each.bytes.size() - each.sent;
        return size;
    }
    bool isBroken() const override
    {
        pollfd look{m_descriptor.number(), 0, 0};
        return ::poll(&look, 1, 0) > 0;
    }
    bool isDelivered() const override { return m_unsent.empty() && hasNothingInFlight(m_descriptor.number()); }
    void setReading(bool on) override
    {
        if (on == m_isReading || !m_descriptor.isOpen())
            return;
        m_isReading = on;
        if (m_notifier)
            m_notifier->setEnabled(on);
        else if (!on)
            m_sockets.remove(m_descriptor.number(), *this);
        else if (!m_sockets.add(m_descriptor.number(), EPOLLIN, *this))
            readByNotifier();
    }
    void finish() override { ::shutdown(m_descriptor.number(), SHUT_WR); }
    int descriptor() const override { return m_descriptor.number(); }

    void close() override
    {
        if (!m_descriptor.isOpen())
            return;
        setReading(false);
        if (m_writer)
            m_writer->setEnabled(false);
        m_descriptor.reset();
    }

private:
    void onReady(quint32) override { m_owner->onReadable(); }

    /// As the event loop does it: the system's room for the other way is bounded.
    void readByNotifier()
    {
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor.number(), QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { m_owner->onReadable(); });
    }

    /// The bytes the kernel took, 0 if it is full, -1 if the connection is broken.
    qint64 send(iovec *parts, size_t count) const
    {
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = count;
        const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
        const ssize_t sent = count == 1 ? ::send(m_descriptor.number(), parts->iov_base, parts->iov_len, flags)
                                        : ::sendmsg(m_descriptor.number(), &message, flags);
        if (sent >= 0)
            return sent;
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }

    void sendMore()
    {
        Unsent &first = m_unsent.front();
        iovec part{const_cast<char *>(first.bytes.constData()) + first.sent, size_t(first.bytes.size() - first.sent)};
        const qint64 sent = send(&part, 1);
        if (sent < 0)
            m_unsent.clear(); // the next read or write finds out
        else if ((first.sent += sent) == first.bytes.size())
            m_unsent.pop_front();
        if (m_unsent.empty())
            m_writer->setEnabled(false);
        if (sent != 0)
            m_owner->onProgress();
    }

    struct Unsent
    {
        QByteArray bytes; ///< shared with other readers of the same body
        qint64 sent = 0;
    };

    FileDescriptor m_descriptor; ///< closed after the notifiers are gone
    EpollSet &m_sockets;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< null: `m_sockets` tells
    std::unique_ptr<QSocketNotifier> m_writer;
    std::deque<Unsent> m_unsent;
    bool m_isReading = false;
};

class TlsTransport final : public Transport
{
public:
    explicit TlsTransport(std::unique_ptr<QSslSocket> socket) : m_socket(std::move(socket))
    {
        connect(m_socket.get(), &QSslSocket::readyRead, this, &TlsTransport::knock);
        connect(m_socket.get(), &QSslSocket::disconnected, this, &TlsTransport::knock);
        connect(m_socket.get(), &QSslSocket::encryptedBytesWritten, this, [this] { m_owner->onProgress(); });
        // What came meanwhile, or its end, is told to nobody else.
        if (m_socket->bytesAvailable() > 0 || m_socket->state() != QAbstractSocket::ConnectedState)
            post(this, &TlsTransport::knock);
    }
    /// An open QSslSocket still signals its end when it is destroyed: not to us and our owner, who are half gone then.
    ~TlsTransport() override { m_socket->disconnect(this); }

    Input read(QByteArray &buffer, qsizetype most) override
    {
        if (m_socket->bytesAvailable() > 0) {
            const QByteArray bytes = m_socket->read(most);
            buffer += bytes;
            return bytes.isEmpty() ? Input::Broken : Input::Data;
        }
        return m_socket->state() == QAbstractSocket::ConnectedState ? Input::Nothing : Input::Broken;
    }

    bool write(const QByteArray &bytes) override
    {
        if (m_socket->state() != QAbstractSocket::ConnectedState || m_socket->write(bytes) != bytes.size())
            return false;
        m_socket->flush();
        return true;
    }

    bool write(const QByteArray &head, const QByteArray &body) override { return write(head + body); }
    bool copiesBodies() const override { return true; }

    qint64 unsent() const override { return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite(); }
    bool isBroken() const override { return m_socket->state() != QAbstractSocket::ConnectedState; }
    bool isDelivered() const override { return unsent() == 0 && hasNothingInFlight(descriptor()); }
    /// What waited meanwhile is told again: QSslSocket announces bytes only once.
    void setReading(bool on) override
    {
        m_reading = on;
        if (on && m_socket->bytesAvailable() > 0)
            post(this, &TlsTransport::knock);
    }
    void finish() override { m_socket->disconnectFromHost(); }
    void close() override { m_socket->abort(); }
    int descriptor() const override { return int(m_socket->socketDescriptor()); }

private:
    void knock()
    {
        if (m_reading)
            m_owner->onReadable();
    }

    const std::unique_ptr<QSslSocket> m_socket;
    bool m_reading = true;
};

} // namespace

std::unique_ptr<Transport> Transport::plain(int descriptor, EpollSet &sockets)
{
    return std::make_unique<PlainTransport>(descriptor, sockets);
}

std::unique_ptr<Transport> Transport::tls(std::unique_ptr<QSslSocket> socket)
{
    return std::make_unique<TlsTransport>(std::move(socket));
}

} // namespace Hephaestus
