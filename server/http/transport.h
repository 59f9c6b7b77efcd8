// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace Hephaestus {

class EpollSet;
class TlsSession;

/// The bytes of one accepted connection, in and out. QTcpSocket is not used for them because it closes itself when the
/// peer sends its FIN, with our answer still owed. Lives in one thread; owns the descriptor.
class Transport : public QObject
{
public:
    enum class Input { Data, Nothing, Ended, Broken };

    /// Who is told of it. No signals: one for each request would cost a tenth of what we spend on it.
    class Owner
    {
    public:
        virtual void onReadable() = 0;
        /// Bytes went out; unsent() is less than before.
        virtual void onProgress() = 0;

    protected:
        ~Owner() = default;
    };
    /// Called before the event loop has its next turn; `owner` outlives this.
    void setOwner(Owner &owner) { m_owner = &owner; }

    /// Appends up to `most` bytes to `buffer`. Ended: the peer sends no more, but may still read.
    virtual Input read(QByteArray &buffer, qsizetype most) = 0;
    /// Sends all of `bytes`, now what fits and the rest when it can. False: the connection is broken.
    virtual bool write(const QByteArray &bytes) = 0;
    /// Likewise both, one after the other. `body` is not copied.
    virtual bool write(const QByteArray &head, const QByteArray &body) = 0;
    /// Bytes given to write() that the kernel has not accepted yet.
    virtual qint64 unsent() const = 0;
    /// True when the peer can neither send nor read any more, as far as it has told.
    virtual bool isBroken() const = 0;
    /// True when the peer's machine has acknowledged everything.
    virtual bool isDelivered() const = 0;
    virtual void setReading(bool on) = 0;
    /// Sends our FIN; call when nothing is unsent.
    virtual void finish() = 0;
    virtual void close() = 0;
    virtual int descriptor() const = 0;

    static std::unique_ptr<Transport> plain(int descriptor, EpollSet &sockets);
    /// After the handshake (Handshakes).
    static std::unique_ptr<Transport> tls(std::unique_ptr<TlsSession> session, EpollSet &sockets);

protected:
    Owner *m_owner = nullptr;
};

} // namespace Hephaestus
