// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/logwriter.h"

#include "common/base/beginthread.h"
#include "common/base/writewithoutblocking.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace std::chrono_literals;

constexpr auto Parting = 200ms;

/// Its errno, or 0.
int writeAll(int descriptor, const QByteArray &bytes)
{
    qsizetype at = 0;
    while (at < bytes.size()) {
        const auto written = ::write(descriptor, bytes.constData() + at, std::size_t(bytes.size() - at));
        if (written >= 0) {
            at += written;
        } else if (errno == EAGAIN) { // whoever shares the descriptor has made it non-blocking
            pollfd writable{descriptor, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

/// Whether nobody can read it any more: a pipe or socket without a reader, a terminal that was closed. No log is lost
/// then that somebody waits for.
bool isReaderGone(int descriptor, int error)
{
    struct stat status = {};
    return error == EPIPE || error == ECONNRESET
        || (error == EIO && ::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode));
}

/// Its errno, or 0.
int sync(int descriptor)
{
    struct stat status = {};
    const bool isFile = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    return isFile && ::fsync(descriptor) != 0 ? errno : 0;
}

/// In words; empty for 0.
QString notWritten(int error)
{
    return error == 0
        ? QString()
        : QStringLiteral("the log could not be written: %1").arg(QString::fromLocal8Bit(std::strerror(error)));
}

} // namespace

struct LogWriter::Shared
{
    explicit Shared(int descriptor) : descriptor(descriptor) {}
    void run();

    const int descriptor;
    std::mutex mutex; ///< guards what follows; never held while writing
    std::condition_variable changed;
    std::deque<QByteArray> waiting; ///< the first one is being written
    qsizetype bytes = 0;
    qint64 dropped = 0;
    qint64 syncsAsked = 0;
    qint64 syncsDone = 0;
    int error = 0; ///< of the latest write that failed
    bool ended = false;
};

void LogWriter::Shared::run()
{
    std::unique_lock lock(mutex);
    for (;;) {
        changed.wait(lock, [this] { return !waiting.empty() || syncsDone < syncsAsked || ended; });
        if (!waiting.empty()) {
            const QByteArray line = waiting.front();
            lock.unlock();
            const int failure = writeAll(descriptor, line); // told by flush(): a full disk must not stop the service
            lock.lock();
            waiting.pop_front();
            bytes -= line.size();
            error = failure && !isReaderGone(descriptor, failure) ? failure : error;
        } else if (syncsDone < syncsAsked) {
            const qint64 asked = syncsAsked;
            lock.unlock();
            const int failure = sync(descriptor);
            lock.lock();
            error = failure ? failure : error;
            syncsDone = asked;
            changed.notify_all();
        } else {
            return;
        }
    }
}

LogWriter::LogWriter(int descriptor) : m_shared(std::make_shared<Shared>(descriptor))
{
    // Signals are for the threads that expect them.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    auto thread = beginThread([shared = m_shared] {
        ::pthread_setname_np(::pthread_self(), "log");
        shared->run();
    });
    m_hasThread = thread.has_value();
    if (thread)
        thread->detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LogWriter::~LogWriter()
{
    flush(Parting);
    const std::lock_guard lock(m_shared->mutex);
    m_shared->ended = true;
    m_shared->changed.notify_all();
}

bool LogWriter::write(const QByteArray &line)
{
    const std::lock_guard lock(m_shared->mutex);
    const bool isWritten = !m_hasThread && writeWithoutBlocking(m_shared->descriptor, line) == line.size();
    if (isWritten)
        return true;
    if (!m_hasThread || m_shared->bytes + line.size() > MostWaiting) {
        ++m_shared->dropped;
        return false;
    }
    m_shared->bytes += line.size();
    m_shared->waiting.push_back(line);
    m_shared->changed.notify_all();
    return true;
}

qint64 LogWriter::takeDropped()
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->bytes < MostWaiting / 2 ? std::exchange(m_shared->dropped, 0) : 0;
}

QString LogWriter::flush(std::chrono::milliseconds deadline)
{
    if (!m_hasThread)
        return notWritten(sync(m_shared->descriptor));
    std::unique_lock lock(m_shared->mutex);
    const qint64 mine = ++m_shared->syncsAsked;
    m_shared->changed.notify_all();
    if (!m_shared->changed.wait_for(lock, deadline, [&] { return m_shared->syncsDone >= mine; }))
        return QStringLiteral("the log could not be written: %1 lines wait for a reader").arg(m_shared->waiting.size());
    return notWritten(std::exchange(m_shared->error, 0));
}

} // namespace Hephaestus
