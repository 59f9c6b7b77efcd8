// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/service.h"

#include "common/base/duration.h"
#include "common/base/writewithoutblocking.h"
#include "server/core/log.h"

#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace Hephaestus {
namespace {

/// The application the service needs, if main() made none. Its arguments must outlive it.
std::unique_ptr<QCoreApplication> applicationIfNone()
{
    static int argc = 1;
    static char name[] = "service";
    static char *argv[] = {name, nullptr};
    return QCoreApplication::instance() ? nullptr : std::make_unique<QCoreApplication>(argc, argv);
}

/// When the drain's deadline and every step's have passed, and the loop still has not ended.
constexpr const char LastWords[] =
    "hephaestus: the shutdown took longer than its budget; ending the process (exit code 4)\n";

} // namespace

Service::Service(const ServiceOptions &options, QObject *parent)
    : Service(options, std::make_unique<ServerState>(), nullptr, parent)
{
}

Service::Service(const ServiceOptions &options, ServerState &state, QObject *parent)
    : Service(options, nullptr, &state, parent)
{
}

Service::Service(const ServiceOptions &options, std::unique_ptr<ServerState> owned, ServerState *state, QObject *parent)
    : QObject(parent)
    , m_application(applicationIfNone())
    , m_signals(options.isWrapper ? UnixSignals::all() : QList<int>{SIGTERM, SIGINT, SIGHUP},
                options.isWrapper ? UnixSignals::SecondStop::IsTold : UnixSignals::SecondStop::ExitsAtOnce)
    , m_ownState(std::move(owned))
    , m_state(state ? *state : *m_ownState)
    , m_shutdown(m_state, options.shutdown)
    , m_endNote(m_state, m_shutdown)
    , m_http(m_state, m_shutdown, options.http)
    , m_tls(options.http.tls.isOn())
    , m_announceTo(options.isWrapper ? STDERR_FILENO : STDOUT_FILENO)
{
    m_state.setIdentity(options.name, options.version);
    connectShutdown();
    logShutdownSteps();
}

Service::~Service() = default;

void Service::connectShutdown()
{
    connect(&m_signals, &UnixSignals::forced, this, &Service::forced);
    connect(&m_signals, &UnixSignals::received, this, [this](int number, SignalSender sender) {
        if (number != SIGTERM && number != SIGINT) {
            Q_EMIT signalReceived(number, sender);
            return;
        }
        qCInfo(logShutdown, "received %s", number == SIGTERM ? "SIGTERM" : "SIGINT");
        m_endNote.noteStop(sender);
        Q_EMIT stopReceived(sender);
        m_shutdown.request(ShutdownMode::Signal);
    });
    // From the drain on the budget runs, whatever happens to the event loop.
    connect(&m_shutdown, &ShutdownSequence::drainStarted, this,
            [this] { m_watchdog.arm(m_shutdown.budget(), 4, LastWords); });
    connect(&m_http, &HttpServer::closed, this, [this] {
        const int exitCode = m_shutdown.result().exitCode.value_or(0);
        Q_EMIT stopped(exitCode);
        QCoreApplication::exit(exitCode);
    });
}

void Service::logShutdownSteps()
{
    connect(&m_shutdown, &ShutdownSequence::noticeStarted, this, [](std::chrono::milliseconds notice) {
        qCInfo(logShutdown, "scheduled in %s", qPrintable(formatDuration(notice)));
    });
    connect(&m_shutdown, &ShutdownSequence::noticeCancelled, this, [] { qCInfo(logShutdown, "cancelled"); });
    connect(&m_shutdown, &ShutdownSequence::drainStarted, this,
            [](qint64 inFlight) { qCInfo(logShutdown, "draining, %lld requests in flight", inFlight); });
    connect(&m_shutdown, &ShutdownSequence::drainFinished, this, [](const DrainReport &drain) {
        const QString waited = formatDuration(drain.waited);
        if (drain.abandoned > 0) {
            qCWarning(logShutdown, "drain gave up after %s: %lld completed, %lld abandoned", qPrintable(waited),
                      drain.completed, drain.abandoned);
        } else {
            qCInfo(logShutdown, "drained in %s, %lld completed", qPrintable(waited), drain.completed);
        }
    });
    connect(&m_shutdown, &ShutdownSequence::stepFinished, this, [](const StepReport &step) {
        const QString took = formatDuration(step.duration);
        if (step.outcome == StepOutcome::Ok)
            qCInfo(logShutdown, "%s: ok, %s", qPrintable(step.name), qPrintable(took));
        else
            qCWarning(logShutdown, "%s: %s after %s: %s", qPrintable(step.name), qPrintable(wireName(step.outcome)),
                      qPrintable(took), qPrintable(step.error));
    });
}

void Service::addCleanup(const QString &name, std::chrono::milliseconds deadline, std::function<void(CleanupDone)> run,
                         CleanupStage stage)
{
    m_shutdown.addStep({name, deadline, std::move(run), stage});
}

void Service::route(const QByteArray &path, Methods methods, HttpServer::Handler handler)
{
    m_http.addRoute(path, methods, std::move(handler));
}

Result<QList<ServiceAddress>> Service::listen(const QStringList &addresses)
{
    QList<ServiceAddress> parsed;
    for (const QString &address : addresses) {
        const Result<ServiceAddress> one = parseServiceAddress(address);
        if (!one)
            return one.problem();
        parsed << *one;
    }
    Result<QList<ServiceAddress>> bound = m_http.listen(parsed);
    if (bound)
        m_addresses += *bound;
    return bound;
}

Result<QList<ServiceAddress>> Service::adopt(const QList<int> &descriptors, bool removeFiles)
{
    for (const int descriptor : descriptors) {
        const Result<ServiceAddress> address = m_http.adopt(descriptor, removeFiles);
        if (!address)
            return address.problem();
        m_addresses << *address;
    }
    return m_addresses;
}

void Service::setReady()
{
    // A shutdown that came while starting has gone further already: then it is never reported ready.
    if (!m_state.enter(Phase::Running))
        return;
    // Not by stdio: a reader that does not read must hold nothing up, and each restart in place comes by here.
    for (const ServiceAddress &address : std::as_const(m_addresses))
        writeWithoutBlocking(m_announceTo, "listening on " + address.url(m_tls).toUtf8() + '\n');
    Q_EMIT readyChanged();
}

int Service::exec() { return QCoreApplication::exec(); }

int Service::exec(const QStringList &addresses)
{
    const Result<QList<ServiceAddress>> bound = listen(addresses);
    if (!bound) {
        std::fprintf(stderr, "%s\n", qPrintable(bound.problem().text()));
        return 2;
    }
    setReady();
    return exec();
}

} // namespace Hephaestus
