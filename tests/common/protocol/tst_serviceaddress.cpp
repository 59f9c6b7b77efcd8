// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/serviceaddress.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceAddress : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addressesAreRead_data();
    void addressesAreRead();
    void oneServiceHasOneSpelling_data();
    void oneServiceHasOneSpelling();
    void noPasswordIsShown_data();
    void noPasswordIsShown();
};

void TestServiceAddress::addressesAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("read"); // as it is written; empty: it is none
    QTest::addColumn<bool>("isLoopback");
    const auto row = [](const char *text, const char *read, bool isLoopback = false) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(read) << isLoopback;
    };
    row("127.0.0.1:80", "127.0.0.1:80", true);
    row("127.250.1.9:0", "127.250.1.9:0", true);
    row("[::1]:8000", "[::1]:8000", true);
    row("LocalHost:1", "LocalHost:1", true);
    row("a.localhost:1", "a.localhost:1", true);
    row("unix:/run/s", "unix:/run/s", true);
    row("0.0.0.0:65535", "0.0.0.0:65535");
    row("[fe80::A.b]:1", "[fe80::A.b]:1");
    row("example.org:00443", "example.org:443");
    row("127.0.0.1.evil.org:1", "127.0.0.1.evil.org:1");
    row("127.0.0:1", "127.0.0:1");
    row("127.0.0.1000:1", "127.0.0.1000:1");
    row("128.0.0.1:1", "128.0.0.1:1");
    row("%1%2:800", "%1%2:800"); // no place for an argument of the text that tells it
    for (const char *const wrong :
         {"",        ":",       ":80",      "host",      "host:",  "host:65536", "host:123456",
          "host:+1", "host:-1", "host: 1",  "ho st:1",   "::1:80", "[]:80",      "[::1]",
          "[::1:80", "::1]:80", "[::g]:80", "[::1]x:80", "a/b:80", "host:80\n",  "unix:"})
        row(wrong, "");
}

void TestServiceAddress::addressesAreRead()
{
    QFETCH(QString, text);
    const auto address = parseServiceAddress(text);
    QTEST(address ? address->text() : QString(), "read");
    if (address)
        QTEST(address->isLoopback(), "isLoopback");
}

void TestServiceAddress::oneServiceHasOneSpelling_data()
{
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("one");
    const auto row = [](const QString &written, const QString &one) {
        QTest::newRow(qPrintable(written)) << written << one;
    };
    for (const QString &written : {u"http://h:8000"_s, u"http://h:8000/"_s, u"HTTP://h:8000"_s, u"http://H:8000//"_s,
                                   u"http://h:8000/health/status"_s, u" http://h:8000 "_s})
        row(written, u"http://h:8000"_s);
    row(u"http://h:80/"_s, u"http://h"_s);
    row(u"https://h:443"_s, u"https://h"_s);
    row(u"http://h:443"_s, u"http://h:443"_s);
    row(u"http://h:8000/App/"_s, u"http://h:8000/App"_s);
    row(u"http://h:8000/health"_s, u"http://h:8000/health"_s);
    row(u"http://[0:0:0:0:0:0:0:1]:8000/"_s, u"http://[::1]:8000"_s);
    row(u"unix:/run/x.sock"_s, u"unix:/run/x.sock"_s);
    row(u"nonsense"_s, u"nonsense"_s);
}

void TestServiceAddress::oneServiceHasOneSpelling()
{
    QFETCH(QString, written);
    QTEST(canonicalUrl(written), "one");
    QTEST(canonicalUrl(canonicalUrl(written)), "one");
}

void TestServiceAddress::noPasswordIsShown_data()
{
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("shown");
    const auto row = [](const QString &written, const QString &shown) {
        QTest::newRow(qPrintable(written)) << written << shown;
    };
    row(u"http://admin:hunter2@h:1/x"_s, u"http://admin:***@h:1/x"_s);
    row(u"http://admin:hun@ter2@h:1"_s, u"http://admin:***@h:1"_s);
    row(u"http://:hunter2@h"_s, u"http://:***@h"_s);
    row(u"ftp://admin:hunter2@h"_s, u"ftp://admin:***@h"_s);
    row(u"admin:hunter2@h:1"_s, u"admin:***@h:1"_s);
    row(u"http://h:1/a:b@c"_s, u"http://h:1/a:b@c"_s);
    row(u"http://h:1"_s, u"http://h:1"_s);
}

void TestServiceAddress::noPasswordIsShown()
{
    QFETCH(QString, written);
    QTEST(withoutPassword(written), "shown");
}

QTEST_GUILESS_MAIN(TestServiceAddress)
#include "tst_serviceaddress.moc"
