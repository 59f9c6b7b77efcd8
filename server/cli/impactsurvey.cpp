// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/impactsurvey.h"

#include "server/cli/survey.h"

#include <QDir>
#include <QFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostFiles = 100;
constexpr qsizetype MostBytes = 12 * 1024; ///< of all paths, escaped: they go into one request's head

QString whyUnknown(const Answer<QList<CodeFile>> &answer)
{
    return answer.reply.httpStatus == 404 ? u"does not say what it has loaded"_s : answer.reply.message;
}

} // namespace

Result<QByteArrayList> filesToAskFor(const QStringList &names, const QString &directory)
{
    QByteArrayList paths;
    qsizetype bytes = 0;
    for (const QString &name : names) {
        paths << QFile::encodeName(QDir::cleanPath(QDir(directory).absoluteFilePath(name)));
        bytes += paths.last().toPercentEncoding("/").size() + 6;
    }
    if (paths.size() > MostFiles || bytes > MostBytes)
        return Problem{
            {}, u"too many files at once: at most %1, and %2 KiB of names"_s.arg(MostFiles).arg(MostBytes / 1024)};
    return paths;
}

ImpactFindings surveyImpact(const QList<FleetEntry> &services, const QByteArrayList &paths)
{
    ImpactFindings findings;
    for (const QByteArray &path : paths)
        findings.impacts << Impact{QFile::decodeName(path), {}};
    const auto answers = surveyCode(services, paths);
    for (qsizetype i = 0; i < services.size(); ++i) {
        if (!answers[i].value || answers[i].value->size() != paths.size()) {
            findings.unknown[services[i].name] = whyUnknown(answers[i]);
            continue;
        }
        for (qsizetype file = 0; file < paths.size(); ++file) {
            if (const CodeFile &found = answers[i].value->at(file); found.loaded)
                findings.impacts[file].services << Impact::Service{services[i].name, found.kind};
        }
    }
    return findings;
}

} // namespace Hephaestus
