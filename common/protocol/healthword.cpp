// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthword.h"

#include <QHash>
#include <QRegularExpression>
#include <QSet>
#include <QStringList>

#include <utility>

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
            u"connection_refused connection_failed connection_error connection_lost connection_timeout not_connected "
            u"not_reachable not_available could_not_connect cannot_connect "
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

/// Bad words that may also mean a feature that is off, a colour, a level or a channel.
bool isAmbiguous(const QString &word)
{
    static const QSet<QString> words{u"inactive"_s, u"stopped"_s, u"offline"_s, u"maintenance"_s, u"sealed"_s,
                                     u"red"_s,      u"yellow"_s,  u"bad"_s,     u"broken"_s,      u"partial"_s,
                                     u"unstable"_s, u"warn"_s,    u"warning"_s};
    return words.contains(word);
}

/// Good words that name a state of the whole, and no count of things (as `active`, `connected` and `running` may).
bool isState(const QString &word)
{
    static const QSet<QString> words{u"ready"_s, u"healthy"_s, u"ok"_s, u"up"_s, u"live"_s, u"alive"_s};
    return words.contains(word);
}

/// Whether `no` before it tells of a failure: `no healthy upstream`, and not `no active jobs`.
bool isNeeded(const QString &word)
{
    static const QSet<QString> words{u"available"_s, u"reachable"_s, u"working"_s,
                                     u"serving"_s,   u"good"_s,      u"operational"_s};
    return words.contains(word) || isState(word);
}

/// A sentence in small letters, with one spelling of what denies, and without what tells of the past or of a rate.
QString prepared(const QString &line)
{
    static const QList<std::pair<QRegularExpression, QString>> rules{
        {QRegularExpression(u"n['\u2019]t\\b"_s), u" not"_s},
        {QRegularExpression(u"\\bno longer\\b"_s), u"not"_s},
        {QRegularExpression(u"\\s-+\\s"_s), u" ; "_s},
        {QRegularExpression(u"(?<![\\d.])0\\s*(?:/|of|out of)\\s*(?:the\\s+|all\\s+)?[1-9]\\d*"_s), u"noneof"_s},
        {QRegularExpression(u"\\b(?:0|no|none|noneof) not[ _]\\w+"_s), u" "_s},
        {QRegularExpression(u"\\b(?:last|previous)[ _-]?(?:error|failure|exception)s?\\b[^,;)]*"_s), u" "_s},
        {QRegularExpression(
             u"\\b(?:error|failure|fail|timeout|warning)s?[ _-](?:rate|ratio|count|budget|level)s?\\b"_s),
         u" "_s},
        {QRegularExpression(u"\\btimeout=\\d\\S*"_s), u" "_s},
    };
    QString text = line.left(LongestSentence).toLower();
    for (const auto &[pattern, replacement] : rules)
        text.replace(pattern, replacement);
    return text;
}

/// Takes out of `text` what is said not to be so: `failed: 0`, `running=no`. True: it denies a state, as `ready: false`
/// and `healthy=no` do.
bool takeDenied(QString &text)
{
    static const QRegularExpression denied(
        u"([\\w-]+)\"?\\s*([:=])\\s*\"?(false|no|not(?: yet)?|0|off|null|none|noneof)\"?"
        u"(?=\\s*(?:$|[,;)}\\]|]|\\.(?!\\d))|(\\s+[\\w-]+\\s*[:=]))"_s);
    QString kept;
    qsizetype end = 0;
    for (auto match = denied.globalMatch(text); match.hasNext();) {
        const auto one = match.next();
        const QString value = one.captured(3);
        QString word = normalized(one.captured(1));
        if (!lookUp(word))
            word = word.section(u'_', -1); // `last_error`, `is_ready`
        if (isState(word)) {
            const bool isCountAfter = value == "0"_L1 && one.captured(2) == ":"_L1 && one.hasCaptured(4);
            if (value != "null"_L1 && value != "none"_L1 && !isCountAfter)
                return true;
        } else if (lookUp(word)) {
            kept += text.sliced(end, one.capturedStart() - end);
            end = one.capturedEnd();
        }
    }
    text = kept + text.sliced(end);
    return false;
}

/// What denies the words after it, as far as its clause goes.
enum class Denial { None, Zero, No, NoneOf, Not };

std::optional<Denial> denialOf(const QString &word)
{
    static const QHash<QString, Denial> table{
        {u"not"_s, Denial::Not},   {u"never"_s, Denial::Not},    {u"cannot"_s, Denial::Not}, {u"no"_s, Denial::No},
        {u"none"_s, Denial::No},   {u"nothing"_s, Denial::No},   {u"without"_s, Denial::No}, {u"0"_s, Denial::Zero},
        {u"zero"_s, Denial::Zero}, {u"noneof"_s, Denial::NoneOf}};
    const auto found = table.constFind(word);
    return found == table.cend() ? std::nullopt : std::optional(*found);
}

/// What a word says that is denied. `distance`: how many words after the denial.
std::optional<HealthVerdict> denied(HealthVerdict verdict, const QString &word, Denial denial, int distance)
{
    if (verdict != HealthVerdict::Well)
        return {};
    const bool isIll = denial == Denial::Not || denial == Denial::NoneOf || (denial == Denial::No && isNeeded(word))
        || (denial == Denial::Zero && distance <= 2 && isNeeded(word) && word != "ok"_L1 && word != "up"_L1);
    return isIll ? std::optional(HealthVerdict::Ill) : std::nullopt;
}

/// True of what a denial does not go beyond. One of a count ends at the next count, too.
bool endsClause(const QString &word, Denial denial)
{
    const bool isCount = word == "all"_L1 || word == "everything"_L1 || word.toInt() > 0;
    return !word.front().isLetterOrNumber() || word == "but"_L1 || word == "and"_L1
        || (isCount && denial != Denial::Not);
}

/// The worst word of the clauses of a prepared text.
std::optional<HealthVerdict> verdictOfClauses(const QString &text, bool onlyClear)
{
    static const QRegularExpression wordOrEnd(u"[^\\W_]+|[.,;:!?()|\u2013\u2014]"_s,
                                              QRegularExpression::UseUnicodePropertiesOption);
    std::optional<HealthVerdict> worst;
    bool isGoodSaid = false;
    auto denial = Denial::None;
    bool isNotBeforeAnd = false; // `not started and ready`: it goes on for one word
    int distance = 0;
    QString previous;
    for (auto match = wordOrEnd.globalMatch(text); match.hasNext();) {
        const QString before = std::exchange(previous, match.next().captured(0));
        const QString &word = previous;
        ++distance;
        if (endsClause(word, denial)) {
            isNotBeforeAnd = word == "and"_L1 && denial == Denial::Not;
            denial = Denial::None;
            continue;
        }
        const auto pair = lookUp(before + u'_' + word); // `timed out`, `not ready`
        std::optional<HealthVerdict> verdict = pair ? pair : lookUp(word);
        const Denial here = std::exchange(isNotBeforeAnd, false) ? Denial::Not : denial;
        if (verdict && here != Denial::None && !(pair && denialOf(before)))
            verdict = denied(*verdict, word, here, distance);
        isGoodSaid = isGoodSaid || verdict == HealthVerdict::Well;
        if (isGoodSaid && (word == "waiting"_L1 || word == "pending"_L1)) // for requests, perhaps
            verdict.reset();
        if (!onlyClear || !isAmbiguous(word))
            worst = worse(worst, verdict);
        if (const auto begins = denialOf(word)) {
            denial = *begins;
            distance = 0;
        }
    }
    return worst;
}

} // namespace

std::optional<HealthVerdict> verdictOfWord(const QString &word)
{
    if (const auto whole = lookUp(normalized(word.left(80))))
        return whole;
    QString text = prepared(word);
    const bool isDenied = takeDenied(text);
    const qsizetype colon = text.left(80).indexOf(u':');
    const auto before = colon > 0 ? lookUp(normalized(text.left(colon))) : std::nullopt;
    if (before != HealthVerdict::Well)
        return before;
    return isDenied ? HealthVerdict::Ill : worse(before, verdictOfClauses(text, false));
}

std::optional<HealthVerdict> verdictOfSentence(const QString &line)
{
    if (const auto whole = verdictOfWord(line))
        return whole;
    QString text = prepared(line);
    return takeDenied(text) ? HealthVerdict::Ill : verdictOfClauses(text, false);
}

bool clearlyFails(const QString &line)
{
    const QString word = normalized(line.left(80));
    if (const auto whole = lookUp(word))
        return *whole >= HealthVerdict::Degraded && !isAmbiguous(word);
    QString text = prepared(line);
    return takeDenied(text) || verdictOfClauses(text, true) >= HealthVerdict::Degraded;
}

} // namespace Hephaestus
