// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/tlsconfiguration.h"

#include "common/base/regularfile.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

Result<QByteArray> contentsOf(const QString &path)
{
    QFile file;
    if (const auto problem = openRegularFile(file, path))
        return *problem;
    return file.read(1024 * 1024);
}

Result<QList<QSslCertificate>> certificatesOf(const QString &path)
{
    const auto pem = contentsOf(path);
    if (!pem)
        return pem.problem();
    const QList<QSslCertificate> certificates = QSslCertificate::fromData(*pem, QSsl::Pem);
    if (certificates.isEmpty())
        return Problem{path, u"expected a certificate in PEM format"_s};
    return certificates;
}

Result<QSslKey> keyOf(const QString &path)
{
    const auto pem = contentsOf(path);
    if (!pem)
        return pem.problem();
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec, QSsl::Dsa}) {
        const QSslKey key(*pem, algorithm, QSsl::Pem, QSsl::PrivateKey);
        if (!key.isNull())
            return key;
    }
    return Problem{path, u"expected a private key in PEM format, without a passphrase"_s};
}

} // namespace

Result<QSslConfiguration> tlsConfiguration(const TlsOptions &options)
{
    const auto chain = certificatesOf(options.certificate);
    if (!chain)
        return chain.problem();
    const auto key = keyOf(options.key);
    if (!key)
        return key.problem();
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setAllowedNextProtocols({QSslConfiguration::NextProtocolHttp1_1});
    configuration.setLocalCertificateChain(*chain);
    configuration.setPrivateKey(*key);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    if (!options.clientCa.isEmpty()) {
        const auto authorities = certificatesOf(options.clientCa);
        if (!authorities)
            return authorities.problem();
        configuration.setCaCertificates(*authorities);
        configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    }
    return configuration;
}

} // namespace Hephaestus
