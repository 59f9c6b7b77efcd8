// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/remotehost.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestDestination = 300;
constexpr QLatin1StringView Scheme("ssh://");

/// Where the number of a port begins in `user@host:22`, with its colon; -1: there is none, or it is a URI of ssh(1).
qsizetype portIn(const QString &ssh)
{
    const qsizetype colon = ssh.lastIndexOf(u':');
    const QStringView digits = QStringView(ssh).sliced(colon + 1);
    const bool isNumber = !digits.isEmpty() && digits.size() <= 5
        && std::all_of(digits.begin(), digits.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    // More than one colon is an IPv6 address, which has its port in a URI only.
    return colon > 0 && isNumber && ssh.count(u':') == 1 ? colon : -1;
}

bool isPlain(QChar c) { return c.unicode() < 0x80 && (c.isLetterOrNumber() || u"_./:=@%+,-"_s.contains(c)); }

} // namespace

QString whyNoDestination(const QString &ssh)
{
    const auto isBad = [](QChar c) { return c <= u' ' || c == u'\x7f' || c.isSpace(); };
    if (ssh.isEmpty() || ssh.size() > LongestDestination || ssh.startsWith(u'-')
        || std::any_of(ssh.begin(), ssh.end(), isBad))
        return u"expected what ssh takes, as in \"build1\", \"deploy@build1\" or \"deploy@build1:22\""_s;
    return {};
}

QString urlThrough(const RemoteHost &host, const QString &url)
{
    return Scheme + (host.ssh.startsWith(Scheme) ? host.ssh.sliced(Scheme.size()) : host.ssh) + u'/' + url;
}

std::optional<std::pair<RemoteHost, QString>> splitUrl(const QString &url)
{
    const qsizetype slash = url.startsWith(Scheme) ? url.indexOf(u'/', Scheme.size()) : -1;
    if (slash < 0)
        return {};
    const QString ssh = url.sliced(Scheme.size(), slash - Scheme.size());
    return std::pair(RemoteHost{ssh, ssh}, url.sliced(slash + 1));
}

QStringList destinationOf(const RemoteHost &host)
{
    const qsizetype port = portIn(host.ssh);
    if (port < 0)
        return {u"--"_s, host.ssh};
    return {u"-p"_s, host.ssh.sliced(port + 1), u"--"_s, host.ssh.first(port)};
}

QString remoteCommandLine(const QStringList &words)
{
    QStringList quoted;
    for (const QString &word : words) {
        if (!word.isEmpty() && std::all_of(word.begin(), word.end(), isPlain)) {
            quoted << word;
            continue;
        }
        QString text = u"'"_s;
        for (const QChar c : word) {
            // Inside of quotes csh looks for events (!) and fish for escapes (\).
            if (c == u'\'' || c == u'\\' || c == u'!')
                text += u"'\\"_s + c + u'\'';
            else
                text += c;
        }
        quoted << text + u'\'';
    }
    return quoted.join(u' ');
}

} // namespace Hephaestus
