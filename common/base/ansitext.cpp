// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/ansitext.h"

#include "common/base/printable.h"

#include <algorithm>
#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr char16_t EscapeCharacter = 0x1b;
constexpr qsizetype TabWidth = 4;

bool isBetween(QChar character, char16_t first, char16_t last)
{
    return character.unicode() >= first && character.unicode() <= last;
}

/// Not so are those that printable() may escape.
bool isShownAsItIs(char32_t character)
{
    const QChar::Category category = QChar::category(character);
    return QChar::isPrint(character) && category != QChar::Separator_Line && category != QChar::Separator_Paragraph;
}

/// The end of the escape sequence that begins at `begin`; -1: the line does not complete it.
qsizetype sequenceEnd(const QString &line, qsizetype begin)
{
    qsizetype at = begin + 1;
    if (at == line.size())
        return -1;
    const QChar kind = line[at++];
    if (kind == u'[') { // CSI: parameters, intermediates, a final byte
        while (at < line.size() && isBetween(line[at], 0x20, 0x3f))
            ++at;
        return at < line.size() && isBetween(line[at], 0x40, 0x7e) ? at + 1 : -1;
    }
    if (kind == u']' || kind == u'P' || kind == u'X' || kind == u'^' || kind == u'_') { // a string, up to ST or BEL
        for (; at < line.size(); ++at) {
            if (line[at] == u'\a' && kind == u']')
                return at + 1;
            if (line[at] == EscapeCharacter)
                return at + 1 < line.size() && line[at + 1] == u'\\' ? at + 2 : -1;
        }
        return -1;
    }
    --at;
    while (at < line.size() && isBetween(line[at], 0x20, 0x2f))
        ++at;
    return at < line.size() && isBetween(line[at], 0x30, 0x7e) ? at + 1 : -1;
}

/// The parameters of an SGR sequence, one after the other.
class SgrParameters
{
public:
    explicit SgrParameters(QStringView text) : m_parts(text.split(u';')) {}

    bool isAtEnd() const { return m_at == m_parts.size(); }
    void apply(TextStyle &style)
    {
        const QList<QStringView> parts = m_parts[m_at++].split(u':');
        const int code = numberOf(parts.first());
        switch (code) {
        case 0: style = {}; break;
        case 1: style.isBold = true; break;
        case 2: style.isDim = true; break;
        case 3: style.isItalic = true; break;
        case 4: style.isUnderlined = parts.size() < 2 || numberOf(parts[1]) != 0; break;
        case 7: style.isReversed = true; break;
        case 9: style.isStruckOut = true; break;
        case 21: style.isUnderlined = true; break;
        case 22: style.isBold = style.isDim = false; break;
        case 23: style.isItalic = false; break;
        case 24: style.isUnderlined = false; break;
        case 27: style.isReversed = false; break;
        case 29: style.isStruckOut = false; break;
        case 38: readColour(style.foreground, parts); break;
        case 39: style.foreground.reset(); break;
        case 48: readColour(style.background, parts); break;
        case 49: style.background.reset(); break;
        case 58: { // of the underline
            std::optional<AnsiColour> ignored;
            readColour(ignored, parts);
            break;
        }
        default: readBasic(style, code);
        }
    }

private:
    /// An empty one is 0; -1: none that counts.
    static int numberOf(QStringView text)
    {
        bool isNumber = false;
        const int number = text.toInt(&isNumber);
        return text.isEmpty() ? 0 : isNumber ? number : -1;
    }

    static void readBasic(TextStyle &style, int code)
    {
        const auto basic = [code](int first, int bright) { return AnsiColour{quint8(code - first + bright), 0, 0, 0}; };
        if (code >= 30 && code <= 37)
            style.foreground = basic(30, 0);
        else if (code >= 40 && code <= 47)
            style.background = basic(40, 0);
        else if (code >= 90 && code <= 97)
            style.foreground = basic(90, 8);
        else if (code >= 100 && code <= 107)
            style.background = basic(100, 8);
    }

    /// `38;5;N` and `38;2;R;G;B`, or the same with colons, where a colour space may come before the red.
    void readColour(std::optional<AnsiColour> &colour, QList<QStringView> parts)
    {
        if (parts.size() == 1) {
            const int kind = isAtEnd() ? -1 : numberOf(m_parts[m_at]);
            const qsizetype count = std::min<qsizetype>(kind == 5 ? 2 : kind == 2 ? 4 : 1, m_parts.size() - m_at);
            parts += m_parts.mid(m_at, count);
            m_at += count;
        } else if (parts.size() >= 6) {
            parts.removeAt(2);
        }
        QList<int> numbers;
        for (const QStringView part : parts.mid(1))
            numbers << numberOf(part);
        const auto areBytes = std::all_of(numbers.begin(), numbers.end(), [](int n) { return n >= 0 && n <= 255; });
        if (!areBytes || numbers.isEmpty())
            return;
        if (numbers[0] == 5 && numbers.size() == 2)
            colour = AnsiColour{quint8(numbers[1]), 0, 0, 0};
        else if (numbers[0] == 2 && numbers.size() >= 4)
            colour = AnsiColour{std::nullopt, quint8(numbers[1]), quint8(numbers[2]), quint8(numbers[3])};
    }

    QList<QStringView> m_parts;
    qsizetype m_at = 0;
};

/// One line of a terminal: characters are written where the cursor is.
class TerminalLine
{
public:
    explicit TerminalLine(std::size_t limit) : m_limit(limit) {}

    void write(char32_t character)
    {
        if (m_cursor > m_limit) // one more than is shown tells that it was cut
            return;
        if (m_cursor == m_cells.size())
            m_cells.emplace_back();
        m_cells[m_cursor++] = {character, m_style};
    }

    void control(QChar character)
    {
        if (character == u'\r')
            m_cursor = 0;
        else if (character == u'\b')
            m_cursor -= m_cursor > 0 ? 1 : 0;
        else
            for (qsizetype i = 0; i < TabWidth; ++i)
                write(U' ');
    }

    /// A complete escape sequence.
    void escape(QStringView sequence)
    {
        if (sequence[1] != u'[')
            return;
        const QStringView parameters = sequence.sliced(2, sequence.size() - 3);
        if (sequence.back() == u'K')
            return erase(parameters);
        const bool isPlain = std::all_of(parameters.begin(), parameters.end(),
                                         [](QChar each) { return each.isDigit() || each == u';' || each == u':'; });
        if (sequence.back() != u'm' || !isPlain)
            return;
        for (SgrParameters read(parameters); !read.isAtEnd();)
            read.apply(m_style);
    }

    StyledLine line() const
    {
        StyledLine line;
        const auto last =
            std::find_if(m_cells.rbegin(), m_cells.rend(), [](const Cell &cell) { return cell.character != Erased; });
        const auto used = std::size_t(m_cells.rend() - last);
        const std::size_t size = std::min(used, m_limit);
        line.text.reserve(qsizetype(size));
        for (std::size_t i = 0; i < size; ++i) {
            const int begin = int(line.text.size());
            const char32_t written = m_cells[i].character == Erased ? U' ' : m_cells[i].character;
            const QString character = QString::fromUcs4(&written, 1);
            line.text += isShownAsItIs(written) ? character : printable(character);
            if (m_cells[i].style == TextStyle())
                continue;
            const int length = int(line.text.size()) - begin;
            if (!line.spans.isEmpty() && line.spans.last().begin + line.spans.last().length == begin
                && line.spans.last().style == m_cells[i].style)
                line.spans.last().length += length;
            else
                line.spans.append({begin, length, m_cells[i].style});
        }
        if (used > m_limit)
            line.text += u'…';
        return line;
    }

private:
    static constexpr char32_t Erased = 0xffffffff; ///< no character: a blank; at the end of the line it is no text

    struct Cell
    {
        char32_t character = Erased;
        TextStyle style;
    };

    void erase(QStringView parameters)
    {
        const std::size_t end = std::min(m_cursor + 1, m_cells.size());
        if (parameters.isEmpty() || parameters == u"0")
            m_cells.resize(std::min(m_cursor, m_cells.size()));
        else if (parameters == u"1")
            std::fill_n(m_cells.begin(), end, Cell());
        else if (parameters == u"2")
            std::fill(m_cells.begin(), m_cells.end(), Cell());
    }

    const std::size_t m_limit;
    std::vector<Cell> m_cells;
    std::size_t m_cursor = 0;
    TextStyle m_style;
};

} // namespace

StyledLine styledLine(const QString &line, int limit)
{
    const auto isOrdinary = [](QChar each) { return isShownAsItIs(each.unicode()) && !each.isSurrogate(); };
    if (line.size() <= limit && std::all_of(line.begin(), line.end(), isOrdinary))
        return {line, {}};
    TerminalLine terminal(std::size_t(std::max(limit, 0)));
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar each = line[i];
        if (each == EscapeCharacter) {
            if (const qsizetype end = sequenceEnd(line, i); end > 0) {
                terminal.escape(QStringView(line).sliced(i, end - i));
                i = end - 1;
                continue;
            }
        } else if (each == u'\r' || each == u'\b' || each == u'\t') {
            terminal.control(each);
            continue;
        }
        const bool isPair = each.isHighSurrogate() && i + 1 < line.size() && line[i + 1].isLowSurrogate();
        terminal.write(isPair ? QChar::surrogateToUcs4(each, line[++i]) : char32_t(each.unicode()));
    }
    return terminal.line();
}

} // namespace Hephaestus
