// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/table.h"

#include <algorithm>

namespace Hephaestus {

Row headings(const QStringList &names)
{
    Row row;
    for (const QString &name : names)
        row << Cell{name, Paint::Faint};
    return row;
}

QString tableText(const QList<Row> &rows, const Terminal &terminal)
{
    QList<qsizetype> widths(rows.isEmpty() ? 0 : rows.first().size());
    for (const Row &row : rows) {
        for (qsizetype column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].text.size());
    }
    QString text;
    for (const Row &row : rows) {
        qsizetype used = 0;
        for (qsizetype column = 0; column + 1 < row.size(); ++column) {
            const QString padding(widths[column] - row[column].text.size(), QLatin1Char(' '));
            const QString cell = terminal.painted(row[column].text, row[column].paint);
            text += (row[column].isRight ? padding + cell : cell + padding) + QStringLiteral("  ");
            used += widths[column] + 2;
        }
        const Cell &last = row.last();
        const qsizetype room = terminal.width() ? std::max<qsizetype>(12, *terminal.width() - used) : last.text.size();
        const QString shown = last.text.size() > room ? last.text.left(room - 1) + QChar(u'…') : last.text;
        text += terminal.painted(shown, last.paint) + QLatin1Char('\n');
    }
    return text;
}

} // namespace Hephaestus
