// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusserver.h"
#include "common/protocol/alertmanagercodec.h"

#include <QObject>

#include <functional>
#include <memory>
#include <vector>

namespace Hephaestus {

class PrometheusConnection;
struct HttpRequest;
struct ServiceReply;

/// What Alertmanagers said of all that they have.
struct AlertReading
{
    QList<FiringAlert> alerts; ///< each once, by its fingerprint
    QList<Silence> silences;   ///< those that are not over, each once
    QStringList problems;      ///< of those that could not be read: `URL: why`
    bool isKnown = false;      ///< at least one was read; else nothing is known

    bool operator==(const AlertReading &) const = default;
};

/// One or several Alertmanagers as one: the members of a cluster, which share their silences. An alert is silenced or
/// inhibited if all who have it say so: from any other a notification comes. One thread; nothing blocks. Callbacks come
/// once, from the event loop, unless this is destroyed before.
class Alertmanagers : public QObject
{
public:
    using Read = std::function<void(const AlertReading &)>;
    using Silenced = std::function<void(const Result<QString> &id)>;
    using Ended = std::function<void(const std::optional<Problem> &)>;
    using Posted = std::function<void(const QStringList &problems)>;

    /// At least one server. A Problem: an address is none, or a file cannot be read.
    static Result<std::unique_ptr<Alertmanagers>> at(const QList<PrometheusServer> &servers);
    ~Alertmanagers() override;

    void ask(const Read &done);
    /// Makes it at the first that answers.
    void silence(const Silence &silence, const Silenced &done);
    /// Ends a silence, at the first that has it. It stays known for a while, as expired.
    void endSilence(const QString &id, const Ended &done);
    /// Tells each of them; `done` gets what kept some from taking it.
    void post(const QList<PostedAlert> &alerts, const Posted &done);

private:
    struct Round;

    explicit Alertmanagers(std::vector<std::unique_ptr<PrometheusConnection>> servers);
    void askSilences(std::size_t server, const std::shared_ptr<Round> &round);
    void silenceAt(std::size_t server, const QByteArray &body, const Silenced &done);
    void endSilenceAt(std::size_t server, const QByteArray &path, const QStringList &problems, const Ended &done);

    const std::vector<std::unique_ptr<PrometheusConnection>> m_servers;
};

} // namespace Hephaestus
