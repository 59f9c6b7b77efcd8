// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputsink.h"

#include <QSocketNotifier>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Errors that may pass: there may be room later.
bool isForNow(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

} // namespace

OutputSink::OutputSink(int descriptor, WhenSlow whenSlow, QObject *parent)
    : QObject(parent)
    , m_descriptor(descriptor)
    , m_whenSlow(whenSlow)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0)
        return;
    m_isFile = S_ISREG(status.st_mode) || S_ISBLK(status.st_mode);
    m_isSocket = S_ISSOCK(status.st_mode);
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
        const QByteArray path = "/proc/self/fd/" + QByteArray::number(descriptor);
        m_own.reset(::open(path.constData(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    }
}

OutputSink::~OutputSink() = default;

void OutputSink::write(QByteArrayView bytes)
{
    if (m_isGone)
        return drop(bytes.size(), {});
    if (m_waiting.isEmpty())
        bytes = bytes.sliced(writeNow(bytes));
    if (bytes.isEmpty())
        return;
    if (m_isGone)
        return drop(bytes.size(), {});
    const qsizetype most = m_whenSlow == WhenSlow::Wait ? MostWaiting : MostWaitingToDrop;
    const qsizetype room = std::clamp<qsizetype>(most - m_waiting.size(), 0, bytes.size());
    m_waiting.append(bytes.first(room));
    if (room < bytes.size())
        drop(bytes.size() - room, u"its reader is too slow"_s);
    if (!m_notifier) {
        m_notifier =
            std::make_unique<QSocketNotifier>(m_own.isOpen() ? m_own.number() : m_descriptor, QSocketNotifier::Write);
        connect(m_notifier.get(), &QSocketNotifier::activated, this, &OutputSink::passOn);
    }
}

void OutputSink::passOn()
{
    if (m_waiting.isEmpty())
        return;
    m_waiting.remove(0, writeNow(m_waiting));
    if (m_isGone)
        drop(std::exchange(m_waiting, {}).size(), {});
    if (!m_waiting.isEmpty())
        return;
    m_waiting.squeeze();
    m_notifier.reset();
    Q_EMIT emptied();
}

void OutputSink::giveUp()
{
    m_notifier.reset();
    const qsizetype given = std::exchange(m_waiting, {}).size();
    if (given > 0)
        drop(given, u"its reader did not take it"_s);
    tellDropped();
}

/// How many of the bytes need no more care: taken, or lost for good.
qsizetype OutputSink::writeNow(QByteArrayView bytes)
{
    qsizetype total = 0;
    while (total < bytes.size()) {
        const qsizetype count = tryOnce(bytes.sliced(total));
        if (count > 0) {
            total += count;
            m_isFailing = false;
            tellDropped();
        } else if (count == 0) {
            return total;
        } else if (isForNow(errno)) {
            drop(bytes.size() - total, QString::fromLocal8Bit(std::strerror(errno)));
            return bytes.size();
        } else {
            m_isGone = true;
            drop(0, QString::fromLocal8Bit(std::strerror(errno)));
            return total;
        }
    }
    return total;
}

/// Without waiting: how many were taken, 0 if none can be now, -1 with errno if that is not going to change.
qsizetype OutputSink::tryOnce(QByteArrayView bytes) const
{
    const auto size = std::size_t(bytes.size());
    ssize_t count = 0;
    do {
        if (m_isSocket) {
            count = ::send(m_descriptor, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
        } else if (m_own.isOpen() || m_isFile) {
            count = ::write(m_own.isOpen() ? m_own.number() : m_descriptor, bytes.data(), size);
        } else {
            // What polls writable takes PIPE_BUF bytes without waiting (pipe(7)).
            pollfd writable{m_descriptor, POLLOUT, 0};
            if (::poll(&writable, 1, 0) != 1)
                return 0;
            count = ::write(m_descriptor, bytes.data(), std::min<std::size_t>(size, PIPE_BUF));
        }
    } while (count < 0 && errno == EINTR);
    return count < 0 && errno == EAGAIN ? 0 : count;
}

/// `why` is told once; empty: it has been.
void OutputSink::drop(qsizetype bytes, const QString &why)
{
    m_dropped += bytes;
    m_droppedUntold += bytes;
    if (!why.isEmpty() && !std::exchange(m_isFailing, true))
        Q_EMIT failed(why);
}

void OutputSink::tellDropped()
{
    if (const qint64 bytes = std::exchange(m_droppedUntold, 0))
        Q_EMIT droppedSome(bytes);
}

} // namespace Hephaestus
