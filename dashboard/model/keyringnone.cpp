// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/keyring.h"

#include <QObject>

namespace Hephaestus::Keyring {

namespace {

Problem none() { return {{}, QStringLiteral("this dashboard was built without QtKeychain")}; }

} // namespace

bool isBuiltIn() { return false; }

void write(const QString &, const QString &, QObject *owner, const std::function<void(std::optional<Problem>)> &done)
{
    QMetaObject::invokeMethod(
        owner, [done] { done(none()); }, Qt::QueuedConnection);
}

void read(const QString &, QObject *owner, const std::function<void(const Result<QString> &)> &done)
{
    QMetaObject::invokeMethod(
        owner, [done] { done(none()); }, Qt::QueuedConnection);
}

void remove(const QString &) {}

} // namespace Hephaestus::Keyring
