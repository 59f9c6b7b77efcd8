// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/health.h"

#include <QByteArray>
#include <QByteArrayView>

/// The one JSON codec. Encoding writes the fields of the protocol, sections 2 to 5, and those extensions that have a
/// value. Decoding takes what any implementation may send: missing, null and unknown fields, a start time without zone.
/// What is neither there nor needed keeps the default of health.h. What is there and of the wrong type is a Problem
/// that names its path. Stateless, safe from every thread.
namespace Hephaestus {

QByteArray encode(const BasicHealth &health);
/// Of a service that is not ready: the basic body, and an `error` that says why.
QByteArray encodeNotReady(const BasicHealth &health, const QString &why);
QByteArray encode(const HealthReport &report);
QByteArray encode(const ShutdownResult &result);
QByteArray encode(const ErrorBody &error);

/// `{"files": [{"path": …, "loaded": true, "kind": "source"}]}`, in the order they were asked for.
QByteArray encode(const QList<CodeFile> &files);
Result<QList<CodeFile>> decodeCodeFiles(QByteArrayView json);

/// The answers of the calls that only start something (`shutdown_scheduled`, `restart_scheduled`,
/// `shutdown_cancelled`).
QByteArray encodeScheduled();
QByteArray encodeCancelled();
QByteArray encodeRestartScheduled(const QString &oldInstanceId);

/// Any of these three answers, or another's that has a `status`.
Result<Acknowledgement> decodeAcknowledgement(QByteArrayView json);

/// The basic body. `status` is needed, and must be a word of the protocol.
Result<BasicHealth> decodeBasic(QByteArrayView json);

/// The detailed body; a basic body is one without details.
Result<HealthReport> decodeReport(QByteArrayView json);

/// The answer of a blocking shutdown, 200 or 500.
Result<ShutdownResult> decodeShutdownResult(QByteArrayView json);

Result<ErrorBody> decodeError(QByteArrayView json);

/// The body of a schedule request: `{"delay_seconds": 10}`; an empty body or object asks for no delay of
/// its own. A delay is a finite number from 0 to 86,400.
Result<std::optional<Seconds>> decodeScheduleRequest(QByteArrayView json);
QByteArray encodeScheduleRequest(std::optional<Seconds> delay);

/// `{"timestamp": …, "level": …, "category": …, "message": …}` and one newline: a log line as JSON.
QByteArray encodeLogLine(const QDateTime &time, const QString &level, const QString &category, const QString &message);

/// Pretty-prints any JSON for a person; what is no JSON comes back as it was.
QByteArray indentJson(QByteArrayView json);

} // namespace Hephaestus
