// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/lastanswers.h"

#include "common/base/filelock.h"
#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/fleet/actlock.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/lastanswercodec.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestFile = 16 * 1024 * 1024;
constexpr qint64 RefreshAfter = 3'600'000; ///< ms; what is still so is saved again then, to be kept before others

/// `ADDRESS.json`, and of an entry of a fleet file ` FILE NAME`.
QString keyOf(const FleetEntry &entry)
{
    const QString address = recordOfActs(entry);
    return entry.fleetFile.isEmpty() ? address : u"%1 %2 %3"_s.arg(address, entry.fleetFile, entry.name);
}

void dropOldest(KnownAnswers &answers)
{
    const qsizetype tooMany = answers.size() - LastAnswers::MostKept;
    if (tooMany <= 0)
        return;
    QList<std::pair<qint64, QString>> byTime;
    for (auto each = answers.cbegin(); each != answers.cend(); ++each)
        byTime << std::pair(each->at, each.key());
    std::ranges::sort(byTime);
    for (const auto &[at, key] : byTime.first(tooMany))
        answers.remove(key);
}

} // namespace

LastAnswers::LastAnswers(const QString &stateDirectory) : m_stateDirectory(stateDirectory)
{
    const QString state = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    if (!state.isEmpty())
        m_file = state + u"/last-answers.json"_s;
}

void LastAnswers::read()
{
    const qint64 changed = m_file.isEmpty() ? 0 : fileChangedAt(m_file);
    if (std::exchange(m_readAt, changed) == changed)
        return;
    m_read.clear();
    QFile file;
    if (changed == 0 || openRegularFile(file, m_file))
        return;
    if (const Result<KnownAnswers> answers = decodeKnownAnswers(file.read(LargestFile)))
        m_read = *answers;
}

LastAnswer LastAnswers::of(const FleetEntry &entry)
{
    const QString key = keyOf(entry);
    const auto noted = m_noted.constFind(key);
    if (noted != m_noted.cend())
        return *noted;
    read();
    return m_read.value(key);
}

LastAnswer LastAnswers::latestOf(const FleetEntry &entry)
{
    LastAnswer latest = of(entry);
    if (const QString address = recordOfActs(entry); entry.fleetFile.isEmpty()) {
        read();
        for (const KnownAnswers *known : {&m_read, &m_noted}) {
            const QString entries = address + u' ';
            for (auto each = known->lowerBound(entries); each != known->cend() && each.key().startsWith(entries);
                 ++each)
                if (each->at > latest.at)
                    latest = *each;
        }
    }
    const std::optional<Receipt> last = readActs(entry, m_stateDirectory).last;
    if (!last || !last->ok || last->newInstance.isEmpty() || last->newInstance == latest.instance)
        return latest;
    const qint64 ended = last->startedAt.addMSecs(qint64(last->total.count() * 1000)).toMSecsSinceEpoch();
    return ended > latest.at ? LastAnswer{latest.service, last->newInstance, last->newPid.value_or(0), ended} : latest;
}

void LastAnswers::note(const FleetEntry &entry, const LastAnswer &answer)
{
    const QString key = keyOf(entry);
    LastAnswer known = of(entry);
    const bool isOld = answer.at - known.at > RefreshAfter;
    m_noted.insert(key, answer);
    known.at = answer.at;
    const bool isNews = known != answer || (isOld && !answer.instance.isEmpty());
    if (isNews && (m_noted.size() <= MostKept || m_read.contains(key) || m_unsaved.contains(key)))
        m_unsaved.insert(key, answer);
}

bool LastAnswers::hasSeen(const FleetEntry &entry, const LastAnswer &answer) const
{
    return !answer.instance.isEmpty() && m_noted.value(keyOf(entry)).instance == answer.instance;
}

std::optional<Problem> LastAnswers::save()
{
    if (m_unsaved.isEmpty() || m_file.isEmpty())
        return {};
    if (const std::optional<Problem> problem = makePrivateDirectory(QFileInfo(m_file).absolutePath()))
        return problem;
    const Result<FileDescriptor> lock =
        openRegularFile(QFile::encodeName(m_file + u".lock"_s), O_RDWR | O_CREAT | O_NOFOLLOW);
    if (!lock)
        return lock.problem();
    const FileLock others(lock->number(), LOCK_EX);
    m_readAt = -1; // two writes may have one time
    read();
    KnownAnswers answers = m_read;
    for (auto each = m_unsaved.cbegin(); each != m_unsaved.cend(); ++each) {
        if (each->instance.isEmpty())
            answers.remove(each.key());
        else
            answers.insert(each.key(), *each);
    }
    dropOldest(answers);
    constexpr auto Mine = QFile::ReadOwner | QFile::WriteOwner;
    QSaveFile file(m_file);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(Mine) || file.write(encode(answers)) < 0
        || !file.commit())
        return Problem{m_file, file.errorString()};
    m_unsaved.clear();
    return {};
}

} // namespace Hephaestus
