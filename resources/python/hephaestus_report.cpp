// SPDX-License-Identifier: GPL-3.0-or-later
#include "hephaestus_report.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

namespace HephaestusAudit {

Report s_report;

namespace {

constexpr char Hex[] = "0123456789abcdef";
constexpr char UpperHex[] = "0123456789ABCDEF";

std::int64_t nanoseconds(const timespec &time) { return std::int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec; }

std::int64_t wallClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

struct Identity
{
    std::int64_t ticket = 0;
    std::array<char, 48> image{}; ///< IMAGE of a report
};

/// Of this process, from /proc/self/stat: fields 22, 26 and 28.
bool readIdentity(Identity &identity)
{
    std::array<char, 1024> text{};
    const int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    const ssize_t size = file < 0 ? -1 : ::read(file, text.data(), text.size() - 1);
    if (file >= 0)
        ::close(file);
    const char *at = size > 0 ? std::strrchr(text.data(), ')') : nullptr;
    std::string_view code;
    for (int field = 2; at && field <= 28; ++field) {
        const char *const end = std::strchr(at + 1, ' ');
        const std::string_view word(at, end ? std::size_t(end - at) : 0);
        if (field == 22)
            identity.ticket = std::atoll(at);
        if (field == 26)
            code = word;
        if (field == 28)
            std::snprintf(identity.image.data(), identity.image.size(), "%.*s.%.*s", int(code.size()), code.data(),
                          int(word.size()), word.data());
        at = end ? end + 1 : nullptr;
    }
    return identity.image[0] != '\0';
}

} // namespace

Stamp Stamp::of(const struct stat &status)
{
    Stamp stamp{};
    const std::array<std::uint64_t, 5> fields{status.st_dev, status.st_ino, std::uint64_t(status.st_size),
                                              std::uint64_t(nanoseconds(status.st_mtim)),
                                              std::uint64_t(nanoseconds(status.st_ctim))};
    for (std::size_t i = 0; i < Size; ++i)
        stamp.bytes[i] = static_cast<unsigned char>(fields[i / 8] >> (i % 8 * 8));
    return stamp;
}

char *Text::grow(std::size_t more)
{
    if (m_size + more > m_room) {
        const std::size_t room = (m_size + more) * 2;
        char *const data = static_cast<char *>(std::realloc(m_data, room));
        if (!data) {
            m_isBroken = true;
            return nullptr;
        }
        m_data = data;
        m_room = room;
    }
    char *const at = m_data + m_size;
    m_size += more;
    return at;
}

void Text::append(std::string_view text)
{
    if (char *const at = grow(text.size()); at && !text.empty())
        std::memcpy(at, text.data(), text.size());
}

void Text::appendNumber(std::int64_t number)
{
    std::array<char, 24> digits{};
    std::size_t at = digits.size();
    std::uint64_t rest = number < 0 ? 0 - std::uint64_t(number) : std::uint64_t(number);
    do {
        digits[--at] = char('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--at] = '-';
    append({digits.data() + at, digits.size() - at});
}

void Text::appendHex(const unsigned char *bytes, std::size_t size)
{
    char *at = grow(size * 2);
    for (std::size_t i = 0; at && i < size; ++i) {
        *at++ = Hex[bytes[i] >> 4];
        *at++ = Hex[bytes[i] & 15];
    }
}

void Text::appendPath(std::string_view path)
{
    std::array<char, PATH_MAX> directory{};
    if (!path.starts_with('/') && ::getcwd(directory.data(), directory.size())) {
        appendPath(directory.data());
        append("/");
    }
    for (std::size_t at = 0; at < path.size();) {
        std::size_t end = at;
        while (end < path.size() && path[end] > ' ' && path[end] < 0x7f && path[end] != '%')
            ++end;
        append(path.substr(at, end - at));
        if (end < path.size()) {
            const auto byte = static_cast<unsigned char>(path[end++]);
            const char escape[]{'%', UpperHex[byte >> 4], UpperHex[byte & 15]};
            append({escape, sizeof(escape)});
        }
        at = end;
    }
}

/// What pthread_atfork() calls: also for forks that Python knows nothing of.
struct ForkHandlers
{
    static void prepare()
    {
        s_report.stopThread(); // a program may count its threads, and Python warns of more than one
        s_report.lock();
        s_report.writeImported();
    }
    static void parent() { s_report.unlock(); }
    static void child() { s_report.afterFork(); }
};

void Report::initialize(pthread_mutex_t *mutex, pthread_cond_t *condition)
{
    pthread_mutex_init(mutex, nullptr);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool Report::open(const char *target)
{
    m_target = ::strdup(target);
    m_isNumber = m_target && *m_target != '\0' && std::strspn(m_target, "0123456789") == std::strlen(m_target);
    if (m_isNumber)
        m_descriptor = std::atoi(m_target);
    initialize(&m_mutex, &m_condition);
    struct stat status = {};
    if (!m_target || (!m_isNumber && !ensureOpen()) || ::fstat(m_descriptor, &status) != 0)
        return false;
    m_device = status.st_dev;
    m_inode = status.st_ino;
    return ::pthread_atfork(ForkHandlers::prepare, ForkHandlers::parent, ForkHandlers::child) == 0;
}

/// A daemon may have closed all its descriptors, and this one be something else now.
bool Report::ensureOpen()
{
    struct stat status = {};
    if (m_descriptor >= 0 && ::fstat(m_descriptor, &status) == 0 && status.st_dev == m_device
        && status.st_ino == m_inode)
        return true;
    if (!m_isNumber)
        m_descriptor = ::open(m_target, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return !m_isNumber && m_descriptor >= 0;
}

/// As one write in append mode: processes share the file.
void Report::write(std::string_view first, std::string_view second, std::string_view third)
{
    if (m_isHeld) {
        m_held.append(first);
        return;
    }
    if (!ensureOpen())
        return;
    std::array<iovec, 3> parts{};
    std::size_t i = 0;
    for (const std::string_view part : {first, second, third})
        parts[i++] = {const_cast<char *>(part.data()), part.size()};
    [[maybe_unused]] const ssize_t written = ::writev(m_descriptor, parts.data(), int(parts.size()));
}

void Report::startLine(const char *word)
{
    m_line.clear();
    m_line.append(word);
    m_line.append(" ");
    m_line.appendNumber(m_pid);
    m_line.append(" ");
    m_line.appendNumber(m_ticket);
    m_line.append(" ");
}

void Report::begin()
{
    lock();
    Identity identity;
    readIdentity(identity);
    m_pid = ::getpid();
    m_ticket = identity.ticket;
    m_isHeld = true;
    startLine("began");
    m_line.append(identity.image.data());
    m_line.append("\n");
    write(m_line.view());
    unlock();
}

void Report::release()
{
    lock();
    m_isHeld = false;
    write(m_held.view());
    m_held.clear();
    unlock();
}

void Report::loaded(std::string_view path, const struct stat &status)
{
    lock();
    startLine("loaded");
    for (const std::int64_t number :
         {wallClock(), std::int64_t(status.st_dev), std::int64_t(status.st_ino), std::int64_t(status.st_size),
          nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)}) {
        m_line.appendNumber(number);
        m_line.append(" ");
    }
    m_line.appendPath(path);
    m_line.append("\n");
    write(m_line.view());
    unlock();
}

void Report::imported(std::string_view path, const unsigned char *stamp, std::string_view byteCode)
{
    lock();
    if (m_count == 0) {
        m_since = wallClock();
        startLine("loading");
        m_line.appendNumber(++m_number);
        m_line.append("\n");
        write(m_line.view());
    }
    m_stamps.appendHex(stamp, Stamp::Size);
    for (const std::string_view name : {path, byteCode}) {
        m_names.append(" ");
        m_names.appendPath(name);
    }
    if (++m_count == Most || (!m_runs && !startThread()))
        writeImported();
    unlock();
}

/// If memory ran out, what was announced is never named, and never taken for all.
void Report::writeImported()
{
    if (m_count == 0 || m_stamps.isBroken() || m_names.isBroken())
        return;
    startLine("imported");
    m_line.appendNumber(m_number);
    m_line.append(" ");
    m_line.appendNumber(m_since);
    m_line.append(" ");
    m_line.appendNumber(wallClock());
    m_line.append(" ");
    m_names.append("\n");
    write(m_line.view(), m_stamps.view(), m_names.view());
    m_stamps.clear();
    m_names.clear();
    m_count = 0;
}

void Report::unexplained(std::string_view name)
{
    lock();
    startLine("unexplained");
    m_line.append(name);
    m_line.append("\n");
    write(m_line.view());
    unlock();
}

void Report::send(std::string_view text)
{
    lock();
    write(text);
    unlock();
}

void Report::flush()
{
    lock();
    writeImported();
    unlock();
}

/// Signals go to the program's own threads.
bool Report::startThread()
{
    if (m_isJoinable)
        pthread_join(m_thread, nullptr); // it has said that it ends
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    const auto run = [](void *report) -> void * {
        static_cast<Report *>(report)->run();
        return nullptr;
    };
    m_isStopped = false;
    m_runs = m_isJoinable = pthread_create(&m_thread, &attributes, run, this) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return m_runs;
}

void Report::run()
{
    lock();
    m_threadId = int(::syscall(SYS_gettid));
    while (!m_isStopped) {
        timespec until{};
        ::clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += Pause;
        if (until.tv_nsec >= 1'000'000'000) {
            until.tv_nsec -= 1'000'000'000;
            ++until.tv_sec;
        }
        while (!m_isStopped && pthread_cond_timedwait(&m_condition, &m_mutex, &until) != ETIMEDOUT) {
        }
        if (m_count == 0)
            break;
        writeImported();
    }
    m_runs = false;
    unlock();
}

/// It is gone from the kernel's list of threads, too.
void Report::stopThread()
{
    lock();
    const bool isJoinable = m_isJoinable;
    m_isJoinable = false;
    m_isStopped = true;
    pthread_cond_signal(&m_condition);
    unlock();
    if (!isJoinable)
        return;
    pthread_join(m_thread, nullptr);
    for (int i = 0; i < 1000 && ::syscall(SYS_tgkill, ::getpid(), m_threadId, 0) == 0; ++i)
        ::sched_yield();
}

void Report::afterFork()
{
    initialize(&m_mutex, &m_condition); // the parent's thread held it, which is not here
    const std::int64_t parent = m_pid;
    const std::int64_t ticket = m_ticket;
    Identity identity;
    readIdentity(identity);
    m_pid = ::getpid();
    m_ticket = identity.ticket;
    m_runs = m_isJoinable = false;
    startLine("forked");
    m_line.appendNumber(parent);
    m_line.append(" ");
    m_line.appendNumber(ticket);
    m_line.append("\n");
    write(m_line.view());
}

} // namespace HephaestusAudit
