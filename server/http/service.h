// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/cleanupstep.h"
#include "server/core/endnotewriter.h"
#include "server/core/serverstate.h"
#include "server/core/shutdownsequence.h"
#include "server/core/unixsignals.h"
#include "server/core/watchdog.h"
#include "server/http/httpserver.h"

#include <QCoreApplication>
#include <QObject>

#include <memory>

namespace Hephaestus {

struct ServiceOptions
{
    QString name;    ///< as monitors show it
    QString version; ///< of the program that runs, not of one that could
    ShutdownTimes shutdown = {};
    HttpOptions http = {};
    /// The service speaks for another program, which the signals are meant for. All are told by signalReceived(), a
    /// second stop by forced(). Its own words go to standard error.
    bool isWrapper = false;
};

/// A long-running process with everything the protocol asks for: the endpoints, the drain, the clean-up in order,
/// SIGTERM and SIGINT, the watchdog, the exit code. This is what other programs embed:
///
///     Hephaestus::Service service({.name = "orders", .version = "2.1"});
///     service.addCleanup("database", 5s, [&](auto done) { pool.close(); done(); });
///     service.route("/orders", Method::Get, [&](const Request &request, Reply reply) { … });
///     return service.exec({"127.0.0.1:8000"});
///
/// Make it first thing in main(), before any thread: it installs the signal handlers, and a QCoreApplication if there
/// is none yet. Its constructor throws std::system_error where the system lets no other thread begin. Lives in the main
/// thread, where steps and routes are called. The endpoints have a thread of their own and answer while the main one is
/// busy. Dependencies and replies may be used from every thread.
///
/// The endpoints that need something to answer from are there once it is given: see http() for logs, check, code and
/// restart.
class Service : public QObject
{
    Q_OBJECT

public:
    explicit Service(const ServiceOptions &options, QObject *parent = nullptr);
    /// With a state that outlives the service.
    Service(const ServiceOptions &options, ServerState &state, QObject *parent = nullptr);
    ~Service() override;

    ServerState &state() { return m_state; }
    ShutdownSequence &shutdown() { return m_shutdown; }
    HttpServer &http() { return m_http; }
    /// For a program that ends at signals of its own.
    EndNoteWriter &endNote() { return m_endNote; }

    /// The tracker of this name; the reference stays valid as long as the state.
    Dependency &dependency(const QString &name) { return m_state.dependency(name); }

    /// A step of the clean-up. Registered steps run last added first, between the background tasks and the databases.
    void addCleanup(const QString &name, std::chrono::milliseconds deadline, std::function<void(CleanupDone)> run,
                    CleanupStage stage = CleanupStage::Registered);

    /// A route of the program's own; `handler` is called in the service's thread and may answer later, from any thread.
    void route(const QByteArray &path, Methods methods, HttpServer::Handler handler);

    /// Binds `addresses` (`HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`); the health endpoints answer from now on.
    /// Returns those bound, with the real ports.
    Result<QList<ServiceAddress>> listen(const QStringList &addresses);
    /// Serves listening sockets that another process made (systemd, a supervisor), and owns the descriptors.
    /// `removeFiles`: the files of Unix-domain sockets are removed in the end, as those of our own are.
    Result<QList<ServiceAddress>> adopt(const QList<int> &descriptors, bool removeFiles = false);
    const QList<ServiceAddress> &addresses() const { return m_addresses; }

    /// Work is accepted from now on; a line `listening on URL` for each address goes to standard output, or error.
    void setReady();

    /// Runs the event loop until the shutdown is over, and returns the exit code for main(). What may end a shutdown
    /// that hangs, after its whole budget, stays armed until the service is destroyed: a thread may hang as well.
    int exec();
    /// listen(), setReady() and exec() in one; 2 with a line on standard error when an address cannot be bound.
    int exec(const QStringList &addresses);

Q_SIGNALS:
    void readyChanged();
    /// Everything is done and every answer is out; exec() returns next.
    void stopped(int exitCode);
    /// A signal other than SIGTERM and SIGINT (SIGHUP) has arrived.
    void signalReceived(int signalNumber, Hephaestus::SignalSender sender);
    /// SIGTERM or SIGINT has arrived, and the shutdown is asked for.
    void stopReceived(Hephaestus::SignalSender sender);
    /// A second SIGTERM or SIGINT, of a wrapper: it is to end at once, with 128+n.
    void forced(int signalNumber);

private:
    Service(const ServiceOptions &options, std::unique_ptr<ServerState> owned, ServerState *state, QObject *parent);
    void connectShutdown();
    void logShutdownSteps();

    Watchdog m_watchdog;                             ///< the last to go: a thread that is joined may hang, too
    std::unique_ptr<QCoreApplication> m_application; ///< nothing if main() made one
    UnixSignals m_signals;
    std::unique_ptr<ServerState> m_ownState;
    ServerState &m_state;
    ShutdownSequence m_shutdown;
    EndNoteWriter m_endNote;
    HttpServer m_http;
    const bool m_tls;
    const int m_announceTo; ///< a descriptor
    QList<ServiceAddress> m_addresses;
};

} // namespace Hephaestus
