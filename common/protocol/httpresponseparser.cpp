// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/httpresponseparser.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype MaximumHead = 16 * 1024; ///< of a response, and of the trailers
constexpr qsizetype MaximumChunkLine = 256;  ///< its CR included

bool isDigits(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The line at the start of `buffer` that ends at `end`, without its end, removed from it; nothing if that is negative.
std::optional<QByteArray> takeLine(QByteArray &buffer, qsizetype end)
{
    if (end < 0)
        return {};
    QByteArray line = buffer.left(end > 0 && buffer[end - 1] == '\r' ? end - 1 : end);
    buffer.remove(0, end + 1);
    return line;
}

} // namespace

HttpResponseParser::State HttpResponseParser::feed(QByteArrayView bytes)
{
    m_started = m_started || !bytes.isEmpty();
    if (m_state == State::Complete && !bytes.isEmpty())
        m_keepAlive = false;
    if (m_state != State::Head && m_state != State::Body)
        return m_state;
    m_buffer.append(bytes);
    while (m_state == State::Head && parseHead())
        ;
    if (m_state == State::Body)
        takeBody();
    if (m_state == State::Complete && !m_buffer.isEmpty())
        m_keepAlive = false;
    return m_state;
}

HttpResponseParser::State HttpResponseParser::end()
{
    if (m_state == State::Body && m_framing == Framing::UntilClose)
        m_state = State::Complete;
    m_keepAlive = false;
    return m_state;
}

QByteArray HttpResponseParser::header(QByteArrayView name) const
{
    const auto found = std::find_if(m_headers.begin(), m_headers.end(), [&](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    });
    return found == m_headers.end() ? QByteArray() : found->second;
}

/// Reads a whole head, if it has arrived; true if another one follows (after 1xx).
bool HttpResponseParser::parseHead()
{
    const qsizetype from = std::max<qsizetype>(0, m_searched - 2); // an end may have begun there
    const qsizetype crlf = m_buffer.indexOf("\n\r\n", from);
    const qsizetype lf = m_buffer.indexOf("\n\n", from);
    const bool complete = crlf >= 0 || lf >= 0;
    const qsizetype length = complete ? (lf < 0 || (crlf >= 0 && crlf < lf) ? crlf + 3 : lf + 2) : m_buffer.size();
    // What cannot become HTTP is told at once: another protocol's server may be waiting for us.
    if (!QByteArrayView("HTTP/1.").startsWith(
            QByteArrayView(m_buffer).first(std::min<qsizetype>(7, m_buffer.size())))) {
        fail(State::Broken, u"the answer is not HTTP/1.1"_s);
        return false;
    }
    if (m_interim + length > MaximumHead) {
        fail(State::TooLarge, u"the head of the answer is longer than %1 KiB"_s.arg(MaximumHead / 1024));
        return false;
    }
    m_searched = complete ? 0 : m_buffer.size();
    if (!complete)
        return false;
    m_headers.clear();
    if (!parseStatusLine(*takeLine(m_buffer, m_buffer.indexOf('\n'))))
        return false;
    while (const auto line = takeLine(m_buffer, m_buffer.indexOf('\n'))) {
        if (line->isEmpty())
            break;
        if (line->at(0) == ' ' || line->at(0) == '\t') { // folded (section 5.2); before any field, ignored (2.2)
            if (!m_headers.isEmpty())
                m_headers.last().second = (m_headers.last().second + ' ' + line->trimmed()).trimmed();
            continue;
        }
        const qsizetype colon = line->indexOf(':');
        if (colon <= 0) {
            fail(State::Broken, u"the answer has a header line that is none"_s);
            return false;
        }
        m_headers.emplace_back(line->left(colon).trimmed().toLower(), line->mid(colon + 1).trimmed());
    }
    if (m_status >= 100 && m_status < 200 && m_status != 101) {
        m_interim += length;
        return true;
    }
    m_headComplete = true;
    chooseFraming();
    return false;
}

bool HttpResponseParser::parseStatusLine(QByteArrayView line)
{
    const bool shaped = line.size() >= 12 && (line[7] == '0' || line[7] == '1') && line[8] == ' '
        && isDigits(line.sliced(9, 3)) && (line.size() == 12 || line[12] == ' ');
    m_status = shaped ? line.sliced(9, 3).toInt() : 0;
    if (!shaped || m_status < 100) {
        fail(State::Broken, u"the answer has no HTTP status line"_s);
        return false;
    }
    m_keepAlive = line[7] == '1';
    return true;
}

/// RFC 9112, section 6.3, for a request that is neither HEAD nor CONNECT.
void HttpResponseParser::chooseFraming()
{
    QList<QByteArray> lengths; // each once: the same one twice is one (section 6.3)
    QList<QByteArray> codings;
    for (const auto &[name, value] : m_headers) {
        for (const QByteArray &part : value.split(',')) {
            const QByteArray word = part.trimmed();
            if (name == "content-length" && !lengths.contains(word))
                lengths << word;
            else if (name == "transfer-encoding" && !word.isEmpty() && word.toLower() != "identity")
                codings << word.toLower();
            else if (name == "content-encoding" && word.toLower() != "identity")
                m_coding = word.toLower();
            else if (name == "connection" && word.toLower() == "close")
                m_keepAlive = false;
        }
    }
    m_state = State::Body;
    if (m_status == 101)
        return fail(State::Broken, u"the answer switches to another protocol"_s);
    if (m_status == 204 || m_status == 304) {
        m_state = State::Complete;
    } else if (!codings.isEmpty()) {
        if (!lengths.isEmpty()) // the chunks count, and the connection is not used again
            m_keepAlive = false;
        m_framing = codings.last() == "chunked" ? Framing::Chunked : Framing::UntilClose;
        m_keepAlive = m_keepAlive && m_framing == Framing::Chunked;
        if (codings.count("chunked") > 1)
            return fail(State::Broken, u"the answer's framing is ambiguous"_s);
        if (codings.first() != "chunked")
            m_coding = codings.first();
    } else if (!lengths.isEmpty()) {
        if (lengths.size() > 1 || !isDigits(lengths.first()))
            return fail(State::Broken, u"the answer has no valid Content-Length"_s);
        if (lengths.first().size() > 15)
            return fail(State::TooLarge, u"the answer announces %1 bytes"_s.arg(QLatin1StringView(lengths.first())));
        m_framing = Framing::Length;
        m_left = lengths.first().toLongLong();
        if (m_left > m_maximumBody)
            return fail(State::TooLarge,
                        u"the answer announces %1 bytes; at most %2 are read"_s.arg(m_left).arg(m_maximumBody));
    } else {
        m_framing = Framing::UntilClose;
        m_keepAlive = false;
    }
}

void HttpResponseParser::takeBody()
{
    switch (m_framing) {
    case Framing::Length: {
        const qsizetype count = std::min<qint64>(m_left, m_buffer.size());
        append(QByteArrayView(m_buffer).first(count)); // as long as was announced: not too large
        m_buffer.remove(0, count);
        m_left -= count;
        if (m_left == 0)
            m_state = State::Complete;
        break;
    }
    case Framing::UntilClose:
        append(m_buffer);
        m_buffer.clear();
        break;
    case Framing::Chunked:
        while (m_state == State::Body && takeChunk())
            ;
        break;
    }
}

/// One step through a chunk; false if more bytes are needed.
bool HttpResponseParser::takeChunk()
{
    if (m_chunk == Chunk::Data) {
        const qsizetype count = std::min<qint64>(m_left, m_buffer.size());
        if (!append(QByteArrayView(m_buffer).first(count)))
            return false;
        m_buffer.remove(0, count);
        m_left -= count;
        if (m_left == 0)
            m_chunk = Chunk::DataEnd;
        return m_left == 0;
    }
    // A line is too long however much of it has come: the packets must not matter.
    const qsizetype end = m_buffer.indexOf('\n', m_searched);
    m_searched = end < 0 ? m_buffer.size() : 0;
    const qsizetype length = end < 0 ? m_buffer.size() : end;
    if (m_chunk == Chunk::Trailer && m_trailer + length > MaximumHead) {
        fail(State::TooLarge, u"the answer's trailers are too long"_s);
        return false;
    }
    if (m_chunk != Chunk::Trailer && length > MaximumChunkLine) {
        fail(State::Broken, u"the answer has a chunk without a size"_s);
        return false;
    }
    const auto line = takeLine(m_buffer, end);
    if (!line)
        return false;
    switch (m_chunk) {
    case Chunk::Size: {
        QByteArray digits = line->split(';').first().trimmed();
        while (digits.size() > 1 && digits.startsWith('0'))
            digits.remove(0, 1);
        bool ok = false;
        m_left = digits.toLongLong(&ok, 16);
        if (!ok || m_left < 0 || digits.size() > 12 || !std::isxdigit(static_cast<unsigned char>(digits.at(0)))) {
            fail(State::Broken, u"the answer has a chunk with a bad size"_s);
            return false;
        }
        m_chunk = m_left == 0 ? Chunk::Trailer : Chunk::Data;
        return true;
    }
    case Chunk::DataEnd:
        if (!line->isEmpty())
            fail(State::Broken, u"the answer has a chunk longer than its size"_s);
        m_chunk = Chunk::Size;
        return m_state == State::Body;
    case Chunk::Trailer:
        m_trailer += length + 1;
        if (line->isEmpty())
            m_state = State::Complete;
        return m_state == State::Body;
    case Chunk::Data: break;
    }
    Q_UNREACHABLE();
}

bool HttpResponseParser::append(QByteArrayView bytes)
{
    const bool isPassed = m_sink && m_status == 200;
    if (isPassed && m_passed + bytes.size() <= m_maximumBody) {
        m_passed += bytes.size();
        m_sink(bytes);
        return true;
    }
    if (isPassed || m_body.size() + bytes.size() > m_maximumBody) {
        if (!isPassed)
            m_body += bytes.first(m_maximumBody - m_body.size());
        fail(State::TooLarge, u"the answer is longer than %1 bytes"_s.arg(m_maximumBody));
        return false;
    }
    if (m_body.isEmpty())
        m_body = bytes.toByteArray(); // of one piece: with no more memory than it takes
    else
        m_body += bytes;
    return true;
}

void HttpResponseParser::fail(State state, const QString &problem)
{
    m_state = state;
    m_problem = problem;
    m_keepAlive = false;
    m_buffer.clear();
}

} // namespace Hephaestus
