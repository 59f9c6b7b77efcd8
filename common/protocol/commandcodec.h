// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/servicesnapshot.h"

#include <QByteArray>

/// What some commands print for `--json`; their schemas are in resources/schema.
namespace Hephaestus {

/// A name, and what is said of it.
struct NamedText
{
    QString name;
    QString text; ///< empty: nothing

    bool operator==(const NamedText &) const = default;
};

/// `json`, an object as a command prints it, with `fleet` before its other fields: the file that names were looked up
/// in. Empty: none, and null.
QByteArray withFleet(const QByteArray &json, const QString &fleet);

/// Of `wait`: whether all are so, and those that are not.
QByteArray encodeWait(bool isDone, const QList<ServiceSnapshot> &waiting, const QString &fleet);

/// An entry of a fleet file, as `trust` shows it.
struct TrustedEntry
{
    QString name;
    QString runs;  ///< empty: nothing
    QString sends; ///< likewise

    bool operator==(const TrustedEntry &) const = default;
};

/// Of `trust`: what each entry and each hook runs, and what is sent.
QByteArray encodeTrust(const QString &fleet, const QList<TrustedEntry> &entries, const QList<NamedText> &hooks);

/// A hook of a fleet file.
struct HookLine
{
    QString name;
    QString runs;
    QStringList events;
    bool isTrusted = false;
    std::optional<bool> isSent{}; ///< what came of a test; nothing: it was not tested
    QString failure{};            ///< why not

    bool operator==(const HookLine &) const = default;
};

/// Of `hooks`.
QByteArray encodeHooks(const QString &fleet, const QList<HookLine> &hooks);
/// Of `check-config`: everything that is wrong.
QByteArray encodeCheck(const QString &file, const QList<Problem> &problems);
/// Of `shutdown --schedule` and `--cancel`, one line a service: whether it agreed, and what it said.
QByteArray encodeRequested(const QString &service, bool ok, const QString &message);

/// A program that `init` found.
struct InitService
{
    QString name;
    QString source;
    QStringList run;
    QStringList needs; ///< before it can run

    bool operator==(const InitService &) const = default;
};

/// Of `init`: what was found, what was not taken, and the files that were written.
QByteArray encodeInit(const QList<InitService> &services, const QStringList &notes, const QStringList &files);

} // namespace Hephaestus
