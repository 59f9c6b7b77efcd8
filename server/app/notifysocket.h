// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QObject>
#include <QSocketNotifier>

#include <functional>
#include <memory>
#include <sys/socket.h>

namespace Hephaestus {

/// The socket a program sends its state to, as sd_notify(3) describes: datagrams of `NAME=value` lines. It is in the
/// abstract namespace, so that nothing is left on disk. Belongs to one thread.
class NotifySocket : public QObject
{
    Q_OBJECT

public:
    /// Whether a process may speak for the program; the kernel says who sent a datagram (unix(7), SCM_CREDENTIALS). Not
    /// asked of one that is gone already (systemd-notify(1) is, at once): that is believed if it was this user's.
    using IsOurs = std::function<bool(qint64 pid)>;

    explicit NotifySocket(IsOurs isOurs, QObject *parent = nullptr);

    /// Empty: the socket is open.
    const QString &problem() const { return m_problem; }
    /// What NOTIFY_SOCKET is set to.
    const QByteArray &address() const { return m_address; }

Q_SIGNALS:
    /// The program has sent READY=1.
    void ready();

private:
    void open();
    void read();
    bool isBelieved(const ucred &sender) const;

    const IsOurs m_isOurs;
    FileDescriptor m_socket;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QByteArray m_address;
    QString m_problem;
};

} // namespace Hephaestus
