// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/leanqt.h"
#include "server/app/program.h"

#include <QCoreApplication>
#include <revision.h>

#include <fcntl.h>
#include <optional>
#include <unistd.h>

/// Descriptors 0 to 2 that are closed would be given to sockets, and what is printed would go there.
static void fillStandardDescriptors()
{
    int descriptor = ::open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = ::open("/dev/null", O_RDWR);
    ::close(descriptor);
}

int main(int argc, char **argv)
{
    fillStandardDescriptors();
    std::optional<QCoreApplication> application;
    {
        const Hephaestus::LeanQt lean;
        application.emplace(argc, argv);
    }
    QCoreApplication::setApplicationName(QStringLiteral("hephaestus"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HEPHAESTUS_VERSION));
    return Hephaestus::runProgram(QCoreApplication::arguments().mid(1), HEPHAESTUS_REVISION);
}
