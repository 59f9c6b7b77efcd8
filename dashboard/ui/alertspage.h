// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

#include <QWidget>

#include <variant>

class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace Hephaestus {

/// What Alertmanagers have of a service: its alerts, and the silences that hold them. Silences are made and ended here.
class AlertsPage : public QWidget
{
    Q_OBJECT

public:
    explicit AlertsPage(FleetSession &session, QWidget *parent = nullptr);

    void setService(ServiceId id);
    void refresh();

private:
    using Item = std::variant<FiringAlert, Silence>;

    void connectAlerts();
    QWidget *makeButtons();
    void show(const QList<Item> &items);
    QString noteText() const;
    void showCurrent();
    const Item *current() const;
    void askSilence(const QList<AlertMatcher> &matchers);
    void endSilence();
    void tell(const std::optional<Problem> &problem);

    FleetSession &m_session;
    ServiceId m_service = NoService;
    QList<Item> m_items; ///< the alerts first
    QString m_failure;   ///< of what was asked for last; empty: none
    QLabel *m_note;
    QListWidget *m_list;
    QPlainTextEdit *m_text;
    QPushButton *m_silenceAlert;
    QPushButton *m_silenceService;
    QPushButton *m_endSilence;
};

} // namespace Hephaestus
