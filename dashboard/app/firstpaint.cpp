// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/app/firstpaint.h"

#include "common/base/post.h"
#include "common/base/processentry.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QLoggingCategory>

#include <unistd.h>

Q_LOGGING_CATEGORY(logStart, "hephaestus.start", QtWarningMsg)

namespace Hephaestus {

namespace {

/// Since the kernel made this process, in steps of a clock tick; -1: /proc is not there.
std::chrono::milliseconds timeSinceStart()
{
    const auto process = readProcess(::getpid());
    return process ? std::chrono::duration_cast<std::chrono::milliseconds>(process->age())
                   : std::chrono::milliseconds(-1);
}

} // namespace

FirstPaint::FirstPaint(QAbstractItemView *table) : QObject(table), m_table(table)
{
    table->viewport()->installEventFilter(this);
}

void FirstPaint::watch(QAbstractItemView *table)
{
    if (logStart().isDebugEnabled())
        new FirstPaint(table); // the table's
}

bool FirstPaint::eventFilter(QObject *, QEvent *event)
{
    if (event->type() == QEvent::Paint && m_table->model()->rowCount() > 0) {
        // The paint event is being delivered: the next turn of the loop comes after it.
        post(this, [this] {
            qCDebug(logStart, "first table painted after %lld ms", static_cast<long long>(timeSinceStart().count()));
            deleteLater();
        });
        m_table->viewport()->removeEventFilter(this);
    }
    return false;
}

} // namespace Hephaestus
