// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/logfollower.h"

#include "common/base/processentry.h"
#include "common/base/regularfile.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/statepaths.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 MostAtOnce = 1 << 20;
constexpr auto FilePace = 200ms;
constexpr auto FeedPace = 200ms;
constexpr qsizetype Recognised = 20; ///< lines, by which a place in a file is known again
constexpr auto Slack = 2s;           ///< a program may write a little before the time that it gives for its start

QList<OutputLine> lastOf(const QList<OutputLine> &lines, qsizetype most)
{
    return lines.last(std::min(lines.size(), most));
}

/// 0: there is no such file.
quint64 inodeOf(const QString &path)
{
    struct stat about = {};
    return ::stat(QFile::encodeName(path).constData(), &about) == 0 ? about.st_ino : 0;
}

} // namespace

LogFollower::LogFollower(const FleetEntry &entry, bool offers, const QString &stateDirectory, QObject *parent)
    : QObject(parent)
    , m_entry(entry)
    , m_offers(offers)
    , m_stateDirectory(stateDirectory)
{
    chooseFile();
    connect(&m_timer, &QTimer::timeout, this, &LogFollower::readFile);
}

LogFollower::~LogFollower() = default;

/// A wrapped program's own, or else that of the program that was started.
void LogFollower::chooseFile()
{
    const QString wrapped = logFileOf(outputNameOf(m_entry) + u".output"_s, m_stateDirectory);
    m_path = QFile::exists(wrapped) ? wrapped : logFileOf(outputNameOf(m_entry), m_stateDirectory);
    if (m_offers && QFile::exists(m_told.file))
        m_path = m_told.file;
}

QString LogFollower::source() const
{
    if (m_isKept)
        return hasEnded()
            ? tr("It has ended (pid %1). What is kept here of its output: %2").arg(*m_told.pid).arg(m_path)
            : tr("It does not answer. What is kept here of its output: %1").arg(m_path);
    return m_offers ? tr("What the service tells at /health/logs.")
                    : tr("Its output, as it is kept here: %1").arg(m_path);
}

/// Nothing listens, and the process that it said it is is not there.
bool LogFollower::hasEnded() const
{
    const auto process = m_told.pid ? readProcess(*m_told.pid) : std::nullopt;
    return m_error == ClientError::Refused && m_told.pid && hasProcessTable() && (!process || process->isZombie());
}

void LogFollower::start()
{
    if (m_offers)
        follow();
    if ((m_offers && !m_isKept) || m_timer.isActive())
        return;
    m_timer.start(FilePace);
    readFile();
}

void LogFollower::stop()
{
    m_timer.stop();
    if (m_feed)
        m_feed->stop();
}

void LogFollower::fail(const QString &why)
{
    if (std::exchange(m_failure, why) != why)
        Q_EMIT failed(why);
}

// ---- what the service tells ---------------------------------------------------------------------------

void LogFollower::follow()
{
    if (m_feed)
        return m_feed->start(Lines);
    const Result<ServiceTarget> target = targetOf(m_entry, m_stateDirectory);
    if (!target)
        return fail(target.problem().text());
    m_feed = std::make_unique<LogFeed>(*target);
    m_feed->setPace(FeedPace);
    connect(m_feed.get(), &LogFeed::arrived, this, [this](const QList<OutputLine> &lines) {
        m_latest = lastOf(m_latest + lines, Recognised);
        Q_EMIT appended(lines);
    });
    connect(m_feed.get(), &LogFeed::earlier, this, &LogFollower::earlier);
    connect(m_feed.get(), &LogFeed::lost, this,
            [this](qint64 lines) { Q_EMIT noted(tr("%n line(s) are no longer kept", nullptr, int(lines))); });
    connect(m_feed.get(), &LogFeed::restarted, this, [this] {
        Q_EMIT begunAnew();
        Q_EMIT noted(tr("the log begins anew"));
    });
    connect(m_feed.get(), &LogFeed::failed, this, &LogFollower::beginFile);
    connect(m_feed.get(), &LogFeed::recovered, this, [this] { m_isKept ? endFile() : fail({}); });
    m_feed->start(Lines);
}

/// The service does not tell. Of one that is gone, its file says more than what it has told: its last words, too.
void LogFollower::beginFile(const ServiceReply &reply)
{
    if (m_isKept)
        return;
    const bool isGone = reply.error == ClientError::Refused || reply.error == ClientError::Disconnected;
    chooseFile();
    const bool hasTold = m_isOnce && !m_latest.isEmpty();
    if (!isGone || !hasFile() || hasTold) {
        if (isGone && hasFile())
            appendLastWords();
        return fail(translated(reply.message));
    }
    m_isKept = true;
    m_error = reply.error;
    m_position = -1;
    m_unfinished.clear();
    Q_EMIT replaced();
    m_timer.start(FilePace);
    readFile();
}

/// What the file has after the lines that were told; nothing, where it does not have those.
void LogFollower::appendLastWords()
{
    const auto isSame = [](const OutputLine &one, const OutputLine &other) { return one.text == other.text; };
    const auto isUnfinished = [](const OutputLine &line) { return line.isUnfinished(); };
    QList<OutputLine> told = m_latest;
    told.removeIf(isUnfinished);
    const QList<OutputLine> kept = readOutputFiles(m_path, MostAtOnce);
    const auto found = std::find_end(kept.begin(), kept.end(), told.begin(), told.end(), isSame);
    if (told.isEmpty() || found == kept.end())
        return;
    QList<OutputLine> words(found + told.size(), kept.end());
    words.removeIf(isUnfinished);
    for (OutputLine &line : words)
        line.time = std::max(line.time, told.last().time); // the file may tell no times
    m_latest = lastOf(told + words, Recognised);
    if (!words.isEmpty())
        Q_EMIT appended(words);
}

/// Of what ran last, on this machine.
bool LogFollower::hasFile() const
{
    const QFileInfo file(m_path);
    const bool isEarlier = m_told.began.isValid() && file.lastModified() < m_told.began.addDuration(-Slack);
    return localAddressOf(m_entry) && file.exists() && !isEarlier;
}

/// It tells again: from the begin, as it did at first.
void LogFollower::endFile()
{
    m_isKept = false;
    m_timer.stop();
    disconnect(m_feed.get(), nullptr, this, nullptr);
    m_feed.release()->deleteLater(); // it is telling us
    fail({});
    Q_EMIT replaced();
    follow();
}

void LogFollower::askEarlier(qint64 before)
{
    if (m_feed && !m_isKept)
        return m_feed->askEarlier(before, EarlierBytes);
    const qint64 from = std::max<qint64>(0, before - EarlierBytes);
    QByteArray part = readPart(from, before - from);
    const qsizetype skipped = from > 0 ? part.indexOf('\n') + 1 : 0;
    QList<OutputLine> lines = readOutputText(QByteArrayView(part).sliced(skipped));
    for (OutputLine &line : lines)
        line.position += from + skipped;
    Q_EMIT earlier(lines);
}

// ---- the file -------------------------------------------------------------------------------------------

/// Empty: it cannot be read.
QByteArray LogFollower::readPart(qint64 from, qint64 size)
{
    QFile file;
    if (const auto problem = openRegularFile(file, m_path)) {
        fail(problem->text());
        return {};
    }
    if (!file.seek(from)) {
        fail(tr("%1 cannot be read: %2").arg(m_path, file.errorString()));
        return {};
    }
    fail({});
    return file.read(size);
}

QString LogFollower::olderFile() const { return m_path + u".1"_s; }

/// What was not read of the file that has become the older one; and goes on where the newer one continues it.
QByteArray LogFollower::takeRotated()
{
    const qint64 position = std::exchange(m_position, 0);
    QFile older;
    if (inodeOf(olderFile()) == m_olderInode || openRegularFile(older, olderFile())) // it was cut by somebody else
        return {};
    m_position = std::max<qint64>(0, position - older.size());
    return older.seek(position) ? older.read(MostAtOnce) : QByteArray();
}

void LogFollower::readFile()
{
    if (m_position < 0)
        chooseFile();
    struct stat about = {};
    if (::stat(QFile::encodeName(m_path).constData(), &about) != 0)
        return fail(tr("This service does not offer its log (%1), and none is kept here: there is no %2.")
                        .arg(u"/health/logs"_s, m_path));
    const bool first = m_position < 0;
    QByteArray rest = std::exchange(m_unfinished, {});
    if (!first && (about.st_ino != m_inode || about.st_size < m_position)) {
        rest += takeRotated();
        Q_EMIT begunAnew();
    }
    m_inode = about.st_ino;
    m_olderInode = inodeOf(olderFile());
    const qint64 from = std::max(first ? 0 : m_position, about.st_size - MostAtOnce);
    if (!first && from > m_position) {
        Q_EMIT noted(tr("%1 of the file were skipped").arg(formatBytes(from - m_position)));
        rest.clear();
    }
    const QByteArray part = readPart(from, MostAtOnce);
    m_position = from + part.size();
    const qint64 begin = from - rest.size();
    rest += part;
    const qsizetype end = rest.lastIndexOf('\n') + 1;
    m_unfinished = rest.mid(end).right(MostAtOnce);
    QList<OutputLine> lines = readOutputText(QByteArrayView(rest).first(end));
    for (OutputLine &line : lines)
        line.position += begin;
    if (first && lines.size() > Lines)
        lines = lines.last(Lines);
    if (!lines.isEmpty() || first)
        Q_EMIT appended(lines);
}

} // namespace Hephaestus
