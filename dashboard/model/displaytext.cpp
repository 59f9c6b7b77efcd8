// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"

#include "common/base/duration.h"
#include "common/base/printable.h"

#include <QCoreApplication>

#include <array>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

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
    return text;
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
    const auto tr = [](const char *text) { return QCoreApplication::translate("ServiceState", text); };
    switch (state) {
    case ServiceState::Healthy: return tr(QT_TRANSLATE_NOOP("ServiceState", "healthy"));
    case ServiceState::Foreign: return tr(QT_TRANSLATE_NOOP("ServiceState", "foreign"));
    case ServiceState::Unknown: return tr(QT_TRANSLATE_NOOP("ServiceState", "not asked yet"));
    case ServiceState::Starting: return tr(QT_TRANSLATE_NOOP("ServiceState", "starting"));
    case ServiceState::Restarting: return tr(QT_TRANSLATE_NOOP("ServiceState", "restarting"));
    case ServiceState::ShuttingDown: return tr(QT_TRANSLATE_NOOP("ServiceState", "shutting down"));
    case ServiceState::Stopped: return tr(QT_TRANSLATE_NOOP("ServiceState", "stopped"));
    case ServiceState::NotUnderstood: return tr(QT_TRANSLATE_NOOP("ServiceState", "not understood"));
    case ServiceState::Unauthorized: return tr(QT_TRANSLATE_NOOP("ServiceState", "unauthorized"));
    case ServiceState::Unreachable: return tr(QT_TRANSLATE_NOOP("ServiceState", "unreachable"));
    case ServiceState::DependencyError: return tr(QT_TRANSLATE_NOOP("ServiceState", "error"));
    }
    Q_UNREACHABLE();
}

QString formatCount(qint64 count) { return scaled(count, 1000, std::array{"", "k", "M", "G", "T"}); }

QString formatBytes(qint64 bytes) { return scaled(bytes, 1024, std::array{"B", "KiB", "MiB", "GiB", "TiB"}); }

QString percentOf(qint64 part, qint64 whole)
{
    if (part == 0 || whole <= 0)
        return u"0"_s;
    const double percent = 100.0 * double(part) / double(whole);
    return percent < 0.1 ? u"<0.1"_s : QString::number(percent, 'f', percent < 10 ? 1 : 0);
}

QString formatAge(Seconds age)
{
    if (age < std::chrono::seconds(1))
        return QCoreApplication::translate("Age", "now");
    return QCoreApplication::translate("Age", "%1 ago").arg(formatDuration(wholeSeconds(age)));
}

} // namespace Hephaestus
