// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthcodec.h"
#include "common/protocol/logcodec.h"
#include "tests/fuzz/property.h"

#include <cmath>
#include <cstdint>

/// Every body a service or a client may send. What is accepted is encoded, and must be accepted again and mean the
/// same: from the first encoding on (which rounds durations to microseconds), nothing changes any more.

using namespace Hephaestus;

namespace {

template <typename Decode>
void mustSettle(Decode decode, QByteArrayView json)
{
    const auto first = decode(json);
    if (!first) {
        mustHold(!first.problem().what.isEmpty(), "a problem says what is wrong");
        return;
    }
    const QByteArray encoded = encode(*first);
    const auto second = decode(encoded);
    mustHold(bool(second), "what was encoded is accepted");
    mustHold(encode(*second) == encoded, "and is encoded the same");
}

/// Of GET /health/logs: what was asked, and the lines of an answer.
void logsMustSettle(QByteArrayView bytes)
{
    if (const auto query = readLogQuery(bytes)) {
        const auto again = readLogQuery(encode(*query));
        mustHold(again && *again == *query, "a query is told as it was taken");
    }
    const auto lines = decodeLogLines(bytes);
    if (!lines)
        return;
    LogPage page{"log", *lines, 0};
    LogQuery query;
    query.from = 0;
    query.limit = LogQuery::MostLimit;
    const auto again = decodeLogLines(encodeFitting(page, query, LogBody::JsonLines));
    mustHold(again && again->size() == lines->size(), "lines that were encoded are accepted");
    LogPage second{"log", *again, 0};
    query.limit = 1;
    (void)encodeFitting(second, query, LogBody::Text);
    LogPage third{"log", *again, 0};
    const auto settled = decodeLogLines(encodeFitting(third, LogQuery{.tail = 1 << 20}, LogBody::JsonLines));
    mustHold(settled && *settled == third.lines, "and mean the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArrayView json(data, qsizetype(size));
    mustSettle(decodeReport, json);
    mustSettle(decodeBasic, json);
    mustSettle(decodeShutdownResult, json);
    mustSettle(decodeError, json);
    (void)decodeAcknowledgement(json);
    if (const auto delay = decodeScheduleRequest(json); delay && *delay) {
        const double seconds = (*delay)->count();
        mustHold(std::isfinite(seconds) && seconds >= 0 && seconds <= 86'400, "a delay is within its range");
        const auto again = decodeScheduleRequest(encodeScheduleRequest(*delay));
        mustHold(again && *again && std::abs((*again)->count() - seconds) < 1e-6, "a delay is told as it was taken");
    }
    logsMustSettle(json);
    (void)indentJson(json);
    return 0;
}
