// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/mcpserver.h"

#include "common/base/beginthread.h"
#include "common/base/post.h"
#include "common/protocol/mcpcodec.h"
#include "common/protocol/rpccodec.h"

#include <QCoreApplication>
#include <QThread>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int CallsAtOnce = 8;          ///< calls of tools
constexpr std::size_t MostWaiting = 64; ///< that have not begun
constexpr qsizetype LongestId = 200;

QByteArray encodeOutcome(const ToolOutcome &outcome)
{
    if (const auto *const failure = std::get_if<ToolFailure>(&outcome))
        return encode(*failure);
    return encode(std::get<ToolAnswer>(outcome), McpServer::LongestAnswer);
}

} // namespace

struct McpServer::Call
{
    QByteArray id;
    RequestMeta meta;
    ToolRequest request;
    std::shared_ptr<ToolCallState> state = std::make_shared<ToolCallState>();
    qint64 progress = 0;
    bool isUnwanted = false;               ///< its client has cancelled it: nothing more is said of it
    std::unique_ptr<EventThread> thread{}; ///< null: it has not begun
};

McpServer::McpServer(QSet<FleetAction> allowed, QObject *parent) : QObject(parent), m_acts(std::move(allowed)) {}

McpServer::~McpServer() = default;

void McpServer::receive(const QByteArray &line)
{
    if (m_isEnding || line.trimmed().isEmpty())
        return;
    const RpcReading reading = readRpc(line);
    if (reading.error)
        return fail(reading.id.size() > LongestId ? "null" : reading.id, *reading.error);
    if (reading.message && reading.message->id.size() > LongestId)
        return fail("null", {RpcCode::InvalidRequest, u"the id is too long"_s});
    if (reading.message)
        answer(*reading.message);
}

void McpServer::refuse(const QString &why) { fail("null", {RpcCode::InvalidRequest, why}); }

void McpServer::answer(const RpcMessage &message)
{
    if (message.isNotification()) {
        if (message.method == "notifications/cancelled"_L1)
            cancel(readCancelled(message.params));
        return;
    }
    if (m_calls.contains(message.id))
        return fail(message.id, {RpcCode::InvalidRequest, u"a request with this id is under way"_s});
    if (message.method == "initialize"_L1) {
        const RequestMeta wish = readInitialize(message.params);
        if (!wish.version)
            return fail(message.id, {RpcCode::InvalidParams, u"\"protocolVersion\" is missing"_s});
        m_version = negotiatedVersion(*wish.version);
        m_client = wish.client;
        return succeed(message.id, encodeInitialized(m_version, QCoreApplication::applicationVersion()), false);
    }
    RequestMeta meta = readRequestMeta(message.params);
    if (meta.version && *meta.version != QLatin1StringView(StatelessVersion))
        return fail(message.id,
                    {RpcCode::UnsupportedVersion, u"Unsupported protocol version"_s,
                     encodeUnsupported(meta.version->left(80))});
    if (meta.version && !meta.hasCapabilities)
        return fail(message.id,
                    {RpcCode::InvalidParams, u"_meta: \"io.modelcontextprotocol/clientCapabilities\" is missing"_s});
    if (!meta.version && message.method == "ping"_L1)
        return succeed(message.id, "{}", false);
    if (!meta.version && (m_version.isEmpty() || message.method == "server/discover"_L1))
        return fail(message.id,
                    {m_version.isEmpty() ? RpcCode::InvalidParams : RpcCode::MethodNotFound,
                     u"send \"initialize\" first, or \"io.modelcontextprotocol/protocolVersion\" in _meta"_s});
    if (!meta.version)
        meta.client = m_client;
    answerRequest(message, meta);
}

void McpServer::answerRequest(const RpcMessage &message, const RequestMeta &meta)
{
    const bool isStateless = meta.version.has_value();
    if (message.method == "tools/call"_L1)
        return callTool(message, meta);
    if (isStateless && message.method == "server/discover"_L1)
        return succeed(message.id, encodeDiscovered(), true);
    if (message.method != "tools/list"_L1)
        return fail(message.id, {RpcCode::MethodNotFound, u"there is no method \"%1\""_s.arg(message.method.left(80))});
    if (asksForPage(message.params))
        return fail(message.id, {RpcCode::InvalidParams, u"there is one page of tools, and no cursor"_s});
    succeed(message.id, encodeTools(), isStateless);
}

// ---- calls ----------------------------------------------------------------------------------------------

void McpServer::callTool(const RpcMessage &message, const RequestMeta &meta)
{
    const auto request = readToolRequest(message.params);
    if (const auto *const error = std::get_if<RpcError>(&request))
        return fail(message.id, *error);
    if (const auto *const failure = std::get_if<ToolFailure>(&request))
        return succeed(message.id, encode(*failure), meta.version.has_value());
    if (m_waiting.size() >= MostWaiting)
        return succeed(message.id, encode(ToolFailure{u"busy"_s, u"too many calls are under way; try again later"_s}),
                       meta.version.has_value());
    auto call = std::make_shared<Call>();
    call->id = message.id;
    call->meta = meta;
    call->request = std::get<ToolRequest>(request);
    m_calls.insert(call->id, call);
    m_waiting.push_back(call->id);
    startNext();
}

void McpServer::startNext()
{
    while (m_running < CallsAtOnce && !m_waiting.empty()) {
        const QByteArray id = m_waiting.front();
        m_waiting.pop_front();
        ++m_running;
        startCall(*m_calls.value(id));
    }
}

void McpServer::startCall(Call &call)
{
    try {
        call.thread = std::make_unique<EventThread>("tool");
    } catch (const std::system_error &) {
        return post(this, [this, id = call.id] { finishCall(id, ToolFailure{u"busy"_s, noOtherThread()}); });
    }
    auto *const place = new QObject;
    place->moveToThread(call.thread->thread());
    const auto progress = [this, id = call.id](const QString &text) {
        post(this, [this, id, text] { tellProgress(id, text); });
    };
    post(place,
         [this, place, progress, id = call.id, request = call.request, client = call.meta.client, state = call.state] {
             RunningTool tool(request.arguments, client, state, m_acts, progress);
             const ToolOutcome outcome = toolNamed(request.tool)(tool);
             place->deleteLater();
             post(this, [this, id, outcome] { finishCall(id, outcome); });
         });
}

void McpServer::finishCall(const QByteArray &id, const ToolOutcome &outcome)
{
    const std::shared_ptr<Call> call = m_calls.take(id);
    call->thread.reset();
    --m_running;
    if (!call->isUnwanted)
        succeed(id, encodeOutcome(outcome), call->meta.version.has_value());
    startNext();
    finishIfIdle();
}

void McpServer::tellProgress(const QByteArray &id, const QString &text)
{
    const std::shared_ptr<Call> call = m_calls.value(id);
    if (!call || call->meta.progressToken.isEmpty() || call->state->isCancelled)
        return;
    Q_EMIT written(encodeRpcNotification(u"notifications/progress"_s,
                                         encodeProgress(call->meta.progressToken, ++call->progress, text.left(1'000))));
}

void McpServer::cancel(const QByteArray &id)
{
    const std::shared_ptr<Call> call = m_calls.value(id);
    if (!call)
        return;
    call->isUnwanted = true;
    call->state->isCancelled = true;
    if (call->thread)
        return m_acts.cancel(call->state);
    std::erase(m_waiting, id);
    m_calls.remove(id);
}

void McpServer::end()
{
    m_isEnding = true;
    m_waiting.clear();
    m_calls.removeIf([](const auto &each) { return !each.value()->thread; });
    for (const std::shared_ptr<Call> &call : std::as_const(m_calls)) {
        call->state->isCancelled = true;
        m_acts.cancel(call->state);
    }
    finishIfIdle();
}

void McpServer::finishIfIdle()
{
    if (m_isEnding && m_calls.isEmpty())
        post(this, &McpServer::finished);
}

void McpServer::fail(const QByteArray &id, const RpcError &error) { Q_EMIT written(encodeRpcError(id, error)); }

void McpServer::succeed(const QByteArray &id, const QByteArray &result, bool isStateless)
{
    Q_EMIT written(encodeRpcResult(id, inRevision(result, isStateless, QCoreApplication::applicationVersion())));
}

} // namespace Hephaestus
