// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/dialectclient.h"
#include "common/fleet/fleet.h"

#include <QDialog>
#include <QTimer>

#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;

namespace Hephaestus {

/// Asks for a URL, and says while it is typed what is wrong with it, or who answers there, in which dialect, and what can be done.
class AddServiceDialog : public QDialog
{
    Q_OBJECT

public:
    explicit AddServiceDialog(QWidget *parent = nullptr);

    /// Valid once accepted.
    const FleetEntry &entry() const { return m_entry; }

private:
    void check();
    void askWho();

    QLineEdit *m_url;
    QLineEdit *m_token;
    QLabel *m_problem;
    QPushButton *m_accept;
    FleetEntry m_entry;
    QTimer m_pause; ///< until the typing rests
    std::unique_ptr<DialectClient> m_client;
};

} // namespace Hephaestus
