// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/filterquery.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct FilterText
{
    Q_DECLARE_TR_FUNCTIONS(FilterQuery)
};

/// `down` is what people call it when nobody answers, for whatever reason.
QList<ServiceState> statesOf(const QString &word)
{
    if (word == "down"_L1)
        return {ServiceState::Stopped, ServiceState::Unreachable, ServiceState::NotUnderstood,
                ServiceState::Unauthorized};
    for (const ServiceState state : AllServiceStates) {
        if (wireName(state) == word)
            return {state};
    }
    return {};
}

/// How a service can be out of reach.
QList<ClientError> errorsOf(const QString &word)
{
    return word == "refused"_L1 ? QList{ClientError::Refused, ClientError::Disconnected}
        : word == "timeout"_L1  ? QList{ClientError::Timeout}
        : word == "dns"_L1      ? QList{ClientError::HostNotFound}
        : word == "tls"_L1      ? QList{ClientError::Tls}
                                : QList<ClientError>();
}

QString stateKeys()
{
    QStringList keys;
    for (const ServiceState state : AllServiceStates)
        keys << wireName(state);
    return (keys << u"down"_s << u"refused"_s << u"timeout"_s << u"dns"_s << u"tls"_s).join(u", "_s);
}

bool isAscii(QStringView text)
{
    return std::ranges::all_of(text, [](QChar c) { return c.unicode() < 0x80; });
}

/// As case folding has it, of what is ASCII or becomes it; all else is left as it is.
char16_t folded(QChar c)
{
    constexpr char16_t KelvinSign = 0x212A;
    constexpr char16_t LongS = 0x017F;
    const char16_t unit = c.unicode();
    return unit >= u'A' && unit <= u'Z' ? char16_t(unit | 0x20)
        : unit == KelvinSign            ? u'k'
        : unit == LongS                 ? u's'
                                        : unit;
}

/// As QString::contains() without a look at the case, which folds each letter by Unicode's tables: a word that is typed
/// is looked for in four texts of each of thousands of services.
bool contains(const QString &text, const QString &word)
{
    if (word.isEmpty() || !isAscii(word))
        return text.contains(word, Qt::CaseInsensitive);
    const char16_t first = folded(word[0]);
    const auto isAt = [&](const QChar *place) {
        return std::equal(word.begin() + 1, word.end(), place + 1,
                          [](QChar a, QChar b) { return folded(a) == folded(b); });
    };
    const QChar *const end = text.constData() + text.size() - word.size() + 1;
    for (const QChar *place = text.constData(); place < end; ++place) {
        if (folded(*place) == first && isAt(place))
            return true;
    }
    return false;
}

} // namespace

Result<FilterQuery> FilterQuery::parse(const QString &text)
{
    static const QRegularExpression words(uR"((?:[^\s"]|"[^"]*"?)+)"_s);
    FilterQuery query;
    for (auto matches = words.globalMatch(text); matches.hasNext();) {
        const QString word = matches.next().captured().remove(u'"');
        if (word.isEmpty() || word == "!"_L1)
            continue; // still being typed
        Result<Term> term = parseTerm(word);
        if (!term)
            return term.problem();
        query.m_terms << *term;
    }
    return query;
}

Result<FilterQuery::Term> FilterQuery::parseTerm(const QString &word)
{
    Term term;
    term.negated = word.startsWith(u'!');
    const QString rest = term.negated ? word.mid(1) : word;
    const QString key = rest.section(u':', 0, 0).toLower();
    const QString value = rest.section(u':', 1).toLower();
    if (!rest.contains(u':')) {
        term.kind = key == "stale"_L1  ? Kind::Stale
            : key == "fresh"_L1        ? Kind::Fresh
            : key == "favourite"_L1    ? Kind::Favourite
            : key == "alert"_L1        ? Kind::Alert
            : key == "muted"_L1        ? Kind::Muted
            : key == "acknowledged"_L1 ? Kind::Acknowledged
                                       : Kind::Text;
        term.word = term.kind == Kind::Alert ? QString() : rest;
    } else if (key == "alert"_L1) {
        term.kind = Kind::Alert;
        term.word = value;
    } else if (key == "state"_L1) {
        term.kind = Kind::State;
        for (const QString &name : value.split(u',', Qt::SkipEmptyParts)) {
            const QList<ServiceState> states = statesOf(name);
            const QList<ClientError> errors = errorsOf(name);
            if (states.isEmpty() && errors.isEmpty())
                return Problem{word, FilterText::tr("no such state; there are %1").arg(stateKeys())};
            term.states << states;
            term.errors << errors;
        }
    } else if (key == "dep"_L1) {
        term.kind = Kind::Dependency;
        term.word = value.section(u'=', 0, 0);
        const QString status = value.section(u'=', 1);
        if (!status.isEmpty()) {
            const auto found =
                std::ranges::find(AllDependencyStatuses, status, [](DependencyStatus each) { return wireName(each); });
            if (found == AllDependencyStatuses.end() && status != "unknown"_L1)
                return Problem{word, FilterText::tr("no such status; there are working, error, unknown, not_used")};
            term.status = found == AllDependencyStatuses.end() ? DependencyStatus::Unknown : *found;
        }
    } else if (key == "group"_L1) {
        term.kind = Kind::Group;
        term.word = value;
    } else if (QChar(rest.back()).isDigit() || key == "unix"_L1 || rest.contains("://"_L1)) {
        term.word = rest; // an address
    } else {
        return Problem{
            word, FilterText::tr("no such word; there are state:, dep:, group:, alert:, stale, fresh and favourite")};
    }
    return term;
}

bool FilterQuery::matches(const ServiceRow &row) const
{
    return std::ranges::all_of(m_terms, [&](const Term &term) { return holds(term, row) != term.negated; });
}

bool FilterQuery::holds(const Term &term, const ServiceRow &row)
{
    switch (term.kind) {
    case Kind::Text:
        return contains(row.entry.name, term.word) || contains(row.entry.group, term.word)
            || contains(row.entry.url, term.word) || (row.report && contains(row.report->version, term.word));
    case Kind::State:
        return (term.states.isEmpty() && term.errors.isEmpty()) || term.states.contains(row.state())
            || (row.state() == ServiceState::Unreachable && term.errors.contains(row.reply.error));
    case Kind::Group: return contains(row.entry.group, term.word);
    case Kind::Stale: return row.isStale();
    case Kind::Fresh: return row.code() == CodeVerdict::Fresh;
    case Kind::Favourite: return row.favourite;
    case Kind::Alert:
        return std::ranges::any_of(
            row.alerts, [&](const FiringAlert &alert) { return !alert.isHeld() && contains(alert.name(), term.word); });
    case Kind::Muted: return row.quiet.mutedUntil.has_value();
    case Kind::Acknowledged: return row.quiet.isAcknowledged();
    case Kind::Dependency:
        return row.report && std::ranges::any_of(row.report->dependencies, [&](const DependencyReport &dependency) {
                   const bool status =
                       term.status ? dependency.status == *term.status : dependency.status != DependencyStatus::NotUsed;
                   return status && contains(dependency.name, term.word);
               });
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
