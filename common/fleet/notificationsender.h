// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/notificationtarget.h"
#include "common/protocol/notification.h"

#include <QObject>

#include <chrono>
#include <memory>

class QNetworkAccessManager;
class QNetworkReply;

namespace Hephaestus {

/// Sends notifications. Nothing waits; what cannot be sent is told once by failed(), not tried again. Who answers that
/// it took one may go on talking: what is read of an answer is bounded in time and size. One thread, with an event
/// loop.
class NotificationSender : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Patience{10}; ///< of one delivery

    explicit NotificationSender(QObject *parent = nullptr, std::chrono::milliseconds patience = Patience);
    /// Ends the commands that still run, and the deliveries.
    ~NotificationSender() override;

    void send(const NotificationTarget &target, const Notification &notification);
    int underWay() const { return m_underWay; }

Q_SIGNALS:
    void failed(const QString &sentence);
    void ended(); ///< one delivery, well or not; after failed()

private:
    void post(const NotificationTarget &target, const Notification &notification);
    void run(const NotificationTarget &target, const QByteArray &input);
    void end(const QString &failure);

    void limit(QNetworkReply *reply) const;
    QString whyNotSent(const QNetworkReply &reply) const;

    const std::chrono::milliseconds m_patience;
    int m_underWay = 0;
    std::unique_ptr<QNetworkAccessManager> m_network; ///< made with the first notification that needs it
};

} // namespace Hephaestus
