// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;
class QLabel;

namespace Hephaestus {

/// What is there before there is a service: an invitation.
class StartPage : public QWidget
{
    Q_OBJECT

public:
    /// A button for each action; its status tip is the line beside it.
    explicit StartPage(const QList<QAction *> &actions, QWidget *parent = nullptr);

    void setWarning(const QString &sentence); ///< what to know before one adds anything; empty: nothing

private:
    QLabel *m_warning;
};

} // namespace Hephaestus
