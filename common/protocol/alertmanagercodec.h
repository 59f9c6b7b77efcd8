// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QDateTime>
#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

/// The bodies of Alertmanager's HTTP API, version 2
/// (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). Times are in UTC. Stateless, safe from
/// every thread.
namespace Hephaestus {

using LabelSet = QMap<QString, QString>;

/// An alert that an Alertmanager has.
struct FiringAlert
{
    enum class State { Active, Suppressed, Unprocessed };

    QString fingerprint; ///< of its labels: the same in all servers of a cluster
    State state = State::Active;
    LabelSet labels;
    LabelSet annotations;
    QDateTime startsAt;
    QStringList silencedBy;  ///< ids of silences
    QStringList inhibitedBy; ///< fingerprints of alerts

    QString name() const { return labels.value(QStringLiteral("alertname")); }
    /// What it says in words: its annotation `summary`, or else `description`, or `message`; may be empty.
    QString summary() const;
    bool isHeld() const { return state == State::Suppressed; } ///< nobody is notified of it
    bool isSilenced() const { return !silencedBy.isEmpty(); }

    bool operator==(const FiringAlert &) const = default;
};

/// One condition of a silence on a label. A label that is missing reads as an empty one.
struct AlertMatcher
{
    QString name;
    QString value;
    bool isRegex = false;
    bool isEqual = true; ///< false: all that do not match

    QString text() const; ///< `alertname="Down"`, `instance=~"a|b"`, `job!="x"`

    bool operator==(const AlertMatcher &) const = default;
};

/// Keeps alerts from being notified of.
struct Silence
{
    enum class State { Pending, Active, Expired };

    QString id; ///< empty: the server has not given one yet
    State state = State::Active;
    QList<AlertMatcher> matchers;
    QDateTime startsAt;
    QDateTime endsAt;
    QString createdBy;
    QString comment;

    bool operator==(const Silence &) const = default;
};

/// What is told to an Alertmanager, as Prometheus does.
struct PostedAlert
{
    LabelSet labels; ///< what it is known by
    LabelSet annotations;
    QDateTime startsAt;
    QDateTime endsAt; ///< in the future: it fires until then, unless it is told of again

    bool operator==(const PostedAlert &) const = default;
};

/// `GET /api/v2/alerts`. Lenient: an odd one does not hide the others; one without labels is left out.
Result<QList<FiringAlert>> decodeFiringAlerts(QByteArrayView json);
/// `GET /api/v2/silences`, likewise.
Result<QList<Silence>> decodeSilences(QByteArrayView json);
/// The id that `POST /api/v2/silences` answers with.
Result<QString> decodeSilenceId(QByteArrayView json);
/// What an answer of another status says, in one line: a JSON string, or an object with a message; else it itself.
QString decodeAlertmanagerError(QByteArrayView body);

QByteArray encode(const Silence &silence);
QByteArray encode(const QList<PostedAlert> &alerts);

} // namespace Hephaestus
