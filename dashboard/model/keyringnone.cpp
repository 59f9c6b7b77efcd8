// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/keyring.h"

#include "common/base/post.h"

#include <QCoreApplication>
#include <QObject>

namespace Hephaestus::Keyring {

namespace {

struct KeyringText
{
    Q_DECLARE_TR_FUNCTIONS(Keyring)
};

Problem none() { return {{}, KeyringText::tr("this dashboard was built without QtKeychain")}; }

} // namespace

bool isBuiltIn() { return false; }

void write(const QString &, const QString &, QObject *owner, const std::function<void(std::optional<Problem>)> &done)
{
    post(owner, [done] { done(none()); });
}

void read(const QString &, QObject *owner, const std::function<void(const Result<QString> &)> &done)
{
    post(owner, [done] { done(none()); });
}

void remove(const QString &) {}

} // namespace Hephaestus::Keyring
