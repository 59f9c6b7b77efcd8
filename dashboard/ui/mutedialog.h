// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QDialog>

class QDateTimeEdit;

namespace Hephaestus {

/// Asks until when alerts are muted; four hours are offered.
class MuteDialog : public QDialog
{
    Q_OBJECT

public:
    explicit MuteDialog(const QString &question, QWidget *parent = nullptr);

    Clock::WallTime until() const;

private:
    QDateTimeEdit *m_until;
};

} // namespace Hephaestus
