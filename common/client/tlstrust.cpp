// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/tlstrust.h"

#include "common/base/regularfile.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslSocket>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestAuthorities = 1024 * 1024;
constexpr qsizetype FingerprintSize = 32;

} // namespace

QSslConfiguration configurationOf(const TlsTrust &trust)
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    if (!trust.fingerprint.isEmpty())
        configuration.setPeerVerifyMode(QSslSocket::QueryPeer); // it asks for the certificate, and takes any
    else if (!trust.authorities.isEmpty())
        configuration.setCaCertificates(QSslCertificate::fromData(trust.authorities, QSsl::Pem));
    return configuration;
}

QString whyNotTaken(const TlsTrust &trust, const QSslCertificate &certificate)
{
    if (trust.fingerprint.isEmpty())
        return {};
    if (certificate.isNull())
        return u"it shows no certificate, and its entry names the fingerprint of one"_s;
    const QByteArray shown = fingerprintOf(certificate);
    return shown == trust.fingerprint
        ? QString()
        : u"its certificate has the fingerprint SHA256:%1, and its entry names another"_s.arg(fingerprintText(shown));
}

Result<QByteArray> parseFingerprint(const QString &text)
{
    const auto expected = [&text] {
        return Problem{text, u"expected the SHA-256 fingerprint of a certificate: 64 hexadecimal digits"_s};
    };
    QString digits = text.trimmed();
    if (digits.startsWith("SHA256:"_L1, Qt::CaseInsensitive))
        digits.remove(0, 7);
    digits.remove(u':').remove(u' ');
    const QByteArray bytes = QByteArray::fromHex(digits.toLatin1());
    if (bytes.size() != FingerprintSize || digits.size() != 2 * FingerprintSize
        || digits.compare(QLatin1StringView(bytes.toHex()), Qt::CaseInsensitive) != 0)
        return expected();
    return bytes;
}

QString fingerprintText(const QByteArray &fingerprint) { return QString::fromLatin1(fingerprint.toHex(':')).toUpper(); }

QByteArray fingerprintOf(const QSslCertificate &certificate) { return certificate.digest(QCryptographicHash::Sha256); }

Result<QByteArray> readAuthorities(const QString &path)
{
    QFile file;
    if (const auto problem = openRegularFile(file, path))
        return *problem;
    const QByteArray pem = file.read(LargestAuthorities);
    if (QSslCertificate::fromData(pem, QSsl::Pem).isEmpty())
        return Problem{path, u"expected certificates in PEM"_s};
    return pem;
}

} // namespace Hephaestus
