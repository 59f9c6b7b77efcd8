// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/interruptwatch.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

namespace {

constexpr std::array Interrupts{SIGINT, SIGTERM, SIGHUP};

int interruptPipe[2] = {-1, -1};
std::array<struct sigaction, Interrupts.size()> interruptsBefore;
struct sigaction brokenPipeBefore;

extern "C" void noteInterrupt(int number)
{
    const int error = errno;
    const auto byte = static_cast<unsigned char>(number);
    [[maybe_unused]] const auto written = ::write(interruptPipe[1], &byte, 1);
    errno = error;
}

} // namespace

InterruptWatch::InterruptWatch(QObject *parent) : QObject(parent)
{
    struct sigaction ignoring = {};
    ignoring.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignoring, &brokenPipeBefore);
    if (::pipe2(interruptPipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    m_notifier = new QSocketNotifier(interruptPipe[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &InterruptWatch::read);
    struct sigaction noting = {};
    noting.sa_handler = noteInterrupt;
    noting.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < Interrupts.size(); ++i) {
        ::sigaction(Interrupts[i], nullptr, &interruptsBefore[i]);
        if (interruptsBefore[i].sa_handler != SIG_IGN)
            ::sigaction(Interrupts[i], &noting, nullptr);
    }
}

InterruptWatch::~InterruptWatch()
{
    ::sigaction(SIGPIPE, &brokenPipeBefore, nullptr);
    if (!m_notifier)
        return;
    for (std::size_t i = 0; i < Interrupts.size(); ++i)
        ::sigaction(Interrupts[i], &interruptsBefore[i], nullptr);
    delete m_notifier;
    for (int &end : interruptPipe) {
        ::close(end);
        end = -1;
    }
}

void InterruptWatch::read()
{
    unsigned char number = 0;
    while (::read(interruptPipe[0], &number, 1) == 1) {
        if (m_signal == 0)
            m_signal = number;
        Q_EMIT interrupted();
    }
}

} // namespace Hephaestus
