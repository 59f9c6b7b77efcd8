// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plays the part of a supervised program, well behaved or not: `hephaestus_test_child PART [ARGUMENT...]`. Says "ready"
// once it is what its part says.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <functional>
#include <map>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void say(const std::string &text)
{
    const std::string line = text + '\n';
    [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
}

[[noreturn]] void sleepForEver()
{
    for (;;)
        ::pause();
}

void ignoreTerm() { ::signal(SIGTERM, SIG_IGN); }

/// The processes of a family tell through it that they are what they are to be.
int settledPipe[2];

void awaitSettled(int count)
{
    char byte = 0;
    for (; count > 0; --count)
        [[maybe_unused]] const auto got = ::read(settledPipe[0], &byte, 1);
}

/// A process of its own that runs `part` and never comes back.
pid_t beside(const std::function<void()> &part)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        part();
        [[maybe_unused]] const auto told = ::write(settledPipe[1], "", 1);
        sleepForEver();
    }
    return pid;
}

/// One that is nobody's child any more and in a session of its own.
void daemonize(const std::function<void()> &part)
{
    const pid_t between = ::fork();
    if (between == 0) {
        ::setsid();
        beside(part);
        ::_exit(0);
    }
    ::waitpid(between, nullptr, 0);
}

int exitWith(char **arguments) { return std::atoi(arguments[0]); }

int crash(char **)
{
    ::raise(SIGSEGV);
    return 0;
}

int wait(char **)
{
    say("ready");
    sleepForEver();
}

int handleTerm(char **arguments)
{
    static volatile sig_atomic_t asked = 0;
    struct sigaction action = {};
    action.sa_handler = [](int) { asked = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
    sigset_t term;
    sigset_t before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, &before);
    say("ready");
    while (!asked)
        ::sigsuspend(&before);
    say("ending");
    return std::atoi(arguments[0]);
}

/// A master whose worker is in the middle of a task that it finishes when told to by a pipe, not by a signal; told to
/// end, it waits for that.
int master(char **)
{
    int task[2];
    if (::pipe(task) != 0)
        return 1;
    const pid_t worker = ::fork();
    if (worker == 0) {
        ::close(task[1]);
        ::signal(SIGTERM, [](int) {
            say("worker told");
            ::_exit(1);
        });
        [[maybe_unused]] const auto told = ::write(settledPipe[1], "", 1);
        char byte = 0;
        [[maybe_unused]] const auto end = ::read(task[0], &byte, 1);
        say("task done");
        ::_exit(0);
    }
    awaitSettled(1);
    char code[] = "0";
    char *arguments[] = {code, nullptr};
    handleTerm(arguments);
    ::close(task[1]);
    int status = 0;
    ::waitpid(worker, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 9;
}

/// Says each signal that comes, and ends at SIGTERM.
int recordSignals(char **)
{
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    say("ready");
    for (;;) {
        int number = 0;
        if (::sigwait(&all, &number) != 0)
            return 1;
        say("got " + std::to_string(number));
        if (number == SIGTERM)
            return 0;
    }
}

/// Says what it reads on stdin.
int repeatInput(char **)
{
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
        [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, buffer, std::size_t(count));
    say("end of input");
    return 0;
}

/// Begins to end, and never gets there.
int hangAtTerm(char **)
{
    ::signal(SIGTERM, [](int) {
        for (;;)
            ::pause();
    });
    say("ready");
    sleepForEver();
}

int ignoreTermForEver(char **)
{
    ignoreTerm();
    say("ready");
    sleepForEver();
}

int suspendItself(char **)
{
    say("ready");
    ::raise(SIGSTOP);
    say("resumed");
    sleepForEver();
}

/// Three children in its group that ignore SIGTERM, and a child of each that does too; itself it ends at SIGTERM, or at
/// once with "leave".
int haveGrandchildren(char **arguments)
{
    for (int i = 0; i < 3; ++i) {
        beside([] {
            ignoreTerm();
            beside([] {});
        });
    }
    awaitSettled(6);
    say("ready");
    if (arguments[0] && std::strcmp(arguments[0], "leave") == 0)
        return 0;
    sleepForEver();
}

int forkTwice(char **arguments)
{
    daemonize([] { ignoreTerm(); });
    daemonize([] {});
    awaitSettled(2);
    say("ready");
    if (arguments[0] && std::strcmp(arguments[0], "leave") == 0)
        return 0;
    sleepForEver();
}

/// Orphans that end by themselves: zombies, unless they are reaped.
int orphanThem(char **arguments)
{
    for (int i = 0; i < std::atoi(arguments[0]); ++i)
        daemonize([] { ::_exit(0); });
    say("ready");
    sleepForEver();
}

void burn()
{
    while (std::clock() < CLOCKS_PER_SEC / 5) {
    }
}

/// A process that uses 200 ms of CPU time and ends: a child it waits for, an orphan, or itself (and waits).
int burnSome(char **arguments)
{
    const std::string how = arguments[0] ? arguments[0] : "itself";
    say("ready");
    if (how == "orphan") {
        daemonize([] {
            burn();
            ::_exit(0);
        });
    } else if (how == "reaped") {
        const pid_t pid = beside([] {
            burn();
            ::_exit(0);
        });
        ::waitpid(pid, nullptr, 0);
    } else {
        burn();
    }
    sleepForEver();
}

/// Keeps that many MiB of memory.
int holdMemory(char **arguments)
{
    const std::string memory(std::size_t(std::atol(arguments[0])) * 1024 * 1024, 'x');
    say("ready");
    sleepForEver();
}

/// Writes that many MiB to stdout and as much to stderr, in lines, then exits with 0.
int flood(char **arguments)
{
    const std::string line(1023, 'x');
    for (long i = 0; i < std::atol(arguments[0]) * 1024; ++i) {
        std::puts(line.c_str());
        std::fputs((line + '\n').c_str(), stderr);
    }
    return 0;
}

/// Each argument as it came, with a zero byte after it.
int repeatArguments(char **arguments)
{
    for (; *arguments; ++arguments)
        std::fwrite(*arguments, 1, std::strlen(*arguments) + 1, stdout);
    return 0;
}

/// What it was started with: descriptors, signals, session, directory.
int describeItself(char **)
{
    ::close(settledPipe[0]);
    ::close(settledPipe[1]);
    DIR *directory = ::opendir("/proc/self/fd");
    std::string descriptors;
    while (const dirent *entry = ::readdir(directory)) {
        if (std::isdigit(entry->d_name[0]) && std::atoi(entry->d_name) != ::dirfd(directory))
            descriptors += std::string(" ") + entry->d_name;
    }
    say("descriptors" + descriptors);
    sigset_t blocked;
    ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
    std::string changed;
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action = {};
        if (sigismember(&blocked, number) == 1
            || (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_DFL))
            changed += " " + std::to_string(number);
    }
    say("signals" + changed);
    say(std::string("leads ") + (::getsid(0) == ::getpid() && ::getpgrp() == ::getpid() ? "yes" : "no"));
    int deathSignal = 0;
    ::prctl(PR_GET_PDEATHSIG, &deathSignal);
    say("parent death " + std::to_string(deathSignal));
    char path[4096];
    say(std::string("directory ") + (::getcwd(path, sizeof path) ? path : "?"));
    for (const char *name : {"LISTEN_FDS", "LISTEN_FDNAMES", "MARK"})
        say(std::string(name) + ' ' + (std::getenv(name) ? std::getenv(name) : "unset"));
    const char *pid = std::getenv("LISTEN_PID");
    say(std::string("LISTEN_PID ") + (!pid ? "unset" : std::atoi(pid) == ::getpid() ? "right" : "wrong"));
    return 0;
}

/// Answers every connection of the listening socket 3 with its pid; exits with the code a client sends, if it is not 0.
int serve(char **)
{
    say("ready");
    for (;;) {
        const int connection = ::accept(3, nullptr, nullptr);
        if (connection < 0)
            return errno;
        const std::string answer = std::to_string(::getpid());
        [[maybe_unused]] const auto written = ::write(connection, answer.data(), answer.size());
        char code = 0;
        if (::read(connection, &code, 1) == 1 && code != 0)
            return code;
        ::close(connection);
    }
}

} // namespace

int main(int, char **argv)
{
    if (::pipe(settledPipe) != 0)
        return 1;
    const std::map<std::string, int (*)(char **)> parts{
        {"exit", exitWith},
        {"crash", crash},
        {"wait", wait},
        {"handle-term", handleTerm},
        {"master", master},
        {"record-signals", recordSignals},
        {"repeat-input", repeatInput},
        {"ignore-term", ignoreTermForEver},
        {"hang-at-term", hangAtTerm},
        {"suspend-itself", suspendItself},
        {"grandchildren", haveGrandchildren},
        {"fork-twice", forkTwice},
        {"orphans", orphanThem},
        {"burn", burnSome},
        {"hold", holdMemory},
        {"flood", flood},
        {"arguments", repeatArguments},
        {"describe", describeItself},
        {"serve", serve},
    };
    const auto part = argv[1] ? parts.find(argv[1]) : parts.end();
    if (part == parts.end()) {
        std::fputs("expected a part\n", stderr);
        return 2;
    }
    return part->second(argv + 2);
}
