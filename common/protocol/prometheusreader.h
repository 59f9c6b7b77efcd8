// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/prometheuscodec.h"

#include <QByteArray>
#include <QByteArrayView>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

/// Reads large answers of Prometheus' HTTP API while they arrive: bounded memory, and no document of it all. Each
/// element of an answer's list is handed over when it is there.
namespace Hephaestus {

/// Cuts the list `name` in an answer's `data` into its elements. Keeps one element, 64 KiB at most, and what is around
/// the list, 1 MiB at most. Not thread-safe.
class PrometheusListReader
{
public:
    /// `element`: the JSON of one; the view is valid until it returns.
    using Element = std::function<void(QByteArrayView element)>;

    PrometheusListReader(QByteArray name, Element element);

    /// The next bytes of the answer.
    void feed(QByteArrayView bytes);
    /// After the last of them: the warnings, or what is wrong with the answer.
    Result<QStringList> end() const;

private:
    void keep(const char *from, const char *to);

    const QByteArray m_name;
    const Element m_element;
    QByteArray m_around;  ///< the answer without the list's elements
    QByteArray m_partial; ///< of an element whose end has not arrived
    QByteArray m_key;     ///< the latest string outside of the list
    int m_depth = 0;
    int m_listDepth = 0; ///< of its elements; 0: not in it
    bool m_inString = false;
    bool m_isEscaped = false;
    bool m_isTooLarge = false;
};

/// One series of an instant query (`/api/v1/query`, a vector), in views of its JSON. Strings with escapes are kept
/// beside it.
class InstantSample
{
public:
    /// Reads `{"metric": {…}, "value": [seconds, "number"]}`; false if it is anything else. The views are valid as long
    /// as `json`, and until the next read().
    bool read(QByteArrayView json);

    /// Empty: it has no such label.
    QByteArrayView label(QByteArrayView name) const;
    QByteArrayView metric() const { return label("__name__"); }
    bool hasLabel(QByteArrayView name) const;
    /// Nothing: not a number, or infinite.
    std::optional<double> value() const { return m_value; }
    /// When the server evaluated the query, by its own clock; nothing: it says no time.
    std::optional<MetricSeries::Time> time() const { return m_time; }

private:
    std::vector<std::pair<QByteArrayView, QByteArrayView>> m_labels;
    std::vector<QByteArray> m_unescaped;
    std::optional<double> m_value;
    std::optional<MetricSeries::Time> m_time;
};

/// An element of `activeTargets`. What is of another type than it should be is left out; false if it is no JSON object.
bool readTarget(QByteArrayView json, ScrapeTarget &target);

} // namespace Hephaestus
