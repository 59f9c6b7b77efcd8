// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "dashboard/model/alerts.h"

#include <QStringList>
#include <QUrl>

class QNetworkAccessManager;

namespace Hephaestus {

/// Where alerts go beside the desktop's notifications, as a person writes it in one line:
///
///     ntfy https://ntfy.sh/TOPIC       the title and the text, as ntfy wants them
///     webhook https://HOST/PATH        a JSON object: kind, title, text, services
///     command PROGRAM ARGUMENT…        the same object at its standard input; never through a shell
struct AlertTarget
{
    enum class Kind { Ntfy, Webhook, Command };

    Kind kind = Kind::Ntfy;
    QUrl url;
    QStringList command;

    static Result<AlertTarget> parse(const QString &line);

    bool operator==(const AlertTarget &) const = default;
};

/// Sends alerts to the targets. Nothing waits; one that cannot be sent is told once by failed(), not tried again.
class AlertSender : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Patience{10}; ///< of one delivery

    /// `fleet` outlives this: alerts name its services.
    explicit AlertSender(const FleetModel &fleet, QObject *parent = nullptr);
    ~AlertSender() override;

    void setTargets(const QList<AlertTarget> &targets) { m_targets = targets; }
    void send(const Alert &alert);

    /// The JSON object that webhooks and commands get.
    QByteArray body(const Alert &alert) const;

Q_SIGNALS:
    void failed(const QString &sentence);

private:
    void post(const AlertTarget &target, const Alert &alert);
    void run(const QStringList &command, const QByteArray &input);

    const FleetModel &m_fleet;
    QList<AlertTarget> m_targets;
    std::unique_ptr<QNetworkAccessManager> m_network; ///< made with the first alert that needs it
};

} // namespace Hephaestus
