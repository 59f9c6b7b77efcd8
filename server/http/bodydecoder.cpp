// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/bodydecoder.h"

#include <algorithm>

namespace Hephaestus {
namespace {

constexpr qint64 MostOverhead = 64 * 1024;
constexpr qsizetype LongestLine = 4 * 1024; ///< of a chunk's size with extensions, or a trailer field

} // namespace

BodyDecoder::BodyDecoder(const RequestHead &head, qint64 limit)
    : m_state(head.chunked ? State::Size : State::Plain)
    , m_limit(limit)
    , m_left(head.contentLength.value_or(0))
{
    if (m_left > limit)
        fail(413, "body_too_large", "the body is too large");
    else if (!head.hasBody())
        m_state = State::Done;
    else if (!head.chunked)
        m_body.reserve(m_left);
}

qsizetype BodyDecoder::feed(QByteArrayView bytes)
{
    qsizetype taken = 0;
    while (taken < bytes.size() && m_state != State::Done && !m_refusal) {
        if (m_state == State::Plain || m_state == State::Data) {
            const auto piece = std::min<qint64>(m_left, bytes.size() - taken);
            m_body.append(bytes.data() + taken, piece);
            taken += piece;
            m_left -= piece;
            if (m_left == 0)
                m_state = m_state == State::Plain ? State::Done : State::DataEnd;
        } else {
            ++m_overhead;
            if (feedLine(bytes[taken++]))
                endLine();
        }
    }
    return taken;
}

/// Collects a line that ends with CR LF; true when it has.
bool BodyDecoder::feedLine(char c)
{
    if (c == '\n') {
        if (m_line.endsWith('\r')) {
            m_line.chop(1);
            return true;
        }
        fail(400, "bad_framing", "lines of a chunked body must end with CR LF");
    } else if (m_line.endsWith('\r') || (c != '\r' && c != '\t' && ((c >= 0 && c < ' ') || c == 0x7f))) {
        fail(400, "bad_framing", "a chunked body holds a control character between its chunks");
    } else if (m_line.size() == LongestLine || m_overhead > MostOverhead) {
        fail(413, "body_too_large", "the chunks of the body are too many or too small");
    } else {
        m_line += c;
    }
    return false;
}

void BodyDecoder::endLine()
{
    const QByteArray line = std::exchange(m_line, {});
    if (m_state == State::DataEnd) {
        m_state = State::Size;
        if (!line.isEmpty())
            fail(400, "bad_framing", "a chunk is longer than its size");
        return;
    }
    if (m_state == State::Trailer) { // dropped: nothing here reads trailers
        if (line.isEmpty())
            m_state = State::Done;
        return;
    }
    const qsizetype semicolon = line.indexOf(';');
    const QByteArray digits = semicolon < 0 ? line : line.first(semicolon);
    const auto isHex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    if (digits.isEmpty() || digits.size() > 15 || !std::all_of(digits.begin(), digits.end(), isHex)) {
        fail(400, "bad_framing", "a chunk's size must be a hexadecimal number");
        return;
    }
    m_left = digits.toLongLong(nullptr, 16);
    if (m_left > m_limit - m_body.size())
        fail(413, "body_too_large", "the body is too large");
    else
        m_state = m_left == 0 ? State::Trailer : State::Data;
}

} // namespace Hephaestus
