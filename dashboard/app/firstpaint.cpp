// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/app/firstpaint.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QFile>
#include <QLoggingCategory>

#include <ctime>
#include <unistd.h>

Q_LOGGING_CATEGORY(logStart, "hephaestus.start", QtWarningMsg)

namespace Hephaestus {

namespace {

/// Since the kernel made this process, in steps of a clock tick: proc(5), starttime of /proc/PID/stat.
qint64 millisecondsSinceStart()
{
    QFile file(QStringLiteral("/proc/self/stat"));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray line = file.readAll();
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' '); // from the third on
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return qint64(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000 - fields.value(19).toLongLong() * 1000 / ::sysconf(_SC_CLK_TCK);
}

} // namespace

FirstPaint::FirstPaint(QAbstractItemView *table) : QObject(table), m_table(table) { table->viewport()->installEventFilter(this); }

void FirstPaint::watch(QAbstractItemView *table)
{
    if (logStart().isDebugEnabled())
        new FirstPaint(table); // the table's
}

bool FirstPaint::eventFilter(QObject *, QEvent *event)
{
    if (event->type() == QEvent::Paint && m_table->model()->rowCount() > 0) {
        // The paint event is being delivered: the next turn of the loop comes after it.
        QMetaObject::invokeMethod(this, [this] {
            qCDebug(logStart, "first table painted after %lld ms", millisecondsSinceStart());
            deleteLater();
        }, Qt::QueuedConnection);
        m_table->viewport()->removeEventFilter(this);
    }
    return false;
}

} // namespace Hephaestus
