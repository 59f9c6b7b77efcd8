// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/hostconnector.h"
#include "server/probes/probe.h"

#include <QTcpSocket>

namespace Hephaestus {

/// What questions over a plain TCP connection have in common: connecting, and what can go wrong with it.
class SocketProbe : public Probe
{
    Q_OBJECT

public:
    SocketProbe(const QString &host, int port, std::chrono::milliseconds timeout, QObject *parent = nullptr);

protected:
    /// Connected: ask, or be content.
    virtual void talk() = 0;

    void ask() override;
    bool abandon() override;
    QString target() const override;

    QTcpSocket &socket() { return m_socket; }
    /// The end: `outcome`, and the connection is closed.
    void conclude(const Outcome &outcome);
    /// A failure whose message names the target.
    void fail(ErrorClass errorClass, const QString &why);

private:
    const QString m_host;
    const int m_port;
    QTcpSocket m_socket;
    HostConnector m_connector{m_socket};
    bool m_connected = false;
};

} // namespace Hephaestus
