// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/graphexport.h"

#include <QDateTime>
#include <QTimeZone>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString cell(QString text)
{
    if (!text.isEmpty() && u"=+-@\t\r"_s.contains(text.front()))
        text.prepend(u'\'');
    if (text.contains(u'"') || text.contains(u',') || text.contains(u'\n') || text.contains(u'\r'))
        return u'"' + text.replace(u'"', u"\"\""_s) + u'"';
    return text;
}

QString isoTime(History::Time time)
{
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return QDateTime::fromMSecsSinceEpoch(milliseconds, QTimeZone::utc()).toString(Qt::ISODateWithMs);
}

} // namespace

QByteArray csvOf(const QList<GraphContent> &graphs)
{
    QStringList lines;
    const bool counts = graphs.isEmpty() || graphs.first().columns.isEmpty();
    QStringList head{u"service"_s, u"of"_s, u"from"_s, u"to"_s};
    head << (counts ? QStringList{u"succeeded"_s, u"failed"_s} : graphs.first().columns);
    for (QString &name : head)
        name = cell(name);
    lines << head.join(u',');
    for (const GraphContent &graph : graphs) {
        const QString start =
            cell(graph.service) + u',' + cell(graph.what.isEmpty() ? u"all dependencies"_s : graph.what);
        for (const History::Sample &sample : graph.operations)
            lines << u"%1,%2,%3,%4,%5"_s.arg(start, isoTime(sample.from), isoTime(sample.to))
                         .arg(sample.successes)
                         .arg(sample.failures);
        for (const auto &[stretch, values] : graph.values) {
            QStringList cells{start, isoTime(stretch.from), isoTime(stretch.to)};
            for (const std::optional<double> &value : values)
                cells << (value ? QString::number(*value, 'g', 9) : QString());
            lines << cells.join(u',');
        }
    }
    return lines.join(u"\r\n"_s).toUtf8() + "\r\n";
}

} // namespace Hephaestus
