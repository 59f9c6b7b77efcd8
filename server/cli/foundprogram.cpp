// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/foundprogram.h"

#include <QRegularExpression>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What a fleet file would take for a placeholder.
QString withDoubledBraces(QString text) { return text.replace(u'{', u"{{"_s).replace(u'}', u"}}"_s); }

/// `8000`, `0.0.0.0:8000` and `--port=8000` with {port} instead of that port.
QString withPort(const QString &word, const QString &port)
{
    const bool isIt = word == port || word.endsWith(u':' + port) || word.endsWith(u'=' + port);
    return isIt ? word.chopped(port.size()) + u"{port}"_s : word;
}

/// A program that a file says listens on `port`, takes {port} there, or else by PORT.
void setPort(FoundProgram &program, const QString &port)
{
    if (program.hasPort || port.isEmpty())
        return;
    program.hasPort = true;
    const QStringList before = program.run;
    for (QString &word : program.run)
        word = withPort(word, port);
    if (program.run == before)
        program.environment.insert(u"PORT"_s, u"{port}"_s);
}

// ---- compose --------------------------------------------------------------------------------------------

/// A line of block style YAML: how far it stands in, its key, and what follows.
struct YamlLine
{
    qsizetype indent = 0;
    bool isItem = false; ///< `- value`
    QString key;
    QString value;
};

QString unquoted(QString text)
{
    text = text.trimmed();
    const bool isQuoted =
        text.size() >= 2 && (text.front() == u'"' || text.front() == u'\'') && text.back() == text.front();
    return isQuoted ? text.sliced(1, text.size() - 2) : text;
}

QList<YamlLine> yamlLines(const QString &text)
{
    static const QRegularExpression comment(u"(^|\\s)#.*$"_s);
    static const QRegularExpression keyed(u"^([A-Za-z0-9_.\"'-]+):(\\s+(.*))?$"_s);
    QList<YamlLine> lines;
    for (QString line : text.split(u'\n')) {
        if (!line.contains(u'"') && !line.contains(u'\''))
            line.remove(comment);
        const QString trimmed = line.trimmed();
        if (trimmed.isEmpty() || trimmed.startsWith(u'#'))
            continue;
        YamlLine read{line.indexOf(trimmed.front()), trimmed.startsWith("- "_L1), {}, {}};
        const QString rest = read.isItem ? trimmed.sliced(2).trimmed() : trimmed;
        const auto match = keyed.match(rest);
        read.key = match.hasMatch() ? unquoted(match.captured(1)) : QString();
        read.value = match.hasMatch() ? match.captured(3).trimmed() : rest;
        lines << read;
    }
    return lines;
}

/// `["a", "b"]` as its words; otherwise nothing.
std::optional<QStringList> flowList(const QString &value)
{
    if (!value.startsWith(u'[') || !value.endsWith(u']'))
        return {};
    static const QRegularExpression item(u"\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|([^,\\[\\]\\s][^,\\[\\]]*)"_s);
    QStringList words;
    for (auto found = item.globalMatch(value.sliced(1, value.size() - 2)); found.hasNext();) {
        const auto match = found.next();
        words << (match.hasCaptured(1)       ? match.captured(1)
                      : match.hasCaptured(2) ? match.captured(2)
                                             : match.captured(3).trimmed());
    }
    return words;
}

struct ComposeService
{
    QString name;
    QString commandLine;
    QStringList command;
    QStringList ports;
    QStringList dependsOn;
    QMap<QString, QString> environment;
    QString image;
};

/// One field of a service, with the lines below it.
void readField(ComposeService &service, const YamlLine &line, const QList<YamlLine> &below)
{
    QStringList values;
    if (const auto flow = flowList(line.value))
        values = *flow;
    for (const YamlLine &each : below) {
        if (each.indent > below.first().indent)
            continue; // of a table in the table: a condition of depends_on
        if (each.isItem && each.key.isEmpty())
            values << unquoted(each.value);
        else if (line.key == "environment"_L1)
            service.environment.insert(each.key, withDoubledBraces(unquoted(each.value)));
        else
            values << each.key;
    }
    if (line.key == "command"_L1 && values.isEmpty())
        service.commandLine = unquoted(line.value);
    else if (line.key == "command"_L1)
        service.command = values;
    else if (line.key == "ports"_L1)
        service.ports = values;
    else if (line.key == "depends_on"_L1)
        service.dependsOn = values;
    else if (line.key == "image"_L1)
        service.image = unquoted(line.value);
    else if (line.key == "environment"_L1) {
        for (const QString &pair : values)
            service.environment.insert(pair.section(u'=', 0, 0), withDoubledBraces(pair.section(u'=', 1)));
    }
}

QList<ComposeService> composeServices(const QString &text)
{
    const QList<YamlLine> lines = yamlLines(text);
    const auto isServices = [](const YamlLine &line) { return line.indent == 0 && line.key == "services"_L1; };
    const auto begin = std::find_if(lines.begin(), lines.end(), isServices);
    QList<ComposeService> services;
    qsizetype nameIndent = -1;
    qsizetype fieldIndent = -1;
    for (qsizetype i = begin - lines.begin() + 1; i < lines.size() && lines[i].indent > 0; ++i) {
        const YamlLine &line = lines[i];
        nameIndent = nameIndent < 0 ? line.indent : nameIndent;
        if (line.indent == nameIndent) {
            services << ComposeService{line.key, {}, {}, {}, {}, {}, {}};
            fieldIndent = -1;
            continue;
        }
        fieldIndent = fieldIndent < 0 ? line.indent : fieldIndent;
        if (line.indent != fieldIndent || line.isItem || services.isEmpty())
            continue;
        qsizetype end = i + 1;
        while (end < lines.size()
               && (lines[end].indent > fieldIndent || (lines[end].indent == fieldIndent && lines[end].isItem)))
            ++end;
        readField(services.last(), line, lines.sliced(i + 1, end - i - 1));
    }
    return services;
}

} // namespace

// ---- command lines --------------------------------------------------------------------------------------

std::optional<QStringList> shellWords(const QString &line)
{
    QStringList words;
    QString word;
    bool isWord = false;
    QChar quote;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line[i];
        if (quote == u'\'') {
            c == quote ? void(quote = QChar()) : void(word += c);
        } else if (c == u'$' || c == u'`') {
            return {};
        } else if (c == u'\\') {
            if (++i >= line.size())
                return {};
            word += line[i];
            isWord = true;
        } else if (!quote.isNull()) {
            c == quote ? void(quote = QChar()) : void(word += c);
        } else if (c == u'"' || c == u'\'') {
            quote = c;
            isWord = true;
        } else if (c.isSpace()) {
            if (std::exchange(isWord, false))
                words << std::exchange(word, QString());
        } else if (QStringView(u"|&;<>()*?#~!").contains(c)) {
            return {};
        } else {
            word += c;
            isWord = true;
        }
    }
    if (!quote.isNull())
        return {};
    if (isWord)
        words << word;
    return words;
}

void setCommandLine(FoundProgram &program, const QString &line)
{
    static const QRegularExpression portVariable(u"\\$\\{PORT(:?-\\d+)?\\}|\\$PORT\\b"_s);
    static const QRegularExpression assignment(u"^([A-Za-z_][A-Za-z0-9_]*)=(.*)$"_s);
    const QString mark = u"\uE000"_s; // a character for private use, which no such line has
    program.hasPort = line.contains(portVariable);
    const auto words = shellWords(QString(line).replace(portVariable, mark));
    if (!words) {
        program.run = {u"sh"_s, u"-c"_s, withDoubledBraces(line)};
        if (program.hasPort)
            program.environment.insert(u"PORT"_s, u"{port}"_s);
        return;
    }
    for (const QString &word : *words) {
        const QString text = withDoubledBraces(word).replace(mark, u"{port}"_s);
        const auto match = assignment.match(text);
        if (program.run.isEmpty() && match.hasMatch())
            program.environment.insert(match.captured(1), match.captured(2));
        else
            program.run << text;
    }
}

// ---- files ----------------------------------------------------------------------------------------------

FoundPrograms programsInProcfile(const QString &text)
{
    static const QRegularExpression entry(u"^([A-Za-z0-9_-]+):\\s*(.+)$"_s);
    FoundPrograms found;
    for (const QString &line : text.split(u'\n')) {
        const auto match = entry.match(line.trimmed());
        if (!match.hasMatch())
            continue;
        const QString name = match.captured(1);
        if (name == "release"_L1) {
            found.notes << u"Procfile: \"release\" ends by itself, and is no service"_s;
            continue;
        }
        FoundProgram program{name, u"Procfile"_s, {}, {}, {}, false, {}};
        setCommandLine(program, match.captured(2));
        if (name == "web"_L1 && !program.hasPort) { // a web process is told its port so
            program.hasPort = true;
            program.environment.insert(u"PORT"_s, u"{port}"_s);
        }
        found.programs << program;
    }
    return found;
}

FoundPrograms programsInCompose(const QString &text)
{
    FoundPrograms found;
    for (const ComposeService &service : composeServices(text)) {
        if (service.command.isEmpty() && service.commandLine.isEmpty()) {
            found.notes << u"docker-compose: \"%1\" has no command of its own%2; start it as before"_s.arg(
                service.name, service.image.isEmpty() ? QString() : u" (image %1)"_s.arg(service.image));
            continue;
        }
        FoundProgram program{service.name, u"docker-compose"_s, {}, service.environment, service.dependsOn, false, {}};
        if (service.command.isEmpty())
            setCommandLine(program, service.commandLine);
        for (const QString &word : service.command)
            program.run << withDoubledBraces(word);
        if (!service.ports.isEmpty())
            setPort(program, service.ports.first().section(u':', -1).section(u'/', 0, 0));
        found.programs << program;
    }
    QStringList names;
    for (const FoundProgram &program : std::as_const(found.programs))
        names << program.name;
    for (FoundProgram &program : found.programs)
        program.dependsOn.removeIf([&](const QString &name) { return !names.contains(name); });
    return found;
}

FoundPrograms programsInScripts(const QMap<QString, QString> &scripts)
{
    static const QStringList services{u"dev"_s, u"start"_s, u"serve"_s, u"server"_s, u"api"_s, u"worker"_s, u"web"_s};
    FoundPrograms found;
    for (const QString &name : services) {
        if (!scripts.contains(name))
            continue;
        if (name == "start"_L1 && scripts.contains(u"dev"_s)) {
            found.notes << u"package.json: \"dev\" is taken, and \"start\" left out"_s;
            continue;
        }
        FoundProgram program{name, u"package.json"_s, {u"npm"_s, u"run"_s, u"--silent"_s, name}, {}, {}, false, {}};
        program.hasPort = name != "worker"_L1;
        if (program.hasPort) // what such programs listen on, by custom
            program.environment.insert(u"PORT"_s, u"{port}"_s);
        found.programs << program;
    }
    return found;
}

FoundPrograms programsInPython(const QMap<QString, QString> &files)
{
    static const QRegularExpression application(u"^(\\w+)\\s*(?::[^=\\n]+)?=\\s*(?:fastapi\\.)?FastAPI\\("_s,
                                                QRegularExpression::MultilineOption);
    FoundPrograms found;
    for (auto it = files.begin(); it != files.end(); ++it) {
        const auto match = application.match(it.value());
        if (!match.hasMatch())
            continue;
        QString module = it.key();
        module.chop(3);
        module.replace(u'/', u'.');
        if (module.endsWith(".__init__"_L1))
            module.chop(9);
        const QString name = it.key().contains(u'/') ? it.key().section(u'/', -2, -2) : module;
        found.programs << FoundProgram{
            name, it.key(), {u"uvicorn"_s, module + u':' + match.captured(1), u"--port"_s, u"{port}"_s}, {}, {},
            true, {}};
    }
    return found;
}

} // namespace Hephaestus
