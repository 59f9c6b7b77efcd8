// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/logfollower.h"

#include "common/fleet/launcher.h"

#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 MostAtOnce = 256 * 1024;

QStringList linesOf(QByteArray text)
{
    if (text.endsWith('\n'))
        text.chop(1);
    return text.isEmpty() ? QStringList() : QString::fromUtf8(text).split(u'\n');
}

} // namespace

LogFollower::LogFollower(const FleetEntry &entry, bool offers, const QString &stateDirectory, QObject *parent)
    : QObject(parent)
    , m_entry(entry)
    , m_offers(offers)
    , m_path(logFileOf(entry.name, stateDirectory))
{
    connect(&m_timer, &QTimer::timeout, this, &LogFollower::look);
}

LogFollower::~LogFollower() = default;

QString LogFollower::source() const
{
    return m_offers ? tr("What the service tells at /health/logs.")
                    : tr("The output of the program started from here: %1").arg(m_path);
}

void LogFollower::start()
{
    if (m_timer.isActive())
        return;
    m_timer.start(1s);
    look();
}

void LogFollower::stop() { m_timer.stop(); }

void LogFollower::look()
{
    if (m_offers)
        ask();
    else
        readFile();
}

void LogFollower::fail(const QString &why)
{
    if (std::exchange(m_failure, why) != why)
        Q_EMIT failed(why);
}

// ---- what the service tells ---------------------------------------------------------------------------

void LogFollower::ask()
{
    if (m_asking)
        return;
    if (!m_client) {
        const Result<ServiceTarget> target = targetOf(m_entry);
        if (!target)
            return fail(target.problem().text());
        m_client = std::make_unique<ServiceClient>(*target);
    }
    m_asking = true;
    m_client->logs(Lines, [this](const Answer<QByteArray> &answer) {
        m_asking = false;
        if (!answer.value)
            return fail(answer.reply.message);
        fail({});
        const QStringList current = linesOf(*answer.value);
        const QStringList fresh = newLines(m_previous, current);
        m_previous = current;
        if (!fresh.isEmpty())
            Q_EMIT appended(fresh);
    });
}

QStringList LogFollower::newLines(const QStringList &previous, const QStringList &current)
{
    const qsizetype most = std::min(previous.size(), current.size());
    for (qsizetype common = most; common > 0; --common) {
        if (std::equal(current.begin(), current.begin() + common, previous.end() - common))
            return current.mid(common);
    }
    return current;
}

// ---- the file -------------------------------------------------------------------------------------------

void LogFollower::readFile()
{
    struct stat about = {};
    if (::stat(QFile::encodeName(m_path).constData(), &about) != 0)
        return fail(tr("This service does not offer its log (%1), and was not started from here: there is no %2.")
                        .arg(u"/health/logs"_s, m_path));
    if (about.st_ino != m_inode || about.st_size < m_position) { // another file, or begun anew
        m_position = m_inode == 0 ? -1 : 0;
        m_inode = about.st_ino;
        m_unfinished.clear();
    }
    if (m_position == about.st_size)
        return;
    QFile file(m_path);
    const bool first = m_position < 0;
    const qint64 from = std::max(first ? 0 : m_position, about.st_size - MostAtOnce);
    if (!file.open(QIODevice::ReadOnly) || !file.seek(from))
        return fail(tr("%1 cannot be read: %2").arg(m_path, file.errorString()));
    fail({});
    const QByteArray bytes = m_unfinished + file.read(MostAtOnce);
    m_position = file.pos();
    const qsizetype end = bytes.lastIndexOf('\n') + 1;
    m_unfinished = bytes.mid(end).right(MostAtOnce);
    QStringList lines = linesOf(bytes.left(end));
    if (first && lines.size() > Lines)
        lines = lines.mid(lines.size() - Lines);
    if (!lines.isEmpty())
        Q_EMIT appended(lines);
}

} // namespace Hephaestus
