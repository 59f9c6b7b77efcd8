// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processentry.h"

#include "common/base/filedescriptor.h"

#include <QLatin1StringView>
#include <QStringTokenizer>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

namespace {

using StatLine = std::array<char, 2048>; // at most 64 bytes of command and 51 numbers, told at once

/// What /proc tells of a process in one line; empty: nothing.
QByteArrayView readStat(qint64 pid, StatLine &line)
{
    if (!hasProcessTable())
        return {};
    char path[48];
    std::snprintf(path, sizeof path, "/proc/%lld/stat", static_cast<long long>(pid));
    const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
    const ssize_t size = file.isOpen() ? ::read(file.number(), line.data(), line.size()) : 0;
    return QByteArrayView(line.data(), std::max<ssize_t>(size, 0));
}

/// Calls `visit(number, text)` for each field from the third on; the second, the command, may hold spaces, parentheses
/// and line breaks, but nothing after its last parenthesis does. False: it is no such line.
template <typename Visit>
bool forEachField(QByteArrayView line, Visit visit)
{
    const qsizetype command = line.indexOf(" (");
    const qsizetype commandEnd = line.lastIndexOf(") ");
    if (command < 0 || commandEnd < command)
        return false;
    int field = 3;
    for (const QLatin1StringView text : QLatin1StringView(line.sliced(commandEnd + 2).trimmed()).tokenize(u' '))
        visit(field++, text);
    return true;
}

/// By the list of its numbers in the namespaces from the table's down to its own: there must be one.
bool readsOwnTable()
{
    const FileDescriptor file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    StatLine text;
    const ssize_t size = file.isOpen() ? ::read(file.number(), text.data(), text.size()) : 0;
    for (const QLatin1StringView line : QLatin1StringView(text.data(), std::max<ssize_t>(size, 0)).tokenize(u'\n')) {
        if (line.startsWith(QLatin1StringView("NSpid:")))
            return line.sliced(6).trimmed() == QLatin1StringView(QByteArray::number(::getpid()));
    }
    return false;
}

} // namespace

bool hasProcessTable()
{
    // Not a static of its own: a process that was forked beside other threads asks, too.
    static std::atomic<int> answer{-1};
    if (answer < 0)
        answer = readsOwnTable();
    return answer > 0;
}

std::chrono::nanoseconds ProcessEntry::age() const
{
    using namespace std::chrono;
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return seconds(now.tv_sec) + nanoseconds(now.tv_nsec)
        - nanoseconds(qint64(startTicks) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));
}

std::optional<ProcessEntry> parseProcess(QByteArrayView line)
{
    ProcessEntry process;
    bool isWhole = false;
    process.pid = line.first(std::max<qsizetype>(line.indexOf(" ("), 0)).toInt();
    const bool isStat = forEachField(line, [&](int field, QLatin1StringView text) {
        switch (field) {
        case 3: process.state = text.isEmpty() ? '?' : text.front().toLatin1(); break;
        case 4: process.parent = text.toInt(); break;
        case 5: process.group = text.toInt(); break;
        case 6: process.session = text.toInt(); break;
        case 22: process.startTicks = text.toULongLong(); break;
        case 52:
            process.waitStatus = text.toInt();
            isWhole = true;
            break;
        default: break;
        }
    });
    return isStat && isWhole ? std::optional(process) : std::nullopt;
}

std::optional<ProcessEntry> readProcess(qint64 pid)
{
    StatLine line;
    return parseProcess(readStat(pid, line));
}

std::optional<ProcessCost> readProcessCost(qint64 pid)
{
    StatLine line;
    ProcessCost cost;
    qint64 ticks = 0;
    const bool isStat = forEachField(readStat(pid, line), [&](int field, QLatin1StringView text) {
        if (field >= 14 && field <= 17) // of its own and of its children, user and system
            ticks += text.toLongLong();
        else if (field == 20)
            cost.threads = text.toLongLong();
        else if (field == 24)
            cost.residentBytes = text.toLongLong() * ::sysconf(_SC_PAGESIZE);
    });
    cost.cpuSeconds = double(ticks) / double(::sysconf(_SC_CLK_TCK));
    return isStat ? std::optional(cost) : std::nullopt;
}

} // namespace Hephaestus
