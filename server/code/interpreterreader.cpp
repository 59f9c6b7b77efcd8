// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/interpreterreader.h"

#include "server/code/scriptfiles.h"

#include <QFile>
#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What is built into Node.js is no file. Modules that run other files are left out: cluster, module, vm,
/// worker_threads.
constexpr QLatin1StringView NodeOwn(
    R"((?:\brequire\s*\(\s*|\bimport\b[\w\s{},*$]*?)(['"])(?:node:)?(?:assert|async_hooks|buffer|child_process|)"
    R"(console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http2?|https|net|os|path|perf_hooks|)"
    R"(process|punycode|querystring|readline|stream|string_decoder|timers|tls|tty|url|util|v8|zlib)(?:/\w+)?\1)");
constexpr QLatin1StringView NoFileGap("was told to run what is no regular file: what it runs is not known");

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
        if (isRegularFile(path)) // else the file itself is told
            addText(textOf(path));
    }

private:
    bool isShell() const { return Hephaestus::isShell(m_interpreter); }
    bool isJavaScript() const { return Hephaestus::isJavaScript(m_interpreter); }

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
        if (equals > 0 && hasWord(m_interpreter.loads, word.first(equals)))
            load(word.mid(equals + 1));
        else if (hasWord(m_interpreter.loads, word))
            load(words.value(++i));
        else if (!word.startsWith("--") && word.size() > 2 && hasWord(m_interpreter.loads, word.first(2)))
            load(word.mid(2));
        else
            return false;
        return true;
    }
    void load(const QByteArray &value)
    {
        constexpr QLatin1StringView Harmless(" strict warnings utf8 feature integer lib "); // of Perl
        const QByteArray name = value.startsWith("file://") ? value.mid(7) : value;
        const QByteArray path = completed(absolute(name, m_directory));
        if (isRegularFile(path))
            addFound(name, path);
        else if (!hasWord(Harmless, value.split('=').first()))
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
        if (hasWord(m_interpreter.inlineCode, name))
            addCode(equals > 0 ? word.mid(equals + 1) : words.value(++i));
        else if (m_program.startsWith("php") && (name == "--file" || name == "--process-file"))
            addScript(equals > 0 ? word.mid(equals + 1) : words.value(++i));
        else if (readLoading(words, i))
            return;
        else if (equals < 0 && hasWord(m_interpreter.withValue, name))
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
        if (hasWord(m_interpreter.inlineCode, words[i]))
            addCode(words.value(++i));
        else if (!readLoading(words, i) && hasWord(m_interpreter.withValue, words[i]))
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
            const bool isLoading = hasWord(m_interpreter.loads, option);
            if (hasWord(m_interpreter.attached, option))
                return;
            const bool isFile = m_program.startsWith("php") && (option == "-f" || option == "-F");
            if (!isLoading && !isFile && !hasWord(m_interpreter.inlineCode, option)
                && !hasWord(m_interpreter.withValue, option))
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
        } else if (hasWord(m_interpreter.inlineCode, option)) {
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
        addFound(name, completed(absolute(name, m_directory)));
    }
    /// Of a folder of JavaScript its package.json counts, too: that says which file is run.
    void addFound(const QByteArray &name, const QByteArray &found)
    {
        addFile(found);
        const QByteArray package = absolute(name, m_directory) + "/package.json";
        if (isJavaScript() && isRegularFile(found) && isRegularFile(package))
            m_found.files << package;
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
        if (m_isInput || i >= words.size() || (!isAfterAll && hasWord(Inputs, words[i])))
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
            return !word.startsWith('-') && isRegularFile(completed(absolute(word, m_directory)));
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
        } else if (hasWord(Others, word) && !isRegularFile(completed(absolute(word, m_directory)))) {
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

} // namespace

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

QByteArray valueOf(const QByteArray &environment, QLatin1StringView name)
{
    for (const QByteArray &variable : environment.split('\0')) {
        if (!name.isEmpty() && variable.startsWith(QByteArrayView(name)))
            return variable.mid(name.size());
    }
    return {};
}

} // namespace Hephaestus
