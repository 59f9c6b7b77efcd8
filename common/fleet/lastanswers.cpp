// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/lastanswers.h"

#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/fleet/actlock.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/lastanswercodec.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestFile = 16 * 1024 * 1024;
constexpr qsizetype MostKept = 20'000; ///< of more, those that others wrote are dropped

qint64 changedAt(const QString &file)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(file).constData(), &status) != 0)
        return 0;
    return qint64(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
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
    const qint64 changed = m_file.isEmpty() ? 0 : changedAt(m_file);
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
    const QString address = recordOfActs(entry);
    const auto noted = m_noted.constFind(address);
    if (noted != m_noted.cend())
        return *noted;
    read();
    return m_read.value(address);
}

LastAnswer LastAnswers::latestOf(const FleetEntry &entry)
{
    LastAnswer latest = of(entry);
    const std::optional<Receipt> last = readActs(entry, m_stateDirectory).last;
    if (!last || !last->ok || last->newInstance.isEmpty() || last->newInstance == latest.instance)
        return latest;
    const qint64 ended = last->startedAt.addMSecs(qint64(last->total.count() * 1000)).toMSecsSinceEpoch();
    return ended > latest.at ? LastAnswer{latest.service, last->newInstance, last->newPid.value_or(0), ended} : latest;
}

void LastAnswers::note(const FleetEntry &entry, const LastAnswer &answer)
{
    const QString address = recordOfActs(entry);
    m_noted.insert(address, answer);
    m_unsaved.insert(address, answer);
}

std::optional<Problem> LastAnswers::save()
{
    if (m_unsaved.isEmpty() || m_file.isEmpty())
        return {};
    read();
    KnownAnswers answers = m_read;
    if (answers.size() + m_unsaved.size() > MostKept)
        answers = m_noted;
    for (auto each = m_unsaved.cbegin(); each != m_unsaved.cend(); ++each) {
        if (each->instance.isEmpty())
            answers.remove(each.key());
        else
            answers.insert(each.key(), *each);
    }
    if (const std::optional<Problem> problem = makePrivateDirectory(QFileInfo(m_file).absolutePath()))
        return problem;
    QSaveFile file(m_file);
    if (!file.open(QIODevice::WriteOnly) || file.write(encode(answers)) < 0 || !file.commit())
        return Problem{m_file, file.errorString()};
    m_unsaved.clear();
    return {};
}

} // namespace Hephaestus
