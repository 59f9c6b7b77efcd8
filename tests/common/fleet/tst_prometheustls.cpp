// SPDX-License-Identifier: GPL-3.0-or-later
//
// A Prometheus behind TLS that wants to see a certificate: real handshakes.
#include "common/fleet/alertmanagers.h"
#include "common/fleet/prometheusgroup.h"
#include "tests/support/processend.h"

#include <QFile>
#include <QProcess>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestPrometheusTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whoShowsTheRightCertificateIsAnswered_data();
    void whoShowsTheRightCertificateIsAnswered();
    void anAlertmanagerIsAskedTheSameWay();

private:
    QString path(const QString &name) const { return m_directory.filePath(name); }
    void make(const QString &name, const QString &key, const QStringList &more);
    PrometheusServer server(const QString &ca, const QString &certificate, const QString &key) const;
    void answer(QSslSocket *socket);

    QTemporaryDir m_directory;
    QSslServer m_server;
    QStringList m_shown; ///< subjects of the certificates of those whose requests were read
};

/// A key and a certificate to it: NAME.key, NAME.pem.
void TestPrometheusTls::make(const QString &name, const QString &key, const QStringList &more)
{
    QProcess openssl;
    openssl.setStandardErrorFile(QProcess::nullDevice()); // it writes dots while it works
    openssl.start(u"openssl"_s,
                  QStringList{u"req"_s, u"-x509"_s, u"-nodes"_s, u"-days"_s, u"2"_s, u"-newkey"_s}
                      + (key == "rsa"_L1 ? QStringList{u"rsa:2048"_s}
                                         : QStringList{u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s})
                      + QStringList{u"-subj"_s, u"/CN="_s + name, u"-keyout"_s, path(name + u".key"_s), u"-out"_s,
                                    path(name + u".pem"_s)}
                      + more);
    QVERIFY(hasEnded(openssl));
    QCOMPARE(openssl.exitCode(), 0);
}

void TestPrometheusTls::initTestCase()
{
    make(u"authority"_s, u"ec"_s, {});
    const QStringList signedByIt{u"-CA"_s, path(u"authority.pem"_s), u"-CAkey"_s, path(u"authority.key"_s)};
    make(u"server"_s, u"ec"_s, signedByIt + QStringList{u"-addext"_s, u"subjectAltName=IP:127.0.0.1"_s});
    make(u"elliptic"_s, u"ec"_s, signedByIt);
    make(u"rsa"_s, u"rsa"_s, signedByIt);
    make(u"stranger"_s, u"ec"_s, {});
    QFile both(path(u"both.pem"_s));
    QVERIFY(both.open(QIODevice::WriteOnly));
    for (const QString &name : {u"elliptic.pem"_s, u"elliptic.key"_s}) {
        QFile part(path(name));
        QVERIFY(part.open(QIODevice::ReadOnly));
        both.write(part.readAll());
    }
    both.close();

    QFile key(path(u"server.key"_s));
    QVERIFY(key.open(QIODevice::ReadOnly));
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setLocalCertificateChain(QSslCertificate::fromPath(path(u"server.pem"_s)));
    tls.setPrivateKey(QSslKey(&key, QSsl::Ec));
    tls.setCaCertificates(QSslCertificate::fromPath(path(u"authority.pem"_s)));
    tls.setPeerVerifyMode(QSslSocket::VerifyPeer); // a server asks for a certificate then, and insists
    m_server.setSslConfiguration(tls);
    connect(&m_server, &QSslServer::pendingConnectionAvailable, this, [this] {
        while (auto *const socket = qobject_cast<QSslSocket *>(m_server.nextPendingConnection()))
            connect(socket, &QIODevice::readyRead, this, [this, socket] { answer(socket); });
    });
    QVERIFY(m_server.listen(QHostAddress::LocalHost));
}

/// Whatever is asked, there is nothing of it; in the form that each path has.
void TestPrometheusTls::answer(QSslSocket *socket)
{
    const QByteArray request = socket->readAll();
    m_shown << socket->peerCertificate().subjectInfo(QSslCertificate::CommonName).join(u' ');
    const QByteArray body = request.startsWith("GET /api/v1/targets")
        ? R"({"status":"success","data":{"activeTargets":[]}})"
        : request.contains("/api/v2/") ? "[]"
                                       : R"({"status":"success","data":{"resultType":"vector","result":[]}})";
    socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                  + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

PrometheusServer TestPrometheusTls::server(const QString &ca, const QString &certificate, const QString &key) const
{
    const auto file = [this](const QString &name) { return name.isEmpty() ? QString() : path(name); };
    return {.url = u"https://127.0.0.1:%1"_s.arg(m_server.serverPort()),
            .caFile = file(ca),
            .certificateFile = file(certificate),
            .keyFile = file(key)};
}

void TestPrometheusTls::whoShowsTheRightCertificateIsAnswered_data()
{
    QTest::addColumn<QString>("ca");
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("shown"); // empty: it is not answered
    const QString authority = u"authority.pem"_s;
    QTest::newRow("an elliptic key") << authority << u"elliptic.pem"_s << u"elliptic.key"_s << u"elliptic"_s;
    QTest::newRow("an RSA key") << authority << u"rsa.pem"_s << u"rsa.key"_s << u"rsa"_s;
    QTest::newRow("the key in the certificate's file") << authority << u"both.pem"_s << QString() << u"elliptic"_s;
    QTest::newRow("no certificate") << authority << QString() << QString() << QString();
    QTest::newRow("one that another signed") << authority << u"stranger.pem"_s << u"stranger.key"_s << QString();
    QTest::newRow("another's key") << authority << u"elliptic.pem"_s << u"stranger.key"_s << QString();
    QTest::newRow("the server's is not trusted")
        << u"stranger.pem"_s << u"elliptic.pem"_s << u"elliptic.key"_s << QString();
    QTest::newRow("the system does not trust the server's")
        << QString() << u"elliptic.pem"_s << u"elliptic.key"_s << QString();
}

void TestPrometheusTls::whoShowsTheRightCertificateIsAnswered()
{
    QFETCH(QString, ca);
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(QString, shown);
    m_shown.clear();
    const auto group = PrometheusGroup::at({server(ca, certificate, key)});
    QVERIFY2(group, qPrintable(group ? QString() : group.problem().text()));
    std::optional<PrometheusFleet::End> end;
    (*group)->ask([](const PrometheusFleet::Portion &) {}, [&end](const PrometheusFleet::End &ended) { end = ended; });
    QTRY_VERIFY(end);
    QVERIFY2(end->problem.has_value() == shown.isEmpty(),
             qPrintable(end->problem ? end->problem->text() : u"it was answered"_s));
    QCOMPARE(m_shown, shown.isEmpty() ? QStringList() : QStringList(2, shown)); // the targets, and their presence
}

void TestPrometheusTls::anAlertmanagerIsAskedTheSameWay()
{
    for (const bool isShown : {true, false}) {
        const QString certificate = isShown ? u"rsa.pem"_s : QString();
        const auto alertmanagers =
            Alertmanagers::at({server(u"authority.pem"_s, certificate, isShown ? u"rsa.key"_s : QString())});
        QVERIFY(alertmanagers);
        std::optional<AlertReading> reading;
        (*alertmanagers)->ask([&reading](const AlertReading &read) { reading = read; });
        QTRY_VERIFY(reading);
        QCOMPARE(reading->isKnown, isShown);
        QCOMPARE(reading->problems.isEmpty(), isShown);
    }
}

QTEST_GUILESS_MAIN(TestPrometheusTls)
#include "tst_prometheustls.moc"
