// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/controlgroup.h"

#include "server/supervisor/processtable.h"

#include <QByteArrayList>
#include <QDir>
#include <QFile>

#include <unistd.h>

namespace Hephaestus {
namespace {

std::optional<QByteArray> contentOfEntry(const QByteArray &path)
{
    QFile file(QFile::decodeName(path));
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? std::optional(file.readAll()) : std::nullopt;
}

/// Of a file that is one number.
std::optional<qint64> numberIn(const QByteArray &path)
{
    bool isNumber = false;
    const qint64 number = contentOfEntry(path).value_or(QByteArray()).trimmed().toLongLong(&isNumber);
    return isNumber ? std::optional(number) : std::nullopt;
}

/// Of a file with `KEY NUMBER` in each line.
std::optional<qint64> valueIn(const QByteArray &path, const QByteArray &key)
{
    for (const QByteArray &line : contentOfEntry(path).value_or(QByteArray()).split('\n')) {
        bool isNumber = false;
        if (!line.startsWith(key + ' '))
            continue;
        const qint64 number = line.mid(key.size() + 1).trimmed().toLongLong(&isNumber);
        return isNumber ? std::optional(number) : std::nullopt;
    }
    return {};
}

bool hasEntry(const QByteArray &path) { return ::access(path.constData(), R_OK) == 0; }

} // namespace

ControlGroup::ControlGroup(QByteArrayView membership, const QByteArray &root)
{
    // `0::/PATH` of version 2, `4:cpu,cpuacct:/PATH` of version 1; a machine may have both.
    for (const QByteArray &line : membership.toByteArray().split('\n')) {
        const qsizetype first = line.indexOf(':');
        const qsizetype second = line.indexOf(':', first + 1);
        if (first < 0 || second < 0)
            continue;
        const QByteArrayList controllers = line.mid(first + 1, second - first - 1).split(',');
        const QByteArray path = line.mid(second + 1) == "/" ? QByteArray() : line.mid(second + 1);
        if (line.startsWith("0::")) {
            const QByteArray directory = root + path;
            if (hasEntry(directory + "/memory.stat")) {
                m_memory = directory;
                m_isMemoryUnified = true;
            }
            if (hasEntry(directory + "/cpu.stat")) {
                m_cpu = directory;
                m_isCpuUnified = true;
            }
        }
        if (m_memory.isEmpty() && controllers.contains("memory") && hasEntry(root + "/memory" + path + "/memory.stat"))
            m_memory = root + "/memory" + path;
        if (m_cpu.isEmpty() && controllers.contains("cpuacct") && hasEntry(root + "/cpuacct" + path + "/cpuacct.usage"))
            m_cpu = root + "/cpuacct" + path;
    }
}

ControlGroup ControlGroup::of(pid_t pid)
{
    if (!hasProcessTable())
        return ControlGroup(QByteArrayView());
    return ControlGroup(contentOfEntry("/proc/" + QByteArray::number(pid) + "/cgroup").value_or(QByteArray()));
}

QSet<pid_t> ControlGroup::members(const QByteArray &directory)
{
    QSet<pid_t> members;
    for (const QByteArray &line : contentOfEntry(directory + "/cgroup.procs").value_or(QByteArray()).split('\n')) {
        if (!line.isEmpty())
            members.insert(line.toInt());
    }
    const QString path = QFile::decodeName(directory);
    for (const QString &name : QDir(path).entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks))
        members += ControlGroup::members(QFile::encodeName(path + u'/' + name));
    return members;
}

/// The sum of these keys of a file, or the number that it is.
std::optional<qint64> ControlGroup::memoryValue(const char *unified, const char *legacy,
                                                const QByteArrayList &keys) const
{
    if (m_memory.isEmpty())
        return {};
    const QByteArray path = m_memory + '/' + (m_isMemoryUnified ? unified : legacy);
    if (keys.isEmpty())
        return numberIn(path);
    qint64 sum = 0;
    for (const QByteArray &key : keys) {
        const auto value = valueIn(path, key);
        if (!value)
            return {};
        sum += *value;
    }
    return sum;
}

std::optional<qint64> ControlGroup::residentBytes() const
{
    const QByteArrayList keys =
        m_isMemoryUnified ? QByteArrayList{"anon", "file_mapped"} : QByteArrayList{"total_rss", "total_mapped_file"};
    return memoryValue("memory.stat", "memory.stat", keys);
}

std::optional<qint64> ControlGroup::peakBytes() const
{
    return memoryValue("memory.peak", "memory.max_usage_in_bytes");
}

std::optional<qint64> ControlGroup::oomKills() const
{
    return memoryValue("memory.events", "memory.oom_control", {"oom_kill"});
}

std::optional<double> ControlGroup::cpuSeconds() const
{
    if (m_cpu.isEmpty())
        return {};
    const auto time = m_isCpuUnified ? valueIn(m_cpu + "/cpu.stat", "usage_usec") : numberIn(m_cpu + "/cpuacct.usage");
    return time ? std::optional(double(*time) / (m_isCpuUnified ? 1e6 : 1e9)) : std::nullopt;
}

} // namespace Hephaestus
