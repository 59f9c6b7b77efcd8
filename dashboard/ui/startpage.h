// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QAction;

namespace Hephaestus {

/// What is there before there is a service: an invitation.
class StartPage : public QWidget
{
    Q_OBJECT

public:
    /// A button for each action; its status tip is the line beside it.
    explicit StartPage(const QList<QAction *> &actions, QWidget *parent = nullptr);
};

} // namespace Hephaestus
