// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"
#include "server/probes/httpprobe.h"
#include "tests/support/ask.h"
#include "tests/support/events.h"
#include "tests/support/fakehttpserver.h"

#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTemporaryDir>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto Key = "sk-very-secret-key-42";

const auto modelsBody = R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})"_ba;
const auto collectionsBody =
    R"({"result":{"collections":[{"name":"a"},{"name":"b"},{"name":"c"}]},"status":"ok","time":0.1})"_ba;

QByteArray response(int status, const QByteArray &body, const QByteArray &headers = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " Some Reason\r\n" + headers
        + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

} // namespace

class TestHttpProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void eachServiceIsAskedInItsWay_data();
    void eachServiceIsAskedInItsWay();
    void whatEachAnswerComesTo_data();
    void whatEachAnswerComesTo();
    void aPlainAddressIsHeldToWhatIsExpected_data();
    void aPlainAddressIsHeldToWhatIsExpected();
    void whatEachBrokenConnectionComesTo_data();
    void whatEachBrokenConnectionComesTo();
    void aBodyIsReadAsFarAsItMatters_data();
    void aBodyIsReadAsFarAsItMatters();
    void retryAfterIsRead_data();
    void retryAfterIsRead();
    void aRedirectIsNotFollowed();
    void aMissingKeyIsToldWithoutAsking_data();
    void aMissingKeyIsToldWithoutAsking();
    void aKeyThatQdrantWantedIsNamed();
    void nobodyListeningIsUnreachable();
    void anUnknownHostIsUnreachable();
    void theQueryOfAnAddressIsNotTold();
    void throughTlsTheCertificateMustBeTrusted();
    void tenThatHangDelayNoOther();
    void aCancelledProbeEndsAtOnce();
    void aDeletedProbeIsSilent();
    void nothingIsLeftOverAfterManyChecks();

private:
    HttpSettings settings(HttpService service) const;
    Outcome ask(const HttpSettings &settings, std::chrono::milliseconds timeout = 5s);
    void answerEverywhere(const FakeAnswer &answer);

    std::unique_ptr<FakeHttpServer> server;
};

void TestHttpProbe::init() { server = std::make_unique<FakeHttpServer>(); }

HttpSettings TestHttpProbe::settings(HttpService service) const
{
    HttpSettings settings;
    settings.service = service;
    settings.url = QUrl(server->url());
    settings.key = {u"the environment variable THE_KEY"_s, Key};
    return settings;
}

Outcome TestHttpProbe::ask(const HttpSettings &settings, std::chrono::milliseconds timeout)
{
    HttpProbe probe(settings, timeout);
    return Hephaestus::ask(probe);
}

void TestHttpProbe::answerEverywhere(const FakeAnswer &answer)
{
    for (const char *path : {"/", "/collections", "/v1/models", "/openai/v1/models"})
        server->setAnswer(path, answer);
}

void TestHttpProbe::eachServiceIsAskedInItsWay_data()
{
    QTest::addColumn<HttpService>("service");
    QTest::addColumn<QString>("addressPath");
    QTest::addColumn<QByteArray>("requestLine");
    QTest::addColumn<QByteArray>("keyLine");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QVariantMap>("details");
    const QByteArray bearer = "authorization: Bearer "_ba + Key;
    QTest::newRow("qdrant") << HttpService::Qdrant << u""_s << "GET /collections HTTP/1.1"_ba
                            << "api-key: "_ba + Key << collectionsBody << QVariantMap{{u"collections"_s, 3LL}};
    QTest::newRow("qdrant below a path") << HttpService::Qdrant << u"/q/"_s << "GET /q/collections HTTP/1.1"_ba
                                         << "api-key: "_ba + Key << collectionsBody
                                         << QVariantMap{{u"collections"_s, 3LL}};
    QTest::newRow("openai") << HttpService::OpenAi << u"/v1"_s << "GET /v1/models HTTP/1.1"_ba << bearer << modelsBody
                            << QVariantMap();
    QTest::newRow("openai without v1") << HttpService::OpenAi << u""_s << "GET /v1/models HTTP/1.1"_ba << bearer
                                       << modelsBody << QVariantMap();
    QTest::newRow("anthropic") << HttpService::Anthropic << u""_s << "GET /v1/models?limit=1 HTTP/1.1"_ba
                               << "x-api-key: "_ba + Key << modelsBody << QVariantMap();
    QTest::newRow("lmstudio") << HttpService::LmStudio << u"/v1/"_s << "GET /v1/models HTTP/1.1"_ba << bearer
                              << modelsBody << QVariantMap();
    QTest::newRow("groq") << HttpService::Groq << u""_s << "GET /openai/v1/models HTTP/1.1"_ba << bearer << modelsBody
                          << QVariantMap();
    QTest::newRow("groq with its base") << HttpService::Groq << u"/openai/v1"_s << "GET /openai/v1/models HTTP/1.1"_ba
                                        << bearer << modelsBody << QVariantMap();
    QTest::newRow("http") << HttpService::Plain << u"/ping?x=1"_s << "GET /ping?x=1 HTTP/1.1"_ba << bearer << "pong"_ba
                          << QVariantMap();
}

void TestHttpProbe::eachServiceIsAskedInItsWay()
{
    QFETCH(HttpService, service);
    QFETCH(QString, addressPath);
    QFETCH(QByteArray, requestLine);
    QFETCH(QByteArray, keyLine);
    QFETCH(QByteArray, body);
    QFETCH(QVariantMap, details);
    server->setAnswer(requestLine.split(' ')[1].split('?')[0], FakeAnswer::json(body));
    HttpSettings asked = settings(service);
    asked.url = QUrl(server->url() + addressPath);
    QCOMPARE(ask(asked), Outcome::success(details));
    QCOMPARE(server->requests().size(), 1);
    QByteArrayList lines = QByteArray(server->requests().first()).replace("\r\n", "\n").split('\n');
    QCOMPARE(lines.first(), requestLine);
    for (QByteArray &line : lines) // Qt 6.8 sends the names in lower case
        line = line.first(std::max<qsizetype>(line.indexOf(':'), 0)).toLower()
            + line.sliced(std::max<qsizetype>(line.indexOf(':'), 0));
    QVERIFY2(lines.contains(keyLine), server->requests().first().constData());
    QCOMPARE(lines.contains("anthropic-version: 2023-06-01"_ba), service == HttpService::Anthropic);
}

void TestHttpProbe::whatEachAnswerComesTo_data()
{
    QTest::addColumn<HttpService>("service");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("message"); // without the host
    const auto row = [](const char *name, HttpService service, int status, const QByteArray &body,
                        const QString &message) { QTest::newRow(name) << service << status << body << message; };
    using enum HttpService;
    const QByteArray quota = R"({"error":{"message":"You exceeded your current quota, check your plan and billing",)"
                             R"("type":"insufficient_quota","code":"insufficient_quota"}})"_ba;
    const QByteArray wrongKey = R"({"error":{"message":"Incorrect API key provided: sk-very-secret-key-42.",)"
                                R"("type":"invalid_request_error","code":"invalid_api_key"}})"_ba;
    row("401", OpenAi, 401, wrongKey, u"credentials: HTTP 401, invalid_api_key"_s);
    row("401 without a body", OpenAi, 401, {}, u"credentials: HTTP 401"_s);
    row("403", Groq, 403, "Forbidden"_ba, u"credentials: HTTP 403"_s);
    row("402", OpenAi, 402, {}, u"billing: HTTP 402"_s);
    row("429 throttled", OpenAi, 429, R"({"error":{"type":"requests","code":"rate_limit_exceeded"}})"_ba,
        u"throttled: HTTP 429, rate_limit_exceeded"_s);
    row("429 out of credit", OpenAi, 429, quota, u"billing: HTTP 429, insufficient_quota"_s);
    row("400 out of credit", Anthropic, 400,
        R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})"_ba,
        u"billing: HTTP 400, invalid_request_error"_s);
    row("403 billing", Anthropic, 403, R"({"error":{"type":"billing_error"}})"_ba,
        u"billing: HTTP 403, billing_error"_s);
    row("529", Anthropic, 529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"_ba,
        u"overloaded: HTTP 529, overloaded_error"_s);
    row("503", Qdrant, 503, {}, u"overloaded: HTTP 503"_s);
    row("500", Qdrant, 500, "billing"_ba, u"bad answer: HTTP 500"_s);
    row("404", LmStudio, 404, {}, u"bad answer: HTTP 404"_s);
    row("400", Groq, 400, {}, u"bad answer: HTTP 400"_s);
    row("302", OpenAi, 302, {}, u"bad answer: HTTP 302, a redirect, which is not followed"_s);
    row("401 of qdrant", Qdrant, 401, "Must provide an API key"_ba, u"credentials: HTTP 401"_s);
    row("200 with an error", LmStudio, 200, R"({"error":"Unexpected endpoint or method. GET /v1/models"})"_ba,
        u"bad answer: an answer without the list data"_s);
    row("200 without JSON", OpenAi, 200, "<html>Sign in</html>"_ba, u"bad answer: an answer without the list data"_s);
    row("200, data is no list", Groq, 200, R"({"data":3})"_ba, u"bad answer: an answer without the list data"_s);
    row("200, empty", Anthropic, 200, {}, u"bad answer: an answer without the list data"_s);
    row("200 of something else", Qdrant, 200, modelsBody,
        u"bad answer: an answer without the list result.collections"_s);
    row("too much", LmStudio, 200, QByteArray(1024 * 1024 + 1, 'x'),
        u"bad answer: the answer announces 1048577 bytes; at most 1048576 are read"_s);
    row("a key as error code", OpenAi, 401, R"({"error":{"code":"sk-very-secret-key-42"}})"_ba,
        u"credentials: HTTP 401"_s);
}

void TestHttpProbe::whatEachAnswerComesTo()
{
    QFETCH(HttpService, service);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(QString, message);
    answerEverywhere(FakeAnswer::raw(response(status, body)));
    const Outcome outcome = ask(settings(service));
    QVERIFY(!outcome.ok);
    QCOMPARE(outcome.message, message + u" (127.0.0.1:%1)"_s.arg(server->port()));
    QVERIFY(outcome.message.startsWith(words(outcome.errorClass) + u": "_s));
    QVERIFY(!outcome.message.contains(u"secret"_s));
    QCOMPARE(outcome.details.contains(u"collections"_s), service == HttpService::Qdrant);
    QVERIFY(outcome.details.value(u"collections"_s).isNull());
}

void TestHttpProbe::aPlainAddressIsHeldToWhatIsExpected_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("expectStatus");
    QTest::addColumn<QString>("expectText");
    QTest::addColumn<QString>("message");
    QTest::newRow("any 2xx") << 204 << ""_ba << 0 << QString() << QString();
    QTest::newRow("not 2xx") << 404 << ""_ba << 0 << QString() << u"bad answer: HTTP 404"_s;
    QTest::newRow("expected 404") << 404 << ""_ba << 404 << QString() << QString();
    QTest::newRow("expected redirect") << 301 << ""_ba << 301 << QString() << QString();
    QTest::newRow("other 2xx") << 200 << ""_ba << 204 << QString() << u"bad answer: HTTP 200 instead of 204"_s;
    QTest::newRow("text") << 200 << "all is well"_ba << 0 << u"is well"_s << QString();
    QTest::newRow("text missing") << 200 << "all is lost"_ba << 0 << u"is well"_s
                                  << u"bad answer: the expected text is not in the answer"_s;
    QTest::newRow("both") << 503 << "maintenance"_ba << 503 << u"maintenance"_s << QString();
}

void TestHttpProbe::aPlainAddressIsHeldToWhatIsExpected()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(int, expectStatus);
    QFETCH(QString, expectText);
    QFETCH(QString, message);
    answerEverywhere(FakeAnswer::raw(response(status, body)));
    HttpSettings asked = settings(HttpService::Plain);
    if (expectStatus)
        asked.expectStatus = expectStatus;
    asked.expectText = expectText;
    const Outcome outcome = ask(asked);
    QCOMPARE(outcome.message.section(u" ("_s, 0, 0), message);
    QCOMPARE(outcome.ok, message.isEmpty());
}

void TestHttpProbe::whatEachBrokenConnectionComesTo_data()
{
    using Then = FakeAnswer::Then;
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("then");
    QTest::addColumn<bool>("drip");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *name, const QByteArray &bytes, Then then, bool drip, const QString &message) {
        QTest::newRow(name) << bytes << int(then) << drip << message;
    };
    row("hangs", {}, Then::KeepOpen, false, u"unreachable: no answer within 300ms"_s);
    row("drips", response(200, QByteArray(1000, 'x')), Then::KeepOpen, true, u"unreachable: no answer within 300ms"_s);
    row("body hangs", response(200, "12345"_ba).chopped(1), Then::KeepOpen, false,
        u"unreachable: no answer within 300ms"_s);
    row("closes without a word", {}, Then::Close, false,
        u"bad answer: the connection was closed before the answer was whole"_s);
    row("closes in the body", response(200, "12345"_ba).chopped(1), Then::Close, false,
        u"bad answer: the connection was closed before the answer was whole"_s);
    row("closes in the body of a refusal", response(404, "12345"_ba).chopped(1), Then::Close, false,
        u"bad answer: HTTP 404"_s);
    row("body until it closes", "HTTP/1.1 200 OK\r\n\r\nwell"_ba, Then::Close, false, {});
    row("headers of 3 MB", "HTTP/1.1 200 OK\r\n"_ba + QByteArray("A: b\r\n").repeated(500'000) + "\r\n", Then::KeepOpen,
        false, u"bad answer: the head of the answer is longer than 16 KiB"_s);
    row("a header of 3 MB", "HTTP/1.1 200 OK\r\nA: "_ba + QByteArray(3'000'000, 'x'), Then::KeepOpen, false,
        u"bad answer: the head of the answer is longer than 16 KiB"_s);
    row("3 MB of interim answers", QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(120'000), Then::KeepOpen, false,
        u"bad answer: the head of the answer is longer than 16 KiB"_s);
    row("3 MB of chunk extensions",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"_ba + QByteArray("1;a=bcdef\r\nx\r\n").repeated(220'000),
        Then::KeepOpen, false, u"bad answer: an answer of more than 1 MiB"_s);
    row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello"_ba, Then::KeepOpen,
        false, u"bad answer: the answer has no valid Content-Length"_s);
    row("speaks something else", "SSH-2.0-OpenSSH_9.2\r\n"_ba, Then::Close, false, u"bad answer: "_s);
}

void TestHttpProbe::whatEachBrokenConnectionComesTo()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, then);
    QFETCH(bool, drip);
    QFETCH(QString, message);
    answerEverywhere({bytes, FakeAnswer::Then(then), drip});
    // Long enough for megabytes on a busy machine, where only that ends it.
    HttpSettings asked = settings(HttpService::Plain);
    asked.expectText = u"well"_s; // so that the whole answer matters
    const Outcome outcome = ask(asked, bytes.size() > 100'000 ? 20s : 300ms);
    QCOMPARE(outcome.ok, message.isEmpty());
    QVERIFY2(outcome.message.startsWith(message), qPrintable(outcome.message));
    if (!outcome.ok)
        QVERIFY(outcome.message.endsWith(u" (127.0.0.1:%1)"_s.arg(server->port())));
}

void TestHttpProbe::aBodyIsReadAsFarAsItMatters_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expectText");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *name, const QByteArray &bytes, const QString &text, const QString &message) {
        QTest::newRow(name) << bytes << text << message;
    };
    const QByteArray large = response(200, QByteArray(2 * 1024 * 1024, 'x'));
    const QByteArray endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"_ba;
    const QByteArray coded = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08z"_ba;
    row("large", large, {}, {});
    row("endless", endless, {}, {});
    row("a length that never comes", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n"_ba, {}, {});
    row("a length beyond numbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"_ba, {}, {});
    row("gzip", coded, {}, {});
    row("endless, with the text", endless, u"hello"_s, {});
    row("large, without the text", large, u"hello"_s,
        u"bad answer: the answer announces 2097152 bytes; at most 1048576 are read"_s);
    row("gzip, and a text is expected", coded, u"hello"_s,
        u"bad answer: the answer is coded by gzip, which was not asked for"_s);
    row("an endless refusal", QByteArray(endless).replace("200 OK", "500 No"), {}, u"bad answer: HTTP 500"_s);
    row("a large refusal", QByteArray(large).replace("200 Some", "404 Some"), {}, u"bad answer: HTTP 404"_s);
}

void TestHttpProbe::aBodyIsReadAsFarAsItMatters()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, expectText);
    QFETCH(QString, message);
    answerEverywhere(FakeAnswer::raw(bytes));
    HttpSettings asked = settings(HttpService::Plain);
    asked.expectText = expectText;
    const Outcome outcome = ask(asked, 20s);
    QCOMPARE(outcome.message.section(u" ("_s, 0, 0), message);
    QCOMPARE(outcome.ok, message.isEmpty());
}

void TestHttpProbe::retryAfterIsRead_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<qint64>("least");
    QTest::addColumn<qint64>("most"); // -1: none
    QTest::newRow("none") << ""_ba << -1LL << -1LL;
    QTest::newRow("seconds") << "Retry-After: 120\r\n"_ba << 120'000LL << 120'000LL;
    const QDateTime later = QDateTime::currentDateTimeUtc().addSecs(600);
    QTest::newRow("date") << "Retry-After: "
            + QLocale::c().toString(later, u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s).toLatin1() + "\r\n"
                          << 500'000LL << 600'000LL;
    QTest::newRow("past date") << "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n"_ba << 0LL << 0LL;
    QTest::newRow("negative") << "Retry-After: -5\r\n"_ba << 0LL << 0LL;
    QTest::newRow("nonsense") << "Retry-After: soon\r\n"_ba << -1LL << -1LL;
}

void TestHttpProbe::retryAfterIsRead()
{
    QFETCH(QByteArray, header);
    QFETCH(qint64, least);
    QFETCH(qint64, most);
    answerEverywhere(FakeAnswer::raw(response(429, {}, header)));
    const auto wait = ask(settings(HttpService::OpenAi)).retryAfter;
    QCOMPARE(wait.has_value(), most >= 0);
    if (wait)
        QVERIFY2(wait->count() >= least && wait->count() <= most, qPrintable(QString::number(wait->count())));
}

void TestHttpProbe::aRedirectIsNotFollowed()
{
    FakeHttpServer thief;
    thief.setAnswer("/v1/models", FakeAnswer::json(modelsBody));
    for (int status : {301, 302, 303, 307, 308}) {
        answerEverywhere(
            FakeAnswer::raw(response(status, {}, "Location: " + thief.url().toLatin1() + "/v1/models\r\n")));
        QCOMPARE(ask(settings(HttpService::OpenAi)).errorClass, ErrorClass::BadAnswer);
    }
    QCOMPARE(thief.connections(), 0);
}

void TestHttpProbe::aMissingKeyIsToldWithoutAsking_data()
{
    QTest::addColumn<HttpService>("service");
    QTest::newRow("openai") << HttpService::OpenAi;
    QTest::newRow("anthropic") << HttpService::Anthropic;
    QTest::newRow("groq") << HttpService::Groq;
}

void TestHttpProbe::aMissingKeyIsToldWithoutAsking()
{
    QFETCH(HttpService, service);
    HttpSettings asked = settings(service);
    asked.key.value.clear();
    QVERIFY(ask(asked).message.startsWith(u"credentials: the environment variable THE_KEY is not set ("_s));
    asked.key = {};
    QVERIFY(ask(asked).message.startsWith(u"credentials: no api_key_env or api_key_file is configured ("_s));
    QCOMPARE(server->connections(), 0);
}

void TestHttpProbe::aKeyThatQdrantWantedIsNamed()
{
    answerEverywhere(FakeAnswer::json("{}"_ba, 401));
    HttpSettings asked = settings(HttpService::Qdrant);
    asked.key.value.clear();
    QVERIFY(ask(asked).message.startsWith(u"credentials: HTTP 401, the environment variable THE_KEY is not set ("_s));
}

void TestHttpProbe::nobodyListeningIsUnreachable()
{
    const HttpSettings asked = settings(HttpService::Qdrant);
    const quint16 port = server->port();
    server.reset();
    QCOMPARE(ask(asked).message, u"unreachable: connection refused (127.0.0.1:%1)"_s.arg(port));
}

void TestHttpProbe::anUnknownHostIsUnreachable()
{
    HttpSettings asked = settings(HttpService::Plain);
    asked.url = QUrl(u"http://nobody.invalid/"_s);
    const Outcome outcome = ask(asked, 10s);
    QCOMPARE(outcome.errorClass, ErrorClass::Unreachable);
    QVERIFY2(outcome.message.endsWith(u"(nobody.invalid)"_s), qPrintable(outcome.message));
}

void TestHttpProbe::theQueryOfAnAddressIsNotTold()
{
    HttpSettings asked = settings(HttpService::Plain);
    asked.url = QUrl(server->url() + u"/x?token=secret-in-query"_s);
    for (const FakeAnswer &answer : {FakeAnswer::json("{}"_ba, 500), FakeAnswer::json("{}"_ba, 404),
                                     FakeAnswer::raw({}, FakeAnswer::Then::Close), FakeAnswer::hang()}) {
        server->setAnswer("/x", answer);
        const Outcome outcome = ask(asked, 300ms);
        QVERIFY(!outcome.ok);
        QVERIFY2(!outcome.message.contains(u"secret"_s), qPrintable(outcome.message));
    }
}

/// Answers one request through TLS, with a certificate that nobody has signed.
class FakeTlsServer : public QTcpServer
{
public:
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        socket->setSslConfiguration(configuration);
        connect(socket, &QSslSocket::readyRead, socket, [socket] { socket->write(response(200, "well"_ba)); });
        socket->startServerEncryption();
    }
};

void TestHttpProbe::throughTlsTheCertificateMustBeTrusted()
{
    const QTemporaryDir directory;
    const QString key = directory.filePath(u"key.pem"_s);
    const QString certificate = directory.filePath(u"certificate.pem"_s);
    QCOMPARE(QProcess::execute(u"openssl"_s,
                               {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s,
                                u"ec_paramgen_curve:prime256v1"_s, u"-nodes"_s, u"-days"_s, u"2"_s, u"-subj"_s,
                                u"/CN=localhost"_s, u"-addext"_s, u"subjectAltName=DNS:localhost"_s, u"-keyout"_s, key,
                                u"-out"_s, certificate}),
             0);
    QFile keyFile(key);
    QVERIFY(keyFile.open(QIODevice::ReadOnly));
    const auto chain = QSslCertificate::fromPath(certificate);
    FakeTlsServer server;
    server.configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Ec));
    server.configuration.setLocalCertificateChain(chain);
    QVERIFY(server.listen(QHostAddress::LocalHost));
    HttpSettings asked;
    asked.url = QUrl(u"https://localhost:%1/"_s.arg(server.serverPort()));
    const Outcome refused = ask(asked, 10s);
    QVERIFY2(refused.message.startsWith(u"unreachable: TLS: The certificate is self-signed"_s),
             qPrintable(refused.message));
    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
    QSslConfiguration trusting = before;
    trusting.addCaCertificates(chain);
    QSslConfiguration::setDefaultConfiguration(trusting);
    const Outcome outcome = ask(asked, 10s);
    QSslConfiguration::setDefaultConfiguration(before);
    QCOMPARE(outcome, Outcome::success());
}

void TestHttpProbe::tenThatHangDelayNoOther()
{
    server->setAnswer("/hangs", FakeAnswer::hang());
    server->setAnswer("/", FakeAnswer::raw(response(200, "well"_ba)));
    HttpSettings asked = settings(HttpService::Plain);
    asked.url = QUrl(server->url() + u"/hangs"_s);
    std::vector<std::unique_ptr<HttpProbe>> hanging;
    for (int i = 0; i < 10; ++i)
        hanging.emplace_back(std::make_unique<HttpProbe>(asked, 1h))->start();
    QTRY_COMPARE(server->requests().size(), 10);
    QCOMPARE(ask(settings(HttpService::Plain)), Outcome::success());
}

void TestHttpProbe::aCancelledProbeEndsAtOnce()
{
    answerEverywhere(FakeAnswer::hang());
    HttpProbe probe(settings(HttpService::Plain), 1h);
    QSignalSpy finished(&probe, &Probe::finished);
    probe.start();
    QTRY_COMPARE(server->requests().size(), 1);
    probe.cancel();
    probe.cancel();
    QCOMPARE(finished.size(), 1);
}

void TestHttpProbe::aDeletedProbeIsSilent()
{
    answerEverywhere(FakeAnswer::hang());
    auto probe = std::make_unique<HttpProbe>(settings(HttpService::Plain), 1h);
    QSignalSpy finished(probe.get(), &Probe::finished);
    probe->start();
    QTRY_COMPARE(server->requests().size(), 1);
    probe.reset();
    Test::deliverEvents();
    QVERIFY(finished.isEmpty());
}

void TestHttpProbe::nothingIsLeftOverAfterManyChecks()
{
    answerEverywhere(FakeAnswer::raw(response(200, collectionsBody), FakeAnswer::Then::Close));
    QVERIFY(ask(settings(HttpService::Qdrant)).ok);
    Test::deliverEvents();
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(ask(settings(HttpService::Qdrant)).ok);
    QTRY_VERIFY(*ProcessUsage::now().openFiles <= *before.openFiles); // fewer: left by an earlier row
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads);
}

QTEST_GUILESS_MAIN(TestHttpProbe)
#include "tst_httpprobe.moc"
