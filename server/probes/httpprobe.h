// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

namespace Hephaestus {

struct HttpPolicy;

/// Asks a service over HTTP the cheapest question that proves that it answers and takes the key: one GET, on a connection of its
/// own, never redirected, of whose answer at most 1 MiB is read. What is asked of which service is a table in the .cpp.
class HttpProbe : public Probe
{
    Q_OBJECT

public:
    /// `network` outlives it.
    HttpProbe(const HttpSettings &settings, QNetworkAccessManager &network, std::chrono::milliseconds timeout,
              QObject *parent = nullptr);
    ~HttpProbe() override;

protected:
    void ask() override;
    bool abandon() override;
    QString target() const override;

private:
    QNetworkRequest request() const;
    void read();
    void end();
    Outcome outcome() const;
    Outcome refusal(int status) const;
    Outcome noAnswer() const;
    Outcome failure(ErrorClass errorClass, const QString &why) const;

    const HttpSettings m_settings;
    const HttpPolicy &m_policy;
    QNetworkAccessManager &m_network;
    QNetworkReply *m_reply = nullptr; ///< ours while it runs
    QByteArray m_body;
    QString m_tlsError;
};

} // namespace Hephaestus
