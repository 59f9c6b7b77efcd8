// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/httpprobe.h"

#include "common/protocol/probecodec.h"

#include <QLocale>
#include <QMetaEnum>
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
    return port > 0 ? u"%1:%2"_s.arg(m_settings.url.host()).arg(port) : m_settings.url.host();
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
    const bool throughTls = url.scheme() == "https"_L1;
    auto *tls = throughTls ? new QSslSocket : nullptr;
    m_socket.reset(throughTls ? tls : new QTcpSocket);
    m_socket->setProtocolTag(url.scheme()); // by which a proxy is chosen
    const auto talk = [this] {
        m_connected = true;
        m_socket->write(request());
    };
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &HttpProbe::read);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &HttpProbe::explainError);
    const QString host = url.host(QUrl::FullyEncoded);
    if (tls) {
        connect(tls, &QSslSocket::sslErrors, this,
                [this](const QList<QSslError> &errors) { m_tlsError = errors.first().errorString(); });
        connect(tls, &QSslSocket::encrypted, this, talk);
        tls->connectToHostEncrypted(host, quint16(url.port(443)));
    } else {
        connect(m_socket.get(), &QTcpSocket::connected, this, talk);
        m_socket->connectToHost(host, quint16(url.port(80)));
    }
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
    QByteArray request = "GET " + (path.isEmpty() ? u"/"_s : path).toLatin1() + query.toLatin1()
        + " HTTP/1.1\r\n"
          "Host: "
        + url.authority(QUrl::FullyEncoded).toLatin1()
        + "\r\n"
          "User-Agent: hephaestus/" HEPHAESTUS_VERSION "\r\n"
          "Accept: */*\r\n"
          "Accept-Encoding: identity\r\n"
          "Connection: close\r\n"; // a check proves that one can connect
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
           && m_received <= LargestAnswer) {
        const QByteArray bytes = m_socket->read(Piece);
        m_received += bytes.size();
        state = m_parser.feed(bytes);
    }
    if (state == State::Complete)
        conclude(outcome());
    else if (state == State::Broken || state == State::TooLarge)
        conclude(failure(ErrorClass::BadAnswer, m_parser.problem()));
    else if (m_received > LargestAnswer)
        conclude(failure(ErrorClass::BadAnswer, u"an answer of more than 1 MiB"_s));
}

void HttpProbe::conclude(const Outcome &outcome)
{
    abandon();
    finish(outcome);
}

bool HttpProbe::abandon()
{
    if (QTcpSocket *socket = m_socket.release()) {
        socket->disconnect(this);
        socket->abort();
        socket->deleteLater(); // we may be in its signal
    }
    return true;
}

int HttpProbe::status() const { return m_parser.state() == HttpResponseParser::State::Head ? 0 : m_parser.status(); }

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
void HttpProbe::explainError(QAbstractSocket::SocketError error)
{
    if (m_socket->bytesAvailable() > 0)
        read();
    if (isFinished())
        return;
    if (m_connected) {
        if (m_parser.end() == HttpResponseParser::State::Complete)
            conclude(outcome());
        else if (status() > 0 && !isExpected(status()))
            conclude(refusal(status()));
        else
            conclude(failure(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s));
        return;
    }
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        conclude(failure(ErrorClass::Unreachable, u"connection refused"_s));
        return;
    case QAbstractSocket::HostNotFoundError: conclude(failure(ErrorClass::Unreachable, u"host not found"_s)); return;
    case QAbstractSocket::SocketTimeoutError:
        conclude(failure(ErrorClass::Unreachable, u"connecting timed out"_s));
        return;
    case QAbstractSocket::NetworkError:
        conclude(failure(ErrorClass::Unreachable, u"the network is unreachable"_s));
        return;
    case QAbstractSocket::RemoteHostClosedError:
        conclude(failure(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s));
        return;
    case QAbstractSocket::SslHandshakeFailedError:
        conclude(failure(ErrorClass::Unreachable,
                         u"TLS: "_s + (m_tlsError.isEmpty() ? u"the handshake failed"_s : m_tlsError)));
        return;
    default: break;
    }
    const char *name = QMetaEnum::fromType<QAbstractSocket::SocketError>().valueToKey(error);
    conclude(failure(ErrorClass::Unreachable, u"no connection: %1"_s.arg(QLatin1StringView(name))));
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
