// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/jsontext.h"

#include <QList>

#include <algorithm>
#include <optional>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct Member
{
    QByteArray key;
    qsizetype begin; ///< of the key's quote
    qsizetype value; ///< begin of the value
    qsizetype end;   ///< of the value
};

struct Object
{
    QList<Member> members;
    qsizetype begin; ///< of its brace
    qsizetype end;   ///< after its brace
};

/// Finds where things are in a text of JSON. It reads no deeper than it must.
class Scanner
{
public:
    explicit Scanner(const QByteArray &text) : m_text(text) {}

    /// Of the object that begins at or after `at`; nothing: none does, or it is not well-formed.
    std::optional<Object> object(qsizetype at)
    {
        m_at = at;
        skipBlanks();
        Object found{{}, m_at, 0};
        if (!take('{'))
            return {};
        for (;;) {
            skipBlanks();
            if (take('}'))
                break;
            Member member{{}, m_at, 0, 0};
            if (!skipString())
                return {};
            member.key = m_text.sliced(member.begin + 1, m_at - member.begin - 2);
            skipBlanks();
            if (!take(':'))
                return {};
            skipBlanks();
            member.value = m_at;
            if (!skipValue())
                return {};
            member.end = m_at;
            found.members << member;
            skipBlanks();
            if (!take(',') && peek() != '}')
                return {};
        }
        found.end = m_at;
        return found;
    }

    bool isAtEnd()
    {
        skipBlanks();
        return m_at == m_text.size();
    }

private:
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    bool take(char c)
    {
        if (peek() != c || m_at >= m_text.size())
            return false;
        ++m_at;
        return true;
    }
    void skipBlanks()
    {
        for (;;) {
            while (m_at < m_text.size() && QByteArrayView(" \t\r\n").contains(m_text[m_at]))
                ++m_at;
            if (m_text.mid(m_at, 2) == "//")
                skipPast("\n");
            else if (m_text.mid(m_at, 2) == "/*")
                skipPast("*/");
            else
                return;
        }
    }
    void skipPast(QByteArrayView end)
    {
        const qsizetype found = m_text.indexOf(end, m_at + 2);
        m_at = found < 0 ? m_text.size() : found + end.size();
    }
    bool skipString()
    {
        if (!take('"'))
            return false;
        while (m_at < m_text.size() && m_text[m_at] != '"')
            m_at += m_text[m_at] == '\\' ? 2 : 1;
        return take('"');
    }
    bool skipValue()
    {
        if (peek() == '"')
            return skipString();
        if (peek() != '{' && peek() != '[') {
            const qsizetype begin = m_at;
            while (m_at < m_text.size() && !QByteArrayView(",]} \t\r\n/").contains(m_text[m_at]))
                ++m_at;
            return m_at > begin;
        }
        qsizetype depth = 0;
        do {
            skipBlanks();
            const char c = peek();
            if (c == '"') {
                if (!skipString())
                    return false;
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (m_at++ >= m_text.size())
                return false;
        } while (depth > 0);
        return true;
    }

    const QByteArray &m_text;
    qsizetype m_at = 0;
};

const Member *find(const Object &object, const QByteArray &key)
{
    const auto found = std::find_if(object.members.begin(), object.members.end(),
                                    [&](const Member &member) { return member.key == key; });
    return found == object.members.end() ? nullptr : &*found;
}

Problem notOne() { return {{}, u"it is not the JSON that was expected: mend it, or remove it"_s}; }

Result<Object> outermost(const QByteArray &text)
{
    Scanner scanner(text);
    const std::optional<Object> root = scanner.object(0);
    if (!root || !scanner.isAtEnd())
        return notOne();
    return *root;
}

/// Puts a member behind the last one.
QByteArray appended(QByteArray text, const Object &object, const QByteArray &member, const QByteArray &indent)
{
    if (object.members.isEmpty())
        return text.replace(object.begin, object.end - object.begin,
                            "{\n" + indent + member + '\n' + indent.chopped(2) + '}');
    return text.insert(object.members.last().end, ",\n" + indent + member);
}

/// Takes a member out, with the comma that goes with it.
QByteArray without(QByteArray text, const Object &object, const Member &member)
{
    const qsizetype index = &member - object.members.constData();
    const bool isFirst = index == 0;
    const bool isLast = index + 1 == object.members.size();
    const qsizetype begin = isFirst ? (isLast ? object.begin + 1 : member.begin) : object.members[index - 1].end;
    const qsizetype end = isFirst && !isLast ? object.members[1].begin : isFirst ? object.end - 1 : member.end;
    return text.remove(begin, end - begin);
}

} // namespace

Result<QByteArray> withEntry(const QByteArray &text, const QByteArray &table, const QByteArray &key,
                             const QByteArray &value)
{
    const QByteArray entry = '"' + key + "\": " + value;
    if (text.trimmed().isEmpty())
        return "{\n  \"" + table + "\": {\n    " + entry + "\n  }\n}\n";
    const Result<Object> root = outermost(text);
    if (!root)
        return root.problem();
    const Member *const member = find(*root, table);
    if (!member)
        return appended(text, *root, '"' + table + "\": {\n    " + entry + "\n  }", "  ");
    const std::optional<Object> inner = Scanner(text).object(member->value);
    if (!inner)
        return notOne();
    if (const Member *const old = find(*inner, key))
        return QByteArray(text).replace(old->value, old->end - old->value, value);
    return appended(text, *inner, entry, "    ");
}

Result<QByteArray> withoutEntry(const QByteArray &text, const QByteArray &table, const QByteArray &key)
{
    if (text.trimmed().isEmpty())
        return text;
    const Result<Object> root = outermost(text);
    if (!root)
        return root.problem();
    const Member *const member = find(*root, table);
    const std::optional<Object> inner = member ? Scanner(text).object(member->value) : std::nullopt;
    const Member *const old = inner ? find(*inner, key) : nullptr;
    if (!old)
        return text;
    return inner->members.size() == 1 ? without(text, *root, *member) : without(text, *inner, *old);
}

} // namespace Hephaestus
