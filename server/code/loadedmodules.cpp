// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/loadedmodules.h"

#include "common/base/regularfile.h"
#include "server/code/processorigin.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace Hephaestus {

std::optional<LoadedModule> parseModuleLine(QByteArrayView line)
{
    const QList<QByteArray> words = line.toByteArray().split(' ');
    if (words.size() != 10 || words[0] != "loaded")
        return {};
    bool ok = true;
    const auto number = [&](qsizetype index) {
        bool valid = false;
        const qint64 value = words[index].toLongLong(&valid);
        ok = ok && valid;
        return value;
    };
    const auto identity = [&](qsizetype index) {
        bool valid = false;
        const quint64 value = words[index].toULongLong(&valid);
        ok = ok && valid;
        return value;
    };
    LoadedModule module{pid_t(number(1)),
                        identity(2),
                        number(3),
                        {identity(4), identity(5), number(6), number(7), number(8)},
                        QByteArray::fromPercentEncoding(words[9])};
    if (!ok || !module.path.startsWith('/') || module.path.contains('\0'))
        return {};
    return module;
}

LoadedModules::LoadedModules(QByteArray reportFile) : m_file(std::move(reportFile)) {}

namespace {

/// Past a hole, and the zeros that are left of it in its last block. False: there is nothing more.
bool skipHole(QFile &file)
{
    char byte = 0;
    while (file.peek(&byte, 1) == 1) {
        if (byte != '\0')
            return true;
        const off_t read = ::lseek(file.handle(), 0, SEEK_CUR); // as far as QFile's buffer has come
        const off_t data = ::lseek(file.handle(), file.pos(), SEEK_DATA);
        ::lseek(file.handle(), read, SEEK_SET);
        if (data < 0)
            return false;
        file.seek(data);
        while (file.peek(&byte, 1) == 1 && byte == '\0')
            file.skip(1);
    }
    return false;
}

} // namespace

template <typename Take>
qint64 LoadedModules::readFrom(qint64 offset, Take take) const
{
    QFile file;
    if (m_file.isEmpty() || openRegularFile(file, QFile::decodeName(m_file)) || !file.seek(offset))
        return offset;
    while (skipHole(file)) {
        const qint64 begin = file.pos();
        const QByteArray line = file.readLine();
        if (!line.endsWith('\n'))
            return begin; // still being written
        offset = file.pos();
        take(QByteArrayView(line).chopped(1), begin, offset);
    }
    return offset;
}

QList<LoadedModule> LoadedModules::readNew()
{
    QList<LoadedModule> modules;
    m_offset = readFrom(m_offset, [&](QByteArrayView line, qint64, qint64) {
        if (auto module = parseModuleLine(line)) {
            m_counting.insert({module->pid, module->ticket});
            modules << std::move(*module);
        } else if (line.startsWith("forked ")) {
            const QList<QByteArray> words = line.toByteArray().split(' ');
            if (words.size() == 5)
                m_parents.insert({words[1].toInt(), words[2].toULongLong()},
                                 {words[3].toInt(), words[4].toULongLong()});
        }
    });
    m_any = m_any || !m_counting.isEmpty();
    return modules;
}

bool LoadedModules::processEnded()
{
    const auto runs = [](const Process &process) { return ProcessOrigin::ticketOf(process.first) == process.second; };
    QSet<Process> counting;
    const auto addWithParents = [&](Process process) {
        while (!counting.contains(process)) {
            counting.insert(process);
            const auto parent = m_parents.constFind(process);
            if (parent == m_parents.cend())
                return;
            process = *parent;
        }
    };
    const QSet<Process> parents(m_parents.cbegin(),
                                m_parents.cend()); // a daemon's first fork ends at once, and links the two
    m_parents.removeIf([&](const auto &entry) {
        return !m_counting.contains(entry.key()) && !parents.contains(entry.key()) && !runs(entry.key());
    });
    for (auto entry = m_parents.cbegin(); entry != m_parents.cend(); ++entry) {
        if (runs(entry.key()))
            addWithParents(entry.key());
    }
    const QSet<Process> before = m_counting;
    for (const Process &process : before) {
        if (!counting.contains(process) && runs(process))
            addWithParents(process);
    }
    m_counting.intersect(counting);
    return m_counting.size() != before.size();
}

QList<LoadedModule> LoadedModules::current()
{
    QList<LoadedModule> modules;
    QList<std::pair<qint64, qint64>> waste; // ranges of lines that do not count
    qint64 begin = 0;                       // of the present one
    qint64 bytes = 0;                       // in it, without holes
    const auto endRange = [&](qint64 end) {
        if (bytes >= Waste)
            waste << std::pair(begin, end);
        bytes = 0;
    };
    const qint64 end = readFrom(0, [&](QByteArrayView line, qint64 from, qint64 to) {
        auto module = parseModuleLine(line);
        if (from >= m_offset || (module && m_counting.contains({module->pid, module->ticket}))) {
            endRange(from);
            begin = to;
            if (module && from < m_offset)
                modules << std::move(*module);
        } else {
            bytes += to - from;
        }
    });
    endRange(std::min(end, m_offset));
    giveBack(waste);
    return modules;
}

/// The file keeps its length: others append to it meanwhile. Where the file system cannot, the lines stay.
void LoadedModules::giveBack(const QList<std::pair<qint64, qint64>> &ranges) const
{
    if (ranges.isEmpty())
        return;
    const Result<FileDescriptor> file = openRegularFile(m_file, O_WRONLY);
    if (!file)
        return;
    for (const auto &[begin, end] : ranges)
        ::fallocate(file->number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, begin, end - begin);
}

} // namespace Hephaestus
