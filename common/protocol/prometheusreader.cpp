// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/prometheusreader.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LargestElement = 64 * 1024;
constexpr qsizetype LargestAround = 1024 * 1024;
constexpr qsizetype LongestKey = 64;

/// A place in JSON. What is asked for and not there leaves it invalid.
class JsonCursor
{
public:
    explicit JsonCursor(QByteArrayView json) : m_at(json.begin()), m_end(json.end()) {}

    bool isValid() const { return m_isValid; }
    bool isAtEnd()
    {
        skipSpace();
        return m_at == m_end;
    }

    /// Takes the character, if it is next.
    bool take(char character)
    {
        skipSpace();
        if (m_at == m_end || *m_at != character)
            return false;
        ++m_at;
        return true;
    }

    void expect(char character) { m_isValid = take(character) && m_isValid; }

    /// What is between the quotes, still escaped.
    QByteArrayView string(bool &isEscaped)
    {
        isEscaped = false;
        expect('"');
        if (!m_isValid)
            return {};
        const char *const from = m_at;
        while (m_at != m_end && *m_at != '"') {
            if (*m_at == '\\') {
                isEscaped = true;
                if (++m_at == m_end)
                    break;
            }
            ++m_at;
        }
        if (m_at == m_end) {
            m_isValid = false;
            return {};
        }
        return {from, m_at++};
    }

    /// The string that is next; nothing, and it is skipped, if the value is of another type.
    std::optional<QByteArrayView> stringValue(bool &isEscaped)
    {
        skipSpace();
        if (m_at != m_end && *m_at == '"')
            return string(isEscaped);
        skipValue();
        return {};
    }

    /// Whatever value is next.
    void skipValue()
    {
        skipSpace();
        int depth = 0;
        do {
            skipSpace();
            if (m_at == m_end) {
                m_isValid = false;
            } else if (*m_at == '"') {
                bool isEscaped = false;
                string(isEscaped);
            } else if (*m_at == '{' || *m_at == '[') {
                ++depth;
                ++m_at;
            } else if (*m_at == '}' || *m_at == ']') {
                --depth;
                ++m_at;
            } else if (*m_at == ',' || *m_at == ':') {
                ++m_at;
            } else {
                word();
            }
        } while (m_isValid && depth > 0);
        m_isValid = m_isValid && depth == 0;
    }

    /// A number, true, false or null: what a value has up to the next comma or bracket.
    QByteArrayView word()
    {
        skipSpace();
        const char *const from = m_at;
        while (m_at != m_end && *m_at != ',' && *m_at != ']' && *m_at != '}' && !isSpace(*m_at))
            ++m_at;
        m_isValid = m_isValid && m_at != from;
        return {from, m_at};
    }

    /// The number that is next; nothing, and it is skipped, if it is no finite one.
    std::optional<double> number();

private:
    static bool isSpace(char character)
    {
        return character == ' ' || character == '\n' || character == '\t' || character == '\r';
    }

    void skipSpace()
    {
        while (m_at != m_end && isSpace(*m_at))
            ++m_at;
    }

    const char *m_at;
    const char *const m_end;
    bool m_isValid = true;
};

std::optional<double> numberOf(QByteArrayView text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end() || !std::isfinite(value))
        return {};
    return value;
}

std::optional<double> JsonCursor::number()
{
    skipSpace();
    const bool isWord = m_at != m_end && *m_at != '"' && *m_at != '{' && *m_at != '[';
    if (isWord)
        return numberOf(word());
    skipValue();
    return {};
}

} // namespace

PrometheusListReader::PrometheusListReader(QByteArray name, Element element)
    : m_name(std::move(name))
    , m_element(std::move(element))
{
}

void PrometheusListReader::feed(QByteArrayView bytes)
{
    const char *from = bytes.begin(); // of what is not kept yet
    for (const char *at = bytes.begin(); at != bytes.end() && !m_isTooLarge; ++at) {
        if (m_inString) {
            if (m_isEscaped) {
                m_isEscaped = false;
            } else if (*at == '\\') {
                m_isEscaped = true;
            } else if (*at == '"') {
                m_inString = false;
                continue;
            }
            if (m_listDepth == 0 && m_key.size() < LongestKey)
                m_key += *at;
            continue;
        }
        switch (*at) {
        case '"':
            m_inString = true;
            if (m_listDepth == 0)
                m_key.clear();
            break;
        case '{':
        case '[':
            ++m_depth;
            if (*at == '[' && m_listDepth == 0 && m_depth == 3 && m_key == m_name) {
                keep(from, at + 1);
                from = at + 1;
                m_listDepth = m_depth;
            } else if (m_listDepth != 0 && m_depth == m_listDepth + 1) {
                from = at; // without the comma before it
                m_partial.clear();
            }
            break;
        case '}':
        case ']':
            --m_depth;
            if (m_listDepth != 0 && m_depth == m_listDepth) {
                if (m_partial.isEmpty())
                    m_element({from, at + 1});
                else
                    m_element(std::exchange(m_partial, {}).append(from, at + 1 - from));
                from = at + 1;
            } else if (m_listDepth != 0 && m_depth < m_listDepth) {
                m_listDepth = 0;
                from = at;
            }
            break;
        default: break;
        }
    }
    keep(from, bytes.end());
}

/// What belongs to an element that is not whole, or is around the list.
void PrometheusListReader::keep(const char *from, const char *to)
{
    if (m_isTooLarge || (m_listDepth != 0 && m_depth == m_listDepth))
        return; // between two elements
    QByteArray &kept = m_listDepth == 0 ? m_around : m_partial;
    kept.append(from, to - from);
    m_isTooLarge = kept.size() > (m_listDepth == 0 ? LargestAround : LargestElement);
}

Result<QStringList> PrometheusListReader::end() const
{
    if (m_isTooLarge)
        return Problem{{}, u"the answer has an element larger than %1 KiB"_s.arg(LargestElement / 1024)};
    return decodeEnvelope(m_around);
}

bool InstantSample::read(QByteArrayView json)
{
    m_labels.clear();
    m_unescaped.clear();
    m_value.reset();
    m_time.reset();
    JsonCursor cursor(json);
    bool isEscaped = false;
    const auto text = [&]() -> QByteArrayView {
        const QByteArrayView raw = cursor.string(isEscaped);
        if (!isEscaped)
            return raw;
        // Moved with the vector, its bytes stay where they are.
        return m_unescaped.emplace_back(unescapedJson(raw));
    };
    cursor.expect('{');
    do {
        const QByteArrayView key = text();
        cursor.expect(':');
        if (key == "metric") {
            cursor.expect('{');
            if (cursor.take('}'))
                continue;
            do {
                const QByteArrayView name = text();
                cursor.expect(':');
                m_labels.emplace_back(name, text());
            } while (cursor.isValid() && cursor.take(','));
            cursor.expect('}');
        } else if (key == "value") {
            cursor.expect('[');
            const std::chrono::duration<double> since(cursor.number().value_or(-1));
            if (since.count() >= 0 && since <= LatestTime)
                m_time = MetricSeries::Time(std::chrono::duration_cast<MetricSeries::Time::duration>(since));
            cursor.expect(',');
            m_value = numberOf(text());
            cursor.expect(']');
        } else {
            return false;
        }
    } while (cursor.isValid() && cursor.take(','));
    cursor.expect('}');
    return cursor.isValid() && cursor.isAtEnd();
}

bool readTarget(QByteArrayView json, ScrapeTarget &target)
{
    target = {};
    JsonCursor cursor(json);
    const auto text = [&cursor] {
        bool isEscaped = false;
        const std::optional<QByteArrayView> raw = cursor.stringValue(isEscaped);
        return !raw ? QString() : isEscaped ? QString::fromUtf8(unescapedJson(*raw)) : QString::fromUtf8(*raw);
    };
    const auto members = [&cursor](const auto &member) {
        if (!cursor.take('{'))
            return cursor.skipValue();
        if (cursor.take('}'))
            return;
        do {
            bool isEscaped = false;
            const QByteArrayView key = cursor.string(isEscaped);
            cursor.expect(':');
            if (cursor.isValid())
                member(key);
        } while (cursor.isValid() && cursor.take(','));
        cursor.expect('}');
    };
    members([&](QByteArrayView key) {
        if (key == "labels") {
            members([&](QByteArrayView label) {
                QString *const known = label == "job" ? &target.job
                    : label == "instance"             ? &target.instance
                    : label == "service"              ? &target.service
                    : label == "fleet_group"          ? &target.group
                                                      : nullptr;
                known ? void(*known = text()) : cursor.skipValue();
            });
        } else if (key == "scrapeUrl") {
            target.scrapeUrl = text();
        } else if (key == "lastError") {
            target.error = text();
        } else if (key == "health") {
            target.up = text() == "up"_L1;
        } else if (key == "lastScrape") { // written with nanoseconds and any zone; Qt reads milliseconds
            QDateTime scraped = QDateTime::fromString(text(), Qt::ISODateWithMs);
            if (scraped.timeSpec() == Qt::LocalTime)
                scraped.setTimeZone(QTimeZone::utc());
            const std::chrono::milliseconds since(scraped.isValid() ? scraped.toMSecsSinceEpoch() : 0);
            if (since.count() > 0 && since <= LatestTime)
                target.scraped = MetricSeries::Time(since);
        } else if (key == "lastScrapeDuration") {
            const auto duration = cursor.number();
            if (duration && *duration >= 0 && std::chrono::duration<double>(*duration) <= LatestTime)
                target.duration = std::chrono::duration<double>(*duration);
        } else {
            cursor.skipValue();
        }
    });
    return cursor.isValid() && cursor.isAtEnd();
}

QByteArrayView InstantSample::label(QByteArrayView name) const
{
    for (const auto &[label, content] : m_labels) {
        if (label == name)
            return content;
    }
    return {};
}

bool InstantSample::hasLabel(QByteArrayView name) const
{
    return std::any_of(m_labels.begin(), m_labels.end(), [name](const auto &label) { return label.first == name; });
}

} // namespace Hephaestus
