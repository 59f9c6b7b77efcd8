// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/impactcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/survey.h"

#include <QDir>
#include <QFile>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostFiles = 100;
constexpr qsizetype MostBytes = 12 * 1024; ///< of all paths, escaped: they go into one request's head

struct Findings
{
    QList<Impact> impacts;
    QMap<QString, QString> unknown; ///< why, by the service's name
};

QString whyUnknown(const Answer<QList<CodeFile>> &answer)
{
    return answer.reply.httpStatus == 404 ? u"does not say what it has loaded"_s : answer.reply.message;
}

Findings find(const QList<FleetEntry> &services, const QByteArrayList &paths)
{
    Findings findings;
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

void write(const Findings &findings, const Terminal &terminal)
{
    qsizetype width = 0;
    for (const Impact &impact : findings.impacts) {
        for (const Impact::Service &service : impact.services)
            width = std::max(width, printable(service.name).size());
    }
    QString text;
    for (const Impact &impact : findings.impacts) {
        text += terminal.painted(printable(impact.path), Paint::Strong) + u'\n';
        for (const Impact::Service &service : impact.services)
            text += u"  "_s + printable(service.name).leftJustified(width)
                + terminal.painted(u"  "_s + printable(service.kind), Paint::Faint) + u'\n';
        if (impact.services.isEmpty())
            text += findings.unknown.isEmpty() ? u"  no service has loaded it\n"_s
                                               : u"  no service that answered has loaded it\n"_s;
    }
    for (auto it = findings.unknown.begin(); it != findings.unknown.end(); ++it)
        text +=
            terminal.painted(u"not known for %1: %2\n"_s.arg(printable(it.key()), printable(it.value())), Paint::Bad);
    terminal.write(text);
}

} // namespace

int affectedCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Lists the services of the fleet that have loaded a file, and would be stale after a change of it. "
        "Exit code 1 if none has."_s,
        u"affected"_s, ClientCommandLine::Names::Others);
    line.parser().addPositionalArgument(u"FILE"_s, u"A file that is going to change."_s, u"FILE..."_s);
    line.parser().addOption({u"json"_s, u"Prints JSON."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    QByteArrayList paths;
    qsizetype bytes = 0;
    for (const QString &name : line.parser().positionalArguments()) {
        paths << QFile::encodeName(QDir::cleanPath(QDir::current().absoluteFilePath(name)));
        bytes += paths.last().toPercentEncoding("/").size() + 6;
    }
    if (paths.isEmpty())
        return line.usageError(u"no file given"_s);
    if (paths.size() > MostFiles || bytes > MostBytes)
        return line.usageError(
            u"too many files at once: at most %1, and %2 KiB of names"_s.arg(MostFiles).arg(MostBytes / 1024));

    const Findings findings = find(line.services(), paths);
    if (line.parser().isSet(u"json"_s))
        line.terminal().write(QString::fromUtf8(encode(findings.impacts, findings.unknown)));
    else
        write(findings, line.terminal());
    const bool any = std::any_of(findings.impacts.begin(), findings.impacts.end(),
                                 [](const Impact &impact) { return !impact.services.isEmpty(); });
    return any ? ExitDone : ExitNotSo;
}

} // namespace Hephaestus
