// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/namedlines.h"
#include "server/cli/terminal.h"

#include <QRegularExpression>
#include <QStringList>

namespace Hephaestus {

/// Which lines are shown, and how.
struct LogView
{
    std::optional<OutputLine::Time> since;
    std::optional<OutputLine::Time> until;
    std::optional<QRegularExpression> grep;
    bool json = false;
    QString fleet{}; ///< the file that the services are named by, for JSON; empty: none

    /// A line without a time is at every time.
    bool shows(const OutputLine &line) const;
};

/// Writes lines to standard output: as JSON, or as they came, behind their service's name where there are several. On a
/// terminal what would act there is made visible.
class LogPrinter
{
public:
    LogPrinter(const Terminal &terminal, LogView view, const QStringList &names);

    const LogView &view() const { return m_view; }
    /// Waits for the reader. False: nobody reads any more, or a signal that set `stop` ended the waiting.
    bool print(const QList<NamedLine> &lines, const volatile int &stop) const;
    /// Whether nobody reads any more.
    static bool isClosed();
    /// Something about a service, on stderr.
    void tell(int service, const QString &what) const;

private:
    void append(QByteArray &text, const NamedLine &named, bool isLast) const;

    const Terminal m_terminal;
    const LogView m_view;
    const QStringList m_names;
    QByteArrayList m_prefixes;    ///< empty: there is one service only
    const QByteArray m_jsonStart; ///< of each object, up to the comma before its own fields
};

} // namespace Hephaestus
