// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/tablekeys.h"

#include <QDialog>

namespace Hephaestus {

/// A property of an action whose text changes with what is selected: its name on the sheet of keys.
inline constexpr char KeyName[] = "keyName";

/// Every key on one sheet, read from the actions themselves, so that it cannot be out of date.
class ShortcutsWindow : public QDialog
{
    Q_OBJECT

public:
    ShortcutsWindow(const QList<QAction *> &actions, const QList<TableKeys::Key> &tableKeys, QWidget *parent);
};

} // namespace Hephaestus
