// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerttargets.h"

#include "common/protocol/serviceaddress.h"
#include "dashboard/model/displaytext.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTimer>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString targetTr(const char *text) { return AlertSender::tr(text); }

/// Printable text as a JSON string.
QString jsonText(const QString &text)
{
    QString quoted = u"\""_s;
    for (const QChar each : text) {
        if (each == u'"' || each == u'\\')
            quoted += u'\\' + QString(each);
        else if (each.unicode() < 0x20 || each.isSurrogate())
            quoted += u"\\u%1"_s.arg(each.unicode(), 4, 16, QChar(u'0'));
        else
            quoted += each;
    }
    return quoted + u'"';
}

QString kindWord(Alert::Kind kind)
{
    switch (kind) {
    case Alert::Kind::Trouble: return u"trouble"_s;
    case Alert::Kind::Recovery: return u"recovery"_s;
    case Alert::Kind::Stale: return u"stale"_s;
    }
    Q_UNREACHABLE();
}

} // namespace

Result<AlertTarget> AlertTarget::parse(const QString &line)
{
    const QString kind = line.section(u' ', 0, 0, QString::SectionSkipEmpty);
    const QString rest = line.section(u' ', 1, -1, QString::SectionSkipEmpty).trimmed();
    AlertTarget target;
    if (kind == "command"_L1) {
        target.kind = Kind::Command;
        target.command = QProcess::splitCommand(rest);
        if (target.command.isEmpty())
            return Problem{line, targetTr("the program is missing: command PROGRAM ARGUMENT…")};
        return target;
    }
    if (kind != "ntfy"_L1 && kind != "webhook"_L1)
        return Problem{line, targetTr("expected ntfy URL, webhook URL or command PROGRAM")};
    target.kind = kind == "ntfy"_L1 ? Kind::Ntfy : Kind::Webhook;
    target.url = QUrl(rest, QUrl::StrictMode);
    const bool isHttp = target.url.scheme() == "http"_L1 || target.url.scheme() == "https"_L1;
    if (!target.url.isValid() || !isHttp || target.url.host().isEmpty())
        return Problem{withoutPassword(line), targetTr("expected a URL that begins with https:// or http://")};
    return target;
}

AlertSender::AlertSender(const FleetModel &fleet, QObject *parent) : QObject(parent), m_fleet(fleet) {}

AlertSender::~AlertSender() = default;

QByteArray AlertSender::body(const Alert &alert) const
{
    QStringList services;
    for (const ServiceId id : alert.services) {
        if (const ServiceRow *const row = m_fleet.find(id))
            services << jsonText(visibleText(row->entry.name));
    }
    return u"{\"kind\": %1, \"title\": %2, \"text\": %3, \"services\": [%4]}\n"_s
        .arg(jsonText(kindWord(alert.kind)), jsonText(alert.title), jsonText(alert.text), services.join(u", "_s))
        .toUtf8();
}

void AlertSender::send(const Alert &alert)
{
    for (const AlertTarget &target : std::as_const(m_targets)) {
        if (target.kind == AlertTarget::Kind::Command)
            run(target.command, body(alert));
        else
            post(target, alert);
    }
}

void AlertSender::post(const AlertTarget &target, const Alert &alert)
{
    if (!m_network)
        m_network = std::make_unique<QNetworkAccessManager>();
    QNetworkRequest request(target.url);
    request.setTransferTimeout(int(std::chrono::milliseconds(Patience).count()));
    QByteArray content = body(alert);
    if (target.kind == AlertTarget::Kind::Ntfy) {
        content = alert.text.toUtf8();
        request.setHeader(QNetworkRequest::ContentTypeHeader, "text/plain; charset=utf-8");
        request.setRawHeader("Title", alert.title.toUtf8());
        request.setRawHeader("Priority", alert.kind == Alert::Kind::Trouble ? "high" : "default");
    } else {
        request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json");
    }
    QNetworkReply *const reply = m_network->post(request, content);
    connect(reply, &QNetworkReply::finished, this, [this, reply, place = target.url.host()] {
        if (reply->error() != QNetworkReply::NoError)
            Q_EMIT failed(tr("an alert did not reach %1: %2").arg(place, visibleText(reply->errorString(), 200)));
        reply->deleteLater();
    });
}

void AlertSender::run(const QStringList &command, const QByteArray &input)
{
    auto *const process = new QProcess(this);
    process->setStandardOutputFile(QProcess::nullDevice());
    process->setStandardErrorFile(QProcess::nullDevice());
    const QString program = visibleText(command.first(), 120);
    connect(process, &QProcess::errorOccurred, this, [this, process, program](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return; // finished() tells it
        Q_EMIT failed(tr("%1 cannot be started: %2").arg(program, process->errorString()));
        process->deleteLater();
    });
    connect(process, &QProcess::finished, this, [this, process, program](int exitCode, QProcess::ExitStatus status) {
        if (status != QProcess::NormalExit || exitCode != 0)
            Q_EMIT failed(status == QProcess::NormalExit
                              ? tr("%1 failed with exit code %2").arg(program, QString::number(exitCode))
                              : tr("%1 was ended by a signal").arg(program));
        process->deleteLater();
    });
    QTimer::singleShot(Patience, process, &QProcess::kill);
    process->start(command.first(), command.mid(1));
    process->write(input);
    process->closeWriteChannel();
}

} // namespace Hephaestus
