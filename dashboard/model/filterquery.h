// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "dashboard/model/servicerow.h"

namespace Hephaestus {

/// What a person types to see fewer services. Words separated by blanks, all of which must hold:
///
///     qdrant                 the name, group, address or version contains it
///     state:error,stopped    one of these states (the words of wireName(), `down` for everything that does not answer)
///     dep:qdrant             uses that dependency;  dep:qdrant=error  and it is in that status
///     group:NAME             is of that group
///                            or of those out of reach how: refused, timeout, dns, tls
///     stale, fresh           by the code it runs
///     alert                  Alertmanager tells of it;  alert:NAME  by an alert whose name contains that
///     favourite              one of yours
///     muted, acknowledged    as you said of its alerts
///     !WORD                  the opposite of any of these
///
/// Case does not matter. A word cannot hold a blank unless it is in double quotes.
class FilterQuery
{
public:
    FilterQuery() = default;

    /// What cannot be understood is a Problem that says which word, and what is known instead.
    static Result<FilterQuery> parse(const QString &text);

    bool matches(const ServiceRow &row) const;
    bool isEmpty() const { return m_terms.isEmpty(); }

    bool operator==(const FilterQuery &) const = default;

private:
    enum class Kind { Text, State, Dependency, Group, Stale, Fresh, Favourite, Alert, Muted, Acknowledged };

    struct Term
    {
        Kind kind = Kind::Text;
        bool negated = false;
        QString word;                           ///< Text, Dependency, Group, Alert
        QList<ServiceState> states;             ///< State
        QList<ClientError> errors;              ///< State: and these ways of being out of reach
        std::optional<DependencyStatus> status; ///< Dependency

        bool operator==(const Term &) const = default;
    };

    static Result<Term> parseTerm(const QString &word);
    static bool holds(const Term &term, const ServiceRow &row);

    QList<Term> m_terms;
};

} // namespace Hephaestus
