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

enum class Stage : int { Session, Directory, Descriptors, Exec };

/// What the child tells through the pipe that closes itself when the program runs.
struct Failure
{
    Stage stage;
    int error;
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
    const ExecImage &image() const { return m_image; }

private:
    [[noreturn]] void fail(Stage stage) noexcept { fail(stage, errno); }
    [[noreturn]] void fail(Stage stage, int error) noexcept;

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
    for (Pipe *pipe : {&output, &error, &status}) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        pipe->reading.reset(ends[0]);
        pipe->writing.reset(ends[1]);
        if (!m_handover.keepClear(pipe->writing))
            return false;
    }
    for (Pipe *pipe : {&output, &error})
        ::fcntl(pipe->reading.number(), F_SETFL, O_NONBLOCK); // this end only: the child's stays as programs expect it
    m_input.reset(m_sharesInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                : ::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return m_input.isOpen() && m_handover.keepClear(m_input);
}

void Launch::fail(Stage stage, int error) noexcept
{
    const Failure failure{stage, error};
    [[maybe_unused]] const auto written =
        ::write(status.writing.number(), &failure, sizeof failure); // below PIPE_BUF: whole
    ::_exit(StartFailure::NotFound);
}

void Launch::runChild(pid_t parent) noexcept
{
    if (::setsid() < 0 || ::prctl(PR_SET_PDEATHSIG, m_deathSignal) != 0)
        fail(Stage::Session);
    if (::getppid() != parent)
        ::_exit(StartFailure::Own); // it died before it could be watched; nobody reads this any more
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

/// Waits until the program runs (nothing is returned) or is known not to.
std::optional<Failure> awaitExec(int status)
{
    pollfd waited{status, POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&waited, 1, LoadMilliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return Failure{Stage::Exec, ETIMEDOUT};
    Failure failure{};
    ssize_t count = 0;
    do {
        count = ::read(status, &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    if (count == ssize_t(sizeof failure))
        return failure;
    return {};
}

StartFailure explain(const Failure &failure, const ChildCommand &command, const ExecImage &image)
{
    switch (failure.stage) {
    case Stage::Session: return ownFailure(u"no session of its own for the program"_s, failure.error);
    case Stage::Directory:
        return ownFailure(
            u"the working directory %1 cannot be entered"_s.arg(QString::fromLocal8Bit(command.directory)),
            failure.error);
    case Stage::Descriptors: return ownFailure(u"the program's descriptors could not be set up"_s, failure.error);
    case Stage::Exec: break;
    }
    return image.explain(failure.error);
}

} // namespace

std::variant<SpawnedChild, StartFailure> spawn(const ChildCommand &command, const QList<HandedSocket> &sockets)
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
    std::optional<StartFailure> problem;
    child.pidfd.reset(int(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (!child.pidfd.isOpen())
        problem = ownFailure(u"the program cannot be watched"_s, errno);
    else if (const auto failure = awaitExec(launch.status.reading.number()))
        problem = explain(*failure, command, launch.image());
    if (problem) {
        ::kill(child.pid, SIGKILL);
        ::kill(-child.pid, SIGKILL);
        while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        return *problem;
    }
    child.output = std::move(launch.output.reading);
    child.error = std::move(launch.error.reading);
    return child;
}

} // namespace Hephaestus
