// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/httpprobe.h"

#include "common/protocol/probecodec.h"

#include <QLocale>
#include <QMetaEnum>
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
    bool needsKey; ///< without one the question is not worth asking
    QLatin1StringView measured; ///< the detail that its answer gives; empty: none
    Result<qint64> (*count)(QByteArrayView body); ///< nothing: any body will do
};

namespace {

constexpr qsizetype LargestBody = 1024 * 1024;

constexpr std::array policies{
    HttpPolicy{HttpService::Plain, ""_L1, ""_L1, ""_L1, "Authorization", "Bearer ", false, ""_L1, nullptr},
    // Not /readyz, which needs no key.
    HttpPolicy{HttpService::Qdrant, ""_L1, "/collections"_L1, ""_L1, "api-key", "", false, "collections"_L1, decodeCollectionCount},
    HttpPolicy{HttpService::OpenAi, "/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", true, ""_L1, decodeModelCount},
    HttpPolicy{HttpService::Anthropic, "/v1"_L1, "/models"_L1, "limit=1"_L1, "x-api-key", "", true, ""_L1, decodeModelCount},
    // Never POST: it would load a model. It answers 200 with an error for unknown paths: the list must be there.
    HttpPolicy{HttpService::LmStudio, "/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", false, ""_L1, decodeModelCount},
    HttpPolicy{HttpService::Groq, "/openai/v1"_L1, "/models"_L1, ""_L1, "Authorization", "Bearer ", true, ""_L1, decodeModelCount},
};

const HttpPolicy &policyOf(HttpService service)
{
    return *std::find_if(policies.begin(), policies.end(), [service](const auto &policy) { return policy.service == service; });
}

/// Retry-After: seconds, or a date (RFC 9110, 10.2.3).
std::optional<std::chrono::milliseconds> retryAfter(const QByteArray &header)
{
    bool isNumber = false;
    const qlonglong seconds = header.trimmed().toLongLong(&isNumber);
    if (isNumber)
        return std::chrono::seconds(std::clamp<qlonglong>(seconds, 0, 366LL * 24 * 3600));
    const QDateTime local = QLocale::c().toDateTime(QString::fromLatin1(header.trimmed()), u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s);
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

HttpProbe::HttpProbe(const HttpSettings &settings, QNetworkAccessManager &network, std::chrono::milliseconds timeout,
                     QObject *parent)
    : Probe(timeout, parent), m_settings(settings), m_policy(policyOf(settings.service)), m_network(network)
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
    m_reply = m_network.get(request());
    m_reply->setReadBufferSize(LargestBody + 1);
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpProbe::read);
    connect(m_reply, &QNetworkReply::finished, this, &HttpProbe::end);
    connect(m_reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError> &errors) { m_tlsError = errors.first().errorString(); });
}

QNetworkRequest HttpProbe::request() const
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
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setRawHeader("User-Agent", "hephaestus/" HEPHAESTUS_VERSION);
    request.setRawHeader("Accept-Encoding", "identity"); // the limit counts what is sent
    request.setRawHeader("Connection", "close");         // a check proves that one can connect
    if (m_settings.service == HttpService::Anthropic)
        request.setRawHeader("anthropic-version", "2023-06-01");
    if (!m_settings.key.value.isEmpty())
        request.setRawHeader(m_policy.keyHeader.toByteArray(), m_policy.keyPrefix.toByteArray() + m_settings.key.value);
    return request;
}

void HttpProbe::read()
{
    m_body += m_reply->readAll();
    if (m_body.size() <= LargestBody)
        return;
    abandon();
    finish(failure(ErrorClass::BadAnswer, u"an answer of more than 1 MiB"_s));
}

void HttpProbe::end()
{
    m_body += m_reply->readAll();
    const Outcome result = m_body.size() > LargestBody ? failure(ErrorClass::BadAnswer, u"an answer of more than 1 MiB"_s) : outcome();
    abandon();
    finish(result);
}

bool HttpProbe::abandon()
{
    if (QNetworkReply *reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
    return true;
}

Outcome HttpProbe::outcome() const
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const bool isGood = status >= 200 && status < 300;
    const bool isExpected = m_settings.expectStatus ? status == *m_settings.expectStatus : isGood;
    if (status == 0 || (isGood && m_reply->error() != QNetworkReply::NoError))
        return noAnswer();
    if (!isExpected)
        return refusal(status);
    if (!m_settings.expectText.isEmpty() && !m_body.contains(m_settings.expectText.toUtf8()))
        return failure(ErrorClass::BadAnswer, u"the expected text is not in the answer"_s);
    if (!m_policy.count)
        return Outcome::success();
    const Result<qint64> count = m_policy.count(m_body);
    if (!count)
        return failure(ErrorClass::BadAnswer, count.problem().what);
    return Outcome::success(m_policy.measured.isEmpty() ? QVariantMap() : QVariantMap{{m_policy.measured, *count}});
}

Outcome HttpProbe::refusal(int status) const
{
    QString why = u"HTTP %1"_s.arg(status);
    if (const QString word = decodeErrorWord(m_body); !word.isEmpty())
        why += u", "_s + word;
    if (status >= 300 && status < 400)
        why += u", a redirect, which is not followed"_s;
    else if (m_settings.expectStatus)
        why += u" instead of %1"_s.arg(*m_settings.expectStatus);
    ErrorClass errorClass = ErrorClass::BadAnswer;
    if (status == 402 || speaksOfMoney(status, m_body))
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
    outcome.retryAfter = retryAfter(m_reply->rawHeader("Retry-After"));
    return outcome;
}

/// Nothing came, or only a part. Qt's own words may quote the address with its query, so they are not used.
Outcome HttpProbe::noAnswer() const
{
    switch (m_reply->error()) {
    case QNetworkReply::ConnectionRefusedError: return failure(ErrorClass::Unreachable, u"connection refused"_s);
    case QNetworkReply::HostNotFoundError: return failure(ErrorClass::Unreachable, u"host not found"_s);
    case QNetworkReply::TimeoutError: return failure(ErrorClass::Unreachable, u"connecting timed out"_s);
    case QNetworkReply::SslHandshakeFailedError:
        return failure(ErrorClass::Unreachable, u"TLS: "_s + (m_tlsError.isEmpty() ? u"the handshake failed"_s : m_tlsError));
    case QNetworkReply::RemoteHostClosedError:
        return failure(ErrorClass::BadAnswer, u"the connection was closed before the answer was whole"_s);
    case QNetworkReply::UnknownNetworkError: return failure(ErrorClass::Unreachable, u"the network is unreachable"_s);
    default: break;
    }
    const char *name = QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(m_reply->error());
    return failure(ErrorClass::BadAnswer, u"no HTTP answer: %1"_s.arg(QLatin1StringView(name)));
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
