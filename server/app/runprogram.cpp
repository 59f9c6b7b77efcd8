// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/runprogram.h"

#include "common/base/programpages.h"
#include "common/base/startdirectory.h"
#include "server/code/processorigin.h"
#include "server/core/ownidentity.h"
#include "server/supervisor/processtable.h"

#include <QDir>
#include <QFileInfo>

#include <csignal>
#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto OthersAreTold = 30ms; // by a service manager that tells each process of a group
constexpr auto SettledAfter = 3s;    // all is loaded; ProgramCode does the same when the program rests
constexpr auto KillTime = 7s;        // what the supervisor may take from SIGKILL on

/// What the program is made of, beside what its process shows: the watched files, lock files, and the configuration,
/// which this process read.
CodeSources codeSources(const RunOptions &options)
{
    CodeSources sources;
    sources.directory = QFile::encodeName(QDir::currentPath());
    if (const QByteArray started = startDirectory(); started != sources.directory)
        sources.startLink = started;
    sources.watch = options.watch;
    sources.builtFrom = options.builtFrom;
    sources.reporters.clear();
    if (options.adapters.testFlag(ModuleLanguage::Python))
        sources.reporters << "python"
                          << "pypy";
    if (options.adapters.testFlag(ModuleLanguage::Node))
        sources.reporters << "node"
                          << "nodejs";
    sources.lockFiles = lockFilesIn(sources.directory);
    sources.configuredSince = ProcessOrigin::startOf(::getpid());
    if (options.service.file.isEmpty())
        return sources;
    sources.configurationRead.insert(QFile::encodeName(options.service.file), options.service.content);
    for (const QString &file : QStringList{options.service.file} + options.service.namedFiles)
        sources.configurationFiles << QFile::encodeName(QFileInfo(file).absoluteFilePath());
    return sources;
}

/// Whether we belong to a terminal: one that was closed cannot be opened any more.
bool opensTerminal() { return FileDescriptor(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)).isOpen(); }

SupervisorOptions withEnvironment(const RunOptions &run, const ModuleAdapter *adapter, const ReadinessWatch &ready)
{
    SupervisorOptions options = run.supervisor;
    if (adapter)
        options.command.environment += adapter->environment(run.adapters);
    options.command.environment += ready.environment();
    return options;
}

bool isAmong(const QList<ProcessEntry> &processes, qint64 pid)
{
    return std::any_of(processes.begin(), processes.end(),
                       [pid](const ProcessEntry &process) { return process.pid == pid; });
}

} // namespace

RunProgram::RunProgram(const RunOptions &options, HeldSockets &sockets, const ModuleAdapter *adapter,
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
    , m_supervisor(withEnvironment(options, adapter, m_readiness), sockets)
    , m_code(m_service.state(), codeSources(options), adapter)
    , m_checks(m_service.state())
    , m_notifier(m_service.shutdown())
    , m_restart(m_service, self, std::move(trial))
{
    m_service.state().setResourceReader([usage = m_usage] { return usage->now(); });
    makeUpstream(adapter);
    m_service.state().setIdentity(ownIdentity());
    for (CleanupStep step : m_checks.cleanupSteps()) {
        step.deadline = options.service.stepTimeout;
        m_service.shutdown().addStep(std::move(step));
    }
    m_hasTerminal = opensTerminal();
    connect(&m_readiness, &ReadinessWatch::becameReady, &m_settled, [this] { m_settled.start(SettledAfter); });
    m_settled.setSingleShot(true);
    m_settled.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_settled, &QTimer::timeout, this, [this] {
        releaseUnusedMemory();
        m_service.http().releaseStack();
    });
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
    m_service.http().setComparison([this](auto done) { m_code.compareAnew(std::move(done)); });
    m_service.http().setCodeQuery(
        [this](const QByteArrayList &paths, auto done) { m_code.find(paths, std::move(done)); });
    connect(&m_supervisor, &Supervisor::spawned, this, &RunProgram::guardAlso);
    connect(&m_supervisor, &Supervisor::changed, this, &RunProgram::publish);
    connect(&m_supervisor, &Supervisor::died, this,
            [this](const QString &reason) { m_service.state().countDeath(reason); });
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
        connect(m_overlap.get(), &OverlappingRestart::spawned, this, &RunProgram::guardAlso);
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

/// Which of two programs answers cannot be told: none with --overlap.
void RunProgram::makeUpstream(const ModuleAdapter *adapter)
{
    const bool hasAdapter = adapter && !adapter->problem() && m_options.adapters.testFlag(ModuleLanguage::Python);
    const bool mayAppear = hasAdapter && !m_options.overlap && !adapter->endpoints().isEmpty();
    const bool isConfigured = !m_options.upstream.url.isEmpty();
    if (!isConfigured && !mayAppear)
        return;
    ServiceTarget target = m_options.upstream;
    if (!isConfigured)
        target.url = adapter->endpoints();
    m_upstream = std::make_unique<Upstream>(
        target, isConfigured ? Upstream::Presence::Configured : Upstream::Presence::MayAppear, m_service.state(),
        Upstream::Family{[this](qint64 pid) { return isOurs(pid); }, [this](uid_t user) { return runsAs(user); }});
    if (hasAdapter)
        m_upstream->ignoreCode(); // both read what the adapter reports, and we know of more
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
    else if (m_supervisor.isPassedOn() && m_service.state().phase() < Phase::Draining) {
        m_endsByItself = true;
        m_service.shutdown().request(ShutdownMode::Signal); // nobody asked for it by the protocol
    }
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
    m_service.endNote().noteStop(isHangup ? SignalSender{.isKernel = true} : sender);
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
        error.isEmpty() || m_endsByItself ? done() : done.failed(error); // the program's own exit code counts then
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
    m_code.follow(m_supervisor.pid(), m_supervisor.launchedAt());
}

/// A program that was not told to the guardian yet must not run: should this process be killed then, nobody ends it.
void RunProgram::guardAlso(const GuardedProgram &program)
{
    m_guardian.guard(programs() << program, m_supervisor.strays());
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
    else if (!std::exchange(m_isReadyTold, true)) {
        m_notifier.ready(u"running"_s);
        ::malloc_trim(0); // what only the start needed: a quarter of the heap
    } else
        m_notifier.status(u"running"_s);
}

void RunProgram::stopProgram(const CleanupDone &done)
{
    m_stopped = done;
    m_deferred = {};
    m_supervisor.expectEnd();
    if (m_overlap && !isSuccessorWanted())
        m_overlap->cancel();
    const bool isAskedLater = m_options.ready && std::holds_alternative<ReadyAfter>(*m_options.ready);
    // All of /proc is read for it. One that was not ready says nothing of those that are.
    if (isRestart() && isAskedLater && (m_wasReady || !m_hasListened))
        m_hasListened = ReadinessWatch::listens([ours = family()](qint64 pid) { return isAmong(ours, pid); });
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
    m_endsUnsignalledUntil = std::chrono::steady_clock::now() + 2 * m_options.supervisor.stopTimeout;
    publish(); // should we be killed now, our guardian leaves it to its own shutdown, too
    m_upstream->shutdown(m_options.supervisor.stopTimeout, [this](bool isDone) {
        if (!isDone)
            qCWarning(logProcess, "the program did not shut down when asked at %s", qPrintable(m_upstream->url()));
        // It ends by itself once its answer is out, and no signal disturbs that; one that does not gets it.
        QTimer::singleShot(isDone ? m_options.supervisor.stopTimeout : 0s, this, &RunProgram::signalProgram);
    });
}

/// A service manager that ends a whole control group (systemd's KillMode=control-group) tells the program itself: then
/// our guardian got its signal, too, perhaps a moment after us.
void RunProgram::signalProgram()
{
    m_endsUnsignalledUntil.reset();
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
    std::optional<GuardedProgram> serving = m_supervisor.guarded();
    if (serving && !serving->killAt)
        serving->killAt = m_endsUnsignalledUntil;
    for (const auto &program : {serving, m_overlap ? m_overlap->guarded() : std::nullopt,
                                m_predecessor ? m_predecessor->guarded() : std::nullopt}) {
        if (program)
            programs.append(*program);
    }
    return programs;
}

/// The processes of those that run, and all that they started.
QList<ProcessEntry> RunProgram::family() const
{
    const auto processes = readDescendants();
    QList<ProcessEntry> all;
    for (const GuardedProgram &program : programs())
        all << remainsOf(program.leader, processes) << program.leader;
    return all;
}

bool RunProgram::isOurs(qint64 pid) const { return isAmong(family(), pid); }

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

} // namespace Hephaestus
