// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/transport.h"

#include "common/base/epollset.h"
#include "common/base/filedescriptor.h"
#include "common/base/post.h"
#include "server/http/tlssession.h"

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

constexpr size_t MostAtOnce = 16 * 1024; ///< bytes, and what a record of TLS has at most

bool hasNothingInFlight(int descriptor)
{
    int unacknowledged = 0;
    return ::ioctl(descriptor, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

/// What both kinds have in common: the looking for something to read, and what the kernel has not taken yet.
class SocketTransport : public Transport, private EpollSet::Watcher
{
public:
    SocketTransport(int descriptor, EpollSet &sockets) : m_number(descriptor), m_sockets(sockets)
    {
        SocketTransport::setReading(true);
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
        if (!m_unsent.empty())
            waitForRoom();
        return true;
    }

    qint64 unsent() const override
    {
        qint64 size = 0;
        for (const Unsent &each : m_unsent)
            size += each.bytes.size() - each.sent;
        return size;
    }
    bool isBroken() const override
    {
        pollfd look{m_number, 0, 0};
        return ::poll(&look, 1, 0) > 0;
    }
    bool isDelivered() const override { return m_unsent.empty() && hasNothingInFlight(m_number); }
    void setReading(bool on) override
    {
        if (on == m_isReading || m_number < 0)
            return;
        m_isReading = on;
        if (m_notifier)
            m_notifier->setEnabled(on);
        else if (!on)
            m_sockets.remove(m_number, *this);
        else if (!m_sockets.add(m_number, EPOLLIN, *this))
            readByNotifier();
    }
    int descriptor() const override { return m_number; }

protected:
    /// The bytes the kernel took, 0 if it is full, -1 if the connection is broken.
    virtual qint64 send(iovec *parts, size_t count) = 0;

    bool isReading() const { return m_isReading; }
    void onReadable() { m_owner->onReadable(); }

    /// Before the descriptor is closed.
    void leave()
    {
        if (m_number < 0)
            return;
        setReading(false);
        if (m_writer)
            m_writer->setEnabled(false); // it may be on the stack
        m_number = -1;
    }

    void waitForRoom()
    {
        if (!m_writer) {
            m_writer = std::make_unique<QSocketNotifier>(m_number, QSocketNotifier::Write);
            connect(m_writer.get(), &QSocketNotifier::activated, this, [this] { sendMore(); });
        }
        m_writer->setEnabled(true);
    }

private:
    void onReady(quint32) override { onReadable(); }

    /// As the event loop does it: the system's room for the other way is bounded.
    void readByNotifier()
    {
        m_notifier = std::make_unique<QSocketNotifier>(m_number, QSocketNotifier::Read);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { onReadable(); });
    }

    void sendMore()
    {
        if (m_unsent.empty()) {
            m_writer->setEnabled(false);
            return onReadable(); // it was the reading that wanted to send something
        }
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

    int m_number; ///< the descriptor, which is the derived class's; -1: closed
    EpollSet &m_sockets;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< null: `m_sockets` tells
    std::unique_ptr<QSocketNotifier> m_writer;
    std::deque<Unsent> m_unsent;
    bool m_isReading = false;
};

class PlainTransport final : public SocketTransport
{
public:
    PlainTransport(int descriptor, EpollSet &sockets) : SocketTransport(descriptor, sockets), m_descriptor(descriptor)
    {
    }
    ~PlainTransport() override { PlainTransport::close(); }

    Input read(QByteArray &buffer, qsizetype most) override
    {
        char bytes[MostAtOnce];
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

    void finish() override { ::shutdown(m_descriptor.number(), SHUT_WR); }

    void close() override
    {
        leave();
        m_descriptor.reset();
    }

private:
    qint64 send(iovec *parts, size_t count) override
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

    FileDescriptor m_descriptor;
};

class TlsTransport final : public SocketTransport
{
public:
    TlsTransport(std::unique_ptr<TlsSession> session, EpollSet &sockets)
        : SocketTransport(session->descriptor(), sockets)
        , m_session(std::move(session))
    {
    }
    ~TlsTransport() override { TlsTransport::close(); }

    Input read(QByteArray &buffer, qsizetype most) override
    {
        char bytes[MostAtOnce];
        qsizetype count = 0;
        switch (m_session->read(bytes, std::min<qsizetype>(most, sizeof bytes), count)) {
        case TlsSession::State::Done:
            buffer.append(bytes, count);
            tellPending();
            return Input::Data;
        case TlsSession::State::NeedsOutput: waitForRoom(); return Input::Nothing;
        case TlsSession::State::NeedsInput: return Input::Nothing;
        case TlsSession::State::Ended: return Input::Ended;
        case TlsSession::State::Broken: break;
        }
        return Input::Broken;
    }

    void setReading(bool on) override
    {
        SocketTransport::setReading(on);
        if (m_session)
            tellPending();
    }

    void finish() override { m_session->finish(); }

    /// An answer that is not whole must not look as if it were.
    void close() override
    {
        if (m_session && unsent() == 0)
            m_session->sayEnd();
        leave();
        m_session.reset();
    }

private:
    /// The socket tells nothing of what was decrypted and not read.
    void tellPending()
    {
        if (isReading() && m_session->hasPending())
            post(this, [this] { tellReadable(); });
    }
    void tellReadable()
    {
        if (isReading())
            onReadable();
    }

    qint64 send(iovec *parts, size_t count) override
    {
        qint64 all = 0;
        for (const iovec *part = parts; part != parts + count; ++part) {
            const char *const bytes = static_cast<const char *>(part->iov_base);
            for (qsizetype sent = 0, more = 0; sent < qsizetype(part->iov_len); sent += more, all += more) {
                const auto state = m_session->write(bytes + sent, qsizetype(part->iov_len) - sent, more);
                if (state == TlsSession::State::NeedsOutput)
                    return all;
                if (state != TlsSession::State::Done)
                    return -1;
            }
        }
        return all;
    }

    std::unique_ptr<TlsSession> m_session;
};

} // namespace

std::unique_ptr<Transport> Transport::plain(int descriptor, EpollSet &sockets)
{
    return std::make_unique<PlainTransport>(descriptor, sockets);
}

std::unique_ptr<Transport> Transport::tls(std::unique_ptr<TlsSession> session, EpollSet &sockets)
{
    return std::make_unique<TlsTransport>(std::move(session), sockets);
}

} // namespace Hephaestus
