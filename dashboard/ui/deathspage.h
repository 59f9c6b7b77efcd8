// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

#include <QWidget>

class QLabel;
class QListWidget;
class QPlainTextEdit;

namespace Hephaestus {

/// How processes of a service ended: exit code or signal, the end of their output, their last answers.
class DeathsPage : public QWidget
{
    Q_OBJECT

public:
    explicit DeathsPage(FleetSession &session, QWidget *parent = nullptr);

    void setService(ServiceId id);

    /// An obituary as text for a person.
    static QString textOf(const Obituary &obituary);
    static QString outputHeading(const QByteArray &log);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void ask();
    void show(const QList<Obituary> &obituaries);
    void showCurrent();

    FleetSession &m_session;
    ServiceId m_service = NoService;
    QList<Obituary> m_obituaries; ///< newest first
    bool m_isRead = false;        ///< else what there is is not known yet
    QLabel *m_note;
    QListWidget *m_list;
    QPlainTextEdit *m_text;
};

} // namespace Hephaestus
