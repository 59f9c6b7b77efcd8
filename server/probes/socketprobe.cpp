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
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &SocketProbe::explainError);
}

QString SocketProbe::target() const { return u"%1:%2"_s.arg(m_host).arg(m_port); }

void SocketProbe::ask() { m_socket.connectToHost(m_host, quint16(m_port)); }

bool SocketProbe::abandon()
{
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

void SocketProbe::explainError()
{
    if (m_connected) {
        fail(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s);
        return;
    }
    switch (m_socket.error()) {
    case QAbstractSocket::ConnectionRefusedError: fail(ErrorClass::Unreachable, u"connection refused"_s); break;
    case QAbstractSocket::HostNotFoundError: fail(ErrorClass::Unreachable, u"host not found"_s); break;
    default: fail(ErrorClass::Unreachable, m_socket.errorString()); break;
    }
}

} // namespace Hephaestus
