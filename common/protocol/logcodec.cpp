// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/logcodec.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr char Hex[] = "0123456789abcdef";

// ---- the query ------------------------------------------------------------------------------------------

/// Nothing: it is not a number of at least 0.
std::optional<qint64> countOf(QByteArrayView text)
{
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    return isNumber && number >= 0 ? std::optional(number) : std::nullopt;
}

// ---- writing --------------------------------------------------------------------------------------------

void appendEscaped(QByteArray &json, QByteArrayView text)
{
    const auto isAscii = [](char c) { return uchar(c) < 0x80; };
    QByteArray valid; // keeps what `text` refers to
    if (!std::all_of(text.begin(), text.end(), isAscii)) {
        valid = QString::fromUtf8(text).toUtf8();
        text = valid;
    }
    for (qsizetype at = 0; at < text.size();) {
        const auto *const end = std::find_if(text.begin() + at, text.end(), [](char c) {
            return uchar(c) < ' ' || c == '"' || c == '\\' || c == '\x7f';
        });
        json.append(text.data() + at, end - (text.begin() + at));
        at = end - text.begin();
        if (at == text.size())
            return;
        const char c = text[at++];
        json += '\\';
        switch (c) {
        case '"':
        case '\\': json += c; break;
        case '\t': json += 't'; break;
        case '\n': json += 'n'; break;
        case '\r': json += 'r'; break;
        default: json.append("u00").append(Hex[uchar(c) >> 4]).append(Hex[c & 15]); break;
        }
    }
}

/// Writes lines; many share a time, whose text it remembers.
class LineWriter
{
public:
    explicit LineWriter(LogBody body) : m_body(body) {}

    QByteArray write(const OutputLine &line)
    {
        if (m_body == LogBody::Text)
            return line.text;
        QByteArray json = "{";
        writeFields(json, line);
        return json;
    }

    void writeFields(QByteArray &json, const OutputLine &line, bool isTimeKnown = true)
    {
        if (m_timeText.isEmpty() || m_time != line.time) {
            m_time = line.time;
            m_timeText = '"' + wireTime(line.time) + '"';
        }
        const QByteArrayView text(line.text);
        json.reserve(json.size() + text.size() + 128);
        json.append("\"position\":").append(QByteArray::number(line.position));
        json.append(",\"time\":").append(isTimeKnown ? m_timeText : "null").append(",\"stream\":\"");
        json.append(wireName(line.stream).toLatin1()).append("\",\"text\":\"");
        appendEscaped(json, line.isUnfinished() ? text : text.chopped(1));
        json.append(line.isUnfinished() ? "\",\"unfinished\":true}\n" : "\"}\n");
    }

private:
    const LogBody m_body;
    OutputLine::Time m_time;
    QByteArray m_timeText;
};

/// The last part of `text`, at most `size` bytes, that begins with a whole character.
QByteArray endOf(const QByteArray &text, qsizetype size)
{
    qsizetype begin = std::max<qsizetype>(0, text.size() - std::max<qsizetype>(0, size));
    while (begin > 0 && begin < text.size() && (uchar(text[begin]) & 0xc0) == 0x80)
        ++begin;
    return text.mid(begin);
}

/// As much of the line's end as fits, but its '\n' at least.
QByteArray writeFitting(LineWriter &writer, OutputLine &line, qsizetype limit)
{
    QByteArray written = writer.write(line);
    for (qsizetype size = std::min(line.text.size(), limit); written.size() > limit && line.text.size() > 1;
         size = std::min(line.text.size() - 1, line.text.size() - (written.size() - limit) / 6)) {
        line.text = endOf(line.text, std::max<qsizetype>(size, 1));
        written = writer.write(line);
    }
    return written;
}

/// A text cannot say which lines are unfinished: the last one may be, unless more is going to be asked for.
void settleUnfinished(LogPage &page, const LogQuery &query)
{
    while (query.goesForward() && !page.lines.isEmpty() && page.lines.last().isUnfinished())
        page.lines.removeLast();
    for (qsizetype i = 0; i + 1 < page.lines.size(); ++i) {
        if (page.lines[i].isUnfinished())
            page.lines[i].text += '\n';
    }
}

// ---- reading --------------------------------------------------------------------------------------------

std::optional<OutputStream> streamOf(QByteArrayView name)
{
    for (const OutputStream stream : {OutputStream::Stdout, OutputStream::Stderr, OutputStream::Event}) {
        if (wireName(stream) == QLatin1StringView(name))
            return stream;
    }
    return {};
}

/// Reads a line as LineWriter writes it, ten times as fast as any JSON; nothing: it is another's.
class OwnLineReader
{
public:
    explicit OwnLineReader(QByteArrayView json) : m_rest(json) {}

    std::optional<OutputLine> read()
    {
        OutputLine line;
        if (!take("{\"position\":"))
            return {};
        const qsizetype digits = m_rest.indexOf(',');
        const auto position = countOf(m_rest.first(std::max<qsizetype>(digits, 0)));
        if (!position)
            return {};
        m_rest = m_rest.sliced(digits);
        const auto time =
            take(",\"time\":\"") && m_rest.size() > TimeSize ? readWireTime(m_rest.first(TimeSize)) : std::nullopt;
        if (!time)
            return {};
        m_rest = m_rest.sliced(TimeSize);
        const qsizetype name = take("\",\"stream\":\"") ? m_rest.indexOf('"') : -1;
        const auto stream = name > 0 ? streamOf(m_rest.first(name)) : std::nullopt;
        if (!stream)
            return {};
        m_rest = m_rest.sliced(name);
        if (!take("\",\"text\":\"") || !takeText(line.text))
            return {};
        line.position = *position;
        line.time = *time;
        line.stream = *stream;
        if (m_rest == "}")
            line.text += '\n';
        else if (m_rest != ",\"unfinished\":true}")
            return {};
        return line;
    }

private:
    static constexpr qsizetype TimeSize = 24;

    bool take(QByteArrayView expected)
    {
        if (!m_rest.startsWith(expected))
            return false;
        m_rest = m_rest.sliced(expected.size());
        return true;
    }

    /// Up to the closing quote.
    bool takeText(QByteArray &text)
    {
        for (;;) {
            const auto *const end =
                std::find_if(m_rest.begin(), m_rest.end(), [](char c) { return c == '"' || c == '\\'; });
            const qsizetype size = end - m_rest.begin();
            if (size == m_rest.size())
                return false;
            text.append(m_rest.first(size));
            m_rest = m_rest.sliced(size + 1);
            if (*end == '"')
                return true;
            if (m_rest.isEmpty())
                return false;
            const char c = m_rest[0];
            m_rest = m_rest.sliced(1);
            switch (c) {
            case '"':
            case '\\': text += c; break;
            case 't': text += '\t'; break;
            case 'r': text += '\r'; break;
            case 'u': {
                bool isNumber = false;
                const uint code = m_rest.size() < 4 ? 0 : m_rest.first(4).toUInt(&isNumber, 16);
                if (!isNumber || code > 0x7f)
                    return false;
                text += char(code);
                m_rest = m_rest.sliced(4);
                break;
            }
            default: return false;
            }
        }
    }

    QByteArrayView m_rest;
};

Result<OutputLine> readAnyLine(QByteArrayView json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json.toByteArray());
    const QJsonObject object = document.object();
    const auto position = object[u"position"_s];
    const auto time = readWireTime(object[u"time"_s].toString().toLatin1());
    const auto stream = streamOf(object[u"stream"_s].toString().toLatin1());
    if (!document.isObject() || !position.isDouble() || !time || !stream || !object[u"text"_s].isString())
        return Problem{{}, u"expected lines with position, time, stream and text"_s};
    OutputLine line{position.toInteger(), *time, *stream, object[u"text"_s].toString().toUtf8()};
    if (!object[u"unfinished"_s].toBool())
        line.text += '\n';
    return line;
}

} // namespace

LogBody wantedBody(QByteArrayView accept)
{
    for (QByteArray type : accept.toByteArray().split(',')) {
        type = type.split(';').first().trimmed().toLower();
        if (type.startsWith("application/") && (type.endsWith("json") || type.endsWith("jsonl")))
            return LogBody::JsonLines;
        if (type.startsWith("text/"))
            return LogBody::Text;
    }
    return LogBody::Text;
}

Result<LogQuery> readLogQuery(QByteArrayView text)
{
    LogQuery query;
    for (const QByteArray &item : text.toByteArray().split('&')) {
        const qsizetype equals = item.indexOf('=');
        const QByteArray name = item.left(std::max<qsizetype>(equals, 0));
        const auto number = countOf(QByteArrayView(item).sliced(equals + 1));
        if (name == "tail")
            query.tail = number;
        else if (name != "from" && name != "before" && name != "limit")
            continue;
        else if (!number)
            return Problem{QString::fromLatin1(name), u"expected a number of at least 0"_s};
        else if (name == "limit")
            query.limit = qsizetype(std::clamp<qint64>(*number, 1, LogQuery::MostLimit));
        else
            (name == "from" ? query.from : query.before) = number;
    }
    if (!query.tail && !query.from && !query.before)
        query.tail = LogQuery::DefaultTail;
    return query;
}

QByteArray encode(const LogQuery &query)
{
    QByteArray text;
    if (query.tail)
        text += "tail=" + QByteArray::number(*query.tail) + '&';
    if (query.from)
        text += "from=" + QByteArray::number(*query.from) + '&';
    if (query.before)
        text += "before=" + QByteArray::number(*query.before) + '&';
    return text + "limit=" + QByteArray::number(query.limit);
}

QByteArray encodeFitting(LogPage &page, const LogQuery &query, LogBody as)
{
    LineWriter writer(as);
    if (as == LogBody::Text)
        settleUnfinished(page, query);
    if (query.goesForward()) {
        QByteArray body;
        for (qsizetype i = 0; i < page.lines.size(); ++i) {
            const QByteArray line = writer.write(page.lines[i]);
            if (body.size() + line.size() <= query.limit) {
                body += line;
                continue;
            }
            if (i == 0)
                body = writeFitting(writer, page.lines[i++], query.limit);
            page.next = i < page.lines.size() ? page.lines[i].position : page.next;
            page.lines.resize(i);
            break;
        }
        return body;
    }
    QByteArrayList written; // newest first
    qsizetype size = 0;
    qsizetype first = page.lines.size();
    while (first > 0) {
        const QByteArray line = writer.write(page.lines[first - 1]);
        if (size + line.size() > query.limit)
            break;
        size += line.size();
        written << line;
        --first;
    }
    if (written.isEmpty() && first > 0)
        written << writeFitting(writer, page.lines[--first], query.limit);
    page.lines.remove(0, first);
    QByteArray body;
    body.reserve(size);
    for (auto line = written.rbegin(); line != written.rend(); ++line)
        body += *line;
    return body;
}

Result<QList<OutputLine>> decodeLogLines(QByteArrayView body)
{
    QList<OutputLine> lines;
    while (!body.isEmpty()) {
        const qsizetype end = body.indexOf('\n');
        const QByteArrayView json = body.first(end < 0 ? body.size() : end);
        body = body.sliced(end < 0 ? body.size() : end + 1);
        if (json.isEmpty())
            continue;
        if (auto own = OwnLineReader(json).read()) {
            lines << std::move(*own);
            continue;
        }
        Result<OutputLine> line = readAnyLine(json);
        if (!line)
            return line.problem();
        lines << *line;
    }
    return lines;
}

QByteArray encodeLogLine(const QString &service, const OutputLine &line)
{
    QByteArray json = "{\"service\":\"";
    appendEscaped(json, service.toUtf8());
    json += "\",";
    LineWriter(LogBody::JsonLines).writeFields(json, line, line.time != OutputLine::Time());
    return json;
}

} // namespace Hephaestus
