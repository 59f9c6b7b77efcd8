// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/httpserver.h"
#include "server/http/snapshot.h"

namespace Hephaestus {

/// The protocol's endpoints, which every service has: their table and their handlers. Lives in the main thread.
class Routes : public QObject
{
    Q_OBJECT

public:
    /// Makes a route known to the HTTP thread.
    using Add = std::function<void(const QByteArray &path, Route route)>;

    /// Adds the endpoints that need nothing. The references must outlive it, and it the HTTP thread.
    Routes(ServerState &state, ShutdownSequence &sequence, const Refusals &refusals, Add add, const Clock &clock);
    ~Routes() override;

    // Add the endpoints that need them, and advertise the capability. As documented for HttpServer.
    void setLogs(HttpServer::Logs logs);
    void setCheck(HttpServer::Check check);
    void setCodeQuery(HttpServer::CodeQuery query);
    void setComparison(HttpServer::Comparison comparison) { m_comparison = std::move(comparison); }
    void setRestart(HttpServer::Restart restart);

    /// Answers those who wait for the end of the shutdown.
    void answerShutdown(const ShutdownResult &result);

private:
    enum class Who;
    enum class Answer;
    enum class Needs;
    struct Row;
    static const Row Table[];

    void addRows(Needs needs);
    void inMainThread(std::function<void()> function);

    // The handlers. Each is called in the HTTP thread and must not wait.
    Response live(const Request &);
    Response status(const Request &);
    void statusAfterComparison(const Request &request, const Reply &reply);
    Response ready(const Request &);
    Response metrics(const Request &request);
    Response openApi(const Request &);
    Response logs(const Request &request);
    void shutdown(const Request &, const Reply &reply);
    void schedule(const Request &request, const Reply &reply);
    void restart(const Request &, const Reply &reply);
    void check(const Request &, const Reply &reply);
    void code(const Request &request, const Reply &reply);

    void answerChecks();

    ServerState &m_state;
    ShutdownSequence &m_sequence;
    const Refusals &m_refusals;
    const Add m_add;
    Snapshot m_basic;    ///< used in the HTTP thread only
    Snapshot m_detailed; ///< used in the HTTP thread only, like the next
    Snapshot m_public;   ///< the same, without the program
    HttpServer::Logs m_logs;
    HttpServer::Check m_check;
    HttpServer::CodeQuery m_codeQuery;
    HttpServer::Comparison m_comparison;
    HttpServer::Restart m_restart;
    QList<Reply> m_waiting;  ///< for the end of the shutdown
    QList<Reply> m_checking; ///< for the end of the running check
};

} // namespace Hephaestus
