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

QTEST_GUILESS_MAIN(TestServiceAddress)
#include "tst_serviceaddress.moc"
