// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptarguments.h"

#include <QFile>
#include <QRegularExpression>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

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
    QLatin1StringView loads;      ///< options whose value is loaded before the script: next, after `=`, or attached
    QLatin1StringView variable;   ///< of the environment, with further options
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
constexpr QLatin1StringView NoFileGap("was told to run what is no regular file: what it runs is not known");
constexpr QLatin1StringView NodeGap("what it requires or imports is not known; name its files with --watch");

constexpr std::array Interpreters{
    Interpreter{QLatin1StringView(" sh bash dash zsh ksh ash mksh "),
                QLatin1StringView(" -c "),
                QLatin1StringView(" -o +o -O +O --rcfile --init-file "),
                {},
                {},
                QLatin1StringView(R"((?:^|[;&|({\n]|\bthen\b|\bdo\b|\belse\b)[ \t]*(?:\.|source)[ \t]+([^\s;&|]+))"),
                QLatin1StringView("which other file it reads is known only when it runs; name it with --watch")},
    Interpreter{QLatin1StringView(" python pypy "),
                QLatin1StringView(" -c "),
                QLatin1StringView(" -W -X -m "),
                {},
                {},
                QLatin1StringView(R"(\b(import|exec|runpy)\b)"),
                QLatin1StringView("what it imports is not known; run it with --python, or name its files with "
                                  "--watch")},
    Interpreter{QLatin1StringView(" node nodejs "), QLatin1StringView(" -e -p -pe --eval --print "),
                QLatin1StringView(" -C --conditions "),
                QLatin1StringView(" -r --require --import --loader --experimental-loader "),
                QLatin1StringView("NODE_OPTIONS="), NodeIncludes, NodeGap},
    Interpreter{QLatin1StringView(" deno bun "),
                QLatin1StringView(" eval "),
                QLatin1StringView(" -c --config "),
                QLatin1StringView(" -r --preload "),
                {},
                NodeIncludes,
                NodeGap},
    Interpreter{
        QLatin1StringView(" perl "), QLatin1StringView(" -e -E "), QLatin1StringView(" -I "),
        QLatin1StringView(" -M -m "), QLatin1StringView("PERL5OPT="),
        QLatin1StringView(
            R"((?:^|[;{}\n])\s*(?:use|require|do)\s+(?!(?:strict|warnings|utf8|feature|v?5|integer)\b)[\w'"$])"),
        QLatin1StringView("which modules it uses is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" ruby "), QLatin1StringView(" -e "), QLatin1StringView(" -I -C -E "),
                QLatin1StringView(" -r --require "), QLatin1StringView("RUBYOPT="),
                QLatin1StringView(R"(\b(require|require_relative|load|eval)\b)"),
                QLatin1StringView("what it requires is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" php "),
                QLatin1StringView(" -r "),
                QLatin1StringView(" -c -d -z -S -t "),
                {},
                {},
                QLatin1StringView(R"(\b(include|include_once|require|require_once)\b)"),
                QLatin1StringView("what it includes is not known; name its files with --watch")},
};

/// Whose script is the first of its arguments that is a file.
constexpr QLatin1StringView Others(" tclsh wish expect lua luajit guile julia octave octave-cli racket raku swipl fish "
                                   "janet newlisp gforth R ");
/// Whose scripts are named by `-f`; any other file is what they read.
constexpr QLatin1StringView OthersByOption(" awk gawk mawk nawk original-awk sed ");
constexpr QLatin1StringView OtherIncludes(
    R"(\b(source|package|require|include|load|import|use|using|library|dofile|loadfile|eval)\b)");
constexpr QLatin1StringView OtherGap("which other files it loads is not known; name its files with --watch");
constexpr qsizetype MostArguments = 100; ///< that are looked at

QByteArray withoutVersion(QByteArray name)
{
    while (!name.isEmpty() && (QByteArrayView("0123456789.-").contains(name.back())))
        name.chop(1);
    return name;
}

QByteArray lastName(const QByteArray &path) { return path.mid(path.lastIndexOf('/') + 1); }

const Interpreter *interpreterOf(const QByteArray &program)
{
    const QByteArray name = withoutVersion(program);
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

/// True of what is there, and is no file that can be read as a whole: a directory, a pipe, a device.
bool isOther(const QByteArray &path)
{
    struct stat status = {};
    return ::stat(path.constData(), &status) == 0 && !S_ISREG(status.st_mode);
}

/// The first of these files that is there, by the ending that is to be added; nothing: none is.
std::optional<QByteArray> withEnding(const QByteArray &path, std::initializer_list<const char *> endings)
{
    for (const char *ending : endings) {
        if (isFile(path + ending))
            return path + ending;
    }
    return {};
}

QString textOf(const QByteArray &path)
{
    if (!isFile(path)) // the opening of a pipe would wait for who writes it
        return {};
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

/// The interpreter that the first line of a file names (`#!`), without its folder; empty: none.
QByteArray namedInterpreter(const QByteArray &path)
{
    QFile file(QFile::decodeName(path));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray line = file.readLine(256).simplified();
    if (!line.startsWith("#!"))
        return {};
    QByteArrayList words = line.mid(2).trimmed().split(' ');
    if (lastName(words.value(0)) == "env") {
        words.removeFirst();
        while (!words.isEmpty() && (words.first().startsWith('-') || words.first().contains('=')))
            words.removeFirst();
    }
    return lastName(words.value(0));
}

/// Of an interpreter that is not among Interpreters, or of any other program: what is known of most of them holds.
ScriptArguments readOther(const QByteArray &program, const QByteArrayList &arguments, const QByteArray &directory)
{
    static const QRegularExpression includes{QString(OtherIncludes)};
    const QByteArray name = withoutVersion(program);
    const QByteArray invoked = withoutVersion(lastName(arguments.value(0)));
    const bool isByOption = has(OthersByOption, name);
    const auto mayRun = [&](const QByteArray &path) {
        const QByteArray wanted = withoutVersion(namedInterpreter(path));
        return has(Others, name) || (!wanted.isEmpty() && (wanted == name || wanted == invoked));
    };
    ScriptArguments found;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const QByteArray &word = arguments[i];
        const bool isNamed = isByOption && (arguments[i - 1] == "-f" || arguments[i - 1] == "--file");
        const QByteArray path = absolute(word.startsWith("--file=") ? word.mid(7) : word, directory);
        if (word.isEmpty() || !isFile(path) || !(isNamed || mayRun(path)))
            continue;
        found.files << path;
        if (withoutComments(textOf(path)).contains(includes))
            found.gap = OtherGap;
        if (!isNamed)
            break;
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
            (isFile(path) ? found.files : found.folders) << path;
    }
}

/// What a variable of an environment holds, `name` with its `=`; empty: nothing.
QByteArray valueOf(const QByteArray &environment, QLatin1StringView name)
{
    for (const QByteArray &variable : environment.split('\0')) {
        if (!name.isEmpty() && variable.startsWith(QByteArrayView(name)))
            return variable.mid(name.size());
    }
    return {};
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

/// Reads the arguments of one of Interpreters.
class InterpreterReader
{
public:
    InterpreterReader(const Interpreter &interpreter, QByteArray program, QByteArray directory)
        : m_interpreter(interpreter)
        , m_program(std::move(program))
        , m_directory(std::move(directory))
        , m_includes(QString(interpreter.includes))
    {
    }

    /// The first argument is the program's own name, or none.
    ScriptArguments read(const QByteArrayList &arguments)
    {
        m_found.takesInput = true;
        for (qsizetype i = 1; i < arguments.size() && m_found.takesInput; ++i)
            m_found.takesInput = !readWord(arguments, i);
        return m_found;
    }
    /// Options alone, of the environment.
    void readOptions(const QByteArrayList &options)
    {
        for (qsizetype i = 0; i < options.size(); ++i)
            readLoading(options, i);
    }
    void addFile(const QByteArray &path)
    {
        if (isOther(path)) {
            m_found.gap = NoFileGap;
            return;
        }
        m_found.files << path;
        addText(textOf(path));
    }

private:
    bool isShell() const { return &m_interpreter == Interpreters.begin(); }
    bool isJavaScript() const { return m_interpreter.includes == NodeIncludes; }

    void addText(const QString &text)
    {
        static const QRegularExpression own{QString(NodeOwn)};
        if (isShell()            ? !addIncluded(text, m_includes, m_directory, m_found.files)
                : isJavaScript() ? withoutComments(text).remove(own).contains(m_includes)
                                 : withoutComments(text).contains(m_includes))
            m_found.gap = m_interpreter.gap;
    }

    bool isPython() const { return m_program.startsWith("python") || m_program.startsWith("pypy"); }

    /// What Node.js finds for the name of a module that is written as a path; nothing: no file.
    static std::optional<QByteArray> moduleAt(const QByteArray &path)
    {
        return withEnding(path, {"", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx"});
    }
    /// A folder's package.json names its script, the last `main` that is not within something else.
    static std::optional<QByteArray> mainOf(const QByteArray &folder)
    {
        static const QRegularExpression nested(u"\\{[^{}]*\\}|\\[[^\\[\\]]*\\]"_s);
        static const QRegularExpression name(u"\"main\"\\s*:\\s*\"([^\"\\\\]+)\""_s);
        QString text = textOf(folder + "/package.json").trimmed();
        text = text.mid(1, std::max(text.size() - 2, qsizetype(0))); // without its own braces
        for (qsizetype before = -1; before != text.size();) {
            before = text.size();
            text.remove(nested);
        }
        QByteArray main;
        for (auto match = name.globalMatch(text); match.hasNext();)
            main = QFile::encodeName(match.next().captured(1));
        if (main.isEmpty())
            return {};
        const QByteArray path = folder + '/' + main;
        const auto found = moduleAt(path);
        return found ? found : moduleAt(path + "/index");
    }
    /// The path as the interpreter completes it.
    QByteArray completed(const QByteArray &path) const
    {
        if (isPython())
            return withEnding(path, {"", "/__main__.py"}).value_or(path);
        if (!isJavaScript())
            return path;
        auto found = moduleAt(path);
        if (!found && isOther(path))
            found = mainOf(path);
        return found ? *found : moduleAt(path + "/index").value_or(path);
    }

    /// True, and `i` is past it: an option that loads something before the script.
    bool readLoading(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        const qsizetype equals = word.startsWith("--") ? word.indexOf('=') : -1;
        QByteArray value;
        if (equals > 0 && has(m_interpreter.loads, word.first(equals)))
            value = word.mid(equals + 1);
        else if (has(m_interpreter.loads, word))
            value = words.value(++i);
        else if (!word.startsWith("--") && word.size() > 2 && has(m_interpreter.loads, word.first(2)))
            value = word.mid(2);
        else
            return false;
        constexpr QLatin1StringView Harmless(" strict warnings utf8 feature integer lib "); // of Perl
        const QByteArray path = completed(absolute(value.startsWith("file://") ? value.mid(7) : value, m_directory));
        if (isFile(path))
            addFile(path);
        else if (!has(Harmless, value.split('=').first()))
            m_found.gap = m_interpreter.gap;
        return true;
    }

    /// The next argument is the code itself.
    bool isInlineCode(const QByteArray &word) const
    {
        static const QRegularExpression letters(u"^-[acnlpswtTuUWX0-7]*[eE]$"_s); // of Perl and Ruby: -ne, -lane
        const bool isLetters = m_program.startsWith("perl") || m_program.startsWith("ruby");
        return has(m_interpreter.inlineCode, word)
            || (isShell() && word.startsWith('-') && !word.startsWith("--") && word.endsWith('c'))
            || (isLetters && QString::fromLatin1(word).contains(letters));
    }

    /// True: the script, or what stands for it, was read.
    bool readWord(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        if (m_program.startsWith("php") && word == "-f" && i + 1 < words.size())
            return false;
        if (isInlineCode(word)) {
            if (i + 1 < words.size())
                addText(QString::fromUtf8(words[i + 1]));
            return true;
        }
        if (readLoading(words, i))
            return false;
        if (has(m_interpreter.withValue, word)) {
            if (word == "-m") { // a module of Python
                m_found.gap = m_interpreter.gap;
                return true;
            }
            ++i;
            return false;
        }
        const bool isRunner = m_program.startsWith("deno") || m_program.startsWith("bun");
        if (word == "-" || (isShell() && word == "-s")) // from its input, which read() takes for granted
            i = words.size();
        if (word.startsWith('-') || (isShell() && word.startsWith('+')) || (isRunner && word == "run"))
            return false;
        addFile(completed(absolute(word, m_directory)));
        return true;
    }

    const Interpreter &m_interpreter;
    const QByteArray m_program;
    const QByteArray m_directory;
    const QRegularExpression m_includes;
    ScriptArguments m_found;
};

ScriptArguments readInterpreter(const Interpreter &interpreter, const QByteArray &program,
                                const QByteArrayList &arguments, const QByteArray &directory,
                                const QByteArray &environment)
{
    InterpreterReader reader(interpreter, program, directory);
    reader.readOptions(valueOf(environment, interpreter.variable).simplified().split(' '));
    if (const QByteArray file = valueOf(environment, "BASH_ENV="_L1); program == "bash" && !file.isEmpty())
        reader.addFile(absolute(file, directory));
    return reader.read(arguments);
}

} // namespace

ScriptArguments readScriptArguments(const QByteArray &program, const QByteArrayList &arguments,
                                    const QByteArray &directory, const QByteArray &environment)
{
    if (program == "java")
        return readJava(javaArguments(arguments, environment), directory);
    if (program == "busybox" || program == "toybox") { // is what it is called by, or told to be
        const bool isTold = lastName(arguments.value(0)) == program;
        return arguments.size() < 2 ? ScriptArguments()
                                    : readScriptArguments(lastName(arguments[isTold ? 1 : 0]),
                                                          arguments.mid(isTold ? 1 : 0), directory, environment);
    }
    const Interpreter *interpreter = interpreterOf(program);
    return interpreter ? readInterpreter(*interpreter, program, arguments, directory, environment)
                       : readOther(program, arguments, directory);
}

} // namespace Hephaestus
