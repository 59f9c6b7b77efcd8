// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusconnection.h"

#include "common/base/post.h"
#include "common/base/regularfile.h"
#include "common/base/secretfile.h"
#include "common/client/httpconnection.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestKeyFile = 64 * 1024;
constexpr qsizetype LongestPrometheusToken = 16 * 1024; ///< of service accounts they are long

/// What is in PEM in a file; nothing of one that is empty. A Problem: there is none.
Result<QList<QSslCertificate>> certificatesIn(const QString &file)
{
    if (file.isEmpty())
        return QList<QSslCertificate>();
    const QList<QSslCertificate> certificates = QSslCertificate::fromPath(file, QSsl::Pem);
    if (certificates.isEmpty())
        return Problem{file, u"expected certificates in PEM"_s};
    return certificates;
}

Result<QSslKey> keyIn(const QString &path)
{
    QFile file;
    if (const auto problem = openRegularFile(file, path))
        return *problem;
    const QByteArray pem = file.read(LargestKeyFile);
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec}) {
        if (const QSslKey key(pem, algorithm, QSsl::Pem); !key.isNull())
            return key;
    }
    return Problem{path, u"expected a key in PEM, without a password"_s};
}

/// Nothing: as the system has it.
Result<std::optional<QSslConfiguration>> tlsOf(const PrometheusServer &server)
{
    if (server.caFile.isEmpty() && server.certificateFile.isEmpty() && server.keyFile.isEmpty())
        return std::optional<QSslConfiguration>();
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    const auto authorities = certificatesIn(server.caFile);
    const auto chain = certificatesIn(server.certificateFile);
    if (!authorities || !chain)
        return authorities ? chain.problem() : authorities.problem();
    if (!authorities->isEmpty())
        tls.setCaCertificates(*authorities);
    if (chain->isEmpty() && !server.keyFile.isEmpty())
        return Problem{server.keyFile, u"expected a certificate to this key, too"_s};
    if (chain->isEmpty())
        return std::optional(tls);
    const Result<QSslKey> key = keyIn(server.keyFile.isEmpty() ? server.certificateFile : server.keyFile);
    if (!key)
        return key.problem();
    tls.setLocalCertificateChain(*chain);
    tls.setPrivateKey(*key);
    return std::optional(tls);
}

} // namespace

Result<std::unique_ptr<PrometheusConnection>> PrometheusConnection::at(const PrometheusServer &server)
{
    const Result<HttpPeer> peer = parsePeer(server.url);
    if (!peer)
        return peer.problem();
    const Result<std::optional<QSslConfiguration>> tls = tlsOf(server);
    if (!tls)
        return tls.problem();
    if (*tls && !peer->tls)
        return Problem{{}, u"\"%1\" is not https, which certificates are for"_s.arg(server.url.left(140))};
    std::array<Line, AtOnce> lines;
    for (Line &line : lines) {
        line.connection = std::make_unique<HttpConnection>(*peer);
        if (*tls)
            line.connection->setTls(**tls);
    }
    return std::unique_ptr<PrometheusConnection>(new PrometheusConnection(server, std::move(lines)));
}

PrometheusConnection::PrometheusConnection(PrometheusServer server, std::array<Line, AtOnce> lines)
    : m_server(std::move(server))
    , m_lines(std::move(lines))
{
}

PrometheusConnection::~PrometheusConnection() = default;

void PrometheusConnection::send(HttpRequest request, const Done &done)
{
    request.headers = m_server.headers;
    if (!m_server.tokenFile.isEmpty()) {
        const Result<QByteArray> token = readSecretFile(m_server.tokenFile, LongestPrometheusToken);
        if (!token) {
            ServiceReply reply;
            reply.error = ClientError::Local;
            reply.message = token.problem().text();
            return post(this, [done, reply] { done(reply); });
        }
        request.token = *token;
    }
    Line &line = *std::ranges::min_element(m_lines, {}, &Line::waiting);
    ++line.waiting;
    line.connection->send(std::move(request), [&line, done](const ServiceReply &reply) {
        --line.waiting;
        done(reply);
    });
}

} // namespace Hephaestus
