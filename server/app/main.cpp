// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/leanqt.h"
#include "server/app/program.h"
#include "server/cli/exitcode.h"
#include "server/supervisor/childcommand.h"

#include <QCoreApplication>
#include <revision.h>

#include <cstdio>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/// Descriptors 0 to 2 that are closed would be given to sockets, and what is printed would go there.
static void fillStandardDescriptors()
{
    int descriptor = ::open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = ::open("/dev/null", O_RDWR);
    ::close(descriptor);
}

/// Qt ends the process by SIGABRT where it gets no descriptor for its event loop.
static bool hasRoomForQt()
{
    constexpr rlim_t fewest = 16;
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur >= fewest)
        return true;
    std::fprintf(
        stderr,
        "hephaestus: RLIMIT_NOFILE: this process may have %llu files open, and needs at least %llu (ulimit -n)\n",
        static_cast<unsigned long long>(descriptors.rlim_cur), static_cast<unsigned long long>(fewest));
    return false;
}

int main(int argc, char **argv)
{
    fillStandardDescriptors();
    if (!hasRoomForQt())
        return argc > 1 && std::strcmp(argv[1], "run") == 0 ? Hephaestus::StartFailure::Own : Hephaestus::ExitUsage;
    std::optional<QCoreApplication> application;
    {
        const Hephaestus::LeanQt lean;
        application.emplace(argc, argv);
    }
    QCoreApplication::setApplicationName(QStringLiteral("hephaestus"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HEPHAESTUS_VERSION));
    return Hephaestus::runProgram(QCoreApplication::arguments().mid(1), HEPHAESTUS_REVISION);
}
