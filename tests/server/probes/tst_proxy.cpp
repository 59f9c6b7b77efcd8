// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/httpprobe.h"
#include "server/probes/proxy.h"
#include "tests/support/ask.h"
#include "tests/support/fakehttpserver.h"

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestProxy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEnvironmentChooses_data();
    void theEnvironmentChooses();
    void aPlainAddressIsAskedOfTheProxy();
    void throughTlsTheProxyMakesATunnel();
};

using Variables = QHash<QString, QString>;

void TestProxy::theEnvironmentChooses_data()
{
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("configured");
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QString>("proxy"); // "!": a problem
    const auto row = [](const char *name, const QString &target, const QString &configured, const Variables &variables,
                        const QString &proxy) { QTest::newRow(name) << target << configured << variables << proxy; };
    const QString unset;
    const QString http = u"http://api.example.org/x"_s;
    const QString https = u"https://api.example.org/x"_s;
    const QString p = u"http://p:3128"_s;
    const auto both = [&](const QString &no) {
        return Variables{{u"http_proxy"_s, p}, {u"https_proxy"_s, p}, {u"no_proxy"_s, no}};
    };
    row("none", https, unset, {}, {});
    row("https", https, unset, {{u"HTTPS_PROXY"_s, p}}, p);
    row("https in small letters first", https, unset, {{u"HTTPS_PROXY"_s, u"http://q:1"_s}, {u"https_proxy"_s, p}}, p);
    row("http is another one", http, unset, {{u"HTTPS_PROXY"_s, p}}, {});
    row("http", http, unset, {{u"http_proxy"_s, p}}, p);
    row("all", http, unset, {{u"ALL_PROXY"_s, p}}, p);
    row("without a scheme", https, unset, {{u"https_proxy"_s, u"p:3128"_s}}, p);
    row("switched off", https, u""_s, both({}), {});
    row("configured", https, u"http://q:1"_s, both({}), u"http://q:1"_s);
    row("configured for what no_proxy names", https, u"http://q:1"_s, both(u"*"_s), u"http://q:1"_s);
    row("no_proxy, all", https, unset, both(u"*"_s), {});
    row("no_proxy, the host", https, unset, both(u"x.org, api.example.org"_s), {});
    row("no_proxy, the domain", https, unset, both(u"example.org"_s), {});
    row("no_proxy, the domain with a dot", https, unset, both(u".Example.Org"_s), {});
    row("no_proxy, the end of a word is no domain", https, unset, both(u"ample.org"_s), p);
    row("no_proxy, the port", https, unset, both(u"api.example.org:443"_s), {});
    row("no_proxy, another port", https, unset, both(u"api.example.org:8443"_s), p);
    row("no_proxy, a network", u"http://10.1.2.3/"_s, unset, both(u"10.0.0.0/8"_s), {});
    row("no_proxy, another network", u"http://11.1.2.3/"_s, unset, both(u"10.0.0.0/8"_s), p);
    row("localhost", u"http://localhost:8000/"_s, unset, both({}), {});
    row("loopback", u"http://127.0.0.1:8000/"_s, unset, both({}), {});
    row("loopback of IPv6", u"http://[::1]:8000/"_s, unset, both({}), {});
    row("a proxy of another kind", https, unset, {{u"https_proxy"_s, u"socks5://u:hunter2@p:1"_s}}, u"!"_s);
    row("a configured one of another kind", https, u"ftp://u:hunter2@p"_s, {}, u"!"_s);
}

void TestProxy::theEnvironmentChooses()
{
    QFETCH(QString, target);
    QFETCH(QString, configured);
    QFETCH(Variables, variables);
    const Result<QUrl> proxy =
        proxyFor(QUrl(target), configured, [&](const QString &name) { return variables.value(name); });
    if (!proxy)
        QVERIFY(!proxy.problem().what.contains(u"hunter2"_s));
    QTEST(proxy ? proxy->toString() : u"!"_s, "proxy");
}

void TestProxy::aPlainAddressIsAskedOfTheProxy()
{
    FakeHttpServer server; // it knows paths only: the whole address is its path
    server.setAnswer("http://api.invalid:81/x", FakeAnswer::json("{}"));
    HttpSettings settings;
    settings.url = QUrl(u"http://api.invalid:81/x?y=1"_s);
    settings.proxy = QString(server.url()).replace(u"http://"_s, u"http://me:hunter2@"_s);
    HttpProbe probe(settings, 60s);
    QCOMPARE(ask(probe), Outcome::success());
    const QByteArray request = server.requests().value(0);
    QVERIFY2(request.startsWith("GET http://api.invalid:81/x?y=1 HTTP/1.1\r\nHost: api.invalid:81\r\n"),
             request.constData());
    QVERIFY(request.contains("\r\nProxy-Authorization: Basic " + QByteArray("me:hunter2").toBase64() + "\r\n"));
}

void TestProxy::throughTlsTheProxyMakesATunnel()
{
    FakeHttpServer server;
    server.setAnswer("api.invalid:443", FakeAnswer::json("no", 403));
    HttpSettings settings;
    settings.url = QUrl(u"https://api.invalid/x"_s);
    settings.proxy = QString(server.url()).replace(u"http://"_s, u"http://me:hunter2@"_s);
    HttpProbe probe(settings, 60s);
    const Outcome outcome = ask(probe);
    QVERIFY(!outcome.ok);
    QVERIFY(server.requests().value(0).startsWith("CONNECT api.invalid:443 HTTP/1.1\r\n"));
    QVERIFY2(outcome.message.contains(u"by the proxy 127.0.0.1"_s), qPrintable(outcome.message));
    QVERIFY(!outcome.message.contains(u"hunter2"_s));
}

QTEST_GUILESS_MAIN(TestProxy)
#include "tst_proxy.moc"
