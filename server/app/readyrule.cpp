// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/readyrule.h"

#include "common/base/duration.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

Result<ReadyRule> afterTime(const QString &text)
{
    const auto time = parseDuration(text);
    if (!time)
        return Problem{{}, u"after: "_s + time.problem().what};
    return ReadyRule(ReadyAfter{*time});
}

Result<ReadyRule> tcpPort(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    bool isNumber = false;
    const int port = text.sliced(colon + 1).toUShort(&isNumber);
    QString host = colon < 0 ? u"127.0.0.1"_s : text.first(colon);
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.sliced(1, host.size() - 2);
    if (!isNumber || port == 0 || host.isEmpty())
        return Problem{{}, u"tcp:%1: expected tcp:PORT or tcp:HOST:PORT"_s.arg(text)};
    return ReadyRule(TcpSettings{host, port});
}

Result<ReadyRule> logLine(const QString &text)
{
    const QRegularExpression pattern(text);
    if (text.isEmpty() || !pattern.isValid())
        return Problem{{}, u"log:%1: expected a regular expression (%2)"_s.arg(text, pattern.errorString())};
    return ReadyRule(ReadyLog{pattern});
}

Result<ReadyRule> command(const QString &text)
{
    CommandSettings settings;
    settings.argv = text.split(u' ', Qt::SkipEmptyParts);
    if (settings.argv.isEmpty())
        return Problem{{}, u"command: expected a program and its arguments"_s};
    return ReadyRule(settings);
}

Result<ReadyRule> webAddress(const QString &text)
{
    HttpSettings settings;
    settings.url = QUrl(text, QUrl::StrictMode);
    if (!settings.url.isValid() || settings.url.host().isEmpty() || !settings.url.userInfo().isEmpty())
        return Problem{{}, u"%1: expected a URL without user or password"_s.arg(text)};
    return ReadyRule(settings);
}

/// The overloaded lambdas of std::visit.
template <typename... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};

} // namespace

Result<ReadyRule> parseReadyRule(const QString &text)
{
    static constexpr std::pair<QLatin1StringView, Result<ReadyRule> (*)(const QString &)> prefixes[] = {
        {"after:"_L1, afterTime}, {"tcp:"_L1, tcpPort}, {"log:"_L1, logLine}, {"command:"_L1, command}};
    for (const auto &[prefix, parse] : prefixes) {
        if (text.startsWith(prefix))
            return parse(text.sliced(prefix.size()));
    }
    if (text.startsWith("http://"_L1) || text.startsWith("https://"_L1))
        return webAddress(text);
    if (text == "notify"_L1)
        return ReadyRule(ReadyNotify());
    if (text == "accept"_L1)
        return ReadyRule(ReadyAccept());
    return Problem{
        {}, u"\"%1\": expected after:TIME, tcp:PORT, a URL, log:REGEX, command:PROGRAM, notify or accept"_s.arg(text)};
}

QString waitText(const ReadyRule &rule)
{
    return std::visit(
        Overloaded{
            [](const ReadyAfter &after) { return u"has not run for %1"_s.arg(formatDuration(after.time)); },
            [](const ReadyLog &log) { return u"has not written a line like /%1/"_s.arg(log.pattern.pattern()); },
            [](const ReadyNotify &) { return u"has not sent READY=1 to NOTIFY_SOCKET"_s; },
            [](const ReadyAccept &) { return u"does not accept on the sockets held for it"_s; },
            [](const TcpSettings &tcp) { return u"does not take connections at %1:%2"_s.arg(tcp.host).arg(tcp.port); },
            [](const HttpSettings &http) {
                return u"does not answer with success at %1"_s.arg(http.url.toDisplayString());
            },
            [](const CommandSettings &check) {
                return u"does not satisfy the command %1"_s.arg(check.argv.join(u' '));
            },
        },
        rule);
}

} // namespace Hephaestus
