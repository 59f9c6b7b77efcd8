// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/protocol/dialect.h"
#include "common/protocol/servicesnapshot.h"

#include <QDateTime>
#include <QString>

namespace Hephaestus {

/// Text that came from outside, fit to be shown: printable(), and longer than `limit` characters cut with an ellipsis.
QString visibleText(const QString &text, qsizetype limit = 300);

/// An address with its beginning and its end; what is longer than `limit` characters is cut in the middle.
QString shortAddress(const QString &address, qsizetype limit = 48);

/// The word on the screen, translated: `healthy`, `error`, `shutting down`, …
QString stateWord(ServiceState state);

/// Why there is no answer, in a word or two, translated: `refused`, `timed out`, …
QString errorWord(ClientError error);

/// What a service speaks, translated where it is no name: `Spring Boot Actuator`, `plain /health`.
QString dialectWord(Dialect dialect);

/// A count with at most three significant digits from a thousand on: `999`, `1.24 k`, `38 k`, `2.5 M`.
QString formatCount(qint64 count);

/// Bytes with binary units, three significant digits: `812 B`, `38.4 MiB`.
QString formatBytes(qint64 bytes);

/// What percentage `part` is of `whole`, three significant digits at most; less than a tenth is `<0.1`.
QString percentOf(qint64 part, qint64 whole);

/// formatDuration(), as the window's language writes numbers: `1.24 s`, `1,24 s`.
QString durationText(Seconds duration);

/// A number as the window's language writes it, of one that QString::number() has written.
QString localNumber(QString number);

/// A local time as the window's language writes it: `28 Nov 14:02`, with seconds `28 Nov 14:02:11`, and with the year
/// `28 Nov 2026 14:02:11`.
QString dayAndTime(const QDateTime &local);
QString dayAndSeconds(const QDateTime &local);
QString dateAndSeconds(const QDateTime &local);

/// How long ago, in whole units from a second on, so that it does not flicker: `now`, `12 s ago`.
QString formatAge(Seconds age);
/// Of two ages with the same step formatAge() is the same, too.
qint64 ageStep(Seconds age);

} // namespace Hephaestus
