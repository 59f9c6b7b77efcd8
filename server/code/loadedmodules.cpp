// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/loadedmodules.h"

#include "common/base/regularfile.h"
#include "server/code/fileproof.h"
#include "server/code/processorigin.h"

#include <QDir>
#include <QFile>
#include <QtEndian>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace Hephaestus {

std::optional<LoadedModule> parseModuleLine(QByteArrayView line)
{
    const QList<QByteArray> words = line.toByteArray().split(' ');
    if ((words.size() != 10 && words.size() != 11) || (words[0] != "loaded" && words[0] != "cached"))
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
    module.isDoubtful = words[0] == "cached";
    if (words.size() == 11) {
        const QByteArray hash = QByteArray::fromHex(words[10]);
        ok = ok && hash.size() == qsizetype(module.hash.emplace().size());
        if (ok)
            std::copy(hash.begin(), hash.end(), module.hash->begin());
    }
    if (!ok || !module.path.startsWith('/') || module.path.contains('\0'))
        return {};
    return module;
}

namespace {

/// Without `.`, `..` and empty names in it, which the adapter has no time to remove.
QByteArray cleaned(const QByteArray &path)
{
    if (!path.contains("/.") && !path.contains("//"))
        return path;
    return QFile::encodeName(QDir::cleanPath(QFile::decodeName(path)));
}

/// Whether byte code that was loaded by `time` is of its source as that was then. Its flags are in the second 4 bytes:
/// made for the source's time and size, for its bytes but not compared, or compared with them (PEP 552).
bool isOf(const FileStamp &source, const QByteArray &byteCode, qint64 time)
{
    constexpr quint32 Timed = 0;
    constexpr quint32 Compared = 3;
    const FileDescriptor file = openForReading(byteCode.constData());
    struct stat status = {};
    std::array<char, 8> head{};
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0
        || ::pread(file.number(), head.data(), head.size(), 0) != ssize_t(head.size()))
        return false;
    const FileStamp cached = FileStamp::of(status);
    const auto flags = qFromLittleEndian<quint32>(head.data() + 4);
    if (cached.changed > time + FileStamp::Tick)
        return false; // it was another one, perhaps
    return flags == Compared
        || (flags == Timed && std::min(cached.modified, cached.changed) > latestTime(source.changed));
}

} // namespace

std::optional<QList<LoadedModule>> parseImportedLine(QByteArrayView line)
{
    constexpr qsizetype StampSize = 40;
    const QList<QByteArray> words = line.toByteArray().split(' ');
    if (words.size() < 6 || words[0] != "imported")
        return {};
    bool isSince = false;
    bool isTime = false;
    const qint64 since = words[4].toLongLong(&isSince);
    const qint64 time = words[5].toLongLong(&isTime);
    const QByteArray stamps = QByteArray::fromHex(words.value(6));
    if (!isSince || !isTime || stamps.size() % StampSize != 0
        || words.size() != (words.size() > 6 ? 7 : 6) + stamps.size() / StampSize * 2)
        return {};
    QList<LoadedModule> modules;
    for (qsizetype i = 0; i * StampSize < stamps.size(); ++i) {
        const auto number = [at = stamps.constData() + i * StampSize](int index) {
            return qFromLittleEndian<quint64>(at + index * 8);
        };
        LoadedModule module{words[1].toInt(),
                            words[2].toULongLong(),
                            time,
                            {number(0), number(1), qint64(number(2)), qint64(number(3)), qint64(number(4))},
                            cleaned(QByteArray::fromPercentEncoding(words[7 + i * 2]))};
        if (latestTime(module.stamp.changed) > since - FileStamp::Tick && module.stamp.changed <= time)
            module.loaded = module.stamp.changed; // it may have been loaded that soon
        if (!module.path.startsWith('/') || module.path.contains('\0'))
            return {};
        module.isDoubtful = !isOf(module.stamp, QByteArray::fromPercentEncoding(words[8 + i * 2]), time);
        modules << module;
    }
    return modules;
}

void LoadedModules::Held::awaitNumber(quint64 number) { loading[number >> 32] = number; }

void LoadedModules::Held::settleNumber(quint64 number)
{
    const auto open = loading.constFind(number >> 32);
    if (open != loading.cend() && *open <= number)
        loading.erase(open);
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

bool LoadedModules::readNew(const Note &note, const Versions &versions)
{
    bool isNew = false;
    m_offset = readFrom(m_offset, [&](QByteArrayView line, qint64, qint64) {
        isNew = true;
        const auto take = [&](const LoadedModule &module) {
            QList<quint32> &files = m_held[{module.pid, module.ticket}].files;
            const quint32 file = note(module);
            files.removeOne(file); // loaded once more: the newest is the last
            files << file;
        };
        if (const auto module = parseModuleLine(line)) {
            m_any = true;
            return take(*module);
        }
        const QList<QByteArray> words = line.toByteArray().split(' ');
        if (words.size() < 4)
            return;
        const Process process{words[1].toInt(), words[2].toULongLong()};
        if (words[0] == "began") {
            m_any = true;
            Held &held = m_held[process];
            if (held.image != words[3])
                held = {words[3], {}, {}, {}}; // else another interpreter in the same process
        } else if (words[0] == "loading") {
            m_held[process].awaitNumber(words[3].toULongLong());
        } else if (words[0] == "unexplained") {
            m_held[process].unexplained.insert(QByteArray::fromPercentEncoding(words[3]));
        } else if (words[0] == "imported") {
            if (const auto modules = parseImportedLine(line)) {
                std::for_each(modules->begin(), modules->end(), take);
                m_held[process].settleNumber(words[3].toULongLong());
            }
        } else if (words[0] == "settled") {
            const QList<quint32> all = versions(QByteArray::fromPercentEncoding(words[3]));
            QList<quint32> &files = m_held[process].files;
            bool isNewest = true;
            for (qsizetype i = files.size() - 1; i >= 0; --i) {
                if (all.contains(files[i]) && !std::exchange(isNewest, false))
                    files.removeAt(i);
            }
        } else if (words[0] == "forked" && words.size() == 5) {
            const Process parent{words[3].toInt(), words[4].toULongLong()};
            m_parents.insert(process, parent);
            Held held = m_held.value(parent);
            held.loading.clear(); // the child says it itself
            m_held.insert(process, held);
        }
    });
    return isNew;
}

bool LoadedModules::forgetEnded()
{
    const auto isGone = [this](const Process &process) {
        const auto held = m_held.constFind(process);
        if (held == m_held.cend() || ProcessOrigin::ticketOf(process.first) != process.second)
            return true;
        const QByteArray image = ProcessOrigin::imageOf(process.first);
        return !image.isEmpty() && !held->image.isEmpty() && image != held->image;
    };
    const qsizetype before = m_held.size();
    m_held.removeIf([&](const auto &entry) { return isGone(entry.key()); });
    if (m_held.size() == before)
        return false;
    shrinkReport();
    return true;
}

bool LoadedModules::reports(pid_t pid, quint64 ticket, const QByteArray &image, Process parent)
{
    if (m_held.contains({pid, ticket}))
        return true; // with another image it would have been forgotten
    const auto held = m_held.constFind(parent);
    if (held == m_held.cend() || image.isEmpty() || held->image != image)
        return false;
    m_held.insert({pid, ticket}, {held->image, held->files, {}, held->unexplained});
    return true;
}

QSet<qint64> LoadedModules::pids() const
{
    QSet<qint64> pids;
    for (auto held = m_held.cbegin(); held != m_held.cend(); ++held)
        pids.insert(held.key().first);
    return pids;
}

QList<qint64> LoadedModules::loading() const
{
    QList<qint64> pids;
    for (auto held = m_held.cbegin(); held != m_held.cend(); ++held) {
        if (!held->loading.isEmpty())
            pids << held.key().first;
    }
    std::sort(pids.begin(), pids.end());
    return pids;
}

QMap<qint64, QByteArray> LoadedModules::unexplained() const
{
    QMap<qint64, QByteArray> names;
    for (auto held = m_held.cbegin(); held != m_held.cend(); ++held) {
        if (!held->unexplained.isEmpty())
            names.insert(held.key().first, *std::min_element(held->unexplained.begin(), held->unexplained.end()));
    }
    return names;
}

QSet<quint32> LoadedModules::held() const
{
    QSet<quint32> all;
    for (const Held &held : m_held)
        all.unite(QSet<quint32>(held.files.cbegin(), held.files.cend()));
    return all;
}

QHash<quint32, QList<qint64>> LoadedModules::holders(const QSet<quint32> &files) const
{
    QHash<quint32, QList<qint64>> holders;
    for (auto held = m_held.cbegin(); held != m_held.cend(); ++held) {
        for (const quint32 file : held->files) {
            if (files.contains(file))
                holders[file] << held.key().first;
        }
    }
    return holders;
}

/// Lines of the processes that run and of those they were forked from stay: whoever goes on after us reads them again.
void LoadedModules::shrinkReport()
{
    QSet<Process> kept;
    for (auto held = m_held.cbegin(); held != m_held.cend(); ++held) {
        Process process = held.key();
        while (!kept.contains(process)) {
            kept.insert(process);
            process = m_parents.value(process, process);
        }
    }
    m_parents.removeIf([&](const auto &entry) { return !kept.contains(entry.key()); });
    QList<std::pair<qint64, qint64>> waste; // ranges of lines that do not count
    qint64 begin = 0;                       // of the present one
    qint64 bytes = 0;                       // in it, without holes
    const auto endRange = [&](qint64 end) {
        if (bytes >= Waste)
            waste << std::pair(begin, end);
        bytes = 0;
    };
    const qint64 end = readFrom(0, [&](QByteArrayView line, qint64 from, qint64 to) {
        const QList<QByteArray> words = line.first(std::min(line.size(), qsizetype(64))).toByteArray().split(' ');
        if (from >= m_offset || (words.size() > 2 && kept.contains({words[1].toInt(), words[2].toULongLong()}))) {
            endRange(from);
            begin = to;
        } else {
            bytes += to - from;
        }
    });
    endRange(std::min(end, m_offset));
    giveBack(waste);
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
