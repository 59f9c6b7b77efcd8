// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/loadedmodules.h"

#include "server/core/processorigin.h"

#include <QFile>
#include <QSet>

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
    LoadedModule module{pid_t(number(1)), identity(2), number(3),
        {identity(4), identity(5), number(6), number(7), number(8)}, QByteArray::fromPercentEncoding(words[9])};
    if (!ok || !module.path.startsWith('/') || module.path.contains('\0'))
        return {};
    return module;
}

LoadedModules::LoadedModules(QByteArray reportFile)
    : m_file(std::move(reportFile))
{
}

QList<LoadedModule> LoadedModules::readFrom(qint64 offset, qint64 *end)
{
    QList<LoadedModule> modules;
    QFile file(QFile::decodeName(m_file));
    if (m_file.isEmpty() || !file.open(QIODevice::ReadOnly) || !file.seek(offset))
        return modules;
    for (;;) {
        const QByteArray line = file.readLine();
        if (!line.endsWith('\n'))
            return modules; // still being written
        *end += line.size();
        const QByteArrayView text = QByteArrayView(line).chopped(1);
        if (auto module = parseModuleLine(text)) {
            modules << std::move(*module);
        } else if (text.startsWith("forked ")) {
            const QList<QByteArray> words = text.toByteArray().split(' ');
            if (words.size() == 5)
                m_parents.insert({words[1].toInt(), words[2].toULongLong()}, {words[3].toInt(), words[4].toULongLong()});
        }
    }
}

QList<LoadedModule> LoadedModules::readNew()
{
    QList<LoadedModule> modules = readFrom(m_offset, &m_offset);
    for (const LoadedModule &module : modules)
        m_counts.insert({module.pid, module.ticket}, true);
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
    const QSet<Process> parents(m_parents.cbegin(), m_parents.cend()); // a daemon's first fork ends at once, and links the two
    m_parents.removeIf([&](const auto &entry) {
        return !m_counts.contains(entry.key()) && !parents.contains(entry.key()) && !runs(entry.key());
    });
    for (auto entry = m_parents.cbegin(); entry != m_parents.cend(); ++entry) {
        if (runs(entry.key()))
            addWithParents(entry.key());
    }
    bool ended = false;
    for (auto [process, counts] : m_counts.asKeyValueRange()) {
        if (!counts || counting.contains(process))
            continue;
        if (runs(process)) {
            addWithParents(process);
        } else {
            counts = false;
            ended = true;
        }
    }
    return ended;
}

QList<LoadedModule> LoadedModules::current()
{
    qint64 end = 0;
    QList<LoadedModule> modules = readFrom(0, &end);
    modules.removeIf([this](const LoadedModule &module) { return !m_counts.value({module.pid, module.ticket}); });
    return modules;
}

} // namespace Hephaestus
