// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/processwatch.h"

#include <QSocketNotifier>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace Hephaestus {

std::unique_ptr<ProcessWatch> ProcessWatch::open(qint64 pid)
{
    // By number: glibc's <sys/pidfd.h> cannot be included from C++ before 2.37. The descriptor is close-on-exec.
    FileDescriptor descriptor(pid > 0 && pid <= 0x7fffffff ? int(::syscall(SYS_pidfd_open, pid_t(pid), 0)) : -1);
    return descriptor.isOpen() ? std::unique_ptr<ProcessWatch>(new ProcessWatch(pid, std::move(descriptor))) : nullptr;
}

ProcessWatch::ProcessWatch(qint64 pid, FileDescriptor descriptor)
    : m_pid(pid)
    , m_descriptor(std::move(descriptor))
    , m_notifier(std::make_unique<QSocketNotifier>(m_descriptor.number(), QSocketNotifier::Read))
{
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false);
        Q_EMIT gone();
    });
}

ProcessWatch::~ProcessWatch() = default;

bool ProcessWatch::send(int signalNumber) const
{
    return ::syscall(SYS_pidfd_send_signal, m_descriptor.number(), signalNumber, nullptr, 0) == 0;
}

bool ProcessWatch::isGone() const
{
    pollfd entry{m_descriptor.number(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

} // namespace Hephaestus
