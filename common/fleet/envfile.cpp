// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/envfile.h"

#include "common/base/homedirectory.h"
#include "common/base/regularfile.h"

#include <QFile>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

using Outside = std::function<std::optional<QString>(const QString &name)>;

constexpr qint64 LargestEnvFile = 1024 * 1024;
constexpr qsizetype MostVariables = 4096; ///< more than any program is given

bool isNameStart(QChar character) { return character == u'_' || (character.unicode() < 0x80 && character.isLetter()); }

bool isNamePart(QChar character)
{
    return isNameStart(character) || (character.unicode() < 0x80 && character.isDigit());
}

/// One pass over the text. What is wrong ends it.
class EnvParser
{
public:
    EnvParser(const QString &text, const QString &path, const Outside &outside, QList<EnvVariable> &variables)
        : m_text(text)
        , m_path(path)
        , m_outside(outside)
        , m_variables(variables)
    {
    }

    std::optional<Problem> read()
    {
        while (!m_problem && !isAtEnd())
            readLine();
        return m_problem;
    }

private:
    bool isAtEnd() const { return m_at >= m_text.size(); }
    QChar here() const { return isAtEnd() ? QChar(u'\n') : m_text[m_at]; }
    void skipBlanks()
    {
        while (!isAtEnd() && here() != u'\n' && here().isSpace())
            ++m_at;
    }
    /// `line`: where it began.
    void fail(int line, const QString &why)
    {
        if (!m_problem)
            m_problem = Problem{u"%1:%2"_s.arg(m_path, QString::number(line)), why};
    }

    void readLine();
    QString readName();
    void readBare(EnvVariable &variable);
    void readQuoted(EnvVariable &variable, QChar quote);
    void readEscape(EnvVariable &variable);
    void readReference(EnvVariable &variable);
    bool isReference() const { return here() == u'$' && m_at + 1 < m_text.size() && m_text[m_at + 1] == u'{'; }
    void endLine();

    const QString &m_text;
    const QString &m_path;
    const Outside &m_outside;
    QList<EnvVariable> &m_variables;
    qsizetype m_at = 0;
    int m_line = 1;
    qsizetype m_putIn = 0; ///< characters, by all references of the file
    std::optional<Problem> m_problem;
};

QString EnvParser::readName()
{
    const qsizetype start = m_at;
    if (!isNameStart(here()))
        return {};
    while (!isAtEnd() && isNamePart(here()))
        ++m_at;
    return m_text.sliced(start, m_at - start);
}

void EnvParser::readLine()
{
    skipBlanks();
    if (here() == u'\n' || here() == u'#')
        return endLine();
    EnvVariable variable{readName(), {}};
    skipBlanks();
    if (variable.name == "export"_L1 && isNameStart(here())) {
        variable.name = readName();
        skipBlanks();
    }
    if (variable.name.isEmpty() || here() != u'=')
        return fail(m_line, u"expected NAME=value, a comment or an empty line"_s);
    ++m_at;
    skipBlanks();
    if (here() == u'\'' || here() == u'"') {
        const QChar quote = here();
        ++m_at;
        readQuoted(variable, quote);
        skipBlanks();
        if (here() != u'\n' && here() != u'#')
            return fail(m_line, u"expected the end of the line after the value of %1"_s.arg(variable.name));
    } else {
        readBare(variable);
    }
    if (m_variables.size() >= MostVariables)
        return fail(m_line, u"there are more than %1 variables"_s.arg(MostVariables));
    if (variable.value.contains(QChar(0)))
        fail(m_line, u"the value of %1 must not hold the character U+0000"_s.arg(variable.name));
    m_variables.removeIf([&](const EnvVariable &known) { return known.name == variable.name; });
    m_variables << variable;
    endLine();
}

/// To the end of the line, or to a comment after a blank.
void EnvParser::readBare(EnvVariable &variable)
{
    while (!isAtEnd() && here() != u'\n' && !m_problem) {
        if (here() == u'#' && m_at > 0 && m_text[m_at - 1].isSpace())
            break;
        if (isReference()) {
            readReference(variable);
        } else {
            variable.value += here();
            ++m_at;
        }
    }
    while (!variable.value.isEmpty() && variable.value.back().isSpace())
        variable.value.chop(1);
}

void EnvParser::readQuoted(EnvVariable &variable, QChar quote)
{
    const int begin = m_line;
    while (!isAtEnd() && here() != quote && !m_problem) {
        if (here() == u'\n')
            ++m_line;
        if (quote == u'"' && here() == u'\\') {
            readEscape(variable);
        } else if (quote == u'"' && isReference()) {
            readReference(variable);
        } else {
            variable.value += here();
            ++m_at;
        }
    }
    if (isAtEnd())
        return fail(begin, u"the value of %1 has no closing %2"_s.arg(variable.name, quote));
    ++m_at;
}

void EnvParser::readEscape(EnvVariable &variable)
{
    static constexpr std::pair<char16_t, char16_t> escapes[] = {{u'n', u'\n'}, {u'r', u'\r'},  {u't', u'\t'},
                                                                {u'"', u'"'},  {u'\\', u'\\'}, {u'$', u'$'}};
    const QChar next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : QChar(u'\\');
    const auto known = std::find_if(std::begin(escapes), std::end(escapes),
                                    [&](const auto &escape) { return QChar(escape.first) == next; });
    if (known == std::end(escapes)) { // a backslash, as in C:\dir
        variable.value += u'\\';
        ++m_at;
        return;
    }
    variable.value += QChar(known->second);
    m_at += 2;
}

/// `${NAME}` or `${NAME:-default}`
void EnvParser::readReference(EnvVariable &variable)
{
    m_at += 2;
    const QString name = readName();
    std::optional<QString> fallback;
    if (m_text.sliced(m_at).startsWith(":-"_L1)) {
        const qsizetype end = m_text.indexOf(u'}', m_at);
        fallback = end < 0 ? QString() : m_text.sliced(m_at + 2, end - m_at - 2);
        m_at = end < 0 ? m_text.size() : end;
    }
    if (name.isEmpty() || isAtEnd() || here() != u'}' || (fallback && fallback->contains(u'\n')))
        return fail(m_line, u"in the value of %1: expected ${NAME} or ${NAME:-default}"_s.arg(variable.name));
    ++m_at;
    const auto known = std::find_if(m_variables.cbegin(), m_variables.cend(),
                                    [&](const EnvVariable &other) { return other.name == name; });
    std::optional<QString> value;
    if (known != m_variables.cend()) {
        value = known->value;
        variable.isFromOutside |= known->isFromOutside;
    } else {
        value = m_outside(name);
        variable.isFromOutside = true;
    }
    if (fallback && (!value || value->isEmpty()))
        value = fallback;
    if (!value)
        return fail(m_line,
                    u"in the value of %1: nothing sets %2; write ${%2:-} for nothing"_s.arg(variable.name, name));
    m_putIn += value->size();
    if (m_putIn > LargestEnvFile) // what others are made of doubles from line to line
        return fail(m_line, u"in the value of %1: what is put in is larger than 1 MiB"_s.arg(variable.name));
    variable.value += *value;
}

void EnvParser::endLine()
{
    while (!isAtEnd() && here() != u'\n')
        ++m_at;
    ++m_at;
    ++m_line;
}

} // namespace

std::optional<Problem> readEnvText(const QByteArray &text, const QString &path, const Outside &outside,
                                   QList<EnvVariable> &variables)
{
    QString decoded = QString::fromUtf8(text.startsWith("\xEF\xBB\xBF") ? text.sliced(3) : text);
    decoded.replace("\r\n"_L1, "\n"_L1);
    return EnvParser(decoded, path, outside, variables).read();
}

Result<QList<EnvVariable>> readEnvFiles(const QStringList &paths, const Outside &outside)
{
    QList<EnvVariable> variables;
    for (const QString &path : paths) {
        const QString shown = homeRelative(path);
        QFile file;
        if (const auto problem = openRegularFile(file, path))
            return Problem{shown, problem->what};
        const QByteArray text = file.read(LargestEnvFile + 1);
        if (file.error() != QFileDevice::NoError)
            return Problem{shown, u"cannot be read: %1"_s.arg(file.errorString())};
        if (text.size() > LargestEnvFile)
            return Problem{shown, u"is larger than 1 MiB"_s};
        if (const auto problem = readEnvText(text, shown, outside, variables))
            return *problem;
    }
    return variables;
}

} // namespace Hephaestus
