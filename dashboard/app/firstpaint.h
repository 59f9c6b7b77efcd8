// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QAbstractItemView;

namespace Hephaestus {

/// Tells, in the log category `hephaestus.start`, how long after the start of the process a table with rows was first
/// painted; for measurements. It lives until then; off unless the category is enabled.
class FirstPaint : public QObject
{
    Q_OBJECT

public:
    static void watch(QAbstractItemView *table);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    explicit FirstPaint(QAbstractItemView *table);

    QAbstractItemView *m_table;
};

} // namespace Hephaestus
