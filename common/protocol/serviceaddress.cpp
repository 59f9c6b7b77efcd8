// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/serviceaddress.h"

#include <QRegularExpression>

namespace Hephaestus {

using namespace Qt::StringLiterals;

bool ServiceAddress::isLoopback() const
{
    if (kind == Kind::Unix)
        return true;
    static const QRegularExpression ipv4Loopback(uR"(^127(\.\d{1,3}){3}$)"_s);
    const QString name = host.toLower();
    return name == "localhost"_L1 || name.endsWith(".localhost"_L1) || name == "::1"_L1
        || ipv4Loopback.match(name).hasMatch();
}

QString ServiceAddress::text() const
{
    if (kind == Kind::Unix)
        return u"unix:"_s + path;
    return (host.contains(u':') ? u"[%1]:%2"_s : u"%1:%2"_s).arg(host).arg(port);
}

QString ServiceAddress::url(bool tls) const
{
    if (kind == Kind::Unix)
        return text();
    return (tls ? u"https://"_s : u"http://"_s) + text();
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
    static const QRegularExpression hostPort(uR"(^(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/\s]+)):(\d{1,5})$)"_s);
    const QRegularExpressionMatch match = hostPort.match(text);
    const uint port = match.captured(3).toUInt();
    if (!match.hasMatch() || port > 65'535)
        return Problem{{}, u"\"%1\": expected HOST:PORT, [IPV6]:PORT or unix:PATH"_s.arg(text.left(140))};
    const QString host = match.captured(1).isEmpty() ? match.captured(2) : match.captured(1);
    return ServiceAddress{ServiceAddress::Kind::Tcp, host, quint16(port), {}};
}

} // namespace Hephaestus
