// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/notificationsender.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/protocol/notificationcodec.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTimer>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MostAnswer = 64 * 1024; ///< that is waited for; what it says is of no interest

} // namespace

NotificationSender::NotificationSender(QObject *parent, std::chrono::milliseconds patience)
    : QObject(parent)
    , m_patience(patience)
{
}

NotificationSender::~NotificationSender()
{
    for (QProcess *const process : findChildren<QProcess *>()) {
        process->disconnect(this);
        process->kill();
    }
}

void NotificationSender::send(const NotificationTarget &target, const Notification &notification)
{
    ++m_underWay;
    if (target.kind == NotificationTarget::Kind::Command)
        run(target, encode(notification));
    else
        post(target, notification);
}

void NotificationSender::end(const QString &failure)
{
    --m_underWay;
    if (!failure.isEmpty())
        Q_EMIT failed(failure);
    Q_EMIT ended();
}

void NotificationSender::post(const NotificationTarget &target, const Notification &notification)
{
    if (!m_network)
        m_network = std::make_unique<QNetworkAccessManager>();
    QNetworkRequest request(target.url);
    request.setRawHeader("Accept-Encoding", "identity"); // a short answer is no long one
    QByteArray content;
    if (target.kind == NotificationTarget::Kind::Ntfy) {
        content = notification.text.toUtf8();
        request.setHeader(QNetworkRequest::ContentTypeHeader, "text/plain; charset=utf-8");
        request.setRawHeader("Title", notification.title.toUtf8());
        request.setRawHeader("Priority", notification.isUrgent ? "high" : "default");
    } else {
        content = encode(notification);
        request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json");
    }
    QNetworkReply *const reply = m_network->post(request, content);
    connect(reply, &QNetworkReply::finished, this, [this, reply, place = target.url.host()] {
        reply->deleteLater();
        const QString why = whyNotSent(*reply);
        end(why.isEmpty() ? QString() : u"a notification did not reach %1: %2"_s.arg(printable(place), why));
    });
    limit(reply);
}

/// Ends it once it has answered too much, or for too long.
void NotificationSender::limit(QNetworkReply *reply) const
{
    reply->setReadBufferSize(MostAnswer);
    connect(reply, &QNetworkReply::readyRead, reply, [reply, answered = qint64(0)]() mutable {
        answered += reply->readAll().size();
        if (answered > MostAnswer)
            reply->abort();
    });
    QTimer::singleShot(m_patience, reply, &QNetworkReply::abort);
}

/// Of one that has ended; empty: it was taken.
QString NotificationSender::whyNotSent(const QNetworkReply &reply) const
{
    if (reply.error() == QNetworkReply::NoError)
        return {};
    if (reply.error() != QNetworkReply::OperationCanceledError)
        return printable(reply.errorString().left(200));
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 0)
        return u"it did not answer within %1"_s.arg(formatDuration(m_patience));
    return status >= 200 && status < 300 ? QString() : u"it answered %1"_s.arg(status);
}

void NotificationSender::run(const NotificationTarget &target, const QByteArray &input)
{
    auto *const process = new QProcess(this);
    process->setStandardOutputFile(QProcess::nullDevice());
    process->setStandardErrorFile(QProcess::nullDevice());
    process->setWorkingDirectory(target.directory);
    const QString program = printable(target.command.first().left(120));
    connect(process, &QProcess::errorOccurred, this, [this, process, program](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return; // finished() tells it
        process->deleteLater();
        end(u"%1 cannot be started: %2"_s.arg(program, printable(process->errorString())));
    });
    connect(process, &QProcess::finished, this, [this, process, program](int exitCode, QProcess::ExitStatus status) {
        process->deleteLater();
        if (status != QProcess::NormalExit)
            end(u"%1 was ended by a signal"_s.arg(program));
        else
            end(exitCode == 0 ? QString() : u"%1 failed with exit code %2"_s.arg(program, QString::number(exitCode)));
    });
    QTimer::singleShot(m_patience, process, &QProcess::kill);
    process->start(target.command.first(), target.command.mid(1));
    process->write(input);
    process->closeWriteChannel();
}

} // namespace Hephaestus
