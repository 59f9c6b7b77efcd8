// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/dialect.h"
#include "common/protocol/filesd.h"
#include "common/protocol/healthcodec.h"
#include "common/protocol/httpresponseparser.h"
#include "common/protocol/probecodec.h"
#include "common/protocol/prometheusreader.h"
#include "common/protocol/receiptcodec.h"
#include "common/protocol/reportreader.h"
#include "common/protocol/serviceaddress.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

/// Whatever a hostile service, a Prometheus or a file may tell our client. The first byte says which reader is asked,
/// the second how: the size of the pieces, or the status of the answer. Two readers of the same must agree; what was
/// accepted settles; and no number is out of the bounds that its header promises.

using namespace Hephaestus;

namespace {

void mustSayWhy(const Problem &problem) { mustHold(!problem.what.isEmpty(), "a problem says what is wrong"); }

void mustBeTheSame(const HttpResponseParser &whole, const HttpResponseParser &pieces)
{
    mustHold(whole.state() == pieces.state(), "the state does not depend on the packets");
    mustHold(whole.problem() == pieces.problem(), "nor the problem");
    mustHold(whole.isHeadComplete() == pieces.isHeadComplete(), "nor whether there is a head");
    mustHold(whole.status() == pieces.status() && whole.headers() == pieces.headers(), "nor what it says");
    mustHold(whole.body() == pieces.body() && whole.coding() == pieces.coding(), "nor the body");
    mustHold(whole.keepAlive() == pieces.keepAlive(), "nor whether the connection is used again");
}

void readResponse(QByteArrayView bytes, uint8_t choice)
{
    const qsizetype most = choice & 0x80 ? 512 : 20;
    const qsizetype piece = 1 + choice % 0x80;
    HttpResponseParser whole(most);
    HttpResponseParser pieces(most);
    whole.feed(bytes);
    for (qsizetype at = 0; at < bytes.size(); at += piece)
        pieces.feed(bytes.sliced(at, std::min(piece, bytes.size() - at)));
    mustBeTheSame(whole, pieces);
    whole.end();
    pieces.end();
    mustBeTheSame(whole, pieces);
    mustHold(whole.body().size() <= most, "no body is over the limit");
    if (whole.state() == HttpResponseParser::State::Complete)
        mustHold(whole.status() >= 200 && whole.status() <= 999, "an answer that is complete has a final status");
}

/// Several bodies of one service, one after the other.
void readReports(QByteArrayView bytes)
{
    ReportReader reader;
    for (const QByteArray &body : bytes.toByteArray().split('\x1e')) {
        const auto quick = reader.read(body);
        const auto slow = decodeReport(body);
        mustHold(bool(quick) == bool(slow), "both readers take the same");
        if (quick)
            mustHold(*quick == *slow, "and read the same");
        else
            mustHold(quick.problem().text() == slow.problem().text(), "or say the same of it");
    }
}

void readForeignBody(QByteArrayView bytes, uint8_t choice)
{
    constexpr std::array Statuses{200, 204, 299, 300, 401, 404, 500, 503};
    const int status = Statuses[choice % Statuses.size()];
    (void)looksLikeOurs(bytes);
    const auto foreign = readForeign(status, bytes);
    if (!foreign)
        return mustSayWhy(foreign.problem());
    if (!*foreign)
        return;
    const HealthReport &report = (*foreign)->report;
    const bool isWell = report.status == ServiceStatus::Healthy
        && std::ranges::none_of(report.dependencies, [](const DependencyReport &one) { return !one.error.isEmpty(); });
    mustHold(status < 300 || !isWell, "only an answer of success is well");
    mustHold(!nameOf((*foreign)->dialect).isEmpty(), "a dialect has a name");
    const auto again = decodeReport(encode(report));
    mustHold(bool(again), "what was read of another program can be told in our own words");
}

void readPrometheus(QByteArrayView bytes)
{
    using Clock = std::chrono::system_clock;
    const auto isTime = [](Clock::time_point time) {
        return time.time_since_epoch() >= Clock::duration::zero() && time.time_since_epoch() <= LatestTime;
    };
    if (const auto series = decodeSeries(bytes)) {
        for (const MetricSeries &one : *series) {
            for (const auto &[time, value] : one.points)
                mustHold(std::isfinite(value) && isTime(time), "a point is a number within all time");
        }
    } else {
        mustSayWhy(series.problem());
    }
    InstantSample sample;
    PrometheusListReader reader("result", [&sample](QByteArrayView element) {
        if (sample.read(element))
            mustHold(!sample.time() || *sample.time() <= Clock::time_point() + LatestTime,
                     "a sample is within all time");
    });
    for (qsizetype at = 0; at < bytes.size(); at += 5)
        reader.feed(bytes.sliced(at, std::min<qsizetype>(5, bytes.size() - at)));
    if (const auto end = reader.end(); !end)
        mustSayWhy(end.problem());
    if (const auto targets = decodeTargets(bytes)) {
        for (const ScrapeTarget &one : *targets) {
            mustHold(isTime(one.scraped), "a scrape is within all time");
            mustHold(one.duration.count() >= 0 && one.duration <= LatestTime, "and so is how long it took");
        }
    } else {
        mustSayWhy(targets.problem());
    }
}

void readLists(QByteArrayView bytes)
{
    if (const auto groups = decodeFileSd(bytes); !groups)
        mustSayWhy(groups.problem());
    for (const auto &count : {decodeCollectionCount(bytes), decodeModelCount(bytes)}) {
        if (count)
            mustHold(*count >= 0, "a count is none below 0");
        else
            mustSayWhy(count.problem());
    }
    const QString word = decodeErrorWord(bytes);
    mustHold(std::ranges::all_of(word, [](QChar c) { return c == u'_' || (c >= u'a' && c <= u'z'); }),
             "an error's word is a plain one");
}

void readReceipt(QByteArrayView bytes)
{
    const auto receipt = decodeReceipt(bytes);
    if (!receipt)
        return mustSayWhy(receipt.problem());
    const QByteArray encoded = encode(*receipt);
    const auto again = decodeReceipt(encoded);
    mustHold(again && encode(*again) == encoded, "a receipt settles");
}

void readText(QByteArrayView bytes)
{
    const QString text = QString::fromUtf8(bytes);
    const QString shown = printable(text);
    mustHold(printable(shown) == shown, "what is printable stays as it is");
    for (const QChar c : shown) {
        mustHold(c.category() != QChar::Other_Control && c.category() != QChar::Other_Format,
                 "nothing shown is invisible or reorders the rest");
    }
    const QString canonical = canonicalUrl(text);
    mustHold(canonicalUrl(canonical) == canonical, "a service's URL has one spelling");
    const auto address = parseServiceAddress(text);
    if (!address)
        return mustSayWhy(address.problem());
    const auto again = parseServiceAddress(address->text());
    mustHold(again && *again == *address, "an address is read as it was told");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const QByteArrayView bytes(data + 2, qsizetype(size - 2));
    switch (data[0] % 8) {
    case 0:
    case 1: readResponse(bytes, data[1]); break;
    case 2: readForeignBody(bytes, data[1]); break;
    case 3: readPrometheus(bytes); break;
    case 4: readLists(bytes); break;
    case 5: readReceipt(bytes); break;
    case 6: readReports(bytes); break;
    case 7: readText(bytes); break;
    }
    return 0;
}
