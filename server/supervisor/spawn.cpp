// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/spawn.h"

#include "server/core/unixsignals.h"
#include "server/supervisor/execimage.h"
#include "server/supervisor/handover.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LoadMilliseconds = 10'000;

enum class Stage : int { Waiting, Session, Directory, Descriptors, Exec };

/// How far the child came. It tells that it waits to run the program (Waiting), and then what failed, through a pipe
/// that closes itself when the program runs.
struct Report
{
    Stage stage;
    int error = 0;
};

struct Pipe
{
    FileDescriptor reading;
    FileDescriptor writing;
};

StartFailure ownFailure(const QString &what, int error)
{
    return {StartFailure::Own, u"%1: %2"_s.arg(what, QString::fromLocal8Bit(std::strerror(error)))};
}

/// Everything the child needs, made before the fork: it may only make system calls.
class Launch
{
public:
    Launch(const ChildCommand &command, const QList<HandedSocket> &sockets)
        : m_directory(command.directory)
        , m_sharesInput(command.sharesInput)
        , m_deathSignal(command.endsWithParent ? command.stopSignal : 0)
        , m_image(command, Handover::names(sockets))
    {
    }

    bool open(const QList<HandedSocket> &sockets);
    [[noreturn]] void runChild(pid_t parent) noexcept;

    Pipe output;
    Pipe error;
    Pipe status;
    Pipe gate; ///< the child runs the program when a byte comes, and ends when it closes
    const ExecImage &image() const { return m_image; }

private:
    [[noreturn]] void fail(Stage stage) noexcept { fail(stage, errno); }
    [[noreturn]] void fail(Stage stage, int error) noexcept;
    void tell(Stage stage, int error) noexcept;
    void awaitGate() noexcept;

    const QByteArray m_directory;
    const bool m_sharesInput;
    const int m_deathSignal;
    ExecImage m_image;
    Handover m_handover;
    FileDescriptor m_input;
};

bool Launch::open(const QList<HandedSocket> &sockets)
{
    if (!m_handover.prepare(sockets))
        return false;
    for (Pipe *pipe : {&output, &error, &status, &gate}) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        pipe->reading.reset(ends[0]);
        pipe->writing.reset(ends[1]);
        if (pipe != &gate && !m_handover.keepClear(pipe->writing)) // nothing is placed before the gate opens
            return false;
    }
    for (Pipe *pipe : {&output, &error})
        ::fcntl(pipe->reading.number(), F_SETFL, O_NONBLOCK); // this end only: the child's stays as programs expect it
    m_input.reset(m_sharesInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return m_input.isOpen() && m_handover.keepClear(m_input);
}

void Launch::tell(Stage stage, int error) noexcept
{
    const Report report{stage, error};
    [[maybe_unused]] const auto written =
        ::write(status.writing.number(), &report, sizeof report); // below PIPE_BUF: whole
}

void Launch::fail(Stage stage, int error) noexcept
{
    tell(stage, error);
    ::_exit(StartFailure::NotFound);
}

void Launch::awaitGate() noexcept
{
    tell(Stage::Waiting, 0);
    char opened = 0;
    ssize_t count = 0;
    do {
        count = ::read(gate.reading.number(), &opened, 1);
    } while (count < 0 && errno == EINTR);
    if (count != 1)
        ::_exit(StartFailure::Own); // the parent ended; nobody reads this any more
}

void Launch::runChild(pid_t parent) noexcept
{
    gate.writing.reset(); // only the parent's end keeps the gate
    if (::setsid() < 0 || ::prctl(PR_SET_PDEATHSIG, m_deathSignal) != 0)
        fail(Stage::Session);
    if (::getppid() != parent)
        ::_exit(StartFailure::Own); // before it could be told to end with its parent
    awaitGate();
    if (!m_directory.isEmpty() && ::chdir(m_directory.constData()) != 0)
        fail(Stage::Directory);
    const int stdio[] = {m_input.number(), output.writing.number(), error.writing.number()};
    for (int number = 0; number < Handover::FirstSocket; ++number) {
        if (::dup2(stdio[number], number) < 0)
            fail(Stage::Descriptors);
    }
    if (!m_handover.place())
        fail(Stage::Descriptors);
    resetSignalsInChild();
    fail(Stage::Exec, m_image.execute());
}

pid_t forkWithoutSignals(Launch &launch)
{
    // A handler of ours that ran in the child would write into a socketpair it shares with us.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    const int error = errno;
    if (pid == 0)
        launch.runChild(parent);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return pid;
}

/// What the child tells next; nothing: the program runs, or the child has ended.
std::optional<Report> awaitReport(int status)
{
    pollfd waited{status, POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&waited, 1, LoadMilliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return Report{Stage::Exec, ETIMEDOUT};
    Report report{};
    ssize_t count = 0;
    do {
        count = ::read(status, &report, sizeof report);
    } while (count < 0 && errno == EINTR);
    if (count == ssize_t(sizeof report))
        return report;
    return {};
}

/// Lets the waiting child run the program; nothing: it does.
std::optional<Report> runProgram(const Launch &launch, const SpawnedChild &child,
                                 const std::function<void(const SpawnedChild &)> &beforeExec)
{
    const auto waiting = awaitReport(launch.status.reading.number());
    if (!waiting || waiting->stage != Stage::Waiting)
        return waiting ? waiting : Report{Stage::Session, ESRCH};
    if (beforeExec)
        beforeExec(child);
    if (::write(launch.gate.writing.number(), "", 1) != 1)
        return Report{Stage::Session, errno};
    return awaitReport(launch.status.reading.number());
}

StartFailure explain(const Report &failure, const ChildCommand &command, const ExecImage &image)
{
    switch (failure.stage) {
    case Stage::Session: return ownFailure(u"no session of its own for the program"_s, failure.error);
    case Stage::Directory:
        return ownFailure(
            u"the working directory %1 cannot be entered"_s.arg(QString::fromLocal8Bit(command.directory)),
            failure.error);
    case Stage::Descriptors: return ownFailure(u"the program's descriptors could not be set up"_s, failure.error);
    case Stage::Waiting:
    case Stage::Exec: break;
    }
    return image.explain(failure.error);
}

} // namespace

std::variant<SpawnedChild, StartFailure> spawn(const ChildCommand &command, const QList<HandedSocket> &sockets,
                                               const std::function<void(const SpawnedChild &)> &beforeExec)
{
    if (const auto refused = ExecImage::refuse(command))
        return *refused;
    Launch launch(command, sockets);
    if (!launch.open(sockets))
        return ownFailure(u"no pipes for the program"_s, errno);
    SpawnedChild child;
    child.pid = forkWithoutSignals(launch);
    if (child.pid < 0)
        return ownFailure(u"no new process"_s, errno);
    launch.output.writing.reset();
    launch.error.writing.reset();
    launch.status.writing.reset();
    launch.gate.reading.reset();
    child.output = std::move(launch.output.reading);
    child.error = std::move(launch.error.reading);
    std::optional<StartFailure> problem;
    child.pidfd.reset(int(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (!child.pidfd.isOpen())
        problem = ownFailure(u"the program cannot be watched"_s, errno);
    else if (const auto failure = runProgram(launch, child, beforeExec))
        problem = explain(*failure, command, launch.image());
    if (problem) {
        ::kill(child.pid, SIGKILL);
        ::kill(-child.pid, SIGKILL);
        while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        return *problem;
    }
    return child;
}

} // namespace Hephaestus
