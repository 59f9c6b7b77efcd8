// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace Hephaestus {

/// The hooks of the open fleet files: whom they tell and when, each with a button that tries it. What such a button
/// does is written beside it, so pressing it is agreeing to it.
class HooksDialog : public QDialog
{
    Q_OBJECT

public:
    /// `session` outlives this.
    HooksDialog(FleetSession &session, QWidget *parent);

private:
    struct Line
    {
        QString fleetFile;
        QString hook;
        QPushButton *button;
        QLabel *outcome;
    };

    QWidget *lineOf(const Fleet &fleet, const FleetHook &hook);
    void show(const QString &fleetFile, const QString &hook, const QString &failure);

    FleetSession &m_session;
    QList<Line> m_lines;
};

} // namespace Hephaestus
