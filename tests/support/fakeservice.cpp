// SPDX-License-Identifier: GPL-3.0-or-later
//
// A service that speaks the protocol's sections 1 to 4 by hand, with faults on request, for tests of what starts and
// restarts services:
//   fakeservice PORT [FAULT]...
#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"

#include <QCoreApplication>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <QUuid>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

class FakeService : public QObject
{
public:
    FakeService(quint16 port, QStringList faults) : m_faults(std::move(faults))
    {
        m_report.service = u"fake"_s;
        m_report.version = u"1"_s;
        m_report.startTime = QDateTime::currentDateTimeUtc();
        m_report.instanceId = has("no-instance-id") ? QString() : QUuid::createUuid().toString(QUuid::WithoutBraces);
        m_report.pid = has("foreign-pid") ? 1 : has("elsewhere") ? 1 << 30 : qint64(::getpid());
        if (has("never-healthy"))
            m_report.status = ServiceStatus::ShuttingDown;
        if (has("idle"))
            m_report.resources.inFlightRequests = 0;
        if (!has("no-restart"))
            m_report.capabilities << u"restart"_s;
        if (has("successor-hangs"))
            m_report.process = WrappedProcess{.overlap = true, .startTimeout = std::chrono::milliseconds(300)};
        if (has("exec-fails"))
            m_report.process = WrappedProcess{.state = ProcessState::Running};
        if (has("ready-late") || has("program-ends") || has("never-ready"))
            m_report.process = WrappedProcess{.state = ProcessState::Starting, .ready = false};
        if (has("checked-late")) {
            m_report.dependencies << DependencyReport{
                u"database"_s, DependencyStatus::Unknown, NotCheckedYet, {}, {}, 0, 0, {}};
            QTimer::singleShot(1500, this, [this] {
                m_report.dependencies[0] = {u"database"_s, DependencyStatus::Working, {}, Seconds(0), {}, 1, 0, {}};
            });
        }
        if (has("ready-late")) {
            QTimer::singleShot(300, this, [this] {
                m_report.process->state = ProcessState::Running;
                m_report.process->ready = true;
            });
        } else if (has("program-ends")) {
            QTimer::singleShot(100, this, [this] {
                m_report.process->state = ProcessState::BackingOff;
                m_report.process->exitCode = 3;
            });
        }
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = m_server.nextPendingConnection())
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        });
        if (!m_server.listen(QHostAddress::LocalHost, port)) {
            std::fprintf(stderr, "cannot listen on port %d: %s\n", port, qPrintable(m_server.errorString()));
            std::exit(7);
        }
        std::printf("listening on http://127.0.0.1:%d\n", m_server.serverPort());
        std::fflush(stdout);
    }

private:
    bool has(const char *fault) const { return m_faults.contains(QLatin1StringView(fault)); }

    void read(QTcpSocket *socket)
    {
        const QByteArray request = socket->peek(65536);
        if (!request.contains("\r\n\r\n"))
            return;
        socket->readAll();
        const QList<QByteArray> words = request.split(' ');
        const QString path = QString::fromLatin1(words.value(1));
        if (words[0] == "POST" && path == Endpoint::Shutdown)
            shutDown(socket);
        else if (words[0] == "POST" && path == Endpoint::Restart)
            restart(socket);
        else if (path == Endpoint::Live || path.section(u'?', 0, 0) == Endpoint::Status)
            answer(socket, 200, encode(m_report));
        else if (path.startsWith(Endpoint::Logs) && m_report.process)
            answer(socket, 200, "no module named orders\n");
        else
            answer(socket, 404, encode(ErrorBody{u"not_found"_s, u"no such path"_s}));
    }

    void answer(QTcpSocket *socket, int status, const QByteArray &body)
    {
        socket->write("HTTP/1.1 " + QByteArray::number(status)
                      + " X\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
        socket->flush();
    }

    void shutDown(QTcpSocket *socket)
    {
        if (has("refuse-shutdown"))
            return answer(socket, 403, encode(ErrorBody{u"forbidden"_s, u"you may not"_s}));
        if (has("die-in-shutdown"))
            ::_exit(1);
        m_report.status = ServiceStatus::ShuttingDown;
        m_report.shouldShutdown = true;
        if (has("hang-in-shutdown"))
            return;
        m_waiting << socket;
        if (!has("drain"))
            return finish();
        if (std::exchange(m_drains, true))
            return; // it is told the same
        m_report.shutdown = ShutdownProgress{ShutdownMode::Immediate, u"draining"_s, Seconds(27), 3, {}};
        drain();
    }

    /// For a while, or as long as the file `busy` is in the current folder.
    void drain()
    {
        if (has("busy") && QFile::exists(u"busy"_s))
            return QTimer::singleShot(20, this, &FakeService::drain);
        QTimer::singleShot(250, this, [this] {
            m_report.shutdown = ShutdownProgress{ShutdownMode::Immediate,
                                                 u"cleaning_up"_s,
                                                 Seconds(5),
                                                 0,
                                                 {{u"database"_s, StepOutcome::Running, Seconds(0), {}}}};
        });
        if (has("hang-up"))
            return QTimer::singleShot(500, this, &FakeService::hangUp);
        if (!has("hang-in-cleanup"))
            QTimer::singleShot(500, this, &FakeService::finish);
    }

    /// It answers nobody any more, and is killed a little later.
    void hangUp()
    {
        m_server.close();
        for (QTcpSocket *const socket : std::as_const(m_waiting))
            socket->abort();
        QTimer::singleShot(200, this, [] { ::kill(::getpid(), SIGKILL); });
    }

    void finish()
    {
        ShutdownResult result;
        result.drain = DrainReport{};
        if (has("drain"))
            result.drain->waited = std::chrono::milliseconds(250);
        if (has("step-fails")) {
            result.complete = false;
            result.steps << StepReport{u"database"_s, StepOutcome::TimedOut, Seconds(1), u"timed out"_s};
        }
        for (QTcpSocket *const socket : std::as_const(m_waiting))
            answer(socket, result.complete ? 200 : 500, encode(result));
        if (!has("stay"))
            QTimer::singleShot(20, this, [] { ::_exit(0); });
    }

    void restart(QTcpSocket *socket)
    {
        answer(socket, 200, encodeRestartScheduled(m_report.instanceId));
        if (has("successor-hangs")) {
            m_report.process->successor.emplace();
            return;
        }
        m_report.status = ServiceStatus::ShuttingDown;
        m_report.shouldShutdown = true;
        QTimer::singleShot(has("drain") ? 5'000 : 100, this, [this] {
            if (has("restart-fails")) {
                m_report.status = ServiceStatus::Healthy;
                m_report.shouldShutdown = false;
                return;
            }
            const QList<QByteArray> arguments{QByteArray("fakeservice"), QByteArray::number(m_server.serverPort())};
            m_server.close(); // the sockets are close-on-exec
            ::execl(has("exec-fails") ? "/nowhere/program" : "/proc/self/exe", arguments[0].constData(),
                    arguments[1].constData(), nullptr);
            std::fprintf(stderr, "it could not be executed: %s\n", std::strerror(errno));
            ::_exit(127);
        });
    }

    QStringList m_faults;
    QList<QTcpSocket *> m_waiting; ///< for the end of its shutdown; they stay until its own
    bool m_drains = false;
    HealthReport m_report;
    QTcpServer m_server;
};

/// As programs do that show a title of their own in ps: in the memory that they were given their environment in.
void writeOverEnvironment()
{
    char **last = environ;
    while (last[1])
        ++last;
    std::memset(*environ, 't', size_t(*last + std::strlen(*last) - *environ));
}

} // namespace

int main(int argc, char **argv)
{
    if (std::any_of(argv, argv + argc, [](const char *argument) { return std::strcmp(argument, "own-title") == 0; }))
        writeOverEnvironment();
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.contains("exit-at-once"_L1)) {
        std::fprintf(stderr, "reading configuration\nfatal: no such table: orders\n");
        return 9;
    }
    FakeService service(quint16(arguments.value(1).toUInt()), arguments.mid(2));
    return QCoreApplication::exec();
}
