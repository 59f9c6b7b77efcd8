// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/requesthead.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace Hephaestus {
namespace {

constexpr qsizetype LongestTarget = 8 * 1024;

Refusal badRequest(const char *message) { return {400, "bad_request", message}; }
Refusal badFraming(const char *message) { return {400, "bad_framing", message}; }

constexpr bool isAlphaNumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isTokenCharacter(char c) { return isAlphaNumeric(c) || (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c)); }

bool isToken(QByteArrayView text) { return !text.isEmpty() && std::all_of(text.begin(), text.end(), isTokenCharacter); }

bool isControl(char c) { return (c >= 0 && c < ' ') || c == 0x7f; }

bool sameName(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

/// Where `text` begins in `bytes`, from `from` on; -1: nowhere. QByteArrayView::indexOf() takes several times as long
/// for texts as short as a line's end.
qsizetype find(QByteArrayView bytes, std::string_view text, qsizetype from = 0)
{
    const size_t at = std::string_view(bytes.data(), size_t(bytes.size())).find(text, size_t(from));
    return at == std::string_view::npos ? -1 : qsizetype(at);
}

Method methodOf(QByteArrayView name)
{
    static constexpr std::pair<const char *, Method> names[] = {
        {"GET", Method::Get},       {"HEAD", Method::Head},   {"POST", Method::Post},       {"PUT", Method::Put},
        {"DELETE", Method::Delete}, {"PATCH", Method::Patch}, {"OPTIONS", Method::Options},
    };
    for (const auto &[known, method] : names) {
        if (name == known)
            return method;
    }
    return Method::Other;
}

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Writes unreserved characters plainly (RFC 3986 section 6.2.2.2), so that one path has one spelling.
/// Nothing: a '%' without two hexadecimal digits.
std::optional<QByteArray> normalized(QByteArrayView path)
{
    if (!path.contains('%'))
        return path.toByteArray();
    QByteArray result;
    result.reserve(path.size());
    for (qsizetype i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            result += path[i];
            continue;
        }
        const int high = i + 2 < path.size() ? hexValue(path[i + 1]) : -1;
        const int low = i + 2 < path.size() ? hexValue(path[i + 2]) : -1;
        if (high < 0 || low < 0)
            return {};
        const char decoded = char(high * 16 + low);
        if (isAlphaNumeric(decoded) || (decoded != 0 && std::strchr("-._~", decoded)))
            result += decoded;
        else
            result.append(path.sliced(i, 3).data(), 3);
        i += 2;
    }
    return result;
}

/// Reads the comma-separated options of the Connection fields.
bool hasConnectionOption(const QList<HeaderField> &fields, QByteArrayView option)
{
    for (const HeaderField &field : fields) {
        if (!sameName(field.name, "connection"))
            continue;
        for (const QByteArray &one : field.value.split(',')) {
            if (sameName(one.trimmed(), option))
                return true;
        }
    }
    return false;
}

std::optional<Refusal> readTarget(RequestHead &head, QByteArrayView target, QByteArray &authority)
{
    if (target.size() > LongestTarget)
        return Refusal{414, "uri_too_long", "the request target is too long"};
    const auto isVisible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
    if (!std::all_of(target.begin(), target.end(), isVisible))
        return badRequest("the request target holds characters that must be encoded");
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (!sameName(target.first(std::min(target.size(), scheme.size())), scheme))
            continue;
        const QByteArrayView rest = target.sliced(scheme.size());
        const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
        authority = rest.first(end - rest.begin()).toByteArray().toLower();
        if (authority.isEmpty())
            return badRequest("the request target names no host");
        target = rest.sliced(end - rest.begin());
        if (target.isEmpty())
            target = "/";
        break;
    }
    const qsizetype mark = target.indexOf('?');
    const QByteArrayView path = mark < 0 ? target : target.first(mark);
    if (mark >= 0)
        head.query = target.sliced(mark + 1).toByteArray();
    if (!path.startsWith('/') && !(path == "*" && head.method == Method::Options))
        return badRequest("the request target must begin with '/'");
    const auto plain = normalized(path);
    if (!plain)
        return badRequest("the request target is wrongly percent-encoded");
    head.path = *plain;
    return {};
}

std::optional<Refusal> readRequestLine(RequestHead &head, QByteArrayView line, QByteArray &authority)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1)
        return badRequest("the request line must be: method, target, version");
    const QByteArrayView method = line.first(first);
    const QByteArrayView version = line.sliced(last + 1);
    if (!isToken(method) || method.size() > 32)
        return badRequest("the method is not a token");
    if (version.size() != 8 || !version.startsWith("HTTP/") || version[6] != '.')
        return badRequest("the request line must end with the HTTP version");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return Refusal{505, "version_not_supported", "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    head.method = methodOf(method);
    head.keepAlive = version == "HTTP/1.1";
    return readTarget(head, line.sliced(first + 1, last - first - 1), authority);
}

std::optional<Refusal> readField(RequestHead &head, QByteArrayView line)
{
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)))
        return badRequest("a header field must be: name, colon, value");
    const QByteArrayView value = line.sliced(colon + 1);
    // Before trimming, which takes CR, VT and FF for spaces: another reader does not.
    if (std::any_of(value.begin(), value.end(), [](char c) { return isControl(c) && c != '\t'; }))
        return badRequest("a header field holds a control character");
    head.fields.append({line.first(colon).toByteArray(), value.trimmed().toByteArray()});
    return {};
}

/// Digits with, perhaps, a port behind a colon; names may hold what RFC 3986 allows, but no user part.
bool isHost(QByteArrayView host)
{
    if (host.isEmpty() || host.size() > 255 + 6)
        return false;
    qsizetype port = -1;
    if (host.startsWith('[')) {
        const qsizetype close = host.indexOf(']');
        if (close < 3)
            return false;
        const QByteArrayView address = host.sliced(1, close - 1);
        if (!std::all_of(address.begin(), address.end(),
                         [](char c) { return hexValue(c) >= 0 || c == ':' || c == '.'; }))
            return false;
        if (close + 1 < host.size() && host[close + 1] != ':')
            return false;
        port = close + 1 < host.size() ? close + 2 : -1;
    } else {
        const qsizetype colon = host.indexOf(':');
        const QByteArrayView name = colon < 0 ? host : host.first(colon);
        const auto isNameCharacter = [](char c) { return isAlphaNumeric(c) || (c != 0 && std::strchr("-._~", c)); };
        if (name.isEmpty() || !std::all_of(name.begin(), name.end(), isNameCharacter))
            return false;
        port = colon < 0 ? -1 : colon + 1;
    }
    if (port < 0)
        return true;
    const QByteArrayView digits = host.sliced(port);
    return digits.size() <= 5 && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Refusal> readHost(RequestHead &head, const QByteArray &authority, bool isHttp11)
{
    const int hosts = countOf(head.fields, "host");
    if (hosts > 1)
        return Refusal{400, "duplicate_host", "there must be one Host field"};
    if (hosts == 0) {
        if (isHttp11)
            return Refusal{400, "missing_host", "HTTP/1.1 needs a Host field"};
        head.host = authority;
        return {};
    }
    head.host = valueOf(head.fields, "host").toLower();
    if (!isHost(head.host))
        return badRequest("the Host field is not a host");
    if (!authority.isEmpty() && authority != head.host)
        return badRequest("the Host field and the request target name different hosts");
    return {};
}

std::optional<Refusal> readFraming(RequestHead &head, bool isHttp11)
{
    const int lengths = countOf(head.fields, "content-length");
    const int encodings = countOf(head.fields, "transfer-encoding");
    if (lengths + encodings > 1)
        return badFraming("the length of the body is told more than once");
    if (encodings == 1) {
        if (!isHttp11 || !sameName(valueOf(head.fields, "transfer-encoding"), "chunked"))
            return badFraming("the only transfer encoding taken is chunked, in HTTP/1.1");
        head.chunked = true;
    }
    if (lengths == 1) {
        const QByteArray digits = valueOf(head.fields, "content-length");
        // 18 digits always fit; more would be refused as too large anyway.
        const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
        if (digits.isEmpty() || digits.size() > 18 || !std::all_of(digits.begin(), digits.end(), isDigit))
            return badFraming("Content-Length must be a number");
        head.contentLength = digits.toLongLong();
    }
    return {};
}

std::optional<Refusal> readOptions(RequestHead &head, bool isHttp11)
{
    head.keepAlive = isHttp11 && !hasConnectionOption(head.fields, "close");
    if (sameName(valueOf(head.fields, "upgrade"), "websocket"))
        return Refusal{400, "upgrade_not_supported", "no WebSocket is served here"};
    const QByteArray expectation = valueOf(head.fields, "expect");
    if (!expectation.isNull() && isHttp11) {
        if (!sameName(expectation, "100-continue"))
            return Refusal{417, "expectation_failed", "the only expectation known is 100-continue"};
        head.expectsContinue = true;
    }
    return {};
}

/// What can be said of a head whose end has not come.
std::variant<Incomplete, RequestHead, Refusal> judgeBeginning(QByteArrayView bytes, const Limits &limits)
{
    const qsizetype lineEnd = find(bytes, "\r\n");
    const QByteArrayView line = lineEnd < 0 ? bytes : bytes.first(lineEnd);
    const auto isForeign = [](char c) { return isControl(c) && c != '\r'; };
    if (std::any_of(line.begin(), line.end(), isForeign))
        return badRequest("this is not HTTP");
    if (lineEnd < 0 && line.size() > LongestTarget + 64)
        return Refusal{414, "uri_too_long", "the request target is too long"};
    if (bytes.size() > limits.head)
        return Refusal{431, "head_too_large", "the request head is too large"};
    return Incomplete{};
}

} // namespace

QByteArray valueOf(const QList<HeaderField> &fields, QByteArrayView name)
{
    for (const HeaderField &field : fields) {
        if (sameName(field.name, name))
            return field.value.isNull() ? QByteArray("") : field.value;
    }
    return {};
}

int countOf(const QList<HeaderField> &fields, QByteArrayView name)
{
    return int(std::count_if(fields.begin(), fields.end(),
                             [name](const HeaderField &field) { return sameName(field.name, name); }));
}

std::variant<Incomplete, RequestHead, Refusal> parseHead(QByteArrayView bytes, const Limits &limits)
{
    // One empty line before a request is forgiven (RFC 9112 section 2.2).
    const qsizetype start = bytes.startsWith("\r\n") ? 2 : 0;
    const qsizetype end = find(bytes, "\r\n\r\n", start);
    const QByteArrayView lines = bytes.sliced(start, (end < 0 ? bytes.size() : end + 2) - start);
    for (qsizetype at = lines.indexOf('\n'); at >= 0; at = lines.indexOf('\n', at + 1)) {
        if (at == 0 || lines[at - 1] != '\r')
            return badRequest("lines must end with CR LF");
    }
    if (end < 0)
        return judgeBeginning(bytes.sliced(start), limits);
    if (end + 4 > limits.head)
        return Refusal{431, "head_too_large", "the request head is too large"};

    RequestHead head;
    head.fields.reserve(8); // curl sends three, a browser up to twenty
    head.size = end + 4;
    QByteArray authority;
    qsizetype at = find(lines, "\r\n");
    if (auto refusal = readRequestLine(head, lines.first(at), authority))
        return *refusal;
    const bool isHttp11 = head.keepAlive; // so far that is all it says
    for (at += 2; at < lines.size();) {
        const qsizetype next = find(lines, "\r\n", at);
        if (head.fields.size() == limits.fields)
            return Refusal{431, "head_too_large", "the request head has too many fields"};
        if (auto refusal = readField(head, lines.sliced(at, next - at)))
            return *refusal;
        at = next + 2;
    }
    if (auto refusal = readHost(head, authority, isHttp11))
        return *refusal;
    if (auto refusal = readFraming(head, isHttp11))
        return *refusal;
    if (auto refusal = readOptions(head, isHttp11))
        return *refusal;
    return head;
}

} // namespace Hephaestus
