// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthword.h"

#include <QHash>
#include <QStringList>

#include <algorithm>

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
            u"unknown starting starting_up start initializing initialising pending loading warming_up recovering "
            u"not_started pre_initializing service_unknown");
        add(HealthVerdict::ShuttingDown, u"shutting_down stopping terminating draining closing");
        add(HealthVerdict::Degraded, u"degraded warn warning yellow partial impaired partially_available unstable");
        add(HealthVerdict::Ill,
            u"down out_of_service fail failed failing failure error errored unhealthy critical red dead unavailable "
            u"not_ready not_ok not_serving not_healthy not_live not_alive offline broken sick stopped inactive fatal "
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

} // namespace

std::optional<HealthVerdict> verdictOfWord(const QString &word)
{
    const QString text = normalized(word.left(80));
    if (const auto whole = lookUp(text))
        return whole;
    if (const qsizetype colon = word.indexOf(u':'); colon > 0 && colon < 80)
        return lookUp(normalized(word.left(colon)));
    return {};
}

std::optional<HealthVerdict> verdictOfSentence(const QString &line)
{
    if (const auto whole = verdictOfWord(line))
        return whole;
    std::optional<HealthVerdict> worst;
    int negated = 0; // words for which a `not` still holds
    QString spaced = line.toLower();
    std::replace_if(
        spaced.begin(), spaced.end(), [](QChar c) { return !c.isLetterOrNumber(); }, u' ');
    for (const QString &word : spaced.split(u' ', Qt::SkipEmptyParts)) {
        if (word == "not"_L1 || word == "no"_L1 || word == "never"_L1 || word == "cannot"_L1) {
            negated = 3;
            continue;
        }
        std::optional<HealthVerdict> verdict = lookUp(word);
        if (verdict && negated > 0)
            verdict = *verdict == HealthVerdict::Well ? std::optional(HealthVerdict::Ill) : std::nullopt;
        if (verdict && (!worst || *verdict > *worst))
            worst = verdict;
        negated = std::max(0, negated - 1);
    }
    return worst;
}

} // namespace Hephaestus
