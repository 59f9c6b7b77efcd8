// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/acceptance.h"

#include "common/base/filedescriptor.h"
#include "server/supervisor/processtable.h"

#include <QFile>
#include <QHash>
#include <QSet>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace Hephaestus {
namespace {

constexpr std::size_t MostPolled = 65'536; // descriptors of one call that are read

/// The system call a thread is blocked in, with its first two arguments.
struct BlockedCall
{
    long number = -1;
    unsigned long first = 0;
    unsigned long second = 0;
};

/// `0 0x3 0x7ffd… … 0x7f…`, or `running`.
BlockedCall parseCall(const QByteArray &text)
{
    const QByteArrayList words = text.split(' ');
    bool isNumber = false;
    BlockedCall call{words.value(0).toLong(&isNumber), words.value(1).toULong(nullptr, 16),
                     words.value(2).toULong(nullptr, 16)};
    return isNumber ? call : BlockedCall{};
}

/// What is not waited for yet, of the sockets that are looked for.
class Search
{
public:
    explicit Search(const QList<int> &sockets)
    {
        for (const int socket : sockets) {
            struct stat status = {};
            if (::fstat(socket, &status) == 0)
                m_wanted.insert(status.st_ino);
        }
    }

    bool isOver() const { return m_wanted.isEmpty(); }
    bool isBlind() const { return m_isBlind; }

    void lookAt(pid_t pid)
    {
        m_process = pid;
        m_sockets.clear();
        const QByteArray base = "/proc/" + QByteArray::number(pid);
        const bool isSeen = forEach(base + "/fd", [&](int descriptor) { lookAtDescriptor(base, descriptor); });
        // The calls of a process that has none of the sockets are of no interest.
        if (isSeen && !m_sockets.isEmpty() && !isOver())
            forEach(base + "/task", [&](int thread) { lookAtThread(base, thread); });
    }

private:
    /// Calls `visit(number)` for each entry of a directory; false if it cannot be read.
    template <typename Visit>
    bool forEach(const QByteArray &path, Visit visit)
    {
        const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir(path.constData()), ::closedir);
        if (!directory) {
            noteRefusal(errno);
            return false;
        }
        while (const dirent *entry = ::readdir(directory.get())) {
            if (entry->d_name[0] != '.')
                visit(std::atoi(entry->d_name));
        }
        return true;
    }

    void noteRefusal(int error) { m_isBlind = m_isBlind || error == EACCES || error == EPERM; }

    /// Empty where there is nothing, or nothing for us.
    QByteArray read(const QByteArray &path)
    {
        const FileDescriptor file(::open(path.constData(), O_RDONLY | O_CLOEXEC));
        QFile reader;
        if (file.isOpen() && reader.open(file.number(), QFile::ReadOnly))
            return reader.readAll();
        noteRefusal(errno);
        return {};
    }

    void lookAtDescriptor(const QByteArray &base, int descriptor)
    {
        std::array<char, 64> target;
        const QByteArray number = QByteArray::number(descriptor);
        const auto size = ::readlink((base + "/fd/" + number).constData(), target.data(), target.size());
        const QByteArrayView name(target.data(), std::max<ssize_t>(size, 0));
        if (name.startsWith("socket:["))
            m_sockets[descriptor] = name.sliced(8).chopped(1).toULongLong();
        else if (name == QByteArrayView("anon_inode:[io_uring]"))
            m_isBlind = true;
        else if (name == QByteArrayView("anon_inode:[eventpoll]"))
            lookAtSet(read(base + "/fdinfo/" + number));
    }

    /// `tfd: 7 events: 19 data: … pos:0 ino:13c49bd sdev:9`
    void lookAtSet(const QByteArray &set)
    {
        for (const QByteArray &line : set.split('\n')) {
            if (line.startsWith("tfd:"))
                m_wanted.remove(line.mid(line.indexOf("ino:") + 4).split(' ').first().toULongLong(nullptr, 16));
        }
    }

    void lookAtThread(const QByteArray &base, int thread)
    {
        const BlockedCall call = parseCall(read(base + "/task/" + QByteArray::number(thread) + "/syscall"));
        switch (call.number) {
        case SYS_accept:
        case SYS_accept4: waitsFor(int(call.first)); break;
#ifdef SYS_poll
        case SYS_poll:
#endif
        case SYS_ppoll: lookAtPolled(call.first, call.second); break;
#ifdef SYS_select
        case SYS_select:
#endif
        case SYS_pselect6: lookAtSelected(call.first, call.second); break;
        default: break;
        }
    }

    void waitsFor(int descriptor)
    {
        if (const auto found = m_sockets.constFind(descriptor); found != m_sockets.constEnd())
            m_wanted.remove(*found);
    }

    void lookAtPolled(unsigned long address, std::size_t count)
    {
        std::vector<pollfd> polled(std::min(count, MostPolled));
        if (!readMemory(address, polled.data(), polled.size() * sizeof(pollfd)))
            return;
        for (const pollfd &each : polled) {
            if (each.fd >= 0 && (each.events & POLLIN))
                waitsFor(each.fd);
        }
    }

    void lookAtSelected(std::size_t count, unsigned long address)
    {
        fd_set set;
        FD_ZERO(&set);
        const std::size_t most = std::min<std::size_t>(count, FD_SETSIZE);
        if (address == 0 || !readMemory(address, &set, (most + 63) / 64 * 8))
            return;
        for (std::size_t descriptor = 0; descriptor < most; ++descriptor) {
            if (FD_ISSET(descriptor, &set))
                waitsFor(int(descriptor));
        }
    }

    bool readMemory(unsigned long address, void *target, std::size_t size)
    {
        const iovec here{target, size};
        const iovec there{reinterpret_cast<void *>(address), size};
        if (::process_vm_readv(m_process, &here, 1, &there, 1, 0) == ssize_t(size))
            return true;
        noteRefusal(errno);
        return false;
    }

    QSet<quint64> m_wanted; ///< inodes
    pid_t m_process = 0;
    QHash<int, quint64> m_sockets; ///< of the process: inodes by descriptor
    bool m_isBlind = false;
};

} // namespace

Acceptance acceptanceOf(const ProcessEntry &leader, const QList<int> &sockets)
{
    if (!hasProcessTable())
        return Acceptance::CannotBeSeen;
    Search search(sockets);
    search.lookAt(leader.pid);
    if (!search.isOver()) {
        for (const ProcessEntry &process : descendantsOf(leader, readDescendants()))
            search.lookAt(process.pid);
    }
    if (search.isOver())
        return Acceptance::Seen;
    return search.isBlind() ? Acceptance::CannotBeSeen : Acceptance::NotSeen;
}

} // namespace Hephaestus
