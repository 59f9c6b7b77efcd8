// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/eventthread.h"
#include "common/protocol/rpcmessage.h"
#include "common/protocol/toolcodec.h"
#include "server/cli/toolacts.h"

#include <QHash>

#include <deque>

namespace Hephaestus {

/// Answers one client of the Model Context Protocol. It speaks the revisions with a handshake, and 2026-07-28, each as
/// its client begins. What a tool does runs in a thread of its own, a few at a time; acts run in this one.
///
/// Lives in the main thread. Tests give it lines, and read what it writes.
class McpServer : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype LongestAnswer = 16 * 1024; ///< bytes of any line that is written

    /// `allowed`: what tools may do to services.
    explicit McpServer(QSet<FleetAction> allowed, QObject *parent = nullptr);
    ~McpServer() override;

    /// A message, without its '\n'.
    void receive(const QByteArray &line);
    /// What a line that is no message is answered with.
    void refuse(const QString &why);
    /// Nothing more comes: what waits ends, and acts are brought to a safe end. finished() follows. A second call does
    /// not wait for what acts leave behind.
    void end();

Q_SIGNALS:
    void written(const QByteArray &line); ///< with its '\n'
    void finished();

private:
    struct Call;

    void answer(const RpcMessage &message);
    void answerRequest(const RpcMessage &message, const RequestMeta &meta);
    void callTool(const RpcMessage &message, const RequestMeta &meta);
    void startNext();
    void startCall(Call &call);
    void finishCall(const QByteArray &id, const ToolOutcome &outcome);
    void tellProgress(const QByteArray &id, const QString &text);
    void cancel(const QByteArray &id);
    void fail(const QByteArray &id, const RpcError &error);
    void succeed(const QByteArray &id, const QByteArray &result, bool isStateless);
    void finishIfIdle();

    ToolActs m_acts;
    QString m_version; ///< by handshake; empty: there was none
    QString m_client;  ///< by handshake
    QHash<QByteArray, std::shared_ptr<Call>> m_calls;
    std::deque<QByteArray> m_waiting; ///< ids of calls that have not begun
    int m_running = 0;
    bool m_isEnding = false;
};

} // namespace Hephaestus
