// SPDX-License-Identifier: GPL-3.0-or-later
//
// The endpoints of the protocol: first the table of all of them, then what answers each.
#include "server/http/routes.h"

#include "common/base/post.h"
#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"
#include "common/protocol/logcodec.h"
#include "server/core/metrics.h"
#include "server/http/openapi.h"
#include "server/http/refusals.h"
#include "server/http/routetable.h"

#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

/// Who may call. Decided by refuseRequest() (access.cpp), before a byte of the body is read.
enum class Routes::Who {
    Anyone, ///< a read: the Host field must name this service
    Known,  ///< a read of what is private: the token or the same user
    Owner,  ///< a change: also no page of another site (Origin), and the token or the same user
};

enum class Routes::Answer {
    AtOnce,      ///< in the HTTP thread, from a snapshot
    FromMain,    ///< by the main thread; 503 if the server closes first
    UntilTheEnd, ///< by the main thread, also while the server closes
};

/// What must have been given before the endpoint is there.
enum class Routes::Needs { Nothing, Logs, Check, CodeQuery, Restart };

struct Routes::Row
{
    using Read = Response (Routes::*)(const Request &);
    using Handle = void (Routes::*)(const Request &, const Reply &);
    using Waits = bool (*)(const Request &);

    constexpr Row(QLatin1StringView path, Methods methods, Who who, Read read, Needs needs)
        : path(path)
        , methods(methods)
        , who(who)
        , answer(Answer::AtOnce)
        , needs(needs)
        , read(read)
    {
    }
    constexpr Row(QLatin1StringView path, Methods methods, Who who, Answer answer, Handle handle, Needs needs)
        : path(path)
        , methods(methods)
        , who(who)
        , answer(answer)
        , needs(needs)
        , handle(handle)
    {
    }

    /// Answered by `read`, and later by `handle` where it `waits`.
    constexpr Row(QLatin1StringView path, Methods methods, Who who, Read read, Waits waits, Handle handle, Needs needs)
        : path(path)
        , methods(methods)
        , who(who)
        , answer(Answer::FromMain)
        , needs(needs)
        , read(read)
        , waits(waits)
        , handle(handle)
    {
    }

    QLatin1StringView path;
    Methods methods;
    Who who;
    Answer answer;
    Needs needs;
    Read read = nullptr; ///< this one for Answer::AtOnce, else the other
    Waits waits = nullptr;
    Handle handle = nullptr;

    /// The access rules go by the method: whatever is not GET or HEAD is a change.
    constexpr bool saysWhoMayCall() const { return (who != Who::Owner) == !(methods & ~(Method::Get | Method::Head)); }
};

namespace {

constexpr Methods GetOrHead = Method::Get | Method::Head;
constexpr Methods PostOnly = Method::Post;
constexpr Methods PostOrDelete = Method::Post | Method::Delete;
constexpr qsizetype MostCodePaths = 100;
constexpr QByteArrayView FreshAfter("fresh_after=");
constexpr std::chrono::duration<double> LongestComparison{30};

/// `fresh_after=SECONDS` in a query: how long the answer may wait; nothing if it is not there, or no such number.
std::optional<std::chrono::milliseconds> comparisonTime(const Request &request)
{
    if (!request.query.startsWith(FreshAfter))
        return {};
    bool isNumber = false;
    const double seconds = request.query.sliced(FreshAfter.size()).toDouble(&isNumber);
    if (!isNumber || !(seconds >= 0))
        return {};
    return std::chrono::milliseconds(qint64(std::min(seconds, LongestComparison.count()) * 1000));
}

bool asksForComparison(const Request &request) { return comparisonTime(request).has_value(); }

/// How much an Accept field wants each: one item of it, `type/subtype; name=value; q=0.5`.
struct WantedType
{
    explicit WantedType(const QByteArray &item)
    {
        const QByteArrayList parts = item.toLower().split(';');
        type = parts.first().trimmed();
        for (const QByteArray &part : parts.sliced(1)) {
            const QByteArray parameter = part.trimmed();
            if (parameter.startsWith("version="))
                version = parameter.sliced(8);
            else if (parameter.startsWith("q="))
                quality = parameter.sliced(2).toDouble(); // 0 for nonsense: not wanted
        }
    }

    QByteArray type;
    QByteArray version; ///< empty: any
    double quality = 1;
};

/// OpenMetrics 1.0 only for those who name it, and want it as much as the text format.
MetricsFormat wantedMetrics(const QByteArray &accept)
{
    double open = 0, text = 0;
    for (const QByteArray &item : accept.split(',')) {
        const WantedType wanted(item);
        if (wanted.type == "application/openmetrics-text" && (wanted.version.isEmpty() || wanted.version == "1.0.0"))
            open = std::max(open, wanted.quality);
        else if (wanted.type == "text/plain" && (wanted.version.isEmpty() || wanted.version == "0.0.4"))
            text = std::max(text, wanted.quality);
    }
    return open > 0 && open >= text ? MetricsFormat::OpenMetrics : MetricsFormat::Text;
}

/// The values of `path=…` in a query, in bytes as the kernel has them; empty if there is anything else.
QByteArrayList codePaths(const QByteArray &query)
{
    QByteArrayList paths;
    for (const QByteArray &item : query.split('&')) {
        const QByteArray path =
            item.startsWith("path=") ? QByteArray::fromPercentEncoding(item.sliced(5)) : QByteArray();
        if (!path.startsWith('/') || path.contains('\0'))
            return {};
        paths << path;
    }
    return paths;
}

} // namespace

// clang-format off
constexpr Routes::Row Routes::Table[] = {
    // Path                   Methods       Who may call  How, and by what it is answered     There when given
    {Endpoint::Live,          GetOrHead,    Who::Anyone,  &Routes::live,                          Needs::Nothing},
    {Endpoint::LiveAlias,     GetOrHead,    Who::Anyone,  &Routes::live,                          Needs::Nothing},
    {Endpoint::Status,        GetOrHead,    Who::Anyone,  &Routes::status, &asksForComparison,
                                                                  &Routes::statusAfterComparison, Needs::Nothing},
    {Endpoint::Ready,         GetOrHead,    Who::Anyone,  &Routes::ready,                         Needs::Nothing},
    {Endpoint::Metrics,       GetOrHead,    Who::Anyone,  &Routes::metrics,                       Needs::Nothing},
    {Endpoint::OpenApi,       GetOrHead,    Who::Anyone,  &Routes::openApi,                       Needs::Nothing},
    {Endpoint::Logs,          GetOrHead,    Who::Known,   &Routes::logs,                          Needs::Logs},
    {Endpoint::Code,          GetOrHead,    Who::Known,   Answer::FromMain, &Routes::code,        Needs::CodeQuery},
    {Endpoint::Check,         PostOnly,     Who::Owner,   Answer::FromMain, &Routes::check,       Needs::Check},
    {Endpoint::Shutdown,      PostOnly,     Who::Owner,   Answer::UntilTheEnd, &Routes::shutdown, Needs::Nothing},
    {Endpoint::ShutdownAlias, PostOnly,     Who::Owner,   Answer::UntilTheEnd, &Routes::shutdown, Needs::Nothing},
    {Endpoint::Schedule,      PostOrDelete, Who::Owner,   Answer::UntilTheEnd, &Routes::schedule, Needs::Nothing},
    {Endpoint::Restart,       PostOnly,     Who::Owner,   Answer::UntilTheEnd, &Routes::restart,  Needs::Restart},
};
// clang-format on

Response Routes::live(const Request &) { return {200, m_basic.body()}; }

/// Without the program's command line for those whom nobody knows, who are told that there is more.
Response Routes::status(const Request &request)
{
    if (request.mayReadAll)
        return {200, m_detailed.body()};
    return {.body = m_public.body(), .fields = {{"WWW-Authenticate", "Bearer"}}};
}

/// When a comparison that began after the request has ended, or the time that it may wait is over.
void Routes::statusAfterComparison(const Request &request, const Reply &reply)
{
    inMainThread([this, reply, longest = comparisonTime(request).value_or(std::chrono::milliseconds(0))] {
        const auto answer = [this, reply] { reply.send(200, encode(m_state.report())); };
        if (!m_comparison)
            return answer();
        QTimer::singleShot(longest, this, answer);
        const QPointer<Routes> self(this);
        m_comparison([self, answer] {
            if (self)
                self->inMainThread(answer);
        });
    });
}

Response Routes::ready(const Request &)
{
    const QString obstacle = m_state.whyNotReady();
    if (obstacle.isEmpty())
        return {200, m_basic.body()};
    return {503, encodeNotReady(m_state.basic(), obstacle)};
}

Response Routes::metrics(const Request &request)
{
    const MetricsFormat format = wantedMetrics(request.field("Accept"));
    return {.body = metricsText(m_state, format, m_refusals.counts()),
            .mime = mediaType(format),
            .fields = {{"Vary", "Accept"}}};
}

Response Routes::openApi(const Request &) { return {200, openApiDocument()}; }

Response Routes::logs(const Request &request)
{
    const Result<LogQuery> query = readLogQuery(request.query);
    if (!query)
        return errorResponse(400, "bad_query", query.problem().text().toUtf8());
    LogPage page = m_logs(*query);
    const LogBody as = wantedBody(request.field("Accept"));
    Response response{200, encodeFitting(page, *query, as)};
    response.mime = as == LogBody::JsonLines ? JsonLinesType : "text/plain; charset=utf-8";
    response.fields = {{NextPositionField, QByteArray::number(page.next)},
                       {FirstPositionField, QByteArray::number(page.first())},
                       {LogIdField, page.log},
                       {"Vary", "Accept"}};
    return response;
}

void Routes::code(const Request &request, const Reply &reply)
{
    const QByteArrayList paths = codePaths(request.query);
    if (paths.isEmpty() || paths.size() > MostCodePaths)
        return reply.fail(400, "bad_query",
                          "expected 1 to 100 absolute paths, as in ?path=/srv/app/main.py&path=/srv/app/other.py");
    inMainThread([this, paths, reply] {
        m_codeQuery(paths, [reply](const QList<CodeFile> &files) { reply.send(200, encode(files)); });
    });
}

/// Everybody who asks while a check runs gets that one's result.
void Routes::check(const Request &, const Reply &reply)
{
    inMainThread([this, reply] {
        m_checking << reply;
        if (m_checking.size() > 1)
            return;
        const QPointer<Routes> self(this);
        m_check([self] {
            if (self)
                self->inMainThread([self] { self->answerChecks(); });
        });
    });
}

void Routes::answerChecks()
{
    const QByteArray report = encode(m_state.report());
    for (const Reply &reply : std::exchange(m_checking, {}))
        reply.send(200, report);
}

/// From here: ShutdownSequence::request(), its steps, ShutdownSequence::finished, HttpServer::finish(),
/// answerShutdown(), HttpServer::closed, and Service ends the event loop.
void Routes::shutdown(const Request &, const Reply &reply)
{
    m_state.announceShutdown(ShutdownMode::Immediate); // at once, however busy the main thread is
    inMainThread([this, reply] {
        m_waiting << reply;
        if (m_sequence.isFinished())
            answerShutdown(m_sequence.result());
        else
            m_sequence.request(ShutdownMode::Immediate, {}, ShutdownAsker::Endpoint);
    });
}

void Routes::answerShutdown(const ShutdownResult &result)
{
    Response response{result.complete ? 200 : 500, encode(result)};
    response.close = true;
    for (const Reply &reply : std::exchange(m_waiting, {}))
        reply.send(response);
}

void Routes::schedule(const Request &request, const Reply &reply)
{
    if (request.method == Method::Delete) {
        inMainThread([this, reply] {
            if (m_sequence.cancel())
                reply.send(200, encodeCancelled());
            else
                reply.fail(409, "not_cancellable", "no shutdown is scheduled, or it has begun already");
        });
        return;
    }
    const auto delay = decodeScheduleRequest(request.body);
    if (!delay)
        return reply.fail(400, "bad_body", delay.problem().text().toUtf8());
    std::optional<std::chrono::milliseconds> notice;
    if (*delay)
        notice = std::chrono::ceil<std::chrono::milliseconds>(**delay);
    m_state.announceShutdown(ShutdownMode::Scheduled, notice);
    inMainThread([this, notice] { m_sequence.request(ShutdownMode::Scheduled, notice, ShutdownAsker::Endpoint); });
    reply.send(200, encodeScheduled());
}

void Routes::restart(const Request &, const Reply &reply)
{
    inMainThread([this, reply] {
        if (const auto problem = m_restart())
            reply.fail(409, "restart_impossible", problem->text().toUtf8());
        else
            reply.send(200, encodeRestartScheduled(m_state.instanceId()));
    });
}

Routes::Routes(ServerState &state, ShutdownSequence &sequence, const Refusals &refusals, Add add, const Clock &clock)
    : m_state(state)
    , m_sequence(sequence)
    , m_refusals(refusals)
    , m_add(std::move(add))
    , m_basic(
          state, &ServerState::basicRevision, [&state] { return encode(state.basic()); }, clock)
    , m_detailed(
          state, &ServerState::revision, [&state] { return encode(state.report()); }, clock)
    , m_public(
          state, &ServerState::revision,
          [&state] {
              HealthReport report = state.report();
              report.process.reset();
              return encode(report);
          },
          clock)
{
    addRows(Needs::Nothing);
}

Routes::~Routes() = default;

void Routes::addRows(Needs needs)
{
    static_assert(std::ranges::all_of(Table, &Row::saysWhoMayCall));
    for (const Row &row : Table) {
        if (row.needs != needs)
            continue;
        Route route;
        route.methods = row.methods;
        route.isHealth = true;
        route.isPrivate = row.who == Who::Known;
        route.outlastsShutdown = row.answer == Answer::UntilTheEnd;
        route.takesTurns = row.needs == Needs::Logs;
        if (row.read)
            route.read = [this, read = row.read](const Request &request) { return (this->*read)(request); };
        route.waits = row.waits;
        if (row.handle)
            route.handle = [this, handle = row.handle](const Request &request, const Reply &reply) {
                (this->*handle)(request, reply);
            };
        m_add(row.path.data(), std::move(route));
    }
}

void Routes::inMainThread(std::function<void()> function) { post(this, std::move(function)); }

void Routes::setLogs(HttpServer::Logs logs)
{
    Q_ASSERT(!m_logs); // the HTTP thread reads it
    m_logs = std::move(logs);
    addRows(Needs::Logs);
    m_state.addCapability(u"logs"_s);
}

void Routes::setCheck(HttpServer::Check check)
{
    if (std::exchange(m_check, std::move(check)))
        return;
    addRows(Needs::Check);
    m_state.addCapability(u"check"_s);
}

void Routes::setCodeQuery(HttpServer::CodeQuery query)
{
    if (!std::exchange(m_codeQuery, std::move(query)))
        addRows(Needs::CodeQuery); // who answers it advertises the capability
}

void Routes::setRestart(HttpServer::Restart restart)
{
    if (std::exchange(m_restart, std::move(restart)))
        return;
    addRows(Needs::Restart);
    m_state.addCapability(u"restart"_s);
}

} // namespace Hephaestus
