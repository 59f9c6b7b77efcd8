// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/commandcodec.h"
#include "server/cli/agentsection.h"
#include "server/cli/clientcommands.h"
#include "server/cli/commanderror.h"
#include "server/cli/plaincommandline.h"
#include "server/cli/projectsurvey.h"
#include "server/cli/question.h"

#include <QDir>
#include <QFile>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QByteArray textIn(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What is written, and where.
struct PlannedFile
{
    QString path;
    QByteArray text;
    QByteArray shown; ///< of it
};

/// The files that agents read here, or AGENTS.md.
QList<PlannedFile> agentFiles(const QDir &directory)
{
    QStringList names;
    for (const QString &name : {u"CLAUDE.md"_s, u"AGENTS.md"_s}) {
        if (directory.exists(name))
            names << name;
    }
    if (names.isEmpty())
        names << u"AGENTS.md"_s;
    QList<PlannedFile> files;
    for (const QString &name : std::as_const(names)) {
        const QString path = directory.filePath(name);
        const QByteArray before = textIn(path);
        if (const QByteArray after = withAgentSection(before); after != before)
            files << PlannedFile{path, after, agentSection()};
    }
    return files;
}

void tellFound(const FoundPrograms &found)
{
    for (const FoundProgram &program : found.programs) {
        std::printf("%s (%s): %s\n", qPrintable(printable(program.name)), qPrintable(printable(program.source)),
                    qPrintable(printable(program.run.join(u' '))));
        for (const QString &need : program.needs)
            std::printf("  ! %s\n", qPrintable(printable(need)));
    }
    for (const QString &note : found.notes)
        std::printf("- %s\n", qPrintable(printable(note)));
}

QByteArray encodeFound(const FoundPrograms &found, const QList<PlannedFile> &files)
{
    QList<InitService> services;
    for (const FoundProgram &program : found.programs)
        services << InitService{program.name, program.source, program.run, program.needs};
    QStringList paths;
    for (const PlannedFile &file : files)
        paths << file.path;
    return encodeInit(services, found.notes, paths);
}

} // namespace

int initCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Writes fleet.toml for the project in this folder, from its Procfile, package.json, "
        "docker-compose.yml and FastAPI applications. It shows what it found, and asks. A file that is "
        "there is never overwritten."_s,
        u"init"_s);
    line.parser().addOption(
        {u"from-running"_s, u"From the programs that listen now and were started in this folder."_s});
    line.parser().addOption({u"agents"_s,
                             u"Tells agents of the services instead: a section of CLAUDE.md or AGENTS.md, "
                             "which is added, or brought up to date."_s});
    line.parser().addOption({u"yes"_s, u"Does not ask."_s});
    line.parser().addOption({u"directory"_s,
                             u"The project's folder, instead of this one; on another machine, of the home there."_s,
                             u"DIR"_s});
    line.addHostOption();
    line.addJsonOption(u"Prints JSON: what was found and written; goes with --yes."_s);
    if (const auto exit = line.read(arguments, 0, 0))
        return *exit;
    if (line.isJson() && !line.isSet("yes"))
        return line.usageError(u"--json goes with --yes"_s);
    if (const QString folder = line.parser().value(u"directory"_s); !folder.isEmpty() && !QDir::setCurrent(folder))
        return line.usageError(u"--directory: there is no folder %1"_s.arg(printable(folder)));
    const QDir directory = QDir::current();
    const QString fleet = directory.filePath(u"fleet.toml"_s);
    FoundPrograms found;
    QList<PlannedFile> files;
    if (line.isSet("agents")) {
        files = agentFiles(directory);
    } else if (QFile::exists(fleet)) {
        return tellError(u"init"_s, {u"exists"_s, u"%1 is there already, and stays as it is"_s.arg(fleet)},
                         line.isJson(), ExitNotSo);
    } else {
        found = line.isSet("from-running") ? surveyRunning(directory.path()) : surveyProject(directory.path());
        if (!line.isJson())
            tellFound(found);
        if (found.programs.isEmpty())
            return tellError(u"init"_s, {u"nothing_found"_s, u"nothing was found here that could be a service"_s},
                             line.isJson(), ExitNotSo);
        const QByteArray text = fleetText(found);
        files << PlannedFile{fleet, text, text};
    }
    for (const PlannedFile &file : std::as_const(files)) {
        if (!line.isJson())
            std::printf("\n%s:\n%s", qPrintable(printable(file.path)), file.shown.constData());
    }
    if (!files.isEmpty() && !line.isSet("yes") && !isAgreed(u"Write it?"_s)) {
        std::fputs("hephaestus init: nothing was written; --yes writes without a question\n", stderr);
        return ExitNotSo;
    }
    for (const PlannedFile &file : std::as_const(files)) {
        if (const QString why = writeWhole(file.path, file.text); !why.isEmpty())
            return tellError(u"init"_s, {u"not_written"_s, why}, line.isJson(), ExitNotSo);
    }
    if (line.isJson())
        line.terminal().write(QString::fromUtf8(encodeFound(found, files)));
    else if (files.isEmpty())
        std::puts("all is as it should be");
    return ExitDone;
}

} // namespace Hephaestus
