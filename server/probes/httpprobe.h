// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/httpresponseparser.h"
#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

#include <QTcpSocket>

namespace Hephaestus {

struct HttpPolicy;

/// Asks a service over HTTP the cheapest question that proves that it answers and takes the key. That is one GET, on a
/// connection of its own, never redirected. At most a head of 16 KiB and a body of 1 MiB are read. A table in the .cpp
/// says what is asked of which service.
///
/// It does not use QNetworkAccessManager, which reads headers without end. Its one thread serves all requests, and its
/// destructor waits for that thread. It also queues what goes to one host behind six requests that hang.
class HttpProbe : public Probe
{
    Q_OBJECT

public:
    HttpProbe(const HttpSettings &settings, std::chrono::milliseconds timeout, QObject *parent = nullptr);
    ~HttpProbe() override;

protected:
    void ask() override;
    bool abandon() override;
    QString target() const override;

private:
    QByteArray request() const;
    void read();
    void explainError(QAbstractSocket::SocketError error);
    void conclude(const Outcome &outcome);
    int status() const; ///< 0: no head has arrived
    bool isExpected(int status) const;
    Outcome outcome() const;
    Outcome refusal(int status) const;
    Outcome failure(ErrorClass errorClass, const QString &why) const;

    const HttpSettings m_settings;
    const HttpPolicy &m_policy;
    std::unique_ptr<QTcpSocket> m_socket;
    HttpResponseParser m_parser;
    qint64 m_received = 0;
    bool m_connected = false; ///< through TLS, where there is any
    QString m_tlsError;
};

} // namespace Hephaestus
