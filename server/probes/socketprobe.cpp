// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/socketprobe.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

SocketProbe::SocketProbe(const QString &host, int port, std::chrono::milliseconds timeout, QObject *parent)
    : Probe(timeout, parent)
    , m_host(host)
    , m_port(port)
{
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        m_connected = true;
        talk();
    });
    connect(&m_socket, &QTcpSocket::errorOccurred, this, [this] {
        if (m_connected)
            fail(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s);
    });
    connect(&m_connector, &HostConnector::failed, this,
            [this](const QString &why) { fail(ErrorClass::Unreachable, why); });
}

QString SocketProbe::target() const { return u"%1:%2"_s.arg(m_host, QString::number(m_port)); }

void SocketProbe::ask() { m_connector.connectTo(m_host, quint16(m_port), lookupTimeout()); }

bool SocketProbe::abandon()
{
    m_connector.disconnect(this);
    m_socket.disconnect(this);
    m_socket.abort();
    return true;
}

void SocketProbe::conclude(const Outcome &outcome)
{
    abandon();
    finish(outcome);
}

void SocketProbe::fail(ErrorClass errorClass, const QString &why)
{
    conclude(Outcome::failure(errorClass, u"%1 (%2)"_s.arg(why, target())));
}

} // namespace Hephaestus
