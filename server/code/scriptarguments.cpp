// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptarguments.h"

#include <QFile>
#include <QRegularExpression>

#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qint64 LargestScript = 1024 * 1024; ///< bytes that are read for what a script includes
constexpr qsizetype MostIncluded = 100;

/// How one family of interpreters takes its script.
struct Interpreter
{
    QLatin1StringView names;      ///< between blanks; a version after them does not count
    QLatin1StringView inlineCode; ///< options after which there is no script
    QLatin1StringView withValue;  ///< options whose value is the next argument
    QLatin1StringView includes;   ///< a regular expression for what loads another file
    QLatin1StringView gap;        ///< what is not known if it does
};

constexpr QLatin1StringView NodeIncludes(R"(\b(require|import|eval|getBuiltinModule)\b)");
/// What is built into Node.js is no file. Modules that run other files are left out: cluster, module, vm,
/// worker_threads.
constexpr QLatin1StringView NodeOwn(
    R"((?:\brequire\s*\(\s*|\bimport\b[\w\s{},*$]*?)(['"])(?:node:)?(?:assert|async_hooks|buffer|child_process|)"
    R"(console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http2?|https|net|os|path|perf_hooks|)"
    R"(process|punycode|querystring|readline|stream|string_decoder|timers|tls|tty|url|util|v8|zlib)(?:/\w+)?\1)");
constexpr QLatin1StringView NodeGap("what it requires or imports is not known; name its files with --watch");

constexpr std::array Interpreters{
    Interpreter{QLatin1StringView(" sh bash dash zsh ksh ash mksh "), QLatin1StringView(" -c -s "),
                QLatin1StringView(" -o +o -O +O --rcfile --init-file "),
                QLatin1StringView(R"((?:^|[;&|({\n]|\bthen\b|\bdo\b|\belse\b)[ \t]*(?:\.|source)[ \t]+([^\s;&|]+))"),
                QLatin1StringView("which other file it reads is known only when it runs; name it with --watch")},
    Interpreter{QLatin1StringView(" python pypy "), QLatin1StringView(" -c "), QLatin1StringView(" -W -X -m "),
                QLatin1StringView(R"(\b(import|exec|runpy)\b)"),
                QLatin1StringView("what it imports is not known; run it with --python, or name its files with "
                                  "--watch")},
    Interpreter{QLatin1StringView(" node nodejs "), QLatin1StringView(" -e -p -pe --eval --print "),
                QLatin1StringView(" -r --require --import --loader --experimental-loader -C --conditions "),
                NodeIncludes, NodeGap},
    Interpreter{QLatin1StringView(" deno bun "), QLatin1StringView(" eval "), QLatin1StringView(" -c --config -r "),
                NodeIncludes, NodeGap},
    Interpreter{
        QLatin1StringView(" perl "), QLatin1StringView(" -e -E "), QLatin1StringView(" -I "),
        QLatin1StringView(
            R"((?:^|[;{}\n])\s*(?:use|require|do)\s+(?!(?:strict|warnings|utf8|feature|v?5|integer)\b)[\w'"$])"),
        QLatin1StringView("which modules it uses is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" ruby "), QLatin1StringView(" -e "), QLatin1StringView(" -I -r -C -E "),
                QLatin1StringView(R"(\b(require|require_relative|load|eval)\b)"),
                QLatin1StringView("what it requires is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" php "), QLatin1StringView(" -r "), QLatin1StringView(" -c -d -z -S -t "),
                QLatin1StringView(R"(\b(include|include_once|require|require_once)\b)"),
                QLatin1StringView("what it includes is not known; name its files with --watch")},
};

const Interpreter *interpreterOf(const QByteArray &program)
{
    QByteArray name = program;
    while (!name.isEmpty() && (QByteArrayView("0123456789.-").contains(name.back())))
        name.chop(1);
    const QString wanted = u' ' + QString::fromLatin1(name) + u' ';
    const auto found = std::find_if(Interpreters.begin(), Interpreters.end(),
                                    [&](const Interpreter &each) { return each.names.contains(wanted); });
    return name.isEmpty() || found == Interpreters.end() ? nullptr : &*found;
}

bool has(QLatin1StringView words, const QByteArray &word)
{
    return words.contains(u' ' + QString::fromLatin1(word) + u' ');
}

QByteArray absolute(const QByteArray &path, const QByteArray &directory)
{
    return path.startsWith('/') ? path : directory + '/' + path;
}

bool isFile(const QByteArray &path)
{
    struct stat status = {};
    return ::stat(path.constData(), &status) == 0 && S_ISREG(status.st_mode);
}

QString textOf(const QByteArray &path)
{
    QFile file(QFile::decodeName(path));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.read(LargestScript)) : QString();
}

/// What follows a comment sign at the beginning of a line is no code.
QString withoutComments(QString text)
{
    static const QRegularExpression comments(u"(^|\\n)[ \\t]*(#|//)[^\\n]*"_s);
    return text.replace(comments, u"\\1"_s);
}

/// Follows a shell's includes whose names are written out; false: there is one that is not.
bool addIncluded(const QString &text, const QRegularExpression &includes, const QByteArray &directory,
                 QByteArrayList &files)
{
    static const QRegularExpression computed(u"[$`*?~]"_s);
    bool isWhole = true;
    for (auto match = includes.globalMatch(withoutComments(text)); match.hasNext();) {
        QString name = match.next().captured(1);
        if (name.size() > 1 && (name.startsWith(u'"') || name.startsWith(u'\'')))
            name = name.mid(1, name.size() - 2);
        const QByteArray path = absolute(QFile::encodeName(name), directory);
        if (name.contains(computed) || !isFile(path) || files.size() >= MostIncluded) {
            isWhole = false;
        } else if (!files.contains(path)) {
            files << path;
            isWhole = addIncluded(textOf(path), includes, directory, files) && isWhole;
        }
    }
    return isWhole;
}

void addClassPath(const QByteArray &value, const QByteArray &directory, ScriptArguments &found)
{
    for (const QByteArray &entry : value.split(':')) {
        const QByteArray path = absolute(entry.isEmpty() ? QByteArray(".") : entry, directory);
        if (path.endsWith("/*"))
            found.folders << path.chopped(2);
        else
            (isFile(path) ? found.files : found.folders) << path;
    }
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

ScriptArguments readScriptArguments(const QByteArray &program, const QByteArrayList &arguments,
                                    const QByteArray &directory)
{
    if (program == "java")
        return readJava(arguments, directory);
    ScriptArguments found;
    const Interpreter *interpreter = interpreterOf(program);
    if (!interpreter)
        return found;
    const bool isShell = interpreter == Interpreters.begin();
    const QRegularExpression includes{QString(interpreter->includes)};
    const auto fromText = [&](const QString &text) {
        static const QRegularExpression own{QString(NodeOwn)};
        const bool isJavaScript = interpreter->includes == NodeIncludes;
        if (isShell            ? !addIncluded(text, includes, directory, found.files)
                : isJavaScript ? withoutComments(text).remove(own).contains(includes)
                               : withoutComments(text).contains(includes))
            found.gap = interpreter->gap;
    };
    for (qsizetype i = 1; i < arguments.size(); ++i) {
        const QByteArray &word = arguments[i];
        const bool isFileOption = program.startsWith("php") && word == "-f" && i + 1 < arguments.size();
        if (isFileOption)
            continue;
        if (has(interpreter->inlineCode, word)
            || (isShell && word.startsWith('-') && !word.startsWith("--") && word.endsWith('c'))) {
            if (i + 1 < arguments.size())
                fromText(QString::fromUtf8(arguments[i + 1]));
            return found;
        }
        if (has(interpreter->withValue, word)) {
            if (word == "-m") { // a module of Python
                found.gap = interpreter->gap;
                return found;
            }
            ++i;
        } else if (program.startsWith("deno") || program.startsWith("bun")) {
            if (word == "run" || word.startsWith('-'))
                continue;
            found.files << absolute(word, directory);
            fromText(textOf(found.files.first()));
            return found;
        } else if (!word.startsWith('-') && !(isShell && word.startsWith('+'))) {
            QByteArray path = absolute(word, directory);
            if (interpreter->includes == NodeIncludes && !isFile(path)) {
                for (const char *ending : {".js", ".mjs", ".cjs", "/index.js"}) {
                    if (isFile(path + ending)) {
                        path += ending;
                        break;
                    }
                }
            }
            found.files << path;
            fromText(textOf(path));
            return found;
        }
    }
    return found;
}

} // namespace Hephaestus
