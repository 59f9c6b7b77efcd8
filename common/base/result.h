// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <utility>
#include <variant>

namespace Hephaestus {

/// Why something could not be read or done: where it went wrong, and what was expected instead.
struct Problem
{
    QString where; ///< a JSON path (`dependencies.qdrant.status`), or `file:line: key`; may be empty
    QString what;  ///< one line for a person, with no secret in it

    /// `where: what`, or only `what`.
    QString text() const { return where.isEmpty() ? what : where + QStringLiteral(": ") + what; }

    bool operator==(const Problem &) const = default;
};

/// A value, or the Problem that kept it from being made. Reading the one that is not there is a
/// programming error (std::get throws std::bad_variant_access).
template <typename T>
class [[nodiscard]] Result
{
public:
    Result(T value) : m_content(std::in_place_index<0>, std::move(value)) {}
    Result(Problem problem) : m_content(std::in_place_index<1>, std::move(problem)) {}

    bool ok() const noexcept { return m_content.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    const T &value() const & { return std::get<0>(m_content); }
    T &value() & { return std::get<0>(m_content); }
    T &&value() && { return std::get<0>(std::move(m_content)); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

    const Problem &problem() const { return std::get<1>(m_content); }

private:
    std::variant<T, Problem> m_content;
};

} // namespace Hephaestus
