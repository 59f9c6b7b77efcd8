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

/// How one family of interpreters takes its script. Options stand between blanks.
struct Interpreter
{
    QLatin1StringView names;      ///< between blanks; a version after them does not count
    QLatin1StringView inlineCode; ///< options whose value is the code itself: next, after `=`, or attached
    QLatin1StringView withValue;  ///< options whose value is the next argument, or attached
    QLatin1StringView attached;   ///< options whose value is attached, or none; a blank: letters cannot be joined
    QLatin1StringView loads;      ///< options whose value is loaded before the script: next, after `=`, or attached
    QLatin1StringView variable;   ///< of the environment, with further options
    QLatin1StringView includes;   ///< a regular expression for what loads another file
    QLatin1StringView gap;        ///< what is not known if it does
};

constexpr QLatin1StringView NodeIncludes(R"(\b(require|import|eval|getBuiltinModule)\b|\bFunction\s*\()");
/// A command that reads a file (its name is captured), after what may stand before a command; or one that runs a text
/// which may come from a file.
constexpr QLatin1StringView ShellIncludes(
    R"((?:(?:^|[;&|(){\n!`]|\b(?:then|do|else|if|elif|while|until|time|command|builtin|eval)\b|\b\w+=\S*)[ \t]*|['"]))"
    R"(\\?(?:\.|source)[ \t]+(?!['"][ \t]*(?:$|[\n;&|]))([^\s;&|]+))"
    R"(|\beval[ \t]+(?!set[ \t]+--)(?:[^\n]*(?:\$\(|`)|)"
    R"(["']?\$[{\w@*][^\s=]*["']?[ \t]*(?:$|[\n;&|)]))|\bautoload[ \t])");
/// What is built into Node.js is no file. Modules that run other files are left out: cluster, module, vm,
/// worker_threads.
constexpr QLatin1StringView NodeOwn(
    R"((?:\brequire\s*\(\s*|\bimport\b[\w\s{},*$]*?)(['"])(?:node:)?(?:assert|async_hooks|buffer|child_process|)"
    R"(console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http2?|https|net|os|path|perf_hooks|)"
    R"(process|punycode|querystring|readline|stream|string_decoder|timers|tls|tty|url|util|v8|zlib)(?:/\w+)?\1)");
constexpr QLatin1StringView NoFileGap("was told to run what is no regular file: what it runs is not known");
constexpr QLatin1StringView NodeGap("what it requires or imports is not known; name its files with --watch");

constexpr std::array Interpreters{
    Interpreter{QLatin1StringView(" sh bash dash zsh ksh ash mksh lksh posh yash csh tcsh bsd-csh "),
                {},
                QLatin1StringView(" --rcfile --init-file "),
                {},
                {},
                {},
                ShellIncludes,
                QLatin1StringView("which other file it reads is known only when it runs; name it with --watch")},
    Interpreter{QLatin1StringView(" python pypy "),
                QLatin1StringView(" -c "),
                QLatin1StringView(" -W -X -m --check-hash-based-pycs "),
                {},
                {},
                {},
                QLatin1StringView(R"(\b(import|__import__|exec|execfile|eval|runpy)\b)"),
                QLatin1StringView("what it imports is not known; run it with --python, or name its files with "
                                  "--watch")},
    Interpreter{QLatin1StringView(" node nodejs "), QLatin1StringView(" -e -p -pe --eval --print "),
                QLatin1StringView(
                    " -C --conditions --allow-fs-read --allow-fs-write --build-snapshot-config --cpu-prof-dir "
                    "--cpu-prof-interval --cpu-prof-name --debug-port --diagnostic-dir --disable-proto "
                    "--disable-warning --dns-result-order --env-file --env-file-if-exists --experimental-default-type "
                    "--experimental-policy --experimental-sea-config --heap-prof-dir --heap-prof-interval "
                    "--heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal --icu-data-dir --input-type "
                    "--inspect-port --inspect-publish-uid --localstorage-file --max-http-header-size "
                    "--network-family-autoselection-attempt-timeout --openssl-config --policy-integrity "
                    "--redirect-warnings --report-dir --report-directory --report-filename --report-signal "
                    "--secure-heap --secure-heap-min --run --snapshot-blob --test-concurrency --test-name-pattern "
                    "--test-reporter --test-reporter-destination --test-shard --test-timeout --title "
                    "--tls-cipher-list --tls-keylog --trace-event-categories --trace-event-file-pattern "
                    "--trace-require-module --unhandled-rejections --use-largepages --v8-pool-size --watch-path "),
                QLatin1StringView(" "), QLatin1StringView(" -r --require --import --loader --experimental-loader "),
                QLatin1StringView("NODE_OPTIONS="), NodeIncludes, NodeGap},
    Interpreter{QLatin1StringView(" deno "),
                {},
                QLatin1StringView(" -c --config -L --log-level --import-map --cert --location --seed --ext --port "
                                  "--host --unsafely-ignore-certificate-errors-from "),
                QLatin1StringView(" -A -r "),
                QLatin1StringView(" --preload "),
                {},
                NodeIncludes,
                NodeGap},
    Interpreter{
        QLatin1StringView(" bun "),
        QLatin1StringView(" -e -p --eval --print "),
        QLatin1StringView(" -c --config --cwd --env-file --tsconfig-override -d --define -l --loader "
                          "--extension-order --main-fields --conditions --port --title --install --drop --shell "
                          "-F --filter --jsx-factory --jsx-fragment --jsx-import-source --jsx-runtime "),
        {},
        QLatin1StringView(" -r --preload --require --import "),
        {},
        NodeIncludes,
        NodeGap},
    Interpreter{
        QLatin1StringView(" perl "), QLatin1StringView(" -e -E "), QLatin1StringView(" -I "),
        QLatin1StringView(" -C -D -F -i -x -V "), QLatin1StringView(" -M -m -d "), QLatin1StringView("PERL5OPT="),
        QLatin1StringView(R"((?:^|[;{}\n])\s*use\s+(?!(?:strict|warnings|utf8|feature|v?5|integer)\b)[\w'"$])"
                          R"(|\brequire\b\s*\(?\s*(?!v?5)[\w'"$]|\bdo\b\s*\(?\s*(?:['"$]|[\w:]+\s*(?:\(|->|\{|\/)))"
                          R"(|\beval\b(?!\s*\{))"),
        QLatin1StringView("which modules it uses is not known; name its files with --watch")},
    Interpreter{
        QLatin1StringView(" ruby "), QLatin1StringView(" -e "),
        QLatin1StringView(" -I -C -X -E --encoding --external-encoding --internal-encoding --enable --disable "),
        QLatin1StringView(" -F -i -K -T -W -x "), QLatin1StringView(" -r --require "), QLatin1StringView("RUBYOPT="),
        QLatin1StringView(R"(\b(require|require_relative|load|autoload|\w*eval|InstructionSequence)\b)"),
        QLatin1StringView("what it requires is not known; name its files with --watch")},
    Interpreter{QLatin1StringView(" php "),
                QLatin1StringView(" -r -B -R -E --run --process-begin --process-code --process-end "),
                QLatin1StringView(" -c -d -z -S -t --php-ini --define --zend-extension --server --docroot "),
                {},
                {},
                {},
                QLatin1StringView(R"(\b(include|include_once|require|require_once|eval)\b)"),
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

/// Nothing: it cannot be read, or is larger than is read.
std::optional<QString> textOf(const QByteArray &path)
{
    if (!isFile(path)) // the opening of a pipe would wait for who writes it
        return {};
    QFile file(QFile::decodeName(path));
    return file.open(QIODevice::ReadOnly) && file.size() <= LargestScript
        ? std::optional(QString::fromUtf8(file.read(LargestScript)))
        : std::nullopt;
}

/// What follows a comment sign at the beginning of a line is no code. A `#` begins a name in JavaScript, a `//` an
/// operator in Perl.
QString withoutComments(QString text, QLatin1StringView signs = "#|//"_L1)
{
    const QRegularExpression comments(u"(^|\\n)[ \\t]*(%1)[^\\n]*"_s.arg(signs));
    return text.replace(comments, u"\\1"_s);
}

/// Follows a shell's includes whose names are written out; false: there is one that is not, or may be.
bool addIncluded(const std::optional<QString> &text, const QRegularExpression &includes, const QByteArray &directory,
                 QByteArrayList &files)
{
    static const QRegularExpression computed(u"[$`*?~]"_s);
    bool isWhole = text.has_value();
    for (auto match = includes.globalMatch(withoutComments(text.value_or(QString()), "#"_L1)); match.hasNext();) {
        QString name = match.next().captured(1);
        if (name.size() > 1 && (name.startsWith(u'"') || name.startsWith(u'\'')))
            name = name.mid(1, name.size() - 2);
        const QByteArray path = absolute(QFile::encodeName(name), directory);
        const bool isWritten = !name.isEmpty() && !name.contains(computed) && !path.startsWith("/dev/");
        if (!isWritten || !isFile(path) || files.size() >= MostIncluded) {
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

/// The file that an option of awk or sed names as its script, attached to its letter or not. Empty: none.
QByteArray namedScript(const QByteArray &program, const QByteArrayList &words, qsizetype i)
{
    const QByteArray &word = words[i];
    if (word.startsWith("--")) {
        const qsizetype equals = word.indexOf('=');
        const bool isFile = has(" --file --exec --include "_L1, equals > 0 ? word.first(equals) : word);
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
        else if (!name.isEmpty() && isFile(path))
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
    const bool isKnown = has(Others, name);
    const auto mayRun = [&](const QByteArray &path) {
        const QByteArray wanted = withoutVersion(namedInterpreter(path));
        return isKnown || (!wanted.isEmpty() && (wanted == name || wanted == invoked));
    };
    ScriptArguments found;
    bool mayBeCode = false;
    for (qsizetype i = 1; i < std::min(arguments.size(), MostArguments); ++i) {
        const QByteArray &word = arguments[i];
        const QByteArray path = absolute(word.startsWith("--file=") ? word.mid(7) : word, directory);
        if (!word.isEmpty() && isFile(path) && mayRun(path)) {
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
    InterpreterReader(const Interpreter &interpreter, QByteArray program, QByteArray directory, QByteArray input)
        : m_interpreter(interpreter)
        , m_program(std::move(program))
        , m_directory(std::move(directory))
        , m_input(std::move(input))
        , m_includes(QString(interpreter.includes))
    {
    }

    /// The first argument is the program's own name, or none.
    ScriptArguments read(const QByteArrayList &arguments)
    {
        if (isRenamed(arguments)) {
            m_found.gap = m_interpreter.gap;
            return m_found;
        }
        qsizetype i = 1;
        while (i < arguments.size() && isOption(arguments[i]) && !m_isDone)
            readOption(arguments, i);
        if (!m_isDone && i < arguments.size() && arguments[i] == "--")
            ++i;
        m_found.takesInput = !m_isDone && !m_hasCode && !m_isServer;
        if (!m_isDone && !m_hasCode && i < arguments.size())
            readScript(arguments, i);
        if (m_found.takesInput && !m_input.isEmpty())
            addFile(m_input);
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
        if (isFile(path)) // else the file itself is told
            addText(textOf(path));
    }

private:
    bool isShell() const { return &m_interpreter == Interpreters.begin(); }
    bool isJavaScript() const { return m_interpreter.includes == NodeIncludes; }

    /// Nothing: what it says is not known, if it is a script's at all.
    void addText(const std::optional<QString> &text)
    {
        if (isShell() ? !addIncluded(text, m_includes, m_directory, m_found.files) : !text || loadsMore(*text))
            m_found.gap = m_interpreter.gap;
    }
    bool loadsMore(const QString &text) const
    {
        static const QRegularExpression own{QString(NodeOwn)};
        if (text.contains(QChar(0))) // an archive, or compiled
            return true;
        if (isJavaScript())
            return withoutComments(text, "//"_L1).remove(own).contains(m_includes);
        return withoutComments(text, m_program.startsWith("php") ? "#|//"_L1 : "#"_L1).contains(m_includes);
    }

    bool isPerl() const { return m_program.startsWith("perl"); }
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
        QString text = textOf(folder + "/package.json").value_or(QString()).trimmed();
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

    /// True, and `i` is at its value's end: an option that loads something before the script.
    bool readLoading(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        const qsizetype equals = word.startsWith("--") ? word.indexOf('=') : -1;
        if (equals > 0 && has(m_interpreter.loads, word.first(equals)))
            load(word.mid(equals + 1));
        else if (has(m_interpreter.loads, word))
            load(words.value(++i));
        else if (!word.startsWith("--") && word.size() > 2 && has(m_interpreter.loads, word.first(2)))
            load(word.mid(2));
        else
            return false;
        return true;
    }
    void load(const QByteArray &value)
    {
        constexpr QLatin1StringView Harmless(" strict warnings utf8 feature integer lib "); // of Perl
        const QByteArray path = completed(absolute(value.startsWith("file://") ? value.mid(7) : value, m_directory));
        if (isFile(path))
            addFile(path);
        else if (!has(Harmless, value.split('=').first()))
            m_found.gap = m_interpreter.gap;
    }
    void addCode(const QByteArray &code)
    {
        m_hasCode = true;
        addText(QString::fromUtf8(code));
    }

    /// True of a process that wrote a title over its arguments. Shells do not, and go by many names.
    bool isRenamed(const QByteArrayList &arguments) const
    {
        const bool isAlone =
            std::all_of(arguments.begin() + 1, arguments.end(), [](const QByteArray &word) { return word.isEmpty(); });
        return !isShell() && isAlone && interpreterOf(lastName(arguments.first())) != &m_interpreter;
    }
    bool isOption(const QByteArray &word) const
    {
        return word.size() > 1 && word != "--" && (word.startsWith('-') || (isShell() && word.startsWith('+')));
    }
    /// `i` is past the option and its value.
    void readOption(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        if (word.startsWith("--"))
            readLong(words, i);
        else if (isShell())
            readShellLetters(word, i);
        else if (m_interpreter.attached == " "_L1)
            readWhole(words, i);
        else
            readLetters(words, i);
        ++i;
    }
    void readLong(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        const qsizetype equals = word.indexOf('=');
        const QByteArray name = equals > 0 ? word.first(equals) : word;
        if (has(m_interpreter.inlineCode, name))
            addCode(equals > 0 ? word.mid(equals + 1) : words.value(++i));
        else if (m_program.startsWith("php") && (name == "--file" || name == "--process-file"))
            addScript(equals > 0 ? word.mid(equals + 1) : words.value(++i));
        else if (readLoading(words, i))
            return;
        else if (equals < 0 && has(m_interpreter.withValue, name))
            ++i;
        else if (equals < 0 && isJavaScript() && !isFlag(word))
            m_doubtful = i + 1; // what follows may be its value
    }
    /// Of Node.js, Deno and Bun, which have many.
    static bool isFlag(const QByteArray &word)
    {
        constexpr std::array<const char *, 16> Flags{
            "--no-",    "--enable-", "--inspect", "--trace-", "--expose", "--preserve-", "--use-",    "--throw-",
            "--allow-", "--deny-",   "--watch",   "--hot",    "--smol",   "--unstable",  "--harmony", "--quiet"};
        return std::any_of(Flags.begin(), Flags.end(), [&](const char *each) { return word.startsWith(each); });
    }
    /// Of one whose options are not joined.
    void readWhole(const QByteArrayList &words, qsizetype &i)
    {
        if (has(m_interpreter.inlineCode, words[i]))
            addCode(words.value(++i));
        else if (!readLoading(words, i) && has(m_interpreter.withValue, words[i]))
            ++i;
    }
    /// A shell takes values from the next words, and with `c` its code is what would else be the script.
    void readShellLetters(const QByteArray &word, qsizetype &i)
    {
        for (const char letter : word.sliced(1)) {
            if (letter == 'o' || letter == 'O')
                ++i;
            m_isCode = m_isCode || (letter == 'c' && word.startsWith('-'));
            m_isInput = m_isInput || (letter == 's' && word.startsWith('-'));
        }
    }
    /// Letters may be joined; the value of one is the rest of its word, or the next word.
    void readLetters(const QByteArrayList &words, qsizetype &i)
    {
        const QByteArray &word = words[i];
        for (qsizetype at = 1; at < word.size(); ++at) {
            const QByteArray option = QByteArray("-") + word[at];
            const bool isLoading = has(m_interpreter.loads, option);
            if (has(m_interpreter.attached, option))
                return;
            const bool isFile = m_program.startsWith("php") && (option == "-f" || option == "-F");
            if (!isLoading && !isFile && !has(m_interpreter.inlineCode, option)
                && !has(m_interpreter.withValue, option))
                continue;
            QByteArray value = word.sliced(at + 1);
            if (option == "-d" && isPerl()) { // runs its debugger, or Devel::…
                m_found.gap = m_interpreter.gap;
                return;
            }
            if (value.isEmpty())
                value = words.value(++i);
            readValue(option, value, isLoading, isFile);
            return;
        }
    }
    void readValue(const QByteArray &option, const QByteArray &value, bool isLoading, bool isScript)
    {
        if (isLoading) {
            load(value);
        } else if (isScript) {
            addScript(value);
        } else if (has(m_interpreter.inlineCode, option)) {
            addCode(value);
            m_isDone = isPython();   // the rest is for the code
        } else if (option == "-m") { // a module of Python
            m_found.gap = m_interpreter.gap;
            m_isDone = true;
        } else if (m_program.startsWith("php") && option == "-S") {
            m_isServer = true;
        } else if (value.contains("auto_prepend_file") || value.contains("auto_append_file")) {
            m_found.gap = m_interpreter.gap;
        }
    }

    void addScript(const QByteArray &name)
    {
        m_found.takesInput = false;
        m_isDone = true;
        addFile(completed(absolute(name, m_directory)));
    }
    /// What is no option.
    void readScript(const QByteArrayList &words, qsizetype i)
    {
        const bool isAfterAll = words[i - 1] == "--";
        if (isShell() && words[i] == "-" && !isAfterAll) // as `--`
            ++i;
        if (isShell() && m_isCode) {
            m_found.takesInput = false;
            return addCode(words.value(i));
        }
        constexpr QLatin1StringView Inputs(" - /dev/stdin /dev/fd/0 /proc/self/fd/0 ");
        if (m_isInput || i >= words.size() || (!isAfterAll && has(Inputs, words[i])))
            return;
        if (isRunner() && m_command.isEmpty() && readCommand(words, i))
            return;
        if (i == m_doubtful)
            i = beyondValue(words, i);
        addScript(words[i]);
    }
    /// What may be the value of an option that is not known: the script is this word, or a later one.
    qsizetype beyondValue(const QByteArrayList &words, qsizetype i)
    {
        const auto isScript = [&](const QByteArray &word) {
            return !word.startsWith('-') && isFile(completed(absolute(word, m_directory)));
        };
        const auto found = std::find_if(words.begin() + i + 1, words.end(), isScript);
        if (found == words.end())
            return i;
        if (isOther(absolute(words[i], m_directory)) || isScript(words[i]))
            m_found.gap = u"which of its arguments is its script is not known; name its files with --watch"_s;
        return isScript(words[i]) ? i : found - words.begin();
    }
    bool isRunner() const { return m_program.startsWith("deno") || m_program.startsWith("bun"); }
    /// True: a command of Deno or Bun, and what it runs.
    bool readCommand(const QByteArrayList &words, qsizetype i)
    {
        constexpr QLatin1StringView Others(" test bench task x exec repl install add create init compile ");
        const QByteArray &word = words[i];
        m_command = word;
        if (word == "run" || word == "serve" || word == "eval") {
            ++i;
            while (i < words.size() && isOption(words[i]) && !m_isDone)
                readOption(words, i);
            if (word == "eval" && !m_hasCode)
                addCode(words.value(i));
            else if (!m_isDone && !m_hasCode && i < words.size())
                readScript(words, i);
        } else if (has(Others, word) && !isFile(completed(absolute(word, m_directory)))) {
            m_found.gap = m_interpreter.gap;
        } else {
            return false;
        }
        m_found.takesInput = m_found.takesInput && (word == "run") && words.value(i, "-") == "-";
        return true;
    }

    const Interpreter &m_interpreter;
    const QByteArray m_program;
    const QByteArray m_directory;
    const QByteArray m_input;
    const QRegularExpression m_includes;
    ScriptArguments m_found;
    QByteArray m_command;      ///< of Deno or Bun
    qsizetype m_doubtful = -1; ///< the word that may be an option's value
    bool m_hasCode = false;    ///< it was given as an argument
    bool m_isDone = false;     ///< the rest is for the program
    bool m_isCode = false;     ///< of a shell: the first word that is no option
    bool m_isInput = false;    ///< a shell was told so
    bool m_isServer = false;   ///< PHP's own, which reads each file when it is asked for
};

ScriptArguments readInterpreter(const Interpreter &interpreter, const QByteArray &program,
                                const QByteArrayList &arguments, const QByteArray &directory,
                                const QByteArray &environment, const QByteArray &input)
{
    InterpreterReader reader(interpreter, program, directory, input);
    reader.readOptions(valueOf(environment, interpreter.variable).simplified().split(' '));
    if (const QByteArray file = valueOf(environment, "BASH_ENV="_L1); program == "bash" && !file.isEmpty())
        reader.addFile(absolute(file, directory));
    return reader.read(arguments);
}

} // namespace

ScriptArguments readScriptArguments(const QByteArray &program, const QByteArrayList &arguments,
                                    const QByteArray &directory, const QByteArray &environment, const QByteArray &input)
{
    if (program == "java")
        return readJava(javaArguments(arguments, environment), directory);
    if (program == "busybox" || program == "toybox") { // is what it is called by, or told to be
        const bool isTold = lastName(arguments.value(0)) == program;
        return arguments.size() < 2 ? ScriptArguments()
                                    : readScriptArguments(lastName(arguments[isTold ? 1 : 0]),
                                                          arguments.mid(isTold ? 1 : 0), directory, environment, input);
    }
    if (const Interpreter *interpreter = interpreterOf(program); interpreter && !arguments.isEmpty())
        return readInterpreter(*interpreter, program, arguments, directory, environment, input);
    ScriptArguments found = has(OthersByOption, withoutVersion(program)) ? readByOption(program, arguments, directory)
                                                                         : readOther(program, arguments, directory);
    if (found.takesInput && !input.isEmpty())
        addOther(input, false, found);
    return found;
}

} // namespace Hephaestus
