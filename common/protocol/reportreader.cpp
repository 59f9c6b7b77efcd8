// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/reportreader.h"

#include "common/base/textpool.h"
#include "common/protocol/healthcodec.h"
#include "common/protocol/jsonreader.h"

#include <QHash>
#include <QSet>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestNumber = 32;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The end of a JSON number (RFC 8259, section 6) that begins at `at`; `at` itself: there is none.
qsizetype endOfNumber(QByteArrayView json, qsizetype at)
{
    const auto digits = [&json](qsizetype from) {
        while (from < json.size() && isDigit(json[from]))
            ++from;
        return from;
    };
    qsizetype end = at + (at < json.size() && json[at] == '-');
    if (end >= json.size() || !isDigit(json[end]))
        return at;
    end = json[end] == '0' ? end + 1 : digits(end);
    if (end < json.size() && json[end] == '.') {
        const qsizetype fraction = digits(end + 1);
        if (fraction == end + 1)
            return at;
        end = fraction;
    }
    if (end < json.size() && (json[end] == 'e' || json[end] == 'E')) {
        const qsizetype sign = end + 1 + (end + 1 < json.size() && (json[end + 1] == '+' || json[end + 1] == '-'));
        const qsizetype exponent = digits(sign);
        if (exponent == sign)
            return at;
        end = exponent;
    }
    return end;
}

std::optional<double> numberIn(QByteArrayView text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end())
        return std::nullopt; // out of range, which the decoder may see otherwise
    return value;
}

/// What many services say alike is there once.
void shareTexts(HealthReport &report)
{
    thread_local TextPool texts;
    thread_local QStringList capabilities; // of the latest: most have the same
    report.version = texts.shared(report.version);
    report.implementation = texts.shared(report.implementation);
    report.dependencies.squeeze();
    for (DependencyReport &dependency : report.dependencies)
        dependency.name = texts.shared(dependency.name);
    if (report.capabilities == capabilities)
        report.capabilities = capabilities;
    else
        capabilities = report.capabilities;
}

} // namespace

Result<HealthReport> ReportReader::read(const QByteArray &json)
{
    if (readNumbers(json)) {
        m_body = json;
        return m_report;
    }
    Result<HealthReport> report = decodeReport(json);
    if (report) {
        shareTexts(*report);
        m_body = json;
        m_report = *report;
        m_slotsKnown = false; // whoever asks only once need not pay for them
    }
    return report;
}

/// True if the body differs from the one before in its slots only, which are then in m_report.
bool ReportReader::readNumbers(QByteArrayView json)
{
    if (m_body.isEmpty())
        return false;
    if (!std::exchange(m_slotsKnown, true)) {
        findSlots();
        m_slots.shrink_to_fit();
    }
    thread_local std::vector<std::pair<qsizetype, qsizetype>> places; // of the numbers; of all readers the same memory
    places.clear();
    qsizetype here = 0;
    qsizetype there = 0; // the same place in the body before
    for (const Slot &slot : m_slots) {
        const qsizetype same = slot.start - there;
        if (json.size() - here < same
            || std::memcmp(json.data() + here, m_body.constData() + there, std::size_t(same)) != 0)
            return false;
        here += same;
        const qsizetype end = endOfNumber(json, here);
        if (end == here || end - here > LongestNumber)
            return false;
        places.emplace_back(here, end);
        here = end;
        there = slot.end();
    }
    if (json.size() - here != m_body.size() - there
        || std::memcmp(json.data() + here, m_body.constData() + there, std::size_t(json.size() - here)) != 0)
        return false;
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        const auto [start, end] = places[i];
        Slot &slot = m_slots[i];
        const QByteArrayView before = QByteArrayView(m_body).sliced(slot.start, slot.length);
        const QByteArrayView now = json.sliced(start, end - start);
        if (now != before) {
            const std::optional<double> value = numberIn(now);
            if (!value || !put(m_report, slot, *value)) {
                m_body.clear(); // the report is half of each: the decoder must judge, and begin anew
                return false;
            }
        }
    }
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        m_slots[i].start = quint32(places[i].first);
        m_slots[i].length = quint8(places[i].second - places[i].first);
    }
    return true;
}

/// False if the decoder would not take that value.
bool ReportReader::put(HealthReport &report, const Slot &slot, double value)
{
    const Since since = value >= 0 ? Since(Seconds(value)) : std::nullopt;
    const auto count = [&](auto &target) {
        const std::optional<qint64> exact = exactCount(value);
        if (exact)
            target = *exact;
        return exact.has_value();
    };
    Resources &resources = report.resources;
    switch (slot.field) {
    case Field::Uptime: report.uptime = Seconds(value); return true;
    case Field::LastSuccess: report.dependencies[slot.dependency].lastSuccess = since; return true;
    case Field::LastFailure: report.dependencies[slot.dependency].lastFailure = since; return true;
    case Field::Successes: return count(report.dependencies[slot.dependency].successCount);
    case Field::Failures: return count(report.dependencies[slot.dependency].failureCount);
    case Field::OpenConnections: return count(resources.openConnections);
    case Field::BackgroundTasks: return count(resources.backgroundTasks);
    case Field::InFlightRequests: return count(resources.inFlightRequests);
    case Field::OpenFiles: return count(resources.openFiles);
    case Field::Threads: return count(resources.threads);
    case Field::ResidentBytes: return count(resources.residentBytes);
    case Field::CpuSeconds: resources.cpuSeconds = value; return true;
    case Field::PeakBytes: return count(resources.peakBytes);
    case Field::OomKills: return count(resources.oomKills);
    case Field::WrapperResidentBytes: return count(report.process->wrapper->residentBytes);
    case Field::WrapperCpuSeconds: report.process->wrapper->cpuSeconds = value; return true;
    case Field::CodeChecked: report.code->checked = since; return true;
    }
    Q_UNREACHABLE();
}

/// Walks through a body that is known to be JSON, and notes where the numbers stand that may move. A body with a name
/// twice, which the decoder takes one of, gets no slots, and so is decoded whenever it changes.
void ReportReader::findSlots()
{
    m_slots.clear();
    QStringList path; // the names on the way to where we are; an empty one: an element of a list
    QString name;     // the last one read
    QSet<QString> seen;
    const auto skipString = [this](qsizetype at) { // behind the closing quote
        for (++at; m_body[at] != '"'; ++at)
            at += m_body[at] == '\\';
        return at + 1;
    };
    for (qsizetype at = 0; at < m_body.size();) {
        switch (const char c = m_body[at]) {
        case '{':
        case '[':
            path << name;
            name.clear();
            ++at;
            break;
        case '}':
        case ']':
            path.removeLast();
            name.clear();
            ++at;
            break;
        case '"': {
            const qsizetype end = skipString(at);
            qsizetype after = end;
            while (after < m_body.size() && std::isspace(static_cast<unsigned char>(m_body[after])))
                ++after;
            if (after < m_body.size() && m_body[after] == ':') {
                name = QString::fromUtf8(m_body.constData() + at + 1, end - at - 2);
                const QString whole = path.join(u'\n') + u'\n' + name;
                if (path.size() <= 3 && (seen.contains(whole) || name.contains(u'\\')))
                    return m_slots.clear();
                seen.insert(whole);
            }
            at = end;
            break;
        }
        default:
            if (c == '-' || isDigit(c)) {
                const qsizetype end = std::max(endOfNumber(m_body, at), at + 1);
                addSlot(path, at, end, name);
                at = end;
            } else {
                ++at;
            }
        }
    }
}

void ReportReader::addSlot(const QStringList &path, qsizetype start, qsizetype end, const QString &name)
{
    static const QHash<QString, Field> top{{u"uptime_seconds"_s, Field::Uptime}};
    static const QHash<QString, Field> ofDependency{
        {u"last_success_seconds"_s, Field::LastSuccess},
        {u"last_failure_seconds"_s, Field::LastFailure},
        {u"success_count"_s, Field::Successes},
        {u"failure_count"_s, Field::Failures},
    };
    static const QHash<QString, Field> ofResources{
        {u"open_connections"_s, Field::OpenConnections},
        {u"background_tasks"_s, Field::BackgroundTasks},
        {u"in_flight_requests"_s, Field::InFlightRequests},
        {u"open_files"_s, Field::OpenFiles},
        {u"threads"_s, Field::Threads},
        {u"resident_bytes"_s, Field::ResidentBytes},
        {u"cpu_seconds"_s, Field::CpuSeconds},
        {u"peak_bytes"_s, Field::PeakBytes},
        {u"oom_kills"_s, Field::OomKills},
    };
    static const QHash<QString, Field> ofWrapper{
        {u"resident_bytes"_s, Field::WrapperResidentBytes},
        {u"cpu_seconds"_s, Field::WrapperCpuSeconds},
    };
    static const QHash<QString, Field> ofCode{{u"checked_seconds"_s, Field::CodeChecked}};
    // The first of the path is the body itself, which has no name.
    const QString &first = path.value(1);
    const QHash<QString, Field> *table = nullptr;
    int dependency = -1;
    if (path.size() == 1) {
        table = &top;
    } else if (path.size() == 2 && first == "resources"_L1) {
        table = &ofResources;
    } else if (path.size() == 2 && first == "code"_L1) {
        table = &ofCode;
    } else if (path.size() == 3 && first == "process"_L1 && path[2] == "wrapper"_L1) {
        table = &ofWrapper;
    } else if (path.size() == 3 && first == "dependencies"_L1) {
        table = &ofDependency;
        for (int i = 0; i < m_report.dependencies.size() && dependency < 0; ++i)
            dependency = m_report.dependencies[i].name == path[2] ? i : -1;
    }
    if (!table || (table == &ofDependency && dependency < 0))
        return;
    // What does not fit into a slot is compared as text.
    const bool fits = end - start <= LongestNumber && end <= qsizetype(std::numeric_limits<quint32>::max())
        && dependency <= std::numeric_limits<qint16>::max();
    if (const auto field = table->constFind(name); field != table->cend() && fits)
        m_slots.push_back({quint32(start), quint8(end - start), *field, qint16(dependency)});
}

} // namespace Hephaestus
