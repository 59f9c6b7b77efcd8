// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/httpresponseparser.h"
#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

#include <QTcpSocket>

namespace Hephaestus {

struct HttpPolicy;
class HostConnector;

/// Asks a service over HTTP the cheapest question that proves that it answers and takes the key. That is one GET, on a
/// connection of its own, never redirected. The body is read as far as it matters: not at all where the status is the
/// answer, and 1 MiB at most. A head may have 16 KiB. A table in the .cpp says what is asked of which service.
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
    bool isKnownAlready() const;
    void endOfConnection();
    void conclude(const Outcome &outcome);
    int status() const; ///< 0: no head has arrived
    bool isExpected(int status) const;
    Outcome outcome() const;
    Outcome refusal(int status) const;
    Outcome failure(ErrorClass errorClass, const QString &why) const;

    const HttpSettings m_settings;
    const HttpPolicy &m_policy;
    QUrl m_proxy; ///< empty: asked directly
    std::unique_ptr<QTcpSocket> m_socket;
    std::unique_ptr<HostConnector> m_connector; ///< goes before its socket
    HttpResponseParser m_parser;
    qint64 m_received = 0;
    bool m_connected = false;       ///< through TLS, where there is any
    bool m_waitsForRefusal = false; ///< for the rest of its body, a moment
};

} // namespace Hephaestus
