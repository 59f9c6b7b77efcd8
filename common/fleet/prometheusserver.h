// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <utility>

namespace Hephaestus {

/// Where a Prometheus server is, what has its API, or an Alertmanager; and how it is asked.
struct PrometheusServer
{
    QString url;                                        ///< `http(s)://HOST:PORT[/PREFIX]`
    QString tokenFile{};                                ///< of a bearer token, read anew at each reading; empty: none
    QList<std::pair<QByteArray, QByteArray>> headers{}; ///< sent with each request: a tenant (`X-Scope-OrgID`)
    QString caFile{};                                   ///< in PEM: whose certificates are trusted; empty: the system's
    QString certificateFile{};                          ///< in PEM: of this client, with its chain; empty: none
    QString keyFile{};                                  ///< in PEM: its key; empty: in the certificate's file

    bool operator==(const PrometheusServer &) const = default;
};

} // namespace Hephaestus
