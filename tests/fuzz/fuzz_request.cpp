// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/bodydecoder.h"
#include "server/http/requesthead.h"
#include "tests/fuzz/property.h"

#include <algorithm>
#include <cstdint>

/// A head and a body as they come from the wire. What is accepted must read the same in its plainest form and in
/// whatever pieces it comes, and a second reader who knows nothing of the first must find its framing beyond doubt.

using namespace Hephaestus;

namespace {

constexpr qint64 BodyLimit = 4096;

/// Reads the framing the way a careless peer would: any line end, spaces anywhere.
void mustBeFramedOnce(const QByteArray &raw, const RequestHead &head)
{
    int lengths = 0;
    int encodings = 0;
    for (const QByteArray &line : raw.split('\n')) {
        const QByteArray name = line.left(line.indexOf(':')).trimmed().toLower();
        lengths += line.contains(':') && name == "content-length";
        encodings += line.contains(':') && name == "transfer-encoding";
    }
    mustHold(lengths + encodings <= 1, "the length is told once");
    mustHold(head.chunked == (encodings == 1), "chunked only where the head says so");
    mustHold(head.contentLength.has_value() == (lengths == 1), "a length only where the head says so");
    mustHold(!raw.contains('\0'), "no NUL in a head");
    mustHold(raw.count('\n') == raw.count("\r\n") && raw.count('\r') == raw.count("\r\n"),
             "CR and LF only as line ends");
}

void mustReadTheSameWhenPlain(const QByteArray &raw, RequestHead head, const Limits &limits)
{
    const QByteArray line = raw.mid(raw.startsWith("\r\n") ? 2 : 0);
    QByteArray plain = line.left(line.indexOf(' ') + 1) + head.path;
    if (!head.query.isEmpty())
        plain += '?' + head.query;
    plain += line.mid(line.indexOf("\r\n") - 9, 9) + "\r\n"; // the version
    for (const HeaderField &field : std::as_const(head.fields))
        plain += field.name + ": " + field.value + "\r\n";
    plain += "\r\n";
    if (plain.size() > limits.head)
        return; // the spaces of the plain form made it too large
    const auto again = parseHead(plain, limits);
    mustHold(std::holds_alternative<RequestHead>(again), "an accepted head is accepted in its plainest form");
    if (countOf(head.fields, "host") == 0)
        head.host.clear(); // its target named it, in a form that is gone
    head.size = plain.size();
    mustHold(std::get<RequestHead>(again) == head, "and says the same in it");
}

void mustComeInPieces(QByteArrayView raw, const Limits &limits)
{
    for (qsizetype size = 0; size < raw.size(); ++size) {
        mustHold(std::holds_alternative<Incomplete>(parseHead(raw.first(size), limits)),
                 "the beginning of an accepted head is incomplete, and no more");
    }
}

struct Outcome
{
    bool done = false;
    qsizetype taken = 0;
    QByteArray body;
    std::optional<Refusal> refusal;

    bool operator==(const Outcome &) const = default;
};

Outcome decode(const RequestHead &head, QByteArrayView bytes, qsizetype piece)
{
    BodyDecoder decoder(head, BodyLimit);
    Outcome outcome;
    while (outcome.taken < bytes.size() && !decoder.isDone() && !decoder.refusal()) {
        const auto next = bytes.sliced(outcome.taken).first(std::min(piece, bytes.size() - outcome.taken));
        const qsizetype taken = decoder.feed(next);
        mustHold(taken >= 0 && taken <= next.size(), "a decoder takes no more than it is given");
        mustHold(taken == next.size() || decoder.isDone() || decoder.refusal(), "and leaves nothing before the end");
        outcome.taken += taken;
    }
    outcome.done = decoder.isDone();
    outcome.refusal = decoder.refusal();
    if (outcome.done)
        outcome.body = decoder.takeBody();
    return outcome;
}

void checkBody(const RequestHead &head, QByteArrayView bytes)
{
    const Outcome whole = decode(head, bytes, std::max<qsizetype>(bytes.size(), 1));
    mustHold(!(whole.done && whole.refusal), "a body is either done or refused");
    mustHold(decode(head, bytes, 1) == whole && decode(head, bytes, 7) == whole, "pieces make no difference");
    if (!whole.done)
        return;
    mustHold(whole.body.size() <= BodyLimit, "no body is over the limit");
    if (!head.chunked) {
        mustHold(whole.body == bytes.first(head.contentLength.value_or(0)), "a plain body is its bytes");
        return;
    }
    QByteArray plain;
    if (!whole.body.isEmpty())
        plain = QByteArray::number(whole.body.size(), 16) + "\r\n" + whole.body + "\r\n";
    plain += "0\r\n\r\n";
    const Outcome again = decode(head, plain, plain.size());
    mustHold(again.done && again.taken == plain.size() && again.body == whole.body, "one chunk says what many did");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Limits limits;
    limits.head = 2048;
    const QByteArrayView bytes(data, qsizetype(size));
    const auto parsed = parseHead(bytes, limits);
    const auto *head = std::get_if<RequestHead>(&parsed);
    if (!head)
        return 0;
    mustHold(head->size <= bytes.size() && head->size <= limits.head, "a head is within its bytes and its limit");
    const QByteArray raw = bytes.first(head->size).toByteArray();
    mustHold(std::get<RequestHead>(parseHead(raw, limits)) == *head, "what follows a head does not change it");
    mustBeFramedOnce(raw, *head);
    mustReadTheSameWhenPlain(raw, *head, limits);
    if (raw.size() <= 256)
        mustComeInPieces(raw, limits);
    checkBody(*head, bytes.sliced(head->size));
    return 0;
}
