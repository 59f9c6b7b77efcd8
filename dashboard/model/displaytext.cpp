// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "dashboard/model/language.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct StateWords
{
    Q_DECLARE_TR_FUNCTIONS(ServiceState)
};

struct ErrorWords
{
    Q_DECLARE_TR_FUNCTIONS(ClientError)
};

struct DisplayText
{
    Q_DECLARE_TR_FUNCTIONS(DisplayText)
};

/// `value` with at most three significant digits, never in exponent form.
QString threeDigits(double value)
{
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    QString text = QString::number(value, 'f', decimals);
    if (decimals > 0) {
        while (text.endsWith(u'0'))
            text.chop(1);
        if (text.endsWith(u'.'))
            text.chop(1);
    }
    return localNumber(text);
}

template <std::size_t N>
QString scaled(qint64 value, double step, const std::array<const char *, N> &units)
{
    double rest = double(value);
    std::size_t unit = 0;
    while (rest >= step - 0.5 && unit + 1 < N) {
        rest /= step;
        ++unit;
    }
    const QString number = unit == 0 ? QString::number(value) : threeDigits(rest);
    const QString word = QString::fromLatin1(units[unit]);
    return word.isEmpty() ? number : number + u' ' + word;
}

} // namespace

QString visibleText(const QString &text, qsizetype limit)
{
    const QString shown = printable(text.left(limit + 1));
    return shown.size() > limit ? shown.left(limit) + u'…' : shown;
}

QString shortAddress(const QString &address, qsizetype limit)
{
    const QString text = visibleText(address, 2000);
    const qsizetype end = limit / 2;
    return text.size() <= limit ? text : text.left(limit - end - 1) + u'…' + text.right(end);
}

QString stateWord(ServiceState state)
{
    switch (state) {
    case ServiceState::Healthy: return StateWords::tr("healthy");
    case ServiceState::Reachable: return StateWords::tr("reachable");
    case ServiceState::Foreign: return StateWords::tr("foreign");
    case ServiceState::Unknown: return StateWords::tr("not asked yet");
    case ServiceState::Starting: return StateWords::tr("starting");
    case ServiceState::Restarting: return StateWords::tr("restarting");
    case ServiceState::ShuttingDown: return StateWords::tr("shutting down");
    case ServiceState::Stopped: return StateWords::tr("stopped");
    case ServiceState::NotUnderstood: return StateWords::tr("not understood");
    case ServiceState::Unauthorized: return StateWords::tr("unauthorized");
    case ServiceState::Unreachable: return StateWords::tr("unreachable");
    case ServiceState::DependencyError: return StateWords::tr("error");
    }
    Q_UNREACHABLE();
}

QString errorWord(ClientError error)
{
    switch (error) {
    case ClientError::None: return ErrorWords::tr("answered");
    case ClientError::BadAddress: return ErrorWords::tr("bad address");
    case ClientError::Refused: return ErrorWords::tr("refused");
    case ClientError::Unreachable: return ErrorWords::tr("no route");
    case ClientError::Timeout: return ErrorWords::tr("timed out");
    case ClientError::HostNotFound: return ErrorWords::tr("host not found");
    case ClientError::Tls: return ErrorWords::tr("TLS failed");
    case ClientError::Unauthorized: return ErrorWords::tr("unauthorized");
    case ClientError::NotUnderstood: return ErrorWords::tr("not understood");
    case ClientError::TooLarge: return ErrorWords::tr("answer too large");
    case ClientError::Redirected: return ErrorWords::tr("redirected");
    case ClientError::HttpStatus: return ErrorWords::tr("unexpected status");
    case ClientError::Disconnected: return ErrorWords::tr("disconnected");
    case ClientError::NotAsked: return ErrorWords::tr("not asked");
    case ClientError::HostLost: return ErrorWords::tr("host lost");
    case ClientError::Local: return ErrorWords::tr("local trouble");
    }
    Q_UNREACHABLE();
}

QString dialectWord(Dialect dialect)
{
    return dialect == Dialect::Plain ? DisplayText::tr("plain /health") : nameOf(dialect);
}

QString formatCount(qint64 count) { return scaled(count, 1000, std::array{"", "k", "M", "G", "T"}); }

QString formatBytes(qint64 bytes) { return scaled(bytes, 1024, std::array{"B", "KiB", "MiB", "GiB", "TiB"}); }

QString percentOf(qint64 part, qint64 whole)
{
    if (part == 0 || whole <= 0)
        return u"0"_s;
    const double percent = 100.0 * double(part) / double(whole);
    return localNumber(percent < 0.1 ? u"<0.1"_s : QString::number(percent, 'f', percent < 10 ? 1 : 0));
}

QString durationText(Seconds duration) { return localNumber(formatDuration(duration)); }

QString localNumber(QString number) { return decimalPoint() == u'.' ? number : number.replace(u'.', decimalPoint()); }

QString dayAndTime(const QDateTime &local) { return QLocale().toString(local, DisplayText::tr("d MMM HH:mm")); }

QString dayAndSeconds(const QDateTime &local) { return QLocale().toString(local, DisplayText::tr("d MMM HH:mm:ss")); }

QString dateAndSeconds(const QDateTime &local)
{
    return QLocale().toString(local, DisplayText::tr("d MMM yyyy HH:mm:ss"));
}

QString formatAge(Seconds age)
{
    if (age < std::chrono::seconds(1))
        return DisplayText::tr("now");
    return DisplayText::tr("%1 ago").arg(durationText(wholeSeconds(age)));
}

qint64 ageStep(Seconds age)
{
    constexpr qint64 Apart = 1LL << 40; // more than any of them
    const auto whole = qint64(std::clamp(std::floor(age.count()), 0.0, 1e11));
    return whole < 3'600 ? whole : whole < 86'400 ? Apart + whole / 60 : 2 * Apart + whole / 3'600;
}

} // namespace Hephaestus
