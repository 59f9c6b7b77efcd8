// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/message.h"

#include "common/protocol/healthcodec.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace Hephaestus {
namespace {

const char *reasonPhrase(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return ""; // a phrase is optional (RFC 9112 section 4)
    }
}

/// An embedder may pass on what a client sent: nothing of it may end the line.
bool isClean(QByteArrayView text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool isClean(const HeaderField &field)
{
    return !field.name.isEmpty() && isClean(field.name) && !field.name.contains(':') && isClean(field.value);
}

/// The fields that frame a message are ours alone.
bool isFraming(const QByteArray &name)
{
    for (const QByteArrayView ours : {"content-length", "transfer-encoding", "connection", "content-type", "date"}) {
        if (name.compare(ours, Qt::CaseInsensitive) == 0)
            return true;
    }
    return false;
}

} // namespace

Response errorResponse(int status, QByteArrayView code, QByteArrayView message)
{
    Response response;
    response.status = status;
    response.body = encode(ErrorBody{QString::fromUtf8(code), QString::fromUtf8(message)});
    if (status == 401)
        response.fields = {{"WWW-Authenticate", "Bearer"}};
    return response;
}

Response errorResponse(const Refusal &refusal) { return errorResponse(refusal.status, refusal.code, refusal.message); }

namespace {

/// A number in digits, without memory of its own.
class Digits
{
public:
    explicit Digits(qint64 number) : m_end(std::to_chars(m_text.begin(), m_text.end(), number).ptr) {}
    QByteArrayView view() const { return {m_text.data(), m_end}; }

private:
    std::array<char, 24> m_text;
    const char *m_end;
};

QByteArray headOf(const Response &response, bool keepAlive, QByteArrayView date, qsizetype room)
{
    const Digits status(response.status);
    const Digits length(response.body.size());
    const bool includesType = hasBody(response.status) && isClean(response.mime);
    const bool includesLength = hasBody(response.status);
    const QByteArrayView parts[] = {
        "HTTP/1.1 ",
        status.view(),
        " ",
        reasonPhrase(response.status),
        "\r\nDate: ",
        date,
        includesType ? QByteArrayView("\r\nContent-Type: ") : QByteArrayView(),
        includesType ? QByteArrayView(response.mime) : QByteArrayView(),
        includesLength ? QByteArrayView("\r\nContent-Length: ") : QByteArrayView(),
        includesLength ? length.view() : QByteArrayView(),
        "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
        keepAlive ? QByteArrayView() : QByteArrayView("Connection: close\r\n"),
    };
    qsizetype size = 0;
    for (const QByteArrayView part : parts)
        size += part.size();
    QByteArray bytes;
    bytes.reserve(size + 128 + room);
    bytes.resize(size);
    char *at = bytes.data();
    for (const QByteArrayView part : parts)
        at = std::copy_n(part.data(), part.size(), at);
    for (const HeaderField &field : response.fields) {
        if (isClean(field) && !isFraming(field.name))
            bytes += field.name + ": " + field.value + "\r\n";
    }
    bytes += "\r\n";
    return bytes;
}

} // namespace

QByteArray encodeHead(const Response &response, bool keepAlive, QByteArrayView date)
{
    return headOf(response, keepAlive, date, 0);
}

QByteArray encode(const Response &response, bool withBody, bool keepAlive, QByteArrayView date)
{
    const bool includesBody = withBody && hasBody(response.status);
    QByteArray bytes = headOf(response, keepAlive, date, includesBody ? response.body.size() : 0);
    if (includesBody)
        bytes += response.body;
    return bytes;
}

QByteArray httpDate(qint64 secondsSinceEpoch)
{
    static constexpr const char *days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char *months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = secondsSinceEpoch;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday,
                  months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return text;
}

} // namespace Hephaestus
