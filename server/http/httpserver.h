// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/eventthread.h"
#include "common/protocol/serviceaddress.h"
#include "server/core/shutdownsequence.h"
#include "server/http/httpoptions.h"
#include "server/http/reply.h"

#include <QMap>

namespace Hephaestus {

class ConnectionPool;
class Refusals;
struct Route;

/// The service's HTTP side: the protocol's endpoints and the embedder's routes. Lives in the main thread; sockets and
/// health reads have a thread of their own, so that liveness is answered while the main loop is busy.
///
/// It ends by itself: when the shutdown sequence has finished, those who wait for it are answered, every connection is
/// closed in order, and closed() follows, 1 s later at most. Exit then.
class HttpServer : public QObject
{
    Q_OBJECT

public:
    using Handler = std::function<void(const Request &, Reply)>;
    using Document = std::function<QByteArray(const Request &)>;
    using Check = std::function<void(std::function<void()> done)>;
    using CodeQuery = std::function<void(const QByteArrayList &paths, std::function<void(QList<CodeFile>)> done)>;
    using Restart = std::function<std::optional<Problem>()>;

    enum class Access {
        Guarded, ///< requests that change state pass all access rules
        Open,    ///< they need neither token nor same user; the handler decides who may
    };

    /// `state` and `sequence` must outlive it, and `state` every Reply too.
    HttpServer(ServerState &state, ShutdownSequence &sequence, const HttpOptions &options = {},
               QObject *parent = nullptr);
    ~HttpServer() override;

    /// Listens on all of them or none; returns them with their real ports. Waits for the HTTP thread, not for the
    /// network (but for the look-up of a name that is no address).
    Result<QList<ServiceAddress>> listen(const QList<ServiceAddress> &addresses);
    /// Serves a listening stream socket made by another; takes the descriptor, whatever comes of it. `removeFile`: the
    /// file of a Unix-domain socket goes with it in the end.
    Result<ServiceAddress> adopt(int descriptor, bool removeFile = false);

    /// New limits for the requests that begin from now on.
    void setLimits(const Limits &limits);

    /// `handler` runs in this object's thread; a request counts as in flight until its reply went out. It may throw
    /// (500). Other methods of the same path may have other handlers; the same one twice is a programming error
    /// (logged, ignored).
    void addRoute(const QByteArray &path, Methods methods, Handler handler, Access access = Access::Guarded);
    /// A read served from the HTTP thread: `body` must be thread-safe and must not wait.
    void addDocument(const QByteArray &path, const QByteArray &mime, Document body);

    /// Serves POST /health/check: runs all checks and calls `done` once, from any thread. Called in this object's
    /// thread.
    void setCheckHandler(Check check);
    /// Serves GET /health/code: says of each path whether it was loaded, by calling `done` once, from any thread.
    /// Called in this object's thread.
    void setCodeQuery(CodeQuery query);
    /// Serves POST /health/restart: begins the restart, or says why it cannot be. Called in this object's thread.
    void setRestartHandler(Restart restart);

    /// Leave the listening sockets open when closing for a restart, their queues untouched, for a successor.
    void setKeepListening(bool keep) { m_keepListening = keep; }
    /// After closed(): what was kept, each descriptor the caller's own (close-on-exec set).
    QList<std::pair<ServiceAddress, int>> keptSockets() const;

    /// How often each reason refused a request so far. Thread-safe.
    QMap<QByteArray, qint64> refusals() const;

Q_SIGNALS:
    void closed();

private:
    void addHealthRoutes();
    void addRead(const QByteArray &path, std::function<Response(const Request &)> read);
    void add(const QByteArray &path, Route route);
    void waitForShutdown(const Reply &reply);
    void schedule(std::optional<Seconds> delay);
    void cancel(const Reply &reply);
    void check(const Reply &reply);
    void answerChecks();
    void restart(const Reply &reply);
    void finish(const ShutdownResult &result);

    ServerState &m_state;
    ShutdownSequence &m_sequence;
    const HttpOptions m_options;
    std::unique_ptr<Refusals> m_refusals;
    EventThread m_thread;
    ConnectionPool *m_pool = nullptr; ///< lives in m_thread, which deletes it
    QList<Reply> m_waiting;           ///< for the end of the shutdown
    QList<Reply> m_checking;          ///< for the end of the running check
    Check m_check;
    CodeQuery m_codeQuery;
    Restart m_restart;
    bool m_keepListening = false;
};

} // namespace Hephaestus
