// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QString>

class QSslCertificate;
class QSslConfiguration;

namespace Hephaestus {

/// Whose certificates are taken from a service over https. Empty: those that the system trusts.
struct TlsTrust
{
    QByteArray authorities{}; ///< certificates in PEM, instead of the system's
    /// SHA-256 of the one certificate that may answer, 32 bytes. Nothing else counts then: not its name, its dates or
    /// who issued it.
    QByteArray fingerprint{};

    bool isEmpty() const { return authorities.isEmpty() && fingerprint.isEmpty(); }
    bool operator==(const TlsTrust &) const = default;
};

/// The configuration of a socket by which these are taken. With a fingerprint every certificate passes the handshake:
/// whyNotTaken() must be asked before anything is sent.
QSslConfiguration configurationOf(const TlsTrust &trust);
/// Why who shows `certificate` must not be talked to, by the fingerprint; empty: it may.
QString whyNotTaken(const TlsTrust &trust, const QSslCertificate &certificate);

/// Reads 64 hexadecimal digits, with or without colons, and perhaps `SHA256:` before them.
Result<QByteArray> parseFingerprint(const QString &text);
/// `AB:CD:…`, as openssl and browsers show it.
QString fingerprintText(const QByteArray &fingerprint);
QByteArray fingerprintOf(const QSslCertificate &certificate);

/// The content of a file with certificates in PEM; at most 1 MiB. Opening it never waits.
Result<QByteArray> readAuthorities(const QString &file);

} // namespace Hephaestus
