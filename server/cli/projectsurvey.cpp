// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/projectsurvey.h"

#include "common/base/printable.h"
#include "common/protocol/scriptscodec.h"
#include "server/cli/listeners.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestSource = 1 << 20; ///< bytes that are read of a file
constexpr int MostSources = 2'000;        ///< Python files that are looked at
constexpr int DeepestSource = 3;          ///< folders

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return QFileInfo(path).isFile() && file.open(QIODevice::ReadOnly) ? file.read(LargestSource) : QByteArray();
}

/// Folders of others' code.
bool isForeignFolder(const QString &name)
{
    static const QSet<QString> names{u"node_modules"_s, u"venv"_s, u"env"_s,  u"site-packages"_s,
                                     u"build"_s,        u"dist"_s, u"tests"_s};
    return name.startsWith(u'.') || names.contains(name);
}

void collectPython(const QDir &root, const QString &folder, int depth, QMap<QString, QString> &files)
{
    const QDir directory(root.filePath(folder));
    for (const QFileInfo &each : directory.entryInfoList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
        const QString path = folder.isEmpty() ? each.fileName() : folder + u'/' + each.fileName();
        if (each.isDir() && !each.isSymLink() && depth > 0 && !isForeignFolder(each.fileName()))
            collectPython(root, path, depth - 1, files);
        else if (each.isFile() && each.suffix() == "py"_L1 && files.size() < MostSources)
            files.insert(path, QString::fromUtf8(contentOf(each.filePath())));
    }
}

/// A project's own programs come first: `.venv/bin/uvicorn` before the one in PATH.
/// Debian's python3-uvicorn, say, has no `uvicorn` to call by name. Nothing is imported.
bool isModuleOfPython(const QString &name)
{
    static const QStringList servers{u"uvicorn"_s, u"gunicorn"_s, u"hypercorn"_s, u"flask"_s, u"celery"_s};
    return servers.contains(name)
        && QProcess::execute(u"python3"_s,
                             {u"-I"_s, u"-c"_s,
                              u"import importlib.util as i, sys; sys.exit(i.find_spec(sys.argv[1]) is None)"_s, name})
        == 0;
}

void findProgram(FoundProgram &program, const QDir &directory)
{
    const QString name = program.run.value(0);
    if (name.contains(u'/') || name.contains(u'{'))
        return;
    for (const QString &folder : {u".venv/bin/"_s, u"venv/bin/"_s}) {
        if (QFileInfo(directory.filePath(folder + name)).isExecutable()) {
            program.run[0] = u"{directory}/"_s + folder + name;
            return;
        }
    }
    if (!QStandardPaths::findExecutable(name).isEmpty())
        return;
    if (isModuleOfPython(name))
        program.run = QStringList{u"python3"_s, u"-m"_s} + program.run;
    else
        program.needs << u"%1 is not installed, neither here nor in PATH"_s.arg(name);
}

void add(FoundPrograms &all, const FoundPrograms &more)
{
    all.notes << more.notes;
    for (const FoundProgram &program : more.programs) {
        const auto other = std::find_if(all.programs.begin(), all.programs.end(),
                                        [&](const FoundProgram &known) { return known.name == program.name; });
        if (other == all.programs.end())
            all.programs << program;
        else
            all.notes << u"%1: \"%2\" is left out, for %3 has one of that name"_s.arg(program.source, program.name,
                                                                                      other->source);
    }
}

/// An application that another file starts already.
bool isStarted(const FoundPrograms &all, const FoundProgram &application)
{
    const QString target = application.run.value(1);
    return std::any_of(all.programs.begin(), all.programs.end(),
                       [&](const FoundProgram &program) { return program.run.join(u' ').contains(target); });
}

QStringList argumentsOf(qint64 pid)
{
    QFile file(u"/proc/%1/cmdline"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray all = file.readAll();
    while (all.endsWith('\0'))
        all.chop(1);
    QStringList words;
    for (const QByteArray &word : all.split('\0'))
        words << QFile::decodeName(word);
    return words;
}

// ---- the fleet file -------------------------------------------------------------------------------------

/// A text that is seen as it is: what it holds is run once somebody has looked at it and agreed.
QByteArray quoted(const QString &text)
{
    QString escaped;
    for (const uint code : text.toUcs4()) {
        const char32_t c = code;
        const QString shown = QString::fromUcs4(&c, 1);
        if (c == U'"' || c == U'\\')
            escaped += u'\\';
        if (printable(shown) != shown)
            escaped += u"\\U%1"_s.arg(code, 8, 16, QLatin1Char('0'));
        else
            escaped += shown;
    }
    return '"' + escaped.toUtf8() + '"';
}

QByteArray listOf(const QStringList &texts)
{
    QByteArrayList words;
    for (const QString &text : texts)
        words << quoted(text);
    return '[' + words.join(", ") + ']';
}

QByteArray entryText(const FoundProgram &program)
{
    static const QRegularExpression python(u"(^|[/ ])(python3?|uvicorn|gunicorn|hypercorn|flask|celery|fastapi)\\b"_s);
    QByteArray text = "# " + printable(program.source).toUtf8() + "\n[[service]]\nname = " + quoted(program.name)
        + "\nrun = " + listOf(program.run) + '\n';
    if (program.hasPort)
        text += "port = \"auto\"\n";
    const bool isTold = std::any_of(program.run.begin(), program.run.end(),
                                    [](const QString &word) { return word.contains("{port}"_L1); });
    if (isTold)
        text += "ready = \"tcp:{port}\"\n";
    if (program.run.join(u' ').contains(python))
        text += "python = true\n"; // it reports what it loads
    if (!program.dependsOn.isEmpty())
        text += "depends_on = " + listOf(program.dependsOn) + '\n';
    QByteArrayList variables;
    for (auto it = program.environment.begin(); it != program.environment.end(); ++it)
        variables << quoted(it.key()) + " = " + quoted(it.value());
    if (!variables.isEmpty())
        text += "environment = { " + variables.join(", ") + " }\n";
    return text;
}

} // namespace

FoundPrograms surveyProject(const QString &directory)
{
    const QDir root(directory);
    FoundPrograms all;
    add(all, programsInProcfile(QString::fromUtf8(contentOf(root.filePath(u"Procfile"_s)))));
    const PackageScripts package = decodeScripts(contentOf(root.filePath(u"package.json"_s)));
    FoundPrograms scripts = programsInScripts(package.scripts);
    for (FoundProgram &program : scripts.programs) {
        if (package.hasDependencies && !root.exists(u"node_modules"_s))
            program.needs << u"its packages are not installed: `npm install`"_s;
    }
    add(all, scripts);
    for (const QString &name : {u"docker-compose.yml"_s, u"docker-compose.yaml"_s, u"compose.yaml"_s, u"compose.yml"_s})
        add(all, programsInCompose(QString::fromUtf8(contentOf(root.filePath(name)))));
    QMap<QString, QString> sources;
    collectPython(root, {}, DeepestSource, sources);
    FoundPrograms applications = programsInPython(sources);
    applications.programs.removeIf([&](const FoundProgram &program) { return isStarted(all, program); });
    add(all, applications);
    for (FoundProgram &program : all.programs)
        findProgram(program, root);
    return all;
}

FoundPrograms surveyRunning(const QString &directory)
{
    const QString root = QFileInfo(directory).canonicalFilePath();
    FoundPrograms found;
    QSet<qint64> known;
    for (const PortUse &use : ownListeners()) {
        const HealthReport *const report = use.service && use.service->report ? &*use.service->report : nullptr;
        const auto &process = report ? report->process : std::optional<WrappedProcess>();
        const qint64 pid = process && process->pid ? *process->pid : use.pid;
        const bool isHere = use.directory == root || use.directory.startsWith(root + u'/');
        if (!pid || !isHere || known.contains(pid))
            continue;
        known << pid << use.pid;
        FoundProgram program{
            {}, u"runs now, pid %1"_s.arg(pid), process ? process->command : argumentsOf(pid), {}, {}, false, {}};
        if (program.run.isEmpty())
            continue;
        program.name =
            report && !report->service.isEmpty() ? report->service : QFileInfo(program.run.first()).baseName();
        const QString port = use.address.section(u':', -1);
        for (QString &word : program.run) {
            word.replace(u'{', u"{{"_s).replace(u'}', u"}}"_s);
            if (!process && (word == port || word.endsWith(u':' + port) || word.endsWith(u'=' + port))) {
                word = word.chopped(port.size()) + u"{port}"_s;
                program.hasPort = true;
            }
        }
        add(found, {{program}, {}});
    }
    return found;
}

QByteArray fleetText(const FoundPrograms &found)
{
    QByteArray text = "# Written by hephaestus init. What can stand here: hephaestus's fleet.md.\n";
    for (const FoundProgram &program : found.programs)
        text += '\n' + entryText(program);
    return text;
}

} // namespace Hephaestus
