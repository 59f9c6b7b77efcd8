// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/httpprobe.h"

#include "common/protocol/probecodec.h"
#include "server/probes/hostconnector.h"
#include "server/probes/proxy.h"

#include <QLocale>
#include <QSslSocket>
#include <QTimeZone>

#include <algorithm>
#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// How one kind of service is asked, and how its answer is read.
struct HttpPolicy
{
    HttpService service;
    QLatin1StringView base; ///< what the address ends with; added if it is not there
    QLatin1StringView path;
    QLatin1StringView query;
    QByteArrayView keyHeader;
    QByteArrayView keyPrefix;
    bool needsKey;                                ///< without one the question is not worth asking
    QLatin1StringView measured;                   ///< the detail that its answer gives; empty: none
    Result<qint64> (*count)(QByteArrayView body); ///< nothing: any body will do
};

namespace {

constexpr qsizetype LargestBody = 1024 * 1024;
constexpr qint64 LargestAnswer = 2 * LargestBody; ///< as sent, with whatever frames the body
constexpr qint64 Piece = 16 * 1024;
constexpr auto RefusalWait = 500ms; ///< for the body of a refusal, which may say more

constexpr std::array policies{
    HttpPolicy{HttpService::Plain, ""_L1, ""_L1, ""_L1, "Authorization", "Bearer ", false, ""_L1, nullptr},
    // Not /readyz, which needs no key.
    HttpPolicy{HttpService::Qdrant, ""_L1, "/collections"_L1, ""_L1, "api-key", "", false, "collections"_L1,
               decodeCollectionCount},
    HttpPolicy{HttpService::OpenAi, "/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", true, ""_L1,
               decodeModelCount},
    HttpPolicy{HttpService::Anthropic, "/v1"_L1, "/models"_L1, "limit=1"_L1, "x-api-key", "", true, ""_L1,
               decodeModelCount},
    // Never POST: it would load a model. It answers 200 with an error for unknown paths: the list must be there.
    HttpPolicy{HttpService::LmStudio, "/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", false, ""_L1,
               decodeModelCount},
    HttpPolicy{HttpService::Groq, "/openai/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", true, ""_L1,
               decodeModelCount},
};

const HttpPolicy &policyOf(HttpService service)
{
    return *std::find_if(policies.begin(), policies.end(),
                         [service](const auto &policy) { return policy.service == service; });
}

/// Retry-After: seconds, or a date (RFC 9110, 10.2.3).
std::optional<std::chrono::milliseconds> retryAfter(const QByteArray &header)
{
    bool isNumber = false;
    const qlonglong seconds = header.trimmed().toLongLong(&isNumber);
    if (isNumber)
        return std::chrono::seconds(std::clamp<qlonglong>(seconds, 0, 366LL * 24 * 3600));
    const QDateTime local =
        QLocale::c().toDateTime(QString::fromLatin1(header.trimmed()), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s);
    if (!local.isValid())
        return {};
    const QDateTime when(local.date(), local.time(), QTimeZone::utc());
    return std::max(0ms, std::chrono::milliseconds(QDateTime::currentDateTimeUtc().msecsTo(when)));
}

/// Does an error body speak of money? Services say so with 400, 402, 403 and 429.
bool speaksOfMoney(int status, const QByteArray &body)
{
    if (status != 400 && status != 402 && status != 403 && status != 429)
        return false;
    const QByteArray text = body.toLower();
    return text.contains("insufficient_quota") || text.contains("billing") || text.contains("credit balance");
}

} // namespace

HttpProbe::HttpProbe(const HttpSettings &settings, std::chrono::milliseconds timeout, QObject *parent)
    : Probe(timeout, parent)
    , m_settings(settings)
    , m_policy(policyOf(settings.service))
    , m_parser(LargestBody)
{
}

HttpProbe::~HttpProbe() { HttpProbe::abandon(); }

QString HttpProbe::target() const
{
    const int port = m_settings.url.port();
    const QString host =
        port > 0 ? u"%1:%2"_s.arg(m_settings.url.host(), QString::number(port)) : m_settings.url.host();
    return m_proxy.isEmpty() ? host
                             : u"%1 by the proxy %2:%3"_s.arg(host, m_proxy.host(), QString::number(m_proxy.port(80)));
}

void HttpProbe::ask()
{
    if (m_policy.needsKey && m_settings.key.value.isEmpty()) {
        const QString why = m_settings.key.isConfigured() ? u"%1 is not set"_s.arg(m_settings.key.source)
                                                          : u"no api_key_env or api_key_file is configured"_s;
        finish(failure(ErrorClass::Credentials, why));
        return;
    }
    const QUrl &url = m_settings.url;
    const Result<QUrl> proxy = proxyFor(url, m_settings.proxy);
    if (!proxy) {
        finish(failure(ErrorClass::Unreachable, proxy.problem().what));
        return;
    }
    m_proxy = *proxy;
    const bool throughTls = url.scheme() == "https"_L1;
    m_socket.reset(throughTls ? new QSslSocket : new QTcpSocket);
    m_connector = std::make_unique<HostConnector>(*m_socket);
    const auto talk = [this] {
        m_connected = true;
        m_socket->write(request());
    };
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &HttpProbe::read);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &HttpProbe::endOfConnection);
    connect(m_connector.get(), &HostConnector::failed, this,
            [this](const QString &why) { conclude(failure(ErrorClass::Unreachable, why)); });
    if (auto *const tls = qobject_cast<QSslSocket *>(m_socket.get()))
        connect(tls, &QSslSocket::encrypted, this, talk);
    else
        connect(m_socket.get(), &QTcpSocket::connected, this, talk);
    const QString host = url.host(QUrl::FullyEncoded);
    const auto port = quint16(url.port(throughTls ? 443 : 80));
    if (m_proxy.isEmpty())
        m_connector->connectTo(host, port, lookupTimeout());
    else if (throughTls)
        m_connector->connectThrough(m_proxy, host, port, lookupTimeout());
    else // the proxy is asked for the whole address
        m_connector->connectTo(m_proxy.host(QUrl::FullyEncoded), quint16(m_proxy.port(80)), lookupTimeout());
}

QByteArray HttpProbe::request() const
{
    QUrl url = m_settings.url;
    if (m_settings.service != HttpService::Plain) {
        QString path = url.path();
        while (path.endsWith(u'/'))
            path.chop(1);
        if (!path.endsWith(m_policy.base))
            path += m_policy.base;
        url.setPath(path + m_policy.path);
        url.setQuery(m_policy.query.isEmpty() ? QString() : QString(m_policy.query));
    }
    const QString path = url.path(QUrl::FullyEncoded);
    const QString query = url.hasQuery() ? u'?' + url.query(QUrl::FullyEncoded) : QString();
    const bool isForProxy = !m_proxy.isEmpty() && url.scheme() == "http"_L1;
    const QByteArray origin = isForProxy ? "http://" + url.authority(QUrl::FullyEncoded).toLatin1() : QByteArray();
    QByteArray request = "GET " + origin + (path.isEmpty() ? u"/"_s : path).toLatin1() + query.toLatin1()
        + " HTTP/1.1\r\n"
          "Host: "
        + url.authority(QUrl::FullyEncoded).toLatin1()
        + "\r\n"
          "User-Agent: hephaestus/" HEPHAESTUS_VERSION "\r\n"
          "Accept: */*\r\n"
          "Accept-Encoding: identity\r\n"
          "Connection: close\r\n"; // a check proves that one can connect
    if (isForProxy && !m_proxy.userName().isEmpty())
        request += "Proxy-Authorization: Basic "
            + (m_proxy.userName(QUrl::FullyDecoded) + u':' + m_proxy.password(QUrl::FullyDecoded)).toUtf8().toBase64()
            + "\r\n";
    if (m_settings.service == HttpService::Anthropic)
        request += "anthropic-version: 2023-06-01\r\n";
    if (!m_settings.key.value.isEmpty())
        request +=
            m_policy.keyHeader.toByteArray() + ": " + m_policy.keyPrefix.toByteArray() + m_settings.key.value + "\r\n";
    return request + "\r\n";
}

void HttpProbe::read()
{
    using State = HttpResponseParser::State;
    State state = m_parser.state();
    while ((state == State::Head || state == State::Body) && m_socket->bytesAvailable() > 0
           && m_received <= LargestAnswer && !isKnownAlready()) {
        const QByteArray bytes = m_socket->read(Piece);
        m_received += bytes.size();
        state = m_parser.feed(bytes);
    }
    const bool isRefused = m_parser.isHeadComplete() && !isExpected(status());
    if (state == State::Complete || isKnownAlready())
        conclude(outcome());
    else if (state == State::Broken || state == State::TooLarge)
        conclude(isRefused ? refusal(status()) : failure(ErrorClass::BadAnswer, m_parser.problem()));
    else if (m_received > LargestAnswer)
        conclude(isRefused ? refusal(status()) : failure(ErrorClass::BadAnswer, u"an answer of more than 1 MiB"_s));
    else if (isRefused && !std::exchange(m_waitsForRefusal, true))
        QTimer::singleShot(RefusalWait, this, [this] {
            if (!isFinished())
                conclude(refusal(status()));
        });
}

/// What is still to come cannot change the answer: a page may be large, or never end.
bool HttpProbe::isKnownAlready() const
{
    if (!m_parser.isHeadComplete() || m_parser.state() == HttpResponseParser::State::Broken || !isExpected(status())
        || m_policy.count)
        return false;
    return m_settings.expectText.isEmpty() || m_parser.body().contains(m_settings.expectText.toUtf8());
}

void HttpProbe::conclude(const Outcome &outcome)
{
    abandon();
    finish(outcome);
}

bool HttpProbe::abandon()
{
    if (HostConnector *connector = m_connector.release()) {
        connector->disconnect(this);
        connector->deleteLater(); // we may be in its signal
    }
    if (QTcpSocket *socket = m_socket.release()) {
        socket->disconnect();
        socket->abort();
        socket->deleteLater();
    }
    return true;
}

int HttpProbe::status() const { return m_parser.isHeadComplete() ? m_parser.status() : 0; }

bool HttpProbe::isExpected(int status) const
{
    return m_settings.expectStatus ? status == *m_settings.expectStatus
                                   : status >= 200 && status < (m_settings.isRedirectWell ? 400 : 300);
}

/// Of a whole answer.
Outcome HttpProbe::outcome() const
{
    if (!isExpected(status()))
        return refusal(status());
    const QByteArray &body = m_parser.body();
    if (isKnownAlready())
        return Outcome::success();
    if (!m_parser.coding().isEmpty())
        return failure(
            ErrorClass::BadAnswer,
            u"the answer is coded by %1, which was not asked for"_s.arg(QLatin1StringView(m_parser.coding().left(20))));
    if (!m_settings.expectText.isEmpty() && !body.contains(m_settings.expectText.toUtf8()))
        return failure(ErrorClass::BadAnswer, u"the expected text is not in the answer"_s);
    if (!m_policy.count)
        return Outcome::success();
    const Result<qint64> count = m_policy.count(body);
    if (!count)
        return failure(ErrorClass::BadAnswer, count.problem().what);
    return Outcome::success(m_policy.measured.isEmpty() ? QVariantMap() : QVariantMap{{m_policy.measured, *count}});
}

Outcome HttpProbe::refusal(int status) const
{
    QString why = u"HTTP %1"_s.arg(status);
    if (const QString word = decodeErrorWord(m_parser.body()); !word.isEmpty())
        why += u", "_s + word;
    if (status >= 300 && status < 400)
        why += u", a redirect, which is not followed"_s;
    else if (m_settings.expectStatus)
        why += u" instead of %1"_s.arg(*m_settings.expectStatus);
    ErrorClass errorClass = ErrorClass::BadAnswer;
    if (status == 402 || speaksOfMoney(status, m_parser.body()))
        errorClass = ErrorClass::Billing;
    else if (status == 401 || status == 403)
        errorClass = ErrorClass::Credentials;
    else if (status == 429)
        errorClass = ErrorClass::Throttled;
    else if (status == 503 || status == 529)
        errorClass = ErrorClass::Overloaded;
    if (errorClass == ErrorClass::Credentials && m_settings.key.isConfigured() && m_settings.key.value.isEmpty())
        why += u", %1 is not set"_s.arg(m_settings.key.source);
    Outcome outcome = failure(errorClass, why);
    outcome.retryAfter = retryAfter(m_parser.header("Retry-After"));
    return outcome;
}

/// Nothing more comes. A refusal needs no whole body; an answer that runs until the end is whole now.
void HttpProbe::endOfConnection()
{
    if (!m_connected)
        return; // the connector tells why
    if (m_socket->bytesAvailable() > 0)
        read();
    if (isFinished())
        return;
    if (m_parser.end() == HttpResponseParser::State::Complete)
        conclude(outcome());
    else if (status() > 0 && !isExpected(status()))
        conclude(refusal(status()));
    else
        conclude(failure(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s));
}

Outcome HttpProbe::failure(ErrorClass errorClass, const QString &why) const
{
    const QString told = u"%1 (%2)"_s.arg(why, target());
    Outcome outcome = Outcome::failure(errorClass, redacted(told, {m_settings.key.value}));
    if (!m_policy.measured.isEmpty())
        outcome.details.insert(m_policy.measured, QVariant());
    return outcome;
}

} // namespace Hephaestus
