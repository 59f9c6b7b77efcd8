// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/readyrule.h"

#include "common/base/duration.h"
#include "common/protocol/serviceaddress.h"

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
    // `localhost` is both families.
    const auto address = parseServiceAddress(text.contains(u':') ? text : u"localhost:"_s + text);
    if (!address || address->kind != ServiceAddress::Kind::Tcp || address->port == 0)
        return Problem{{}, u"tcp:%1: expected tcp:PORT or tcp:HOST:PORT"_s.arg(text)};
    return ReadyRule(TcpSettings{address->host, address->port});
}

Result<ReadyRule> unixPath(const QString &text)
{
    if (text.isEmpty())
        return Problem{{}, u"unix: expected unix:PATH"_s};
    return ReadyRule(ReadyUnix{text});
}

Result<ReadyRule> logLine(const QString &text)
{
    const QRegularExpression pattern(text);
    if (text.isEmpty() || !pattern.isValid())
        return Problem{{}, u"log:%1: expected a regular expression (%2)"_s.arg(text, pattern.errorString())};
    return ReadyRule(ReadyLog{pattern});
}

/// Words as a shell has them: quotes of both kinds and backslashes, and nothing else. Nothing: a quote has no end.
std::optional<QStringList> splitWords(const QString &text)
{
    QStringList words;
    QString word;
    bool isBegun = false;
    QChar quote; // null: outside
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar character = text[i];
        if (character == u'\\' && quote != u'\'' && i + 1 < text.size()) {
            word += text[++i];
            isBegun = true;
        } else if (quote.isNull() && character.isSpace()) {
            if (std::exchange(isBegun, false))
                words << std::exchange(word, {});
        } else if (quote.isNull() ? character == u'\'' || character == u'"' : character == quote) {
            quote = quote.isNull() ? character : QChar();
            isBegun = true;
        } else {
            word += character;
            isBegun = true;
        }
    }
    if (isBegun)
        words << word;
    return quote.isNull() ? std::optional(words) : std::nullopt;
}

Result<ReadyRule> command(const QString &text)
{
    CommandSettings settings;
    settings.argv = splitWords(text).value_or(QStringList());
    if (settings.argv.isEmpty())
        return Problem{{}, u"command:%1: expected a program and its arguments"_s.arg(text)};
    return ReadyRule(settings);
}

Result<ReadyRule> webAddress(const QString &text)
{
    HttpSettings settings;
    settings.isRedirectWell = true;
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
        {"after:"_L1, afterTime},
        {"tcp:"_L1, tcpPort},
        {"unix:"_L1, unixPath},
        {"log:"_L1, logLine},
        {"command:"_L1, command}};
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
        {},
        u"\"%1\": expected after:TIME, tcp:PORT, unix:PATH, a URL, log:REGEX, command:PROGRAM, notify or accept"_s.arg(
            text)};
}

QString waitText(const ReadyRule &rule)
{
    return std::visit(
        Overloaded{
            [](const ReadyAfter &after) {
                return u"has not run for %1"_s.arg(formatDuration(after.time))
                    + (after.listensAgain ? u", or does not listen for clients, as it did before"_s : QString());
            },
            [](const ReadyLog &log) { return u"has not written a line like /%1/"_s.arg(log.pattern.pattern()); },
            [](const ReadyNotify &) { return u"has not sent READY=1 to NOTIFY_SOCKET"_s; },
            [](const ReadyUnix &socket) { return u"does not take connections at unix:%1"_s.arg(socket.path); },
            [](const ReadyAccept &) { return u"does not accept on the sockets held for it"_s; },
            [](const TcpSettings &tcp) {
                const ServiceAddress address{ServiceAddress::Kind::Tcp, tcp.host, quint16(tcp.port), {}};
                return u"does not take connections at %1"_s.arg(address.text());
            },
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
