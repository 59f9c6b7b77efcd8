// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/serviceaddress.h"

#include "common/protocol/endpoints.h"

#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

// By hand: a regular expression costs every process that reads an address a compiler's memory.

bool isDecimal(QStringView text, qsizetype most)
{
    return !text.isEmpty() && text.size() <= most
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

/// 127.0.0.0/8
bool isLoopbackNumber(const QString &host)
{
    const QStringList parts = host.split(u'.');
    return parts.size() == 4 && parts.first() == "127"_L1
        && std::all_of(parts.begin(), parts.end(), [](const QString &part) { return isDecimal(part, 3); });
}

bool isHost(QStringView text)
{
    return !text.isEmpty() && std::none_of(text.begin(), text.end(), [](QChar c) {
        return c == u':' || c == u'[' || c == u']' || c == u'/' || c.isSpace();
    });
}

bool isBracketed(QStringView text)
{
    return text.size() > 2 && text.startsWith(u'[') && text.endsWith(u']')
        && std::all_of(text.begin() + 1, text.end() - 1, [](QChar c) {
               const char16_t lower = c.toLower().unicode();
               return (c >= u'0' && c <= u'9') || (c.unicode() < 0x80 && lower >= u'a' && lower <= u'f') || c == u':'
                   || c == u'.';
           });
}

} // namespace

bool ServiceAddress::isLoopback() const
{
    if (kind == Kind::Unix)
        return true;
    const QString name = host.toLower();
    return name == "localhost"_L1 || name.endsWith(".localhost"_L1) || name == "::1"_L1 || isLoopbackNumber(name);
}

QString ServiceAddress::text() const
{
    if (kind == Kind::Unix)
        return u"unix:"_s + path;
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host, QString::number(port));
}

QString ServiceAddress::url(bool tls) const
{
    if (kind == Kind::Unix)
        return text();
    return (tls ? u"https://"_s : u"http://"_s) + text();
}

QString withoutPassword(const QString &url)
{
    const qsizetype slashes = url.indexOf("://"_L1);
    const qsizetype begin = slashes < 0 ? 0 : slashes + 3;
    qsizetype end = begin; // of the authority
    while (end < url.size() && !u"/?#"_s.contains(url[end]))
        ++end;
    // The last @ ends the user information, whatever characters are in it.
    const qsizetype at = url.first(end).lastIndexOf(u'@');
    const qsizetype colon = url.indexOf(u':', begin);
    if (at < begin || colon < 0 || colon > at)
        return url;
    return url.first(colon + 1) + u"***"_s + url.sliced(at);
}

QString canonicalUrl(const QString &text)
{
    QUrl url(text.trimmed(), QUrl::StrictMode);
    const bool tls = url.scheme() == "https"_L1;
    if (!url.isValid() || (!tls && url.scheme() != "http"_L1) || url.host().isEmpty())
        return text;
    if (url.port() == (tls ? 443 : 80))
        url.setPort(-1);
    QString path = url.path(QUrl::FullyEncoded);
    while (path.endsWith(u'/'))
        path.chop(1);
    if (path.endsWith(Endpoint::Status))
        path.chop(Endpoint::Status.size());
    url.setPath(path, QUrl::TolerantMode);
    return url.toString(QUrl::FullyEncoded);
}

Result<ServiceAddress> parseServiceAddress(const QString &text)
{
    if (text.startsWith("unix:"_L1)) {
        const QString path = text.mid(5);
        // sockaddr_un holds 107 bytes and a terminating zero on Linux (unix(7)).
        if (path.isEmpty() || path.toUtf8().size() > 107)
            return Problem{{}, u"\"%1\": expected unix: and a path of 1 to 107 bytes"_s.arg(text.left(140))};
        return ServiceAddress{ServiceAddress::Kind::Unix, {}, 0, path};
    }
    const qsizetype colon = text.lastIndexOf(u':');
    const QStringView host = QStringView(text).first(std::max<qsizetype>(colon, 0));
    const QStringView digits = QStringView(text).sliced(colon + 1);
    const uint port = digits.toUInt();
    if (!(isHost(host) || isBracketed(host)) || !isDecimal(digits, 5) || port > 65'535)
        return Problem{{}, u"\"%1\": expected HOST:PORT, [IPV6]:PORT or unix:PATH"_s.arg(text.left(140))};
    const QStringView name = isBracketed(host) ? host.sliced(1, host.size() - 2) : host;
    return ServiceAddress{ServiceAddress::Kind::Tcp, name.toString(), quint16(port), {}};
}

} // namespace Hephaestus
