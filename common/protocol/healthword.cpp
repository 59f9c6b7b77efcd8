// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthword.h"

#include <QHash>
#include <QRegularExpression>
#include <QSet>
#include <QStringList>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

const QHash<QString, HealthVerdict> &verdicts()
{
    static const QHash<QString, HealthVerdict> table = [] {
        QHash<QString, HealthVerdict> all;
        const auto add = [&all](HealthVerdict verdict, const char16_t *words) {
            for (const QString &word : QString::fromUtf16(words).split(u' '))
                all.insert(word, verdict);
        };
        add(HealthVerdict::Well,
            u"up ok okay pass passed passing healthy alive live running ready serving green success successful "
            u"succeeded "
            u"available operational working online active good pong connected reachable normal fine");
        add(HealthVerdict::Unsaid,
            u"unknown starting starting_up start initializing initialising pending loading waiting warming_up "
            u"recovering not_started pre_initializing service_unknown");
        add(HealthVerdict::ShuttingDown, u"shutting_down stopping terminating draining closing");
        add(HealthVerdict::Degraded, u"degraded warn warning yellow partial impaired partially_available unstable");
        add(HealthVerdict::Ill,
            u"down out_of_service fail failed failing failure error errored unhealthy critical red dead unavailable "
            u"not_ready unready not_ok not_serving not_healthy not_live not_alive offline broken sick stopped inactive "
            u"fatal "
            u"disconnected unreachable crashed refused timeout timed_out maintenance sealed nok ko bad");
        return all;
    }();
    return table;
}

/// Small letters; blanks and hyphens as `_`; nothing at the ends that is no letter or digit.
QString normalized(const QString &word)
{
    QString text = word.trimmed().toLower();
    while (!text.isEmpty() && !text.back().isLetterOrNumber())
        text.chop(1);
    while (!text.isEmpty() && !text.front().isLetterOrNumber())
        text.remove(0, 1);
    return text.replace(u' ', u'_').replace(u'-', u'_');
}

std::optional<HealthVerdict> lookUp(const QString &word)
{
    const auto found = verdicts().constFind(word);
    return found == verdicts().cend() ? std::nullopt : std::optional(*found);
}

std::optional<HealthVerdict> worse(std::optional<HealthVerdict> one, std::optional<HealthVerdict> other)
{
    return !one || (other && *other > *one) ? other : one;
}

/// True of `ready: false` and `healthy=no`.
bool deniesGood(const QString &line)
{
    static const QRegularExpression denied(
        u"(\\w+)\"?\\s*[:=]\\s*\"?(?:false|no|not|0|off|null|none)\"?\\s*(?:$|[,;./}\\]])"_s,
        QRegularExpression::CaseInsensitiveOption);
    for (auto match = denied.globalMatch(line); match.hasNext();) {
        if (lookUp(normalized(match.next().captured(1))) == HealthVerdict::Well)
            return true;
    }
    return false;
}

} // namespace

std::optional<HealthVerdict> verdictOfWord(const QString &word)
{
    const QString text = normalized(word.left(80));
    if (const auto whole = lookUp(text))
        return whole;
    const qsizetype colon = word.indexOf(u':');
    if (colon <= 0 || colon >= 80)
        return {};
    const auto before = lookUp(normalized(word.left(colon)));
    if (before != HealthVerdict::Well)
        return before;
    return deniesGood(word) ? HealthVerdict::Ill : worse(before, verdictOfSentence(word.mid(colon + 1)));
}

std::optional<HealthVerdict> verdictOfSentence(const QString &line)
{
    if (const auto whole = verdictOfWord(line))
        return whole;
    if (deniesGood(line))
        return HealthVerdict::Ill;
    static const QRegularExpression contraction(u"n['\u2019]t\\b"_s);
    static const QRegularExpression wordOrEnd(u"[^\\W_]+|[.,;:!?]"_s, QRegularExpression::UseUnicodePropertiesOption);
    static const QSet<QString> denials{u"not"_s, u"no"_s, u"never"_s, u"cannot"_s, u"without"_s, u"0"_s, u"zero"_s};
    std::optional<HealthVerdict> worst;
    bool isDenied = false; // until its clause ends
    QString previous;
    for (auto match = wordOrEnd.globalMatch(line.toLower().replace(contraction, u" not"_s)); match.hasNext();) {
        const QString word = match.next().captured(0);
        if (!word.front().isLetterOrNumber() || word == "but"_L1)
            isDenied = false;
        std::optional<HealthVerdict> verdict = lookUp(previous + u'_' + word); // `timed out`
        if (!verdict && (verdict = lookUp(word)) && isDenied)
            verdict = *verdict == HealthVerdict::Well ? std::optional(HealthVerdict::Ill) : std::nullopt;
        worst = worse(worst, verdict);
        isDenied = isDenied || denials.contains(word);
        previous = word;
    }
    return worst;
}

} // namespace Hephaestus
