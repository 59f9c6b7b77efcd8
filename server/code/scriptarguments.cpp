// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptarguments.h"

#include "server/code/interpreterreader.h"
#include "server/code/interpreters.h"
#include "server/code/scriptfiles.h"

#include <QFile>
#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <optional>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// Whose script is the first of its arguments that is a file.
constexpr QLatin1StringView Others(" tclsh wish expect lua luajit guile julia octave octave-cli racket raku swipl fish "
                                   "janet newlisp gforth R ");
/// Whose scripts are named by `-f`; any other file is what they read.
constexpr QLatin1StringView OthersByOption(" awk gawk mawk nawk original-awk sed ");
constexpr QLatin1StringView OtherIncludes(
    R"(\b(source|package|require|include|load|import|use|using|library|dofile|loadfile|eval)\b)");
constexpr QLatin1StringView OtherGap("which other files it loads is not known; name its files with --watch");
constexpr qsizetype MostArguments = 100; ///< that are looked at

/// The file that an option of awk or sed names as its script, attached to its letter or not. Empty: none.
QByteArray namedScript(const QByteArray &program, const QByteArrayList &words, qsizetype i)
{
    const QByteArray &word = words[i];
    if (word.startsWith("--")) {
        const qsizetype equals = word.indexOf('=');
        const bool isFile = hasWord(" --file --exec --include "_L1, equals > 0 ? word.first(equals) : word);
        return !isFile ? QByteArray() : equals > 0 ? word.mid(equals + 1) : words.value(i + 1);
    }
    const QByteArrayView files = program == "sed" ? "f" : "fEi";
    const QByteArrayView others = program == "sed" ? "eil" : "vFWeldp";
    for (qsizetype at = 1; word.startsWith('-') && at < word.size() && !others.contains(word[at]); ++at) {
        if (files.contains(word[at]))
            return at + 1 < word.size() ? word.mid(at + 1) : words.value(i + 1);
    }
    return {};
}

/// Of awk and sed: every file that an option names is a part of the script.
ScriptArguments readByOption(const QByteArray &program, const QByteArrayList &arguments, const QByteArray &directory)
{
    static const QRegularExpression includes(u"@(include|load)\\b"_s);
    ScriptArguments found;
    bool isNamed = false;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const QByteArray name = namedScript(program, arguments, i);
        const QByteArray path = absolute(name, directory);
        isNamed = isNamed || !name.isEmpty();
        if (name == "-" || name == "/dev/stdin")
            found.takesInput = true;
        else if (!name.isEmpty() && isRegularFile(path))
            found.files << path;
        else if (!name.isEmpty())
            found.gap = OtherGap;
        const QString text =
            name.isEmpty() ? QString::fromUtf8(arguments[i]) : withoutComments(textOf(path).value_or(u"@load"_s));
        if (text.contains(includes) && (!name.isEmpty() || !isNamed))
            found.gap = OtherGap;
    }
    return found;
}

void addOther(const QByteArray &path, bool mayLoad, ScriptArguments &found)
{
    static const QRegularExpression includes{QString(OtherIncludes)};
    found.files << path;
    const auto text = textOf(path);
    if (mayLoad || !text || withoutComments(*text).contains(includes))
        found.gap = OtherGap;
}

/// Of an interpreter that is not among Interpreters, or of any other program: what is known of most of them holds.
ScriptArguments readOther(const QByteArray &program, const QByteArrayList &arguments, const QByteArray &directory)
{
    static const QRegularExpression includes{QString(OtherIncludes)};
    static const QRegularExpression loading(u"^-([lLrMu]|-load|-require|-source)"_s);
    const QByteArray name = withoutVersion(program);
    const QByteArray invoked = withoutVersion(lastName(arguments.value(0)));
    const bool isKnown = hasWord(Others, name);
    const auto mayRun = [&](const QByteArray &path) {
        const QByteArray wanted = withoutVersion(namedInterpreter(path));
        return isKnown || (!wanted.isEmpty() && (wanted == name || wanted == invoked));
    };
    ScriptArguments found;
    bool mayBeCode = false;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const QByteArray &word = arguments[i];
        const QByteArray path = absolute(word.startsWith("--file=") ? word.mid(7) : word, directory);
        if (!word.isEmpty() && isRegularFile(path) && mayRun(path)) {
            addOther(path, mayBeCode, found);
            return found;
        }
        const bool isLetter = word.startsWith('-') && !word.startsWith("--"); // code may be attached to it
        const QString text =
            isLetter ? u'-' + QString::fromUtf8(word.mid(1, 1) + ' ' + word.mid(2)) : QString::fromUtf8(word);
        mayBeCode = mayBeCode || (isKnown && (text.contains(loading) || text.contains(includes)));
    }
    if (mayBeCode)
        found.gap = OtherGap;
    found.takesInput = isKnown && (arguments.size() < 2 || arguments[1] == "-");
    return found;
}

/// A makefile, and what it includes.
void addMakefile(const QByteArray &path, const QByteArray &directory, ScriptArguments &found)
{
    static const QRegularExpression includes(u"^ *(?:-|s)?include[ \\t]+([^#\\n]+)"_s,
                                             QRegularExpression::MultilineOption);
    static const QRegularExpression computed(u"[$*?\\[]|\\beval\\b"_s);
    if (found.files.contains(path) || found.files.size() > MostArguments)
        return;
    found.files << path;
    const auto text = textOf(path);
    bool isWhole = text && !text->contains("$(eval"_L1);
    for (auto match = includes.globalMatch(text.value_or(QString())); match.hasNext();) {
        const QString names = match.next().captured(1).simplified();
        isWhole = isWhole && !names.contains(computed);
        for (const QString &name : names.split(u' ', Qt::SkipEmptyParts)) {
            if (const QByteArray file = absolute(QFile::encodeName(name), directory); isRegularFile(file))
                addMakefile(file, directory, found);
        }
    }
    if (!isWhole)
        found.gap = u"which other makefiles it reads is not known; name its files with --watch"_s;
}

/// An option of make that has a value, and this; letters may be joined. `i` is at the value's end.
std::pair<QByteArray, QByteArray> makeOption(const QByteArrayList &words, qsizetype &i)
{
    const QByteArray &word = words[i];
    if (word.startsWith("--")) {
        const qsizetype equals = word.indexOf('=');
        const QByteArray name = equals > 0 ? word.first(equals) : word;
        if (!hasWord(" --file --makefile --directory --include-dir --old-file --what-if "_L1, name))
            return {};
        return {name, equals > 0 ? word.mid(equals + 1) : words.value(++i)};
    }
    for (qsizetype at = 1; word.startsWith('-') && at < word.size(); ++at) {
        if (QByteArrayView("jlO").contains(word[at])) // what follows is its value
            break;
        if (QByteArrayView("fCIoW").contains(word[at]))
            return {QByteArray("-") + word[at], at + 1 < word.size() ? word.mid(at + 1) : words.value(++i)};
    }
    return {};
}

/// Its directory may be where it has gone to by `-C` already.
ScriptArguments readMake(const QByteArrayList &arguments, QByteArray directory)
{
    ScriptArguments found;
    QByteArrayList names;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const auto [option, value] = makeOption(arguments, i);
        if (hasWord(" -f --file --makefile "_L1, option))
            names << value;
        else if (hasWord(" -C --directory "_L1, option) && isOther(absolute(value, directory)))
            directory = absolute(value, directory);
    }
    if (names.isEmpty())
        names << withEnding(directory + '/', {"GNUmakefile", "makefile", "Makefile"}).value_or(QByteArray());
    for (const QByteArray &name : std::as_const(names)) {
        if (name == "-" || name == "/dev/stdin")
            found.takesInput = true;
        else if (!name.isEmpty())
            addMakefile(absolute(name, directory), directory, found);
    }
    return found;
}

void addClassPath(const QByteArray &value, const QByteArray &directory, ScriptArguments &found)
{
    for (const QByteArray &entry : value.split(':')) {
        const QByteArray path = absolute(entry.isEmpty() ? QByteArray(".") : entry, directory);
        if (path.endsWith("/*"))
            found.folders << path.chopped(2);
        else
            (isRegularFile(path) ? found.files : found.folders) << path;
    }
}

/// Its options may come from the environment as well.
QByteArrayList javaArguments(const QByteArrayList &arguments, const QByteArray &environment)
{
    constexpr std::array<const char *, 4> Others{"-cp", "-classpath", "--class-path", "-jar"};
    const bool isNamed = std::any_of(Others.begin(), Others.end(), [&](auto each) { return arguments.contains(each); });
    QByteArrayList words = arguments;
    if (const QByteArray classes = valueOf(environment, "CLASSPATH="_L1); !isNamed && !classes.isEmpty())
        words = arguments.mid(0, 1) + QByteArrayList{"-cp", classes} + arguments.mid(1);
    for (const auto variable : {"JDK_JAVA_OPTIONS="_L1, "JAVA_TOOL_OPTIONS="_L1}) {
        if (const QByteArray more = valueOf(environment, variable).simplified(); !more.isEmpty())
            words = words.mid(0, 1) + more.split(' ') + words.mid(1);
    }
    return words;
}

ScriptArguments readJava(const QByteArrayList &arguments, const QByteArray &directory)
{
    ScriptArguments found;
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        const QByteArray &word = arguments[i];
        const QByteArray value = i + 1 < arguments.size() ? arguments[i + 1] : QByteArray();
        if (word == "-jar") {
            found.files << absolute(value, directory);
            return found;
        }
        if (word == "-cp" || word == "-classpath" || word == "--class-path" || word == "-p"
            || word == "--module-path") {
            addClassPath(value, directory, found);
            ++i;
        } else if (word.startsWith("-javaagent:")) {
            found.files << absolute(word.mid(11).split('=').first(), directory);
        } else if (word.startsWith('@')) {
            found.gap = u"its arguments stand in a file; name its classes with --watch"_s;
        } else if (!word.startsWith('-')) {
            if (word.endsWith(".java"))
                found.files << absolute(word, directory);
            else if (found.folders.isEmpty() && found.files.isEmpty())
                addClassPath(QByteArray(), directory, found);
            return found;
        }
    }
    return found;
}

} // namespace

QByteArrayList environmentFiles(const QByteArrayList &arguments, const QByteArray &directory)
{
    QByteArrayList files;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const QByteArray &word = arguments[i];
        const qsizetype equals = word.startsWith("--") ? word.indexOf('=') : -1;
        if (!hasWord(" --env-file --env-file-if-exists "_L1, equals > 0 ? word.first(equals) : word))
            continue;
        const QByteArray path = absolute(equals > 0 ? word.mid(equals + 1) : arguments.value(i + 1), directory);
        if (isRegularFile(path))
            files << path;
    }
    return files;
}

ScriptArguments readScriptArguments(const QByteArray &program, const QByteArrayList &arguments,
                                    const QByteArray &directory, const QByteArray &environment, const QByteArray &input)
{
    if (program == "java")
        return readJava(javaArguments(arguments, environment), directory);
    if (program == "make" || program == "gmake") {
        ScriptArguments found = readMake(arguments, directory);
        if (found.takesInput && !input.isEmpty())
            addMakefile(input, directory, found);
        return found;
    }
    if (program == "busybox" || program == "toybox") { // is what it is called by, or told to be
        const bool isTold = lastName(arguments.value(0)) == program;
        return arguments.size() < 2 ? ScriptArguments()
                                    : readScriptArguments(lastName(arguments[isTold ? 1 : 0]),
                                                          arguments.mid(isTold ? 1 : 0), directory, environment, input);
    }
    if (const Interpreter *interpreter = interpreterOf(program); interpreter && !arguments.isEmpty())
        return readInterpreter(*interpreter, program, arguments, directory, environment, input);
    ScriptArguments found = hasWord(OthersByOption, withoutVersion(program))
        ? readByOption(program, arguments, directory)
        : readOther(program, arguments, directory);
    if (found.takesInput && !input.isEmpty())
        addOther(input, false, found);
    return found;
}

} // namespace Hephaestus
