// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/base/eventthread.h"
#include "common/protocol/logpage.h"
#include "common/protocol/serviceaddress.h"
#include "server/core/shutdownsequence.h"
#include "server/http/httpoptions.h"
#include "server/http/reply.h"

#include <QMap>

namespace Hephaestus {

class ConnectionPool;
class Refusals;
class Routes;
struct Route;

/// The service's HTTP side: the protocol's endpoints (routes.cpp) and the embedder's routes. Lives in the main thread.
/// Sockets and health reads have a thread of their own, so liveness is answered while the main loop is busy.
///
/// It ends by itself. When the shutdown sequence has finished, it answers those who wait for that. Then it closes every
/// connection in order, and emits closed() within 1 s. Exit then.
class HttpServer : public QObject
{
    Q_OBJECT

public:
    using Handler = std::function<void(const Request &, Reply)>;
    using Document = std::function<QByteArray(const Request &)>;
    using Logs = std::function<LogPage(const LogQuery &query)>;
    using Check = std::function<void(std::function<void()> done)>;
    using CodeQuery = std::function<void(const QByteArrayList &paths, std::function<void(QList<CodeFile>)> done)>;
    using Comparison = std::function<void(std::function<void()> done)>;
    using Restart = std::function<std::optional<Problem>()>;

    enum class Access {
        Guarded, ///< requests that change state pass all access rules
        Open,    ///< they need neither the token nor the same user; the handler decides who may call
    };

    /// `state`, `sequence` and `clock` must outlive it, and `state` every Reply too. `clock` is read in the HTTP
    /// thread. Throws std::system_error where the system lets no other thread begin.
    HttpServer(ServerState &state, ShutdownSequence &sequence, const HttpOptions &options = {},
               const Clock &clock = Clock::machine(), QObject *parent = nullptr);
    ~HttpServer() override;

    /// Listens on all of them or none, as openListeningSockets() does; returns one address for each socket, with its
    /// real port. Waits for the HTTP thread, and for the resolver where a host is a name. A Problem, too, where
    /// RLIMIT_NOFILE leaves no room for clients.
    Result<QList<ServiceAddress>> listen(const QList<ServiceAddress> &addresses);
    /// Serves a listening stream socket that another process made; owns the descriptor, whatever comes of it.
    /// `removeFile`: the file of a Unix-domain socket is removed in the end.
    Result<ServiceAddress> adopt(int descriptor, bool removeFile = false);

    /// New limits for the requests that begin from now on.
    void setLimits(const Limits &limits);

    /// `handler` runs in this object's thread and may throw (500). A request counts as in flight until its reply went
    /// out. Other methods of the same path may have other handlers; the same one twice is logged and ignored.
    void addRoute(const QByteArray &path, Methods methods, Handler handler, Access access = Access::Guarded);
    /// A read served from the HTTP thread: `body` must be thread-safe and must not wait.
    void addDocument(const QByteArray &path, const QByteArray &mime, Document body);

    /// Serves GET /health/logs: pages of the log, as LineRing::page() gives them. Thread-safe, must not wait, and is
    /// set once.
    void setLogs(Logs logs);
    /// Serves POST /health/check: runs all checks and calls `done` once, from any thread. Called in this object's
    /// thread.
    void setCheckHandler(Check check);
    /// Serves GET /health/code: says of each path whether it was loaded, by calling `done` once, from any thread.
    /// Called in this object's thread.
    void setCodeQuery(CodeQuery query);
    /// Serves GET /health/status?fresh_after=SECONDS: begins to compare the code, and calls `done` once, from any
    /// thread, when the verdict is of a comparison that began after the call. Called in this object's thread.
    void setComparison(Comparison comparison);
    /// Serves POST /health/restart: begins the restart, or says why it cannot be. Called in this object's thread.
    void setRestartHandler(Restart restart);

    /// Closing for a restart leaves the listening sockets open, and their queues untouched, for a successor.
    void setKeepListening(bool keep) { m_keepListening = keep; }
    /// After closed(): the sockets that were kept. The caller owns the descriptors (close-on-exec set).
    QList<std::pair<ServiceAddress, int>> keptSockets() const;

    /// Gives back what was served so far has left of the HTTP thread's stack.
    void releaseStack() const { m_thread.releaseStack(); }

    /// How often each reason refused a request so far. Thread-safe.
    QMap<QByteArray, qint64> refusals() const;

Q_SIGNALS:
    void closed();

private:
    void add(const QByteArray &path, Route route);
    void finish(const ShutdownResult &result);

    ServerState &m_state;
    ShutdownSequence &m_sequence;
    const HttpOptions m_options;
    std::unique_ptr<Refusals> m_refusals;
    std::unique_ptr<Routes> m_routes; ///< outlives the HTTP thread, which calls its handlers
    EventThread m_thread;
    ConnectionPool *m_pool = nullptr; ///< lives in m_thread, which deletes it
    bool m_keepListening = false;
};

} // namespace Hephaestus
