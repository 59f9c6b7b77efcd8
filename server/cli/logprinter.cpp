// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logprinter.h"

#include "common/base/printable.h"
#include "common/base/printablejson.h"
#include "common/protocol/commandcodec.h"
#include "common/protocol/logcodec.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

bool LogView::shows(const OutputLine &line) const
{
    const bool hasTime = line.time != OutputLine::Time();
    if (hasTime && ((since && line.time < *since) || (until && line.time > *until)))
        return false;
    return !grep || grep->match(QString::fromUtf8(line.text).trimmed()).hasMatch();
}

LogPrinter::LogPrinter(const Terminal &terminal, LogView view, const QStringList &names)
    : m_terminal(terminal)
    , m_view(std::move(view))
    , m_names(names)
    , m_jsonStart(withFleet("{}", m_view.fleet).chopped(1))
{
    if (names.size() < 2)
        return;
    qsizetype width = 0;
    for (const QString &name : names)
        width = std::max(width, name.size());
    for (int i = 0; i < int(names.size()); ++i)
        m_prefixes << (m_terminal.paintedAs(i, printable(names[i]).leftJustified(width) + u" |"_s) + u' ').toUtf8();
}

void LogPrinter::append(QByteArray &text, const NamedLine &named, bool isLast) const
{
    if (m_view.json) {
        const QByteArray line = m_jsonStart + encodeLogLine(m_names.value(named.service), named.line).sliced(1);
        text += m_terminal.isTerminal() ? printableJson(QString::fromUtf8(line)).toUtf8() : line;
        return;
    }
    if (!m_prefixes.isEmpty())
        text += m_prefixes[named.service];
    const bool isUnfinished = named.line.isUnfinished();
    if (m_terminal.isTerminal()) {
        QString line = QString::fromUtf8(named.line.text);
        line.chop(isUnfinished ? 0 : 1);
        text += printable(line.replace(u'\t', u"    "_s)).toUtf8();
        text += '\n';
    } else {
        text += named.line.text;
        if (isUnfinished && (!isLast || !m_prefixes.isEmpty()))
            text += '\n';
    }
}

bool LogPrinter::print(const QList<NamedLine> &lines, const volatile int &stop) const
{
    QByteArray text;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (m_view.shows(lines[i].line))
            append(text, lines[i], i + 1 == lines.size());
    }
    for (qsizetype at = 0; at < text.size();) {
        const auto written = ::write(STDOUT_FILENO, text.constData() + at, std::size_t(text.size() - at));
        if (written >= 0) {
            at += written;
        } else if (errno == EAGAIN) { // whoever shares it has made it non-blocking
            pollfd writable{STDOUT_FILENO, POLLOUT, 0};
            if (::poll(&writable, 1, -1) < 0 && stop)
                return false;
        } else if (errno != EINTR || stop) {
            return false;
        }
    }
    return true;
}

bool LogPrinter::isClosed()
{
    pollfd output{STDOUT_FILENO, 0, 0};
    return ::poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0;
}

void LogPrinter::tell(int service, const QString &what) const
{
    std::fprintf(stderr, "hephaestus logs: %s%s\n", qPrintable(printable(m_names.value(service))),
                 qPrintable(printable(what)));
}

} // namespace Hephaestus
