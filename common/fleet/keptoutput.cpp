// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/keptoutput.h"

#include "common/base/filedescriptor.h"
#include "common/base/regularfile.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/outputmark.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype WireTimeSize = 24;
constexpr auto MarkAge = 1s; // a mark is at most so much older than its lines, and so are their times

/// The time and the place of lines as a file tells them: by marks, and by lines that begin with a time.
class FileReader
{
public:
    void read(QByteArrayView text)
    {
        while (!text.isEmpty()) {
            const qsizetype end = text.indexOf('\n');
            const qsizetype size = end < 0 ? text.size() : end + 1;
            readLine(text.first(size));
            m_at += size;
            text = text.sliced(size);
        }
    }

    QList<OutputLine> lines;

private:
    void readLine(QByteArrayView line)
    {
        const auto time = line.size() > WireTimeSize ? readWireTime(line.first(WireTimeSize)) : std::nullopt;
        const QByteArrayView rest = time ? line.sliced(WireTimeSize) : QByteArrayView();
        if (time)
            m_time = *time;
        if (rest == " stdout:\n" || rest == " stderr:\n") {
            m_stream = rest[4] == 'o' ? OutputStream::Stdout : OutputStream::Stderr;
            return;
        }
        if (line.startsWith(' ') && looksLikeMark(line))
            line = line.sliced(1); // the program's own
        const OutputStream stream = rest.startsWith(EventMark) ? OutputStream::Event : m_stream;
        lines.append({m_at, m_time, stream, line.toByteArray()});
    }

    qint64 m_at = 0;
    OutputLine::Time m_time;
    OutputStream m_stream = OutputStream::Stderr;
};

bool isSame(const OutputLine &one, const OutputLine &other)
{
    return one.text == other.text && one.stream == other.stream && std::chrono::abs(one.time - other.time) <= MarkAge;
}

/// Of a line that beginsInstance(); 0: it is not told.
qint64 pidOfStart(const OutputLine &line)
{
    constexpr QByteArrayView Mark = " with pid ";
    const QByteArrayView rest = QByteArrayView(line.text).sliced(line.text.indexOf(Mark) + Mark.size());
    const auto end = std::find_if_not(rest.begin(), rest.end(), [](char each) { return each >= '0' && each <= '9'; });
    return rest.first(end - rest.begin()).toLongLong();
}

constexpr off_t MostKeptTimes = 4;  // of its bound: nobody may have looked for weeks
constexpr int MostCatchingUp = 100; // with who writes meanwhile, where a file cannot be cut at its front

/// The last `most` bytes of a file go into a new one, and what was there is taken out of it. False: it was not done.
bool moveContent(int file, struct stat about, const QByteArray &to, off_t most)
{
    const FileDescriptor copy(::open(to.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    off_t copied = std::max<off_t>(0, about.st_size - most);
    const auto copyUpTo = [&](off_t end) {
        while (copied<end && ::sendfile(copy.number(), file, &copied, std::size_t(end - copied))> 0) {
        }
        return copied >= end;
    };
    const off_t wholeBlocks = about.st_size / about.st_blksize * about.st_blksize;
    if (!copy.isOpen() || !copyUpTo(wholeBlocks))
        return false;
    if (::fallocate(file, FALLOC_FL_COLLAPSE_RANGE, 0, wholeBlocks) == 0)
        return true;
    for (int i = 0; i < MostCatchingUp && ::fstat(file, &about) == 0 && copied < about.st_size; ++i) {
        if (!copyUpTo(about.st_size))
            return false;
    }
    return ::ftruncate(file, 0) == 0;
}

} // namespace

QList<OutputLine> readOutputText(QByteArrayView text)
{
    FileReader reader;
    reader.read(text);
    return reader.lines;
}

QList<OutputLine> readOutputFiles(const QString &path, qint64 bytes)
{
    QByteArrayList parts; // newest first
    for (int number = 0; bytes > 0; ++number) {
        QFile file;
        if (openRegularFile(file, number == 0 ? path : path + u'.' + QString::number(number)))
            break;
        const qint64 skipped = std::max<qint64>(0, file.size() - bytes);
        QByteArray part = file.seek(skipped) ? file.read(bytes) : QByteArray();
        if (skipped > 0)
            part.remove(0, part.indexOf('\n') + 1);
        bytes -= file.size();
        parts << part;
    }
    QByteArray all; // a line may go on in the next file
    std::for_each(parts.rbegin(), parts.rend(), [&](const QByteArray &part) { all += part; });
    return readOutputText(all);
}

void boundOutput(const QString &path, qint64 most)
{
    const QByteArray name = QFile::encodeName(path);
    const FileDescriptor file(::open(name.constData(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about = {};
    if (!file.isOpen() || ::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= most)
        return;
    const QByteArray older = name + ".1";
    const QByteArray made = older + ".new";
    if (moveContent(file.number(), about, made, MostKeptTimes * most))
        ::rename(made.constData(), older.constData());
    else
        ::unlink(made.constData()); // a full disk must not be filled with half of a copy
}

KeptOutput readKeptOutput(const QString &name, const QString &stateDirectory, qint64 bytes)
{
    const QString own = logFileOf(name, stateDirectory);
    KeptOutput kept{logFileOf(name + u".output"_s, stateDirectory), {}};
    kept.lines = readOutputFiles(kept.path, bytes);
    if (!QFileInfo::exists(kept.path)) {
        kept.path = QFileInfo::exists(own) ? own : QString();
        kept.lines = readOutputFiles(own, bytes);
        return kept;
    }
    const OutputLine::Time last = kept.lines.isEmpty() ? OutputLine::Time() : kept.lines.last().time;
    const QList<OutputLine> said = readOutputFiles(own, bytes);
    const auto later = std::find_if(said.begin(), said.end(), [&](const OutputLine &line) { return line.time > last; });
    kept.lines.append(QList<OutputLine>(later, said.end()));
    return kept;
}

bool beginsInstance(const OutputLine &line)
{
    // Of a program: by its wrapper, or by who started it; of a service: in its log.
    return line.stream == OutputStream::Event
        ? line.text.contains(" hephaestus: started with pid ")
        : line.text.contains("hephaestus.service") && line.text.contains(" starts with pid ");
}

namespace {

using LineIterator = QList<OutputLine>::const_iterator;

/// Where the latest instance of these processes begins; the end: none tells of such a start.
LineIterator findStart(const QList<OutputLine> &lines, const QList<qint64> &pids)
{
    const auto isOurs = [&](const OutputLine &line) { return beginsInstance(line) && pids.contains(pidOfStart(line)); };
    const auto found = std::find_if(lines.rbegin(), lines.rend(), isOurs);
    return found == lines.rend() ? lines.end() : found.base() - 1;
}

LineIterator findLatestStart(const QList<OutputLine> &lines)
{
    const auto found = std::find_if(lines.rbegin(), lines.rend(), beginsInstance);
    return found == lines.rend() ? lines.end() : found.base() - 1;
}

/// Who starts it and the service itself may both tell of one start.
LineIterator firstOfStart(const QList<OutputLine> &lines, LineIterator start)
{
    while (start != lines.begin() && beginsInstance(*(start - 1)))
        --start;
    return start;
}

/// Up to the begin of another.
QList<OutputLine> instanceFrom(const QList<OutputLine> &lines, LineIterator start)
{
    const auto first = std::find_if_not(start, lines.end(), beginsInstance);
    return {firstOfStart(lines, start), std::find_if(first, lines.end(), beginsInstance)};
}

LineIterator findStartOrLatest(const QList<OutputLine> &lines, const QList<qint64> &pids)
{
    const auto found = findStart(lines, pids);
    return found == lines.end() ? findLatestStart(lines) : found;
}

} // namespace

std::optional<QList<OutputLine>> linesOfInstance(const QList<OutputLine> &lines, const QList<qint64> &pids)
{
    const auto found = findStartOrLatest(lines, pids);
    return found == lines.end() ? std::nullopt : std::optional(instanceFrom(lines, found));
}

std::optional<QList<OutputLine>> linesOfProgram(const QList<OutputLine> &lines, qint64 pid)
{
    if (const auto found = findStart(lines, {pid}); found != lines.end())
        return instanceFrom(lines, found);
    const auto another = std::find_if(lines.begin(), lines.end(), beginsInstance);
    return another == lines.end() ? std::nullopt : std::optional(QList<OutputLine>(lines.begin(), another));
}

std::optional<QList<OutputLine>> linesOfWrapper(const QList<OutputLine> &lines, const QList<qint64> &pids)
{
    const auto found = findStartOrLatest(lines, pids);
    return found == lines.end() ? std::nullopt
                                : std::optional(QList<OutputLine>(firstOfStart(lines, found), lines.end()));
}

QList<OutputLine> previousInstance(const QList<OutputLine> &lines)
{
    const auto latest = findLatestStart(lines);
    if (latest == lines.end())
        return {};
    const QList<OutputLine> older(lines.begin(), firstOfStart(lines, latest));
    const auto before = findLatestStart(older);
    return {before == older.end() ? older.begin() : firstOfStart(older, before), older.end()};
}

QList<OutputLine> joined(const QList<OutputLine> &older, const QList<OutputLine> &newer)
{
    if (newer.isEmpty())
        return older;
    // Lines repeat, and one alone is chance, unless it says its own time. A file may have lines that were not told.
    const bool isOwnTime =
        newer.first().text.size() > WireTimeSize && readWireTime(newer.first().text.first(WireTimeSize));
    const qsizetype compared = isOwnTime ? 1 : std::min<qsizetype>(newer.size(), 64);
    auto at = older.begin();
    for (; at != older.end(); ++at) {
        const qsizetype common = std::min<qsizetype>(compared, older.end() - at);
        if (std::equal(at, at + common, newer.begin(), isSame))
            return QList<OutputLine>(older.begin(), at) + newer;
    }
    return newer;
}

} // namespace Hephaestus
