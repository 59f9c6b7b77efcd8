// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/programfile.h"
#include "server/app/commands.h"
#include "server/app/inplacerestart.h"
#include "server/app/overlappingrestart.h"
#include "server/app/programcode.h"
#include "server/app/readinesswatch.h"
#include "server/app/runoptions.h"
#include "server/app/statedirectory.h"
#include "server/app/systemdnotifier.h"
#include "server/app/upstream.h"
#include "server/code/processorigin.h"
#include "server/core/ownidentity.h"
#include "server/http/service.h"
#include "server/probes/checks.h"
#include "server/supervisor/familyusage.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/predecessor.h"
#include "server/supervisor/processtable.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr auto OthersAreTold = 30ms;                // by a service manager that tells each process of a group
constexpr auto KillTime = 7s;                       // what the supervisor may take from SIGKILL on
constexpr char HeldName[] = "held=";                // what follows is the address as it was asked for
constexpr char ListenedName[] = "program-listened"; // a descriptor that says by being there that it did

QByteArray heldName(const QString &address) { return HeldName + address.toUtf8().toPercentEncoding(); }

/// Opens the sockets for the program, or adopts those that a predecessor held, from `inherited`. Closes what it held
/// and nobody asks for any more. Appends the name of each socket to `names`.
std::optional<Problem> hold(HeldSockets &sockets, const QStringList &addresses, QList<InheritedSocket> &inherited,
                            QByteArrayList &names)
{
    for (const QString &address : addresses) {
        const QByteArray name = heldName(address);
        std::optional<Problem> problem;
        // One address may be several sockets.
        const auto count = inherited.removeIf([&](const InheritedSocket &socket) {
            if (socket.name != name)
                return false;
            if (auto wrong = sockets.adopt(socket.descriptor, true))
                problem = wrong;
            return true;
        });
        if (count == 0)
            problem = sockets.open(parseServiceAddress(address).value());
        if (problem)
            return problem;
        names.resize(sockets.addresses().size(), name);
    }
    HeldSockets unwanted;
    inherited.removeIf([&](const InheritedSocket &socket) {
        return socket.name.startsWith(HeldName) && (unwanted.adopt(socket.descriptor, true), true);
    });
    return {};
}

/// What the program is made of, beside what its process shows: the watched files, lock files, and the configuration,
/// which this process read.
CodeSources codeSources(const RunOptions &options)
{
    CodeSources sources;
    sources.directory = QFile::encodeName(QDir::currentPath());
    sources.watch = options.watch;
    sources.lockFiles = lockFilesIn(sources.directory);
    sources.configuredSince = ProcessOrigin::startOf(::getpid());
    if (options.service.file.isEmpty())
        return sources;
    for (const QString &file : QStringList{options.service.file} + options.service.namedFiles)
        sources.configurationFiles << QFile::encodeName(QFileInfo(file).absoluteFilePath());
    return sources;
}

/// Whether we belong to a terminal: one that was closed cannot be opened any more.
bool opensTerminal() { return FileDescriptor(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)).isOpen(); }

SupervisorOptions withEnvironment(SupervisorOptions options, const PythonAdapter *adapter, const ReadinessWatch &ready)
{
    if (adapter)
        options.command.environment += adapter->environment();
    options.command.environment += ready.environment();
    return options;
}

/// The service of `hephaestus run`: the library's Service, which speaks for a supervised program.
class RunProgram : public QObject
{
public:
    /// `sockets`, `adapter` (may be null), `guardian`, `self` and what `trial` needs outlive it.
    RunProgram(const RunOptions &options, HeldSockets &sockets, const PythonAdapter *adapter, Guardian &guardian,
               const Reexec &self, InPlaceRestart::Trial trial);

    /// Listens, starts the program or goes on with those of a previous image, which kept `output`. Returns when it is
    /// over, with the exit code. What is still there then was not taken over.
    int run(const QList<InheritedSocket> &inherited, std::optional<HandedProgram> &program,
            std::optional<HandedProgram> &predecessor, const QByteArray &output);
    InPlaceRestart &restart() { return m_restart; }
    /// Whether the program listened for TCP clients, when it was ready last.
    bool hasListened() const { return m_hasListened; }
    /// The program that the next image of this process goes on with; nothing: it starts one.
    std::optional<HandedProgram> handOver() { return m_overlap ? m_overlap->handOver() : std::nullopt; }
    HandedOutput handedOutput() const { return HandedOutput(m_supervisor.output().save()); }
    /// A program that was told to end, for which the next image waits; nothing: it has ended.
    std::optional<HandedProgram> handOverPredecessor();

private:
    void publish();
    void followProgram();
    void publishReadiness(WrappedProcess &process);
    void programFinished();
    void passSignalOn(int number, SignalSender sender);
    void endAtOnce(int number);
    void passOnRest(const CleanupDone &done);
    void signalProgram();
    void stopProgram(const CleanupDone &done);
    void askToEnd();
    void checkWhetherStopped();
    void takeOverPredecessor(std::optional<HandedProgram> &predecessor);
    void giveBackPredecessor(std::optional<HandedProgram> &predecessor);
    void predecessorEnded();
    std::optional<Problem> prepareRestart(std::function<void(bool isReady)> done);
    bool isRestart() { return m_service.shutdown().result().mode == ShutdownMode::Restart; }
    bool isSuccessorWanted() { return isRestart() && m_overlap->isAccepting(); }
    QList<GuardedProgram> programs() const;
    QList<ProcessEntry> family() const;
    bool isOurs(qint64 pid) const;
    bool runsAs(uid_t user) const;

    const RunOptions m_options;
    HeldSockets &m_sockets;
    Guardian &m_guardian;
    const std::shared_ptr<FamilyUsage> m_usage = std::make_shared<FamilyUsage>(); ///< the state outlives this object
    Service m_service;
    ReadinessWatch m_readiness;
    Supervisor m_supervisor;
    ProgramCode m_code;
    Checks m_checks;
    SystemdNotifier m_notifier;
    InPlaceRestart m_restart;
    std::unique_ptr<Upstream> m_upstream;
    std::unique_ptr<OverlappingRestart> m_overlap; ///< null: a restart ends the program first
    std::unique_ptr<Predecessor> m_predecessor;    ///< null: none runs any more
    std::unique_ptr<PythonAdapter> m_oldAdapter;   ///< its own
    std::function<void(bool isReady)> m_deferred;  ///< of a restart that waits for its end
    std::optional<CleanupDone> m_stopped;          ///< of the step that waits for the program's end
    std::optional<SignalSender> m_stoppedBy;
    bool m_hasTerminal = false;
    bool m_wasReady = false; ///< the program that runs now
    bool m_isReadyTold = false;
    bool m_hasListened = false;
};

RunProgram::RunProgram(const RunOptions &options, HeldSockets &sockets, const PythonAdapter *adapter,
                       Guardian &guardian, const Reexec &self, InPlaceRestart::Trial trial)
    : m_options(options)
    , m_sockets(sockets)
    , m_guardian(guardian)
    , m_service({.name = options.service.name,
                 .version = options.service.version,
                 .shutdown = options.service.shutdown,
                 .http = options.service.http,
                 .isWrapper = true},
                ServerState::instance())
    , m_readiness(options.ready, sockets, [this](qint64 pid) { return isOurs(pid); })
    , m_supervisor(withEnvironment(options.supervisor, adapter, m_readiness), sockets)
    , m_code(m_service.state(), codeSources(options), adapter)
    , m_checks(m_service.state())
    , m_notifier(m_service.shutdown())
    , m_restart(m_service, self, std::move(trial))
{
    m_service.state().setResourceReader([usage = m_usage] { return usage->now(); });
    if (!options.upstream.url.isEmpty())
        m_upstream = std::make_unique<Upstream>(
            options.upstream, m_service.state(),
            Upstream::Family{[this](qint64 pid) { return isOurs(pid); }, [this](uid_t user) { return runsAs(user); }});
    m_service.state().setIdentity(ownIdentity());
    for (CleanupStep step : m_checks.cleanupSteps()) {
        step.deadline = options.service.stepTimeout;
        m_service.shutdown().addStep(std::move(step));
    }
    m_hasTerminal = opensTerminal();
    const auto *after = options.ready ? std::get_if<ReadyAfter>(&*options.ready) : nullptr;
    m_hasListened = after && after->listensAgain;
    // One after the other: asked and told to end; or the program, and its successor when a stop comes late.
    const auto stopTime = options.supervisor.stopTimeout * (m_upstream || options.overlap ? 2 : 1) + KillTime;
    m_service.addCleanup(u"process"_s, stopTime, [this](const CleanupDone &done) { stopProgram(done); });
    m_service.addCleanup(
        u"logs"_s, options.service.stepTimeout, [this](const CleanupDone &done) { passOnRest(done); },
        CleanupStage::Logs);
    m_service.http().setLogs([this](const LogQuery &query) { return m_supervisor.output().page(query); });
    m_service.http().setCheckHandler([this](std::function<void()> done) { m_checks.checkAll(std::move(done)); });
    m_service.http().setCodeQuery(
        [this](const QByteArrayList &paths, auto done) { m_code.find(paths, std::move(done)); });
    connect(&m_supervisor, &Supervisor::changed, this, &RunProgram::publish);
    connect(&m_supervisor, &Supervisor::wrote, &m_readiness, &ReadinessWatch::readOutput);
    connect(&m_readiness, &ReadinessWatch::becameReady, this, &RunProgram::publish);
    connect(&m_readiness, &ReadinessWatch::whyChanged, this, &RunProgram::publish);
    if (m_upstream)
        connect(m_upstream.get(), &Upstream::changed, this, &RunProgram::publish);
    connect(&m_supervisor, &Supervisor::linesKept, this,
            [this](qint64 count) { m_service.state().setOutputLines(count); });
    connect(&m_supervisor, &Supervisor::passedOn, this, [this] {
        if (m_supervisor.isFinished())
            programFinished();
    });
    connect(&m_supervisor, &Supervisor::finished, this, &RunProgram::programFinished);
    // From now on its end is what was asked for, whoever brings it about.
    connect(&m_service.shutdown(), &ShutdownSequence::drainStarted, &m_supervisor, &Supervisor::expectEnd);
    if (options.overlap) {
        m_overlap = std::make_unique<OverlappingRestart>(options, sockets, m_supervisor,
                                                         [this](qint64 pid) { return isOurs(pid); });
        m_restart.setPreparation([this](auto done) { return prepareRestart(std::move(done)); });
        connect(m_overlap.get(), &OverlappingRestart::changed, this, [this] {
            publish();
            checkWhetherStopped();
        });
        connect(&m_service.shutdown(), &ShutdownSequence::restartRevoked, this, &RunProgram::checkWhetherStopped);
    }
    connect(&m_checks, &Checks::firstRoundFinished, &m_service, &Service::setReady);
    connect(&m_service, &Service::readyChanged, this, &RunProgram::publish);
    connect(&m_service, &Service::signalReceived, this, &RunProgram::passSignalOn);
    connect(&m_service, &Service::stopReceived, this, [this](SignalSender sender) { m_stoppedBy = sender; });
    connect(&m_service, &Service::forced, this, &RunProgram::endAtOnce);
    connect(&m_guardian, &Guardian::replaced, &m_supervisor, &Supervisor::note);
    m_guardian.watch();
}

int RunProgram::run(const QList<InheritedSocket> &inherited, std::optional<HandedProgram> &program,
                    std::optional<HandedProgram> &predecessor, const QByteArray &output)
{
    m_supervisor.restoreOutput(output);
    // Before we listen: who asks is told of them at once.
    if (program) // it was ready when it was handed over
        m_readiness.follow(readProcess(program->child.pid), true);
    const bool runs = program && m_supervisor.takeOver(std::move(program->child));
    takeOverPredecessor(predecessor);
    const auto refused = [&](const QString &problem) {
        qCCritical(logService, "%s", qPrintable(problem));
        if (runs)
            program->child = m_supervisor.release();
        giveBackPredecessor(predecessor);
        return StartFailure::Own;
    };
    if (const auto problem = m_restart.listen(m_options.service.listen, inherited))
        return refused(problem->text());
    if (const QString problem = m_readiness.problem(); !problem.isEmpty())
        return refused(problem);
    const auto failure = runs ? std::nullopt : m_supervisor.start();
    program.reset(); // with the guardian of our previous image: ours was told when it was taken over
    if (failure) {
        qCCritical(logProcess, "%s", qPrintable(failure->what));
        giveBackPredecessor(predecessor);
        return failure->exitCode;
    }
    predecessor.reset();
    m_checks.apply(m_options.service.dependencies);
    return m_service.exec();
}

/// Its last words first: a reader that is slow gets them as from a pipe, but not when a stop comes.
void RunProgram::programFinished()
{
    m_service.shutdown().setExitCode(m_supervisor.exitCode());
    if (m_stopped)
        checkWhetherStopped();
    else if (m_supervisor.isPassedOn() && m_service.state().phase() < Phase::Draining)
        m_service.shutdown().request(ShutdownMode::Immediate);
}

void RunProgram::takeOverPredecessor(std::optional<HandedProgram> &predecessor)
{
    if (!predecessor)
        return;
    m_predecessor =
        std::make_unique<Predecessor>(m_supervisor.sink(OutputStream::Stdout), m_supervisor.sink(OutputStream::Stderr));
    connect(m_predecessor.get(), &Predecessor::wrote, &m_supervisor, &Supervisor::keep);
    connect(m_predecessor.get(), &Predecessor::noted, &m_supervisor, &Supervisor::note);
    connect(m_predecessor.get(), &Predecessor::ended, this, &RunProgram::predecessorEnded, Qt::QueuedConnection);
    m_oldAdapter = std::move(predecessor->adapter);
    if (m_predecessor->takeOver(std::move(predecessor->child), m_options.supervisor.command, predecessor->killAt)) {
        m_supervisor.note(u"its predecessor (pid %1) still finishes its work"_s.arg(m_predecessor->pid()));
        publish();
        return;
    }
    m_predecessor.reset();
    m_oldAdapter.reset();
    m_sockets.settle();
}

/// The program does not start, but what its predecessor has begun is not cut off for that.
void RunProgram::giveBackPredecessor(std::optional<HandedProgram> &predecessor)
{
    if (!m_predecessor || !m_predecessor->isRunning())
        return;
    predecessor->child = m_predecessor->release();
    predecessor->adapter = std::move(m_oldAdapter);
    m_predecessor.reset();
}

void RunProgram::predecessorEnded()
{
    m_predecessor.reset();
    m_oldAdapter.reset();
    m_sockets.settle();
    publish();
    if (const auto deferred = std::exchange(m_deferred, {})) {
        if (m_overlap->begin(deferred))
            deferred(false);
    }
    checkWhetherStopped();
}

/// Of two listening sockets the kernel is told which one gets the clients; a third would have to wait in any case.
std::optional<Problem> RunProgram::prepareRestart(std::function<void(bool isReady)> done)
{
    if (!m_predecessor)
        return m_overlap->begin(std::move(done));
    m_supervisor.note(u"the restart begins when its predecessor (pid %1) has ended"_s.arg(m_predecessor->pid()));
    m_deferred = std::move(done);
    return {};
}

std::optional<HandedProgram> RunProgram::handOverPredecessor()
{
    const std::optional<GuardedProgram> ending = m_overlap ? m_supervisor.guarded() : std::nullopt;
    if (!ending || !ending->killAt)
        return {};
    HandedProgram program;
    program.role = HandedProgram::Role::Predecessor;
    program.child = m_supervisor.release();
    program.killAt = *ending->killAt;
    return program;
}

/// A stop, if it is the program's stop signal or our terminal is gone; else the program's own business.
void RunProgram::passSignalOn(int number, SignalSender sender)
{
    const bool isHangup = number == SIGHUP && (sender.isKernel || (m_hasTerminal && !opensTerminal()));
    if (!isHangup && number != m_options.supervisor.command.stopSignal)
        return m_supervisor.sendSignal(number);
    if (m_service.state().phase() >= Phase::Draining)
        return;
    m_stoppedBy = sender;
    qCInfo(logShutdown, "%s", isHangup ? "the terminal is closed" : "received the program's stop signal");
    m_service.shutdown().request(ShutdownMode::Signal);
}

/// A second stop: nothing is waited for, and nothing is left.
void RunProgram::endAtOnce(int number)
{
    m_supervisor.note(u"a second %1: SIGKILL to all of its processes"_s.arg(signalName(number)));
    m_supervisor.kill();
    if (m_overlap)
        m_overlap->kill();
    if (m_predecessor)
        m_predecessor->kill();
    m_guardian.end();
    m_sockets.close();
    Log::flush();
    ::_exit(128 + number);
}

/// Waits for our reader, and then for the disk.
void RunProgram::passOnRest(const CleanupDone &done)
{
    const auto flush = [this, done] {
        m_supervisor.giveUpOutput();
        m_supervisor.flush(); // what is wrong with the file has been told, and is not the program's failure
        const QString error = Log::flush();
        error.isEmpty() ? done() : done.failed(error);
    };
    if (m_overlap && isRestart()) { // two programs that write on would not let our reader come to an end
        m_supervisor.pauseOutput();
        m_overlap->pauseOutput();
    }
    if (m_supervisor.isPassedOn())
        return flush();
    connect(&m_supervisor, &Supervisor::passedOn, this, flush, Qt::SingleShotConnection);
    QTimer::singleShot(m_options.service.stepTimeout * 9 / 10, this, [this, flush] {
        if (!m_supervisor.isPassedOn())
            flush();
    });
}

void RunProgram::publish()
{
    followProgram();
    WrappedProcess process = m_supervisor.describe();
    if (m_overlap)
        m_overlap->addTo(process);
    publishReadiness(process);
    if (m_predecessor && m_predecessor->isRunning()) // a successor waits for it
        process.startTimeout = process.startTimeout.value_or(Seconds(0)) + m_predecessor->left();
    m_service.state().setProcess(process);
    QList<ProcessEntry> leaders;
    for (const GuardedProgram &program : programs())
        leaders.append(program.leader);
    m_usage->follow(leaders, m_sockets.addresses());
    m_guardian.guard(programs(), m_supervisor.strays());
    m_code.follow(m_supervisor.pid());
}

/// Who tells whether the program serves looks at the one that runs now.
void RunProgram::followProgram()
{
    const bool isUp = Hephaestus::isUp(m_supervisor.state());
    const bool isSuspended = m_supervisor.state() == ProcessState::Suspended;
    m_readiness.follow(isUp || isSuspended ? m_supervisor.process() : std::nullopt);
    if (!isUp && !isSuspended)
        m_wasReady = false;
    if (m_upstream && !isUp)
        m_upstream->stop();
    else if (m_upstream && !m_stopped)
        m_upstream->start();
}

/// The program is starting until it is ready for the first time. A program that is down is no shutdown: the service
/// stays, and is not ready.
void RunProgram::publishReadiness(WrappedProcess &process)
{
    ServerState &state = m_service.state();
    QString obstacle = process.error;
    if (obstacle.isEmpty())
        obstacle = m_readiness.why();
    if (obstacle.isEmpty() && m_upstream)
        obstacle = m_upstream->obstacle();
    process.error = obstacle;
    process.ready = obstacle.isEmpty() && state.phase() < Phase::Draining;
    m_wasReady = m_wasReady || *process.ready;
    if (process.state == ProcessState::Running && !m_wasReady)
        process.state = ProcessState::Starting;
    state.setObstacle(obstacle);
    if (state.phase() != Phase::Running)
        return;
    if (!obstacle.isEmpty())
        m_notifier.status(obstacle);
    else if (!std::exchange(m_isReadyTold, true))
        m_notifier.ready(u"running"_s);
    else
        m_notifier.status(u"running"_s);
}

void RunProgram::stopProgram(const CleanupDone &done)
{
    m_stopped = done;
    m_deferred = {};
    m_supervisor.expectEnd();
    if (m_overlap && !isSuccessorWanted())
        m_overlap->cancel();
    if (isRestart() && (m_wasReady || !m_hasListened)) // one that was not ready says nothing of those that are
        m_hasListened = ReadinessWatch::listens([this](qint64 pid) { return isOurs(pid); });
    if (isRestart())
        m_supervisor.divertClients([this] { askToEnd(); });
    else
        askToEnd();
}

/// The step is over when nothing is left of the program, its successor and its predecessor. With a successor that is
/// to run on, it is over when the program was told to end: the next image waits for that. Up to then a stop may end
/// all.
void RunProgram::checkWhetherStopped()
{
    if (!m_stopped)
        return;
    if (m_overlap && !isSuccessorWanted())
        m_overlap->cancel();
    const bool isSuccessorSettled = !m_overlap || m_overlap->isOver() || isSuccessorWanted();
    const bool isLeftToNext = m_overlap && isSuccessorWanted() && m_supervisor.state() == ProcessState::Stopping;
    m_service.shutdown().setExitCode(isRestart() ? 0 : m_supervisor.exitCode());
    // Looked at again: cancel() tells that the successor has changed, which leads here, where that may have been the
    // end of the step.
    if (!m_stopped || !isSuccessorSettled || !(m_supervisor.isFinished() || isLeftToNext) || m_predecessor)
        return;
    const CleanupDone done = *std::exchange(m_stopped, {});
    const QString failure = m_supervisor.stopFailure();
    failure.isEmpty() ? done() : done.failed(failure);
}

void RunProgram::askToEnd()
{
    if (m_supervisor.isFinished()) {
        checkWhetherStopped();
        return;
    }
    // A stranger that answers in its place must not be shut down for it.
    if (!m_upstream || !m_upstream->isBelieved() || !isUp(m_supervisor.state())) {
        signalProgram();
        return;
    }
    m_upstream->shutdown(m_options.supervisor.stopTimeout, [this](bool isDone) {
        if (!isDone)
            qCWarning(logProcess, "the program did not shut down when asked at %s", qPrintable(m_options.upstream.url));
        // It ends by itself once its answer is out, and no signal disturbs that; one that does not gets it.
        QTimer::singleShot(isDone ? m_options.supervisor.stopTimeout : 0s, this, &RunProgram::signalProgram);
    });
}

/// A service manager that ends a whole control group (systemd's KillMode=control-group) tells the program itself: then
/// our guardian got its signal, too, perhaps a moment after us.
void RunProgram::signalProgram()
{
    if (!m_stoppedBy || m_stoppedBy->pid != ::getppid()) {
        m_supervisor.stop();
        checkWhetherStopped();
        return;
    }
    QTimer::singleShot(OthersAreTold, this, [this] { m_supervisor.stop(m_guardian.wasAskedToEnd()); });
}

/// Those that run: the one that serves, its successor, its predecessor.
QList<GuardedProgram> RunProgram::programs() const
{
    QList<GuardedProgram> programs;
    for (const auto &program : {m_supervisor.guarded(), m_overlap ? m_overlap->guarded() : std::nullopt,
                                m_predecessor ? m_predecessor->guarded() : std::nullopt}) {
        if (program)
            programs.append(*program);
    }
    return programs;
}

/// The processes of those that run, and all that they started.
QList<ProcessEntry> RunProgram::family() const
{
    const auto processes = readProcesses();
    QList<ProcessEntry> all;
    for (const GuardedProgram &program : programs())
        all << remainsOf(program.leader, processes) << program.leader;
    return all;
}

bool RunProgram::isOurs(qint64 pid) const
{
    const QList<ProcessEntry> processes = family();
    return std::any_of(processes.begin(), processes.end(),
                       [pid](const ProcessEntry &process) { return process.pid == pid; });
}

/// A program may give up root, and answer as the user it has become.
bool RunProgram::runsAs(uid_t user) const
{
    if (user == ::geteuid() || user == 0)
        return true;
    const QList<ProcessEntry> processes = family();
    return std::any_of(processes.begin(), processes.end(), [user](const ProcessEntry &process) {
        struct stat status = {};
        return ::stat(QByteArray("/proc/" + QByteArray::number(process.pid)).constData(), &status) == 0
            && status.st_uid == user;
    });
}

/// What a run begins with: a predecessor's, or made anew.
struct Belongings
{
    explicit Belongings(bool willOverlap) : sockets(willOverlap) {}

    std::optional<Problem> takeInherited();
    std::optional<Problem> complete(const RunOptions &options);
    /// By the guardian of this process' previous image.
    bool isGuarded() const { return (program && program->guardian) || (predecessor && predecessor->guardian); }

    QList<InheritedSocket> inherited;         ///< to listen on ourselves
    std::optional<HandedProgram> program;     ///< one that runs already
    std::optional<HandedProgram> predecessor; ///< one that ends
    HeldSockets sockets;                      ///< for the program
    QByteArrayList socketNames;               ///< of `sockets`, by which the next image of this process finds them
    std::unique_ptr<PythonAdapter> adapter;   ///< null: without
    bool hasListened = false;                 ///< the predecessor's program, for TCP clients
    QByteArray output;                        ///< what was kept of theirs
};

std::optional<Problem> Belongings::takeInherited()
{
    auto found = takeListenFds();
    if (!found)
        return found.problem();
    inherited = *found;
    program = HandedProgram::take(HandedProgram::Role::Serving, inherited);
    predecessor = HandedProgram::take(HandedProgram::Role::Predecessor, inherited);
    inherited.removeIf([this](const InheritedSocket &socket) {
        if (socket.name != ListenedName)
            return false;
        hasListened = true;
        return FileDescriptor(socket.descriptor).isOpen(); // and is closed
    });
    output = HandedOutput::take(inherited);
    if (program)
        adapter = std::move(program->adapter);
    return {};
}

std::optional<Problem> Belongings::complete(const RunOptions &options)
{
    if (auto problem = hold(sockets, options.sockets, inherited, socketNames))
        return problem;
    if (!predecessor)
        sockets.settle();
    if (options.python && !adapter)
        adapter = std::make_unique<PythonAdapter>(options.service.name, placesForFiles());
    return {};
}

/// Where nothing can be written, the program runs all the same.
void tellWhatIsMissing(const RunOptions &options, const PythonAdapter *adapter)
{
    if (options.supervisor.logFile.isEmpty())
        qCWarning(logProcess, "the program's output is kept in memory only: there is no home for a log file");
    if (adapter && adapter->problem())
        qCWarning(logProcess, "--python: %s: which modules are loaded cannot be known",
                  qPrintable(adapter->problem()->text()));
    if (!hasProcessTable())
        qCWarning(logProcess,
                  "/proc is not there, or another PID namespace's: what the program uses, has loaded and "
                  "started beyond its process group cannot be known");
}

/// While one lives, Qt finds no plugins. QHttpServer makes a TLS configuration, whether that is needed or not, for
/// which Qt would load OpenSSL: a third of a wrapper's memory. Whoever needs it later loads it then. Qt's warning
/// that there is none is not for users.
class WithoutPlugins
{
public:
    WithoutPlugins()
        : m_paths(QCoreApplication::libraryPaths())
        , m_handler(qInstallMessageHandler([](QtMsgType type, const QMessageLogContext &context, const QString &text) {
            if (qstrcmp(context.category, "qt.network.ssl") != 0)
                s_next(type, context, text);
        }))
    {
        s_next = m_handler;
        QCoreApplication::setLibraryPaths({});
    }
    ~WithoutPlugins()
    {
        QCoreApplication::setLibraryPaths(m_paths);
        qInstallMessageHandler(m_handler);
    }
    WithoutPlugins(const WithoutPlugins &) = delete;
    WithoutPlugins &operator=(const WithoutPlugins &) = delete;

private:
    static inline QtMessageHandler s_next = nullptr;
    const QStringList m_paths;
    const QtMessageHandler m_handler;
};

/// What a run leaves.
struct RunEnd
{
    int exitCode = ExitDone;
    bool isRestart = false;                   ///< this process is to be replaced
    QList<HandedSocket> listening;            ///< our own, for the next image
    std::optional<HandedProgram> next;        ///< the program that the next image goes on with
    std::optional<HandedProgram> predecessor; ///< the one that it waits for
    bool hasListened = false;                 ///< RunProgram::hasListened()
    std::optional<HandedOutput> output;       ///< what was kept, for the next image
};

/// `trial` returns what would keep the next image from running; `kept` holds `listening`.
RunEnd runUntilStopped(const RunOptions &options, Belongings &belongings, Guardian &guardian, const Reexec &self,
                       InPlaceRestart::Trial trial, HeldSockets &kept)
{
    std::optional<RunProgram> program;
    {
        const WithoutPlugins withoutTls;
        program.emplace(options, belongings.sockets, belongings.adapter.get(), guardian, self, std::move(trial));
    }
    RunEnd end;
    end.exitCode = program->run(belongings.inherited, belongings.program, belongings.predecessor, belongings.output);
    end.next = program->handOver();
    end.predecessor = program->handOverPredecessor();
    end.isRestart = program->restart().isDue();
    end.hasListened = program->hasListened();
    if (end.isRestart) {
        end.listening = program->restart().keepSockets(kept);
        end.output = program->handedOutput();
    }
    return end;
}

/// Programs that nobody goes on with: they are not left to themselves.
void endHanded(std::initializer_list<std::optional<HandedProgram> *> programs, const RunOptions &options)
{
    InPlaceRestart::dropDeadline();
    for (std::optional<HandedProgram> *program : programs) {
        if (*program)
            (*program)->end(options.supervisor.command, options.supervisor.stopTimeout);
    }
    for (std::optional<HandedProgram> *program : programs)
        program->reset(); // the guardian of one guards all
}

/// Hands all over to the next image of this process. Returns if a stop came first or it fails, with the exit code.
int executeAnew(const Reexec &self, const RunOptions &options, Belongings &belongings,
                std::unique_ptr<Guardian> guardian, RunEnd end)
{
    QList<HandedSocket> held = belongings.sockets.handed();
    for (qsizetype i = 0; i < held.size(); ++i)
        held[i].name = belongings.socketNames[i];
    held += end.output->handOver();
    if (end.predecessor)
        end.predecessor->adapter = std::move(belongings.adapter);
    belongings.adapter.reset(); // the next program has its own
    for (std::optional<HandedProgram> *program : {&end.next, &end.predecessor}) {
        if (!*program)
            continue;
        if (guardian)
            (*program)->guardian = std::move(guardian); // until the next image's own does
        held += (*program)->handOver();
    }
    guardian.reset();
    const FileDescriptor listened(end.hasListened ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : -1);
    if (listened.isOpen())
        held.append({ListenedName, listened.number()});
    if (!UnixSignals::stopRequested())
        end.exitCode = InPlaceRestart::execute(self, end.listening + held, options.service.startTimeout);
    endHanded({&end.next, &end.predecessor}, options);
    return end.exitCode;
}

/// What a start would find wrong with the program, as far as can be seen without running it.
QList<Problem> whatKeepsItFromRunning(const RunOptions &options)
{
    const ChildCommand &command = options.supervisor.command;
    const auto problem = command.arguments.isEmpty()
        ? std::nullopt // told already
        : checkProgram(command.arguments.first(), command.directory, qgetenv("PATH"));
    return problem ? QList{*problem} : QList<Problem>();
}

void tellProblems(const QList<Problem> &problems)
{
    for (const Problem &problem : problems)
        std::fprintf(stderr, "hephaestus run: %s\n", qPrintable(problem.text()));
}

} // namespace

int runCommand(const QStringList &arguments)
{
    ::mallopt(M_ARENA_MAX, 1); // few threads that allocate little: a heap for each would be memory for nothing
    resetSignalsAtStart();
    ChildProcess::noteInherited();
    const Reexec self;
    QList<Problem> problems;
    auto options = readRunOptions(arguments, self.arguments(), problems);
    if (!options)
        return ExitDone;
    if (options->isCheck) {
        problems += whatKeepsItFromRunning(*options);
        tellProblems(problems);
        return problems.isEmpty() ? ExitDone : StartFailure::Own;
    }
    Belongings belongings(options->overlap);
    if (const auto problem = belongings.takeInherited())
        problems << *problem;
    if (auto *after = options->ready ? std::get_if<ReadyAfter>(&*options->ready) : nullptr)
        after->listensAgain = after->listensAgain && belongings.hasListened;
    if (problems.isEmpty()) {
        if (const auto problem = belongings.complete(*options))
            problems << *problem;
    }
    tellProblems(problems);
    if (!problems.isEmpty()) {
        endHanded({&belongings.program, &belongings.predecessor}, *options);
        return StartFailure::Own;
    }
    auto guardian = std::make_unique<Guardian>(GuardianOptions{.logFile = options->supervisor.logFile,
                                                               .stopSignal = options->supervisor.command.stopSignal,
                                                               .stopScope = options->supervisor.command.stopScope,
                                                               .grace = options->supervisor.stopTimeout,
                                                               .isStandby = belongings.isGuarded()});
    options->supervisor.command.environment += guardian->mark();
    options->supervisor.command.endsWithParent = guardian->pid() <= 0 || !hasProcessTable();
    Log::install(options->log); // its thread begins
    tellWhatIsMissing(*options, belongings.adapter.get());
    const auto trial = [&]() -> std::optional<Problem> {
        QList<Problem> found;
        if (const auto next = readRunOptions(arguments, self.arguments(), found))
            found += whatKeepsItFromRunning(*next);
        return found.isEmpty() ? std::optional<Problem>() : found.first();
    };
    HeldSockets kept;
    RunEnd end = runUntilStopped(*options, belongings, *guardian, self, trial, kept);
    if (end.isRestart && !UnixSignals::stopRequested())
        return executeAnew(self, *options, belongings, std::move(guardian), std::move(end));
    endHanded({&belongings.program, &belongings.predecessor, &end.next, &end.predecessor}, *options);
    return end.exitCode;
}

} // namespace Hephaestus
