// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hookrecord.h"

#include "common/base/filecontent.h"
#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/fleet/statepaths.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

#include <sys/file.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestHookRecord = 4 * 1024 * 1024;

Problem hookRecordProblem(const QString &file) { return {file, QString::fromLocal8Bit(std::strerror(errno))}; }

} // namespace

HookRecord::HookRecord(const QString &fleetFile, const QString &stateDirectory)
{
    const QString state = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    const QString canonical = QFileInfo(fleetFile).canonicalFilePath();
    if (!state.isEmpty())
        m_file = state + u"/hooks/"_s
            + QString::fromLatin1(keyOf({canonical.isEmpty() ? QFileInfo(fleetFile).absoluteFilePath() : canonical}));
}

QByteArray HookRecord::keyOf(const QStringList &parts)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QString &part : parts)
        hash.addData(QByteArray::number(part.size()) + ':' + part.toUtf8() + '\n');
    return hash.result().toHex();
}

std::optional<Problem> HookRecord::change(const std::function<void(Values &values)> &change) const
{
    if (m_file.isEmpty())
        return Problem{{}, u"no place to keep what hooks have told: neither HOME nor XDG_STATE_HOME is set"_s};
    const QString folder = QFileInfo(m_file).absolutePath();
    if (const auto problem = makePrivateDirectory(QFileInfo(folder).absolutePath()))
        return problem;
    if (const auto problem = makePrivateDirectory(folder))
        return problem;
    if (const auto problem = makePrivateFile(m_file))
        return problem;
    const Result<FileDescriptor> opened = openRegularFile(QFile::encodeName(m_file), O_RDWR);
    if (!opened)
        return opened.problem();
    const int file = opened->number();
    while (::flock(file, LOCK_EX) != 0) { // until it is closed
        if (errno != EINTR)
            return hookRecordProblem(m_file);
    }
    struct stat status = {};
    if (::fstat(file, &status) != 0)
        return hookRecordProblem(m_file);
    QByteArray content(qsizetype(std::min<qint64>(status.st_size, LargestHookRecord)), Qt::Uninitialized);
    const auto count = ::pread(file, content.data(), std::size_t(content.size()), 0);
    if (count < 0)
        return hookRecordProblem(m_file);
    content.truncate(count);
    Values values;
    for (const QByteArray &line : content.split('\n')) {
        if (const qsizetype space = line.indexOf(' '); space > 0)
            values.insert(line.first(space), line.sliced(space + 1));
    }
    const Values before = values;
    change(values);
    if (values == before)
        return {};
    content.clear();
    for (auto each = values.cbegin(); each != values.cend(); ++each)
        content += each.key() + ' ' + each.value() + '\n';
    if (!replaceContent(file, content))
        return hookRecordProblem(m_file);
    return {};
}

} // namespace Hephaestus
