// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/logpage.h"

#include <QByteArrayView>

/// GET /health/logs on the wire. Stateless, safe from every thread.
namespace Hephaestus {

enum class LogBody {
    Text,      ///< `text/plain`: the lines as they are
    JsonLines, ///< `application/x-ndjson`: an object a line, with `position`, `time`, `stream`, `text`
};

inline constexpr char JsonLinesType[] = "application/x-ndjson";

// The fields of the answer's head.
inline constexpr char NextPositionField[] = "X-Next-Position";   ///< LogPage::next
inline constexpr char FirstPositionField[] = "X-First-Position"; ///< LogPage::first()
inline constexpr char LogIdField[] = "X-Log-Id";                 ///< LogPage::log

/// JSON lines if the Accept field names them or JSON before any text.
LogBody wantedBody(QByteArrayView accept);

/// `tail=10&limit=65536`. A `tail` that is no number counts as not there. Any other that is none is a Problem, for
/// following would go wrong unseen.
Result<LogQuery> readLogQuery(QByteArrayView query);
QByteArray encode(const LogQuery &query);

/// The body, of `query.limit` bytes at most, and `page` cut to what is in it: at its end if the query goes forward, or
/// else at its front. There is one line at least; of one that is too long, the end that fits.
QByteArray encodeFitting(LogPage &page, const LogQuery &query, LogBody body);

/// The lines of a body of JSON lines. Unknown fields are ignored; bytes that were no UTF-8 have become U+FFFD.
Result<QList<OutputLine>> decodeLogLines(QByteArrayView body);

/// One line as an object, with the name of its service before the rest; with its '\n'. A time of zero is
/// unknown, and null.
QByteArray encodeLogLine(const QString &service, const OutputLine &line);

} // namespace Hephaestus
