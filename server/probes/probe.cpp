// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/probe.h"

#include "common/base/duration.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString words(ErrorClass errorClass)
{
    switch (errorClass) {
    case ErrorClass::None: return {};
    case ErrorClass::Unreachable: return u"unreachable"_s;
    case ErrorClass::Credentials: return u"credentials"_s;
    case ErrorClass::Billing: return u"billing"_s;
    case ErrorClass::Throttled: return u"throttled"_s;
    case ErrorClass::Overloaded: return u"overloaded"_s;
    case ErrorClass::BadAnswer: return u"bad answer"_s;
    }
    return {};
}

Outcome Outcome::failure(ErrorClass errorClass, const QString &why)
{
    return {false, errorClass, words(errorClass) + u": "_s + redacted(why, {}), {}, {}};
}

QString redacted(const QString &text, const QByteArrayList &secrets)
{
    QString line = text;
    for (const QByteArray &secret : secrets) {
        if (!secret.isEmpty())
            line.replace(QString::fromUtf8(secret), u"***"_s);
    }
    line = line.simplified();
    line.truncate(300);
    return line;
}

Probe::Probe(std::chrono::milliseconds timeout, QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(timeout);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        const QString within = writeDuration(m_timer.intervalAsDuration());
        giveUp(Outcome::failure(ErrorClass::Unreachable, u"no answer within %1 (%2)"_s.arg(within, target())));
    });
}

void Probe::start()
{
    m_timer.start();
    ask();
}

void Probe::cancel() { giveUp(Outcome::failure(ErrorClass::Unreachable, u"the check was cancelled"_s)); }

void Probe::giveUp(Outcome outcome)
{
    if (m_finished || m_givenUp)
        return;
    m_givenUp = std::move(outcome);
    if (abandon())
        finish({});
}

void Probe::finish(Outcome outcome)
{
    if (m_finished)
        return;
    m_finished = true;
    m_timer.stop();
    if (m_givenUp)
        outcome = *m_givenUp;
    Q_EMIT finished(outcome);
}

} // namespace Hephaestus
