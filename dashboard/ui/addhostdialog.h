// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/remotehost.h"
#include "common/fleet/fleet.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;

namespace Hephaestus {

/// Asks for a machine that ssh reaches. On request it asks that machine which services it has, and shows them, or what
/// keeps ssh from it and what to do. Nothing is asked while somebody types: a half name may be another machine's.
class AddHostDialog : public QDialog
{
    Q_OBJECT

public:
    /// `known`: hosts that are watched already, and can be removed here.
    explicit AddHostDialog(const QStringList &known, QWidget *parent = nullptr);

    /// Valid once accepted.
    const RemoteHost &host() const { return m_host; }

Q_SIGNALS:
    /// One of those that are known is not to be watched any more.
    void removed(const QString &name);

private:
    void check();
    void ask();
    void show(const Result<Fleet> &fleet);

    QComboBox *m_name;
    QLabel *m_answer;
    QPushButton *m_ask;
    QPushButton *m_remove;
    QPushButton *m_accept;
    RemoteHost m_host;
    int m_question = 0; ///< answers to earlier ones are late
};

} // namespace Hephaestus
