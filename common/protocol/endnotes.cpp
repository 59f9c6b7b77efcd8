// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/endnotes.h"

#include "common/base/homedirectory.h"
#include "common/base/privatedirectory.h"
#include "common/protocol/endnotecodec.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LongestNote = 4096;
constexpr int KeptDays = 2;

/// Empty: there is no place for it, or no file can be called so.
QString fileOf(const QString &instance, const QString &stateDirectory)
{
    static const QRegularExpression isPlain(u"^[A-Za-z0-9-]{1,80}$"_s);
    const QString state = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    return state.isEmpty() || !isPlain.match(instance).hasMatch() ? QString()
                                                                  : u"%1/ends/%2.json"_s.arg(state, instance);
}

void removeOld(const QDir &folder)
{
    const QDateTime oldest = QDateTime::currentDateTimeUtc().addDays(-KeptDays);
    for (const QFileInfo &file : folder.entryInfoList({u"*.json"_s}, QDir::Files | QDir::Hidden)) {
        if (file.lastModified() < oldest)
            QFile::remove(file.filePath());
    }
}

} // namespace

std::optional<Problem> leaveEndNote(const EndNote &note, const QString &stateDirectory)
{
    const QString path = fileOf(note.instance, stateDirectory);
    if (path.isEmpty())
        return Problem{note.instance, u"there is no place for a note of its end"_s};
    const QString folder = QFileInfo(path).absolutePath();
    for (const QString &each : {QFileInfo(folder).absolutePath(), folder}) {
        if (const std::optional<Problem> problem = makePrivateDirectory(each))
            return problem;
    }
    removeOld(QDir(folder));
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(encode(note)) < 0 || !file.commit())
        return Problem{path, file.errorString()};
    return {};
}

std::optional<EndNote> readEndNote(const QString &instance, qint64 pid, const QString &stateDirectory)
{
    QFile file(fileOf(instance, stateDirectory));
    if (file.fileName().isEmpty() || !QFileInfo(file).isFile() || !file.open(QIODevice::ReadOnly))
        return {};
    const Result<EndNote> note = decodeEndNote(file.read(LongestNote));
    return note && note->instance == instance && note->pid == pid ? std::optional(*note) : std::nullopt;
}

QDateTime endNotedAt(const QString &instance, const QString &stateDirectory)
{
    const QString path = fileOf(instance, stateDirectory);
    return path.isEmpty() ? QDateTime() : QFileInfo(path).lastModified();
}

} // namespace Hephaestus
