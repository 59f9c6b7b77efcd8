// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/serviceclient.h"

#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"
#include "common/protocol/logcodec.h"

#include <QUrl>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// The characters of a token (RFC 6750), widened to all that is visible; anything else would break the header.
bool isToken(const QString &token)
{
    return std::all_of(token.begin(), token.end(), [](QChar c) { return c > u' ' && c < u'\x7f'; });
}

/// `503: shutting_down`, or what the service says of its refusal.
QString refusal(const ServiceReply &reply)
{
    const Result<ErrorBody> error = decodeError(reply.body);
    if (error && !error->message.isEmpty())
        return printable(error->message.left(300));
    return u"the service answered %1"_s.arg(reply.httpStatus);
}

/// Turns a complete reply of the wrong status into the error it is.
ServiceReply judged(ServiceReply reply, bool also500)
{
    if (reply.error != ClientError::None || reply.httpStatus == 200 || (also500 && reply.httpStatus == 500))
        return reply;
    if (reply.httpStatus == 401 || reply.httpStatus == 403)
        reply.error = ClientError::Unauthorized;
    else if (reply.httpStatus >= 300 && reply.httpStatus < 400)
        reply.error = ClientError::Redirected;
    else
        reply.error = ClientError::HttpStatus;
    if (!reply.message.isEmpty())
        return reply;
    reply.message = reply.error == ClientError::Redirected
        ? u"the service redirects (%1), which is not followed: use its final address"_s.arg(reply.httpStatus)
        : refusal(reply);
    return reply;
}

/// What `done` wants, made of what arrives.
template <typename T, typename Decode>
std::function<void(ServiceReply)> understood(const ServiceClient::Callback<T> &done, Decode decode,
                                             bool also500 = false)
{
    return [done, decode, also500](ServiceReply raw) {
        Answer<T> answer{{}, judged(std::move(raw), also500)};
        if (answer.reply.error == ClientError::None) {
            Result<T> value = decode(answer.reply.body);
            if (value)
                answer.value = std::move(*value);
            else if (answer.reply.httpStatus == 500)
                answer.reply = ServiceReply{ClientError::HttpStatus, refusal(answer.reply), 500, answer.reply.body,
                                            answer.reply.latency};
            else
                answer.reply.error = ClientError::NotUnderstood;
            if (answer.reply.error == ClientError::NotUnderstood)
                answer.reply.message = u"the answer is not understood: "_s + printable(value.problem().text());
        }
        done(answer);
    };
}

/// Done only if the service says so: any other answer of 200 may be that of a page, or of somebody else.
auto acknowledged(QLatin1StringView status)
{
    return [status](const QByteArray &body) -> Result<Acknowledgement> {
        Result<Acknowledgement> given = decodeAcknowledgement(body);
        if (given && given->status != status)
            return Problem{u"status"_s, u"expected %1, found \"%2\""_s.arg(status, printable(given->status))};
        return given;
    };
}

QByteArray bytesOf(QLatin1StringView path) { return {path.data(), path.size()}; }

Result<LogPage> pageOf(const ServiceReply &reply)
{
    LogPage page;
    if (!reply.contentType.startsWith(JsonLinesType)) {
        for (QByteArrayView rest = reply.body; !rest.isEmpty(); ++page.next) {
            const qsizetype end = rest.indexOf('\n');
            const qsizetype size = end < 0 ? rest.size() : end + 1;
            page.lines.append({page.next, {}, OutputStream::Stdout, rest.first(size).toByteArray()});
            rest = rest.sliced(size);
        }
        return page;
    }
    Result<QList<OutputLine>> lines = decodeLogLines(reply.body);
    if (!lines)
        return lines.problem();
    bool isNumber = false;
    page.lines = std::move(*lines);
    page.next = reply.field("x-next-position").toLongLong(&isNumber);
    page.log = reply.field("x-log-id");
    if (!isNumber || page.log.isEmpty())
        return Problem{{}, u"expected the fields X-Next-Position and X-Log-Id"_s};
    return page;
}

Result<QByteArray> asItIs(const QByteArray &body) { return body; }

} // namespace

ServiceClient::ServiceClient(ServiceTarget target, QObject *parent) : QObject(parent), m_target(std::move(target))
{
    Result<HttpPeer> peer = parsePeer(m_target.url);
    if (!peer)
        m_problem = peer.problem().text();
    else if (!isToken(m_target.token))
        m_problem = u"the token for %1 has blanks or control characters in it"_s.arg(withoutPassword(m_target.url));
    else
        m_peer = std::make_unique<HttpPeer>(std::move(*peer));
    if (!m_peer)
        return;
    m_peer->user = m_target.user;
    if (!m_peer->host.isHere() && !m_target.host.isHere())
        m_peer->host = m_target.host;
}

ServiceClient::~ServiceClient() = default;

void ServiceClient::askLive(const Callback<BasicHealth> &done)
{
    read(bytesOf(Endpoint::Live), understood(done, decodeBasic));
}

void ServiceClient::askStatus(const Callback<HealthReport> &done)
{
    read(bytesOf(Endpoint::Status), understood(done, [this](const QByteArray &body) { return m_reports.read(body); }),
         MaximumReport);
}

void ServiceClient::askStatusAnew(const Callback<HealthReport> &done)
{
    const auto asked = std::chrono::steady_clock::now();
    read(bytesOf(Endpoint::Status) + "?fresh_after=" + QByteArray::number(LongestComparison.count()),
         understood(done, [this, asked](const QByteArray &body) {
             Result<HealthReport> report = m_reports.read(body);
             if (!report || !report->code)
                 return report;
             const Seconds passed = std::chrono::steady_clock::now() - asked;
             CodeReport &code = *report->code;
             const bool isOlder = code.checked && *code.checked > passed;
             if (code.verdict == CodeVerdict::Fresh && isOlder) {
                 code.verdict = CodeVerdict::Unknown;
                 code.reasons << u"the verdict is older than the question"_s;
             }
             // At the limit a service says what it has, although a process still loads its code.
             code.isConclusive = code.checked && !isOlder && passed < LongestComparison;
             return report;
         }));
}

void ServiceClient::shutdown(const Callback<ShutdownResult> &done, std::chrono::milliseconds timeout)
{
    change("POST", Endpoint::Shutdown, {}, timeout, understood(done, decodeShutdownResult, true));
}

void ServiceClient::schedule(std::optional<Seconds> delay, const Callback<Acknowledgement> &done)
{
    const QByteArray body = delay ? encodeScheduleRequest(delay) : QByteArray();
    change("POST", Endpoint::Schedule, body, ReadTimeout, understood(done, acknowledged("shutdown_scheduled"_L1)));
}

void ServiceClient::cancelSchedule(const Callback<Acknowledgement> &done)
{
    change("DELETE", Endpoint::Schedule, {}, ReadTimeout, understood(done, acknowledged("shutdown_cancelled"_L1)));
}

void ServiceClient::restart(const Callback<Acknowledgement> &done)
{
    change("POST", Endpoint::Restart, {}, ReadTimeout, understood(done, decodeAcknowledgement));
}

void ServiceClient::check(const Callback<HealthReport> &done)
{
    change("POST", Endpoint::Check, {}, CheckTimeout, understood(done, decodeReport), MaximumReport);
}

void ServiceClient::askCode(const QByteArrayList &paths, const Callback<QList<CodeFile>> &done)
{
    QByteArray query;
    for (const QByteArray &path : paths)
        query += (query.isEmpty() ? "?path=" : "&path=") + path.toPercentEncoding("/");
    read(bytesOf(Endpoint::Code) + query, understood(done, decodeCodeFiles));
}

void ServiceClient::logs(const LogQuery &query, const Callback<LogPage> &done)
{
    HttpRequest request;
    request.path = bytesOf(Endpoint::Logs) + '?' + encode(query);
    request.accept = QByteArray(JsonLinesType) + ", text/plain;q=0.5";
    request.maximumBody = LogQuery::MostLimit + ServiceReply::MaximumBody; // a service may know no limit
    request.wantsHead = true;
    send(std::move(request), [done](ServiceReply raw) {
        const ServiceReply reply = judged(std::move(raw), false);
        Answer<LogPage> answer{{}, reply};
        answer.reply.body.clear();
        if (reply.error == ClientError::None) {
            Result<LogPage> page = pageOf(reply);
            if (page) {
                answer.value = std::move(*page);
            } else {
                answer.reply.error = ClientError::NotUnderstood;
                answer.reply.message = u"the answer is not understood: "_s + printable(page.problem().text());
            }
        }
        done(answer);
    });
}

void ServiceClient::get(const QString &path, const Callback<QByteArray> &done)
{
    read(QUrl(path).toEncoded(), understood(done, asItIs));
}

void ServiceClient::post(const QString &path, const Callback<QByteArray> &done)
{
    change("POST", path, {}, ReadTimeout, understood(done, asItIs));
}

void ServiceClient::abort()
{
    ++m_generation;
    delete std::exchange(m_reads, nullptr);
    const auto changes = findChildren<HttpConnection *>(Qt::FindDirectChildrenOnly);
    qDeleteAll(changes);
}

void ServiceClient::read(const QByteArray &target, const Raw &done, qsizetype maximumBody)
{
    HttpRequest request;
    request.path = target;
    request.maximumBody = maximumBody;
    send(std::move(request), done);
}

/// A read.
void ServiceClient::send(HttpRequest request, const Raw &done)
{
    if (!m_peer)
        return answerLater({ClientError::BadAddress, m_problem, 0, {}, {}}, done);
    request.repeatable = true;
    request.timeout = ReadTimeout;
    if (m_target.token.isEmpty())
        return sendRead(std::move(request), [this, done](ServiceReply reply) { done(explained(std::move(reply))); });
    const QByteArray path = request.path.split('?').first();
    const bool withToken = m_tokenPaths.contains(path);
    if (withToken)
        request.token = m_target.token.toLatin1();
    sendRead(request, [this, request, path, withToken, done](ServiceReply reply) mutable {
        const bool isRefused = reply.error == ClientError::None && reply.httpStatus == 401;
        if (isRefused || reply.wantsToken)
            m_tokenPaths.insert(path);
        if (!isRefused || withToken)
            return done(std::move(reply));
        request.token = m_target.token.toLatin1();
        request.timeout -= std::chrono::floor<std::chrono::milliseconds>(reply.latency);
        sendRead(std::move(request), [first = reply.latency, done](ServiceReply second) {
            second.latency += first;
            done(std::move(second));
        });
    });
}

void ServiceClient::sendRead(HttpRequest request, const Raw &done)
{
    if (!m_reads)
        m_reads = makeConnection();
    m_reads->send(std::move(request), done);
}

HttpConnection *ServiceClient::makeConnection()
{
    auto *const connection = new HttpConnection(*m_peer, this);
    if (m_accepts)
        connection->requireUser(m_accepts);
    if (!m_target.trust.isEmpty())
        connection->setTrust(m_target.trust);
    return connection;
}

void ServiceClient::change(const QByteArray &method, const QString &path, const QByteArray &body,
                           std::chrono::milliseconds timeout, const Raw &done, qsizetype maximumBody)
{
    if (!m_peer)
        return answerLater({ClientError::BadAddress, m_problem, 0, {}, {}}, done);
    HttpConnection *const connection = makeConnection();
    HttpRequest request;
    request.method = method;
    request.path = path.toLatin1();
    request.body = body;
    request.token = m_target.token.toLatin1();
    request.timeout = timeout;
    request.maximumBody = maximumBody;
    connection->send(std::move(request), [this, connection, done](ServiceReply reply) {
        connection->deleteLater();
        done(explained(std::move(reply)));
    });
}

/// Who wants a token that must not be sent is told of by that, instead of by its own words.
ServiceReply ServiceClient::explained(ServiceReply reply) const
{
    if (reply.error == ClientError::None && reply.httpStatus == 401 && m_target.token.isEmpty())
        reply.message = m_target.whyNoToken;
    return reply;
}

void ServiceClient::answerLater(ServiceReply reply, const Raw &done)
{
    Hephaestus::post(this, [this, reply = std::move(reply), done, generation = m_generation] {
        if (generation == m_generation)
            done(reply);
    });
}

} // namespace Hephaestus
