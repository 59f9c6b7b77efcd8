// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace Hephaestus {

/// Asks for a URL, and says what is wrong with it while it is typed.
class AddServiceDialog : public QDialog
{
    Q_OBJECT

public:
    explicit AddServiceDialog(QWidget *parent = nullptr);

    /// Valid once accepted.
    const FleetEntry &entry() const { return m_entry; }

private:
    void check();

    QLineEdit *m_url;
    QLabel *m_problem;
    QPushButton *m_accept;
    FleetEntry m_entry;
};

} // namespace Hephaestus
