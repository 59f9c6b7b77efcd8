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
    const int descriptor = pid > 0 && pid <= 0x7fffffff ? int(::syscall(SYS_pidfd_open, pid_t(pid), 0)) : -1;
    return descriptor < 0 ? nullptr : std::unique_ptr<ProcessWatch>(new ProcessWatch(pid, descriptor));
}

ProcessWatch::ProcessWatch(qint64 pid, int descriptor)
    : m_pid(pid), m_descriptor(descriptor), m_notifier(new QSocketNotifier(descriptor, QSocketNotifier::Read, this))
{
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false);
        Q_EMIT gone();
    });
}

ProcessWatch::~ProcessWatch()
{
    delete m_notifier;
    ::close(m_descriptor);
}

bool ProcessWatch::isGone() const
{
    pollfd entry{m_descriptor, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
}

} // namespace Hephaestus
