// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pthread.h>
#include <sys/stat.h>

namespace HephaestusAudit {

/// A file's state, as STAMPS of a report have it: device, inode, size, mtime and ctime (nanoseconds since the epoch), 8
/// bytes each, the lowest first.
struct Stamp
{
    static constexpr std::size_t Size = 40;
    unsigned char bytes[Size];

    static Stamp of(const struct stat &status);
};

/// Text that grows. It is never given back: it belongs to what lives as long as the process.
class Text
{
public:
    void append(std::string_view text);
    void appendNumber(std::int64_t number);
    void appendHex(const unsigned char *bytes, std::size_t size);
    /// A path as a report has it: absolute, and every byte but printable ASCII, and `%`, as %XX.
    void appendPath(std::string_view path);
    void clear() { m_size = 0; }
    std::string_view view() const { return {m_data, m_size}; }
    /// Memory ran out: something is missing.
    bool isBroken() const { return m_isBroken; }

private:
    char *grow(std::size_t more);

    char *m_data = nullptr;
    std::size_t m_size = 0;
    std::size_t m_room = 0;
    bool m_isBroken = false;
};

/// The report of this process (the lines are in hephaestus_manifest.py): modules some at a time, by a thread that lives
/// while there are any. Forks are told of by themselves. No Python, and nothing of libstdc++. Any thread may call it.
/// There is one in a process, which lives as long as that.
class Report
{
public:
    /// Opens the file of this name, or the descriptor of this number. False: it cannot be had.
    bool open(const char *target);
    /// Writes that this process has begun; what is told until release() is written together with that.
    void begin();
    void release();
    /// A file was loaded that was in this state.
    void loaded(std::string_view path, const struct stat &status);
    /// A module was imported from this byte code, when its source was in this state: written soon.
    void imported(std::string_view path, const unsigned char *stamp, std::string_view byteCode);
    /// Code was executed of which no file is known.
    void unexplained(std::string_view name);
    /// A line, or several.
    void send(std::string_view text);
    /// Writes now what was imported.
    void flush();

private:
    void lock() { pthread_mutex_lock(&m_mutex); }
    void unlock() { pthread_mutex_unlock(&m_mutex); }
    void startLine(const char *word);
    void write(std::string_view first, std::string_view second = {}, std::string_view third = {});
    bool ensureOpen();
    void writeImported();
    bool startThread();
    void stopThread();
    void run();
    void afterFork();
    static void initialize(pthread_mutex_t *mutex, pthread_cond_t *condition);

    static constexpr int Most = 256;          ///< modules in a line
    static constexpr long Pause = 50'000'000; ///< nanoseconds between two lines

    pthread_mutex_t m_mutex = PTHREAD_MUTEX_INITIALIZER; ///< for all below
    pthread_cond_t m_condition = PTHREAD_COND_INITIALIZER;
    const char *m_target = nullptr;
    int m_descriptor = -1;
    bool m_isNumber = false; ///< m_target is
    dev_t m_device = 0;
    ino_t m_inode = 0;
    std::int64_t m_pid = 0;
    std::int64_t m_ticket = 0;
    Text m_line; ///< that is being made
    Text m_held; ///< lines to be written together
    bool m_isHeld = false;
    Text m_stamps;             ///< of the modules that were not written yet,
    Text m_names;              ///< and their paths
    int m_count = 0;           ///< of them
    std::int64_t m_number = 0; ///< of the last `loading`
    std::int64_t m_since = 0;  ///< nanoseconds since the epoch: none of them was loaded before
    pthread_t m_thread{};
    int m_threadId = 0;
    bool m_isJoinable = false; ///< m_thread runs, or has run
    bool m_runs = false;
    bool m_isStopped = false; ///< it is to end

    friend struct ForkHandlers;
};

extern Report s_report;

} // namespace HephaestusAudit
