// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/processwatch.h"

#include "common/base/processentry.h"

#include <QSocketNotifier>

#include <cstdint>
#include <cstring>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// The first version of `struct pidfd_info` (linux/pidfd.h), which Debian's headers do not have yet.
struct PidfdInfo
{
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t ids[11];
    std::int32_t status;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t WithExit = 1 << 3; // PIDFD_INFO_EXIT
constexpr unsigned long GetInfo = _IOWR(0xff, 11, PidfdInfo);

ExitStatus exitOf(int waitStatus)
{
    return WIFSIGNALED(waitStatus) ? ExitStatus{0, WTERMSIG(waitStatus)} : ExitStatus{WEXITSTATUS(waitStatus), 0};
}

/// Others than its user and root are told that it ended with 0 (proc_pid_stat(5)).
bool mayKnow(qint64 pid)
{
    struct stat entry = {};
    return ::geteuid() == 0 || (::stat(qPrintable(u"/proc/%1"_s.arg(pid)), &entry) == 0 && entry.st_uid == ::geteuid());
}

} // namespace

QString ExitStatus::text() const
{
    if (signal != 0)
        return u"was killed by signal %1 (%2)"_s.arg(signal).arg(QString::fromLocal8Bit(::strsignal(signal)));
    return u"exited with code %1"_s.arg(code);
}

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

std::optional<ExitStatus> ProcessWatch::exitStatus() const
{
    PidfdInfo info{};
    info.mask = WithExit;
    if (::ioctl(descriptor(), GetInfo, &info) == 0 && (info.mask & WithExit))
        return exitOf(info.status);
    const auto zombie = readProcess(m_pid); // until its parent has reaped it
    return zombie && zombie->isZombie() && mayKnow(m_pid) ? std::optional(exitOf(zombie->waitStatus)) : std::nullopt;
}

} // namespace Hephaestus
