// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/serviceclient.h"
#include "common/client/tlstrust.h"
#include "tests/support/tlsserver.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestTlsTrust : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { m_before = m_server.received().size(); }
    void fingerprintsAreRead_data();
    void fingerprintsAreRead();
    void whoNobodyHasSignedIsRefusedAndItsFingerprintTold();
    void aFileOfCertificatesIsTrusted();
    void onlyThePinnedCertificateIsAsked_data();
    void onlyThePinnedCertificateIsAsked();
    void whatIsNoCertificateIsSaid();

private:
    ServiceReply ask(const TlsTrust &trust)
    {
        ServiceClient client({m_server.url(), u"secret"_s, {}, {}, trust});
        std::optional<ServiceReply> reply;
        client.post(u"/x"_s, [&reply](const Answer<QByteArray> &answer) { reply = answer.reply; });
        [[maybe_unused]] const bool isOver = QTest::qWaitFor([&] { return reply.has_value(); }, 30'000);
        return reply.value_or(ServiceReply());
    }
    QByteArray received() const { return m_server.received().mid(m_before); }

    TlsServer m_server;
    TlsServer m_other;
    qsizetype m_before = 0;
};

void TestTlsTrust::initTestCase() { QVERIFY(m_server.start() && m_other.start()); }

void TestTlsTrust::fingerprintsAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    const QString plain = QString(u"ab"_s).repeated(32);
    QTest::newRow("plain") << plain << true;
    QTest::newRow("capitals") << plain.toUpper() << true;
    QTest::newRow("as openssl writes it") << fingerprintText(QByteArray(32, '\xab')) << true;
    QTest::newRow("with its name") << u" SHA256:"_s + plain << true;
    QTest::newRow("empty") << QString() << false;
    QTest::newRow("too short") << plain.chopped(2) << false;
    QTest::newRow("too long") << plain + u"ab"_s << false;
    QTest::newRow("no digit") << plain.chopped(1) + u"g"_s << false;
    QTest::newRow("of SHA-1") << QString(u"ab"_s).repeated(20) << false;
}

void TestTlsTrust::fingerprintsAreRead()
{
    QFETCH(QString, text);
    QFETCH(bool, good);
    const Result<QByteArray> read = parseFingerprint(text);
    QCOMPARE(read.ok(), good);
    if (good)
        QCOMPARE(*read, QByteArray(32, '\xab'));
}

void TestTlsTrust::whoNobodyHasSignedIsRefusedAndItsFingerprintTold()
{
    const ServiceReply reply = ask({});
    QCOMPARE(reply.error, ClientError::Tls);
    QVERIFY2(reply.message.contains(u"self-signed"_s)
                 && reply.message.contains(u"SHA256:"_s + fingerprintText(m_server.fingerprint())),
             qPrintable(reply.message));
    QCOMPARE(received(), QByteArray());
}

void TestTlsTrust::aFileOfCertificatesIsTrusted()
{
    const Result<QByteArray> authorities = readAuthorities(m_server.certificateFile());
    QVERIFY(authorities.ok());
    QCOMPARE(ask({*authorities, {}}).httpStatus, 200);
    QVERIFY(received().contains("Bearer secret"));
    const Result<QByteArray> others = readAuthorities(m_other.certificateFile());
    QVERIFY(others.ok());
    QCOMPARE(ask({*others, {}}).error, ClientError::Tls);
}

void TestTlsTrust::onlyThePinnedCertificateIsAsked_data()
{
    QTest::addColumn<bool>("isPinned");
    QTest::addColumn<bool>("isTrusted"); // by its authorities
    QTest::newRow("pinned") << true << false;
    QTest::newRow("pinned and trusted") << true << true;
    QTest::newRow("another is pinned") << false << false;
    QTest::newRow("trusted, and another is pinned") << false << true;
}

void TestTlsTrust::onlyThePinnedCertificateIsAsked()
{
    QFETCH(bool, isPinned);
    QFETCH(bool, isTrusted);
    const QByteArray authorities = isTrusted ? *readAuthorities(m_server.certificateFile()) : QByteArray();
    const ServiceReply reply = ask({authorities, isPinned ? m_server.fingerprint() : m_other.fingerprint()});
    QCOMPARE(reply.error, isPinned ? ClientError::None : ClientError::Tls);
    QCOMPARE(reply.httpStatus, isPinned ? 200 : 0);
    QCOMPARE(received().contains("Bearer secret"), isPinned); // nothing is sent to another
    QCOMPARE(received().isEmpty(), !isPinned);
    if (!isPinned)
        QVERIFY2(reply.message.contains(fingerprintText(m_server.fingerprint())), qPrintable(reply.message));
}

void TestTlsTrust::whatIsNoCertificateIsSaid()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"ca.pem"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no certificate") > 0);
    file.close();
    QVERIFY(readAuthorities(file.fileName()).problem().what.contains(u"certificates in PEM"_s));
    QVERIFY(!readAuthorities(directory.filePath(u"none.pem"_s)));
    QVERIFY(!readAuthorities(directory.path()));
}

QTEST_GUILESS_MAIN(TestTlsTrust)
#include "tst_tlstrust.moc"
