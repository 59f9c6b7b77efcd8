// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/proxy.h"

#include "common/protocol/serviceaddress.h"

#include <QHostAddress>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// Whether an entry of `no_proxy` speaks of this host.
bool covers(const QString &entry, const QString &host, int port)
{
    if (entry == "*"_L1)
        return true;
    const QHostAddress address(host);
    if (!address.isNull()) {
        const auto [network, length] = QHostAddress::parseSubnet(entry);
        if (length >= 0 && address.isInSubnet(network, length))
            return true;
    }
    QString name = entry;
    if (const qsizetype colon = name.lastIndexOf(u':'); colon > 0 && name.count(u':') == 1) {
        if (name.sliced(colon + 1).toInt() != port)
            return false;
        name.truncate(colon);
    }
    if (name.startsWith("*."_L1))
        name.remove(0, 1);
    if (name.startsWith(u'.'))
        name.remove(0, 1);
    return !name.isEmpty() && (host == name || host.endsWith(u'.' + name));
}

} // namespace

Result<QUrl> proxyFor(const QUrl &target, const QString &configured,
                      const std::function<QString(const QString &name)> &variable)
{
    const auto either = [&variable](const QString &name) {
        const QString value = variable(name);
        return value.isEmpty() ? variable(name.toUpper()) : value;
    };
    const QString host = target.host().toLower();
    const bool tls = target.scheme() == "https"_L1;
    QString proxy = configured;
    if (configured.isNull()) {
        const ServiceAddress address{ServiceAddress::Kind::Tcp, host, 0, {}};
        if (address.isLoopback())
            return QUrl();
        for (const QString &entry : either(u"no_proxy"_s).toLower().split(u',', Qt::SkipEmptyParts)) {
            if (covers(entry.trimmed(), host, target.port(tls ? 443 : 80)))
                return QUrl();
        }
        proxy = either(tls ? u"https_proxy"_s : u"http_proxy"_s);
        if (proxy.isEmpty())
            proxy = either(u"all_proxy"_s);
    }
    if (proxy.trimmed().isEmpty())
        return QUrl();
    const QUrl url(proxy.contains("://"_L1) ? proxy.trimmed() : u"http://"_s + proxy.trimmed(), QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != "http"_L1 || url.host().isEmpty())
        return Problem{{},
                       u"the proxy \"%1\" is not understood: expected http://HOST:PORT"_s.arg(
                           withoutPassword(proxy.trimmed()).left(140))};
    return url;
}

Result<QUrl> proxyFor(const QUrl &target, const QString &configured)
{
    return proxyFor(target, configured,
                    [](const QString &name) { return qEnvironmentVariable(name.toLatin1().constData()); });
}

} // namespace Hephaestus
