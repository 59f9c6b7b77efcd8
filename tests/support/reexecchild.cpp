// SPDX-License-Identifier: GPL-3.0-or-later
//
// A program that becomes its successor when told to on stdin: `restart`, `check`, `replaced`, `try CODE`; `end` ends
// it. Each life begins with one line about itself. `stop` gives it a SIGTERM that is held back, `stopped` tells whether
// one came. With `--exit CODE` it does only that.

#include "server/core/unixsignals.h"
#include "server/supervisor/heldsockets.h"
#include "server/supervisor/reexec.h"

#include <QCoreApplication>
#include <QDir>

#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>

using namespace Hephaestus;

namespace {

void introduceItself(int argc, char **argv)
{
    std::cout << "pid " << ::getpid() << " descriptors";
    for (int number = 0; number < 1024; ++number) {
        if (::fcntl(number, F_GETFD) >= 0)
            std::cout << ' ' << number;
    }
    std::cout << " directory " << QDir::currentPath().toStdString() << " mark " << qgetenv("MARK").toStdString()
              << " arguments";
    for (int i = 1; i < argc; ++i)
        std::cout << ' ' << argv[i];
    struct sigaction action = {};
    ::sigaction(SIGPIPE, nullptr, &action);
    sigset_t blocked;
    ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
    std::cout << " signals "
              << (action.sa_handler == SIG_DFL && !sigismember(&blocked, SIGPROF) ? "default" : "changed");
    const QByteArray pid = qgetenv("LISTEN_PID");
    std::cout << " listeners " << qgetenv("LISTEN_FDS").toStdString() << ' ' << qgetenv("LISTEN_FDNAMES").toStdString()
              << ' '
              << (pid.isEmpty()                   ? "first"
                      : pid.toInt() == ::getpid() ? "right"
                                                  : "wrong")
              << std::endl;
}

/// What a service has done by the time it restarts.
void liveALittle()
{
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t profile;
    sigemptyset(&profile);
    sigaddset(&profile, SIGPROF); // which is never held back
    ::sigprocmask(SIG_BLOCK, &profile, nullptr);
    qputenv("MARK", "changed");
    [[maybe_unused]] const int moved = ::chdir("/");
    [[maybe_unused]] const int leaked = ::dup(0);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 2 && std::string(argv[1]) == "--exit") {
        std::cerr << "first words\nlast words\n";
        if (std::string(argv[2]) == "never")
            ::pause();
        return std::atoi(argv[2]);
    }
    const Reexec self;
    introduceItself(argc, argv);
    HeldSockets sockets;
    const auto problem = qEnvironmentVariableIsSet("LISTEN_FDS")
        ? sockets.adopt(3, false)
        : sockets.open(parseServiceAddress(QStringLiteral("127.0.0.1:0")).value());
    if (problem) {
        std::cout << problem->text().toStdString() << std::endl;
        return 1;
    }
    std::cout << "port " << sockets.addresses().first().port << std::endl;
    liveALittle();
    const auto tell = [](const std::optional<Problem> &found) {
        std::cout << (found ? found->text().toStdString() : "fine") << std::endl;
    };
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "check")
            tell(self.check());
        else if (line == "replaced")
            std::cout << (self.isReplaced() ? "yes" : "no") << std::endl;
        else if (line.starts_with("try "))
            tell(self.tryOut({"--exit", QByteArray::fromStdString(line.substr(4))}, std::chrono::milliseconds(300)));
        else if (line == "restart") {
            const StartFailure failure = self.execute(sockets.handed());
            std::cout << failure.what.toStdString() << std::endl;
            return failure.exitCode;
        } else if (line == "stop") {
            UnixSignals::holdBack();
            ::kill(::getpid(), SIGTERM);
            std::cout << (UnixSignals::stopRequested() ? "waits" : "lost") << std::endl;
        } else if (line == "stopped") {
            const QCoreApplication application(argc, argv);
            const UnixSignals signals({SIGTERM, SIGINT});
            std::cout << (UnixSignals::stopRequested() ? "yes" : "no") << std::endl;
        } else if (line == "end")
            return 0;
    }
    return 1;
}
