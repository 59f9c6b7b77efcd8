// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processentry.h"

#include "common/base/filedescriptor.h"

#include <QLatin1StringView>
#include <QStringTokenizer>

#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace Hephaestus {

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
    // The command, field 2, may hold spaces, parentheses and line breaks; nothing after its last parenthesis does.
    const qsizetype command = line.indexOf(" (");
    const qsizetype commandEnd = line.lastIndexOf(") ");
    if (command < 0 || commandEnd < command)
        return {};
    ProcessEntry process;
    process.pid = line.first(command).toInt();
    int field = 3;
    for (const QLatin1StringView text : QLatin1StringView(line.sliced(commandEnd + 2).trimmed()).tokenize(u' ')) {
        switch (field++) {
        case 3: process.state = text.isEmpty() ? '?' : text.front().toLatin1(); break;
        case 4: process.parent = text.toInt(); break;
        case 5: process.group = text.toInt(); break;
        case 6: process.session = text.toInt(); break;
        case 22: process.startTicks = text.toULongLong(); break;
        case 52: process.waitStatus = text.toInt(); return process;
        default: break;
        }
    }
    return {};
}

std::optional<ProcessEntry> readProcess(qint64 pid)
{
    char path[48];
    std::snprintf(path, sizeof path, "/proc/%lld/stat", static_cast<long long>(pid));
    const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return {};
    char line[2048]; // at most 64 bytes of command and 51 numbers, told at once
    const ssize_t size = ::read(file.number(), line, sizeof line);
    return size > 0 ? parseProcess(QByteArrayView(line, size)) : std::nullopt;
}

} // namespace Hephaestus
