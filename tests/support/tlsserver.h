// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTemporaryDir>

/// Answers every request through TLS alike, with a certificate for `localhost` that nobody has signed.
class TlsServer : public QTcpServer
{
public:
    /// Listens; false: there is no certificate, or no port.
    bool start(const QByteArray &body = "{}")
    {
        m_body = body;
        const QString key = m_directory.filePath(QStringLiteral("key.pem"));
        if (QProcess::execute(
                QStringLiteral("openssl"),
                {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                 QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
                 QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"), QStringLiteral("/CN=localhost"),
                 QStringLiteral("-addext"), QStringLiteral("subjectAltName=DNS:localhost"), QStringLiteral("-keyout"),
                 key, QStringLiteral("-out"), certificateFile()})
            != 0)
            return false;
        QFile keyFile(key);
        if (!keyFile.open(QIODevice::ReadOnly))
            return false;
        m_configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Ec));
        m_configuration.setLocalCertificateChain(QSslCertificate::fromPath(certificateFile()));
        return listen(QHostAddress::LocalHost);
    }

    QString certificateFile() const { return m_directory.filePath(QStringLiteral("certificate.pem")); }
    QByteArray fingerprint() const { return m_configuration.localCertificate().digest(QCryptographicHash::Sha256); }
    QString url() const { return QStringLiteral("https://localhost:%1").arg(serverPort()); }
    const QByteArray &received() const { return m_received; } ///< of all requests

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *const socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        socket->setSslConfiguration(m_configuration);
        connect(socket, &QSslSocket::readyRead, this, [this, socket] {
            const QByteArray request = socket->readAll();
            m_received += request;
            if (request.endsWith("\r\n\r\n"))
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                              + QByteArray::number(m_body.size()) + "\r\n\r\n" + m_body);
        });
        connect(socket, &QAbstractSocket::disconnected, socket, &QObject::deleteLater);
        socket->startServerEncryption();
    }

private:
    QTemporaryDir m_directory;
    QSslConfiguration m_configuration = QSslConfiguration::defaultConfiguration();
    QByteArray m_body;
    QByteArray m_received;
};
