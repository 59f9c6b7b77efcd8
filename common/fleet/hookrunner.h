// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/hookrecord.h"
#include "common/fleet/notificationsender.h"
#include "common/protocol/receipt.h"
#include "common/protocol/servicesnapshot.h"

#include <functional>

namespace Hephaestus {

/// Runs the hooks of one fleet file, for a process that watches its services anyway. Several processes may: what one
/// has told no other tells again (HookRecord).
///
/// What is down or stale is told once it has been so for the hook's `debounce`, and again only after it was over for as
/// long, 5 s at least. How a service stands when it is first seen is no news; what has changed since another process
/// looked is. Of restarts that fail within `debounce` of each other the first is told. What comes due at one check is
/// one notification. A hook that is not trusted (FleetTrust) does nothing, and failed() says so once.
///
/// One thread, with an event loop. Reads and writes small files.
class HookRunner : public QObject
{
    Q_OBJECT

public:
    /// How a service was seen just now.
    struct Look
    {
        ServiceState state = ServiceState::Unknown; ///< with what a planned end makes of it
        QString message{};                          ///< why, if it is down
        const HealthReport *report = nullptr;       ///< null: it does not answer
    };

    /// `stateDirectory`: empty for defaultStateDirectory().
    explicit HookRunner(Fleet fleet, const QString &stateDirectory = {}, const Clock &time = Clock::machine(),
                        QObject *parent = nullptr);

    /// In which words it tells: else in English.
    struct Words
    {
        std::function<QString(FleetHook::Event event, const QStringList &services)> title;
        std::function<QString(const QString &sentence)> text; ///< of one that common/ has
    };
    void setWords(Words words) { m_words = std::move(words); }

    const Fleet &fleet() const { return m_fleet; }
    void setFleet(Fleet fleet); ///< of the same file, read again

    void observe(const QString &url, const Look &look); ///< does nothing for a service that is not of the fleet
    void forget(const QString &url);                    ///< nobody looks at it any more
    void check();                                       ///< tells what is due; once a second, or less often

    bool isSending() const { return m_sender.underWay() > 0; }

Q_SIGNALS:
    void told(const Hephaestus::Notification &notification); ///< it is on its way
    void failed(const QString &sentence);

private:
    using Event = FleetHook::Event;

    /// One of Down and Stale, of a service.
    struct Condition
    {
        std::optional<bool> holds; ///< nothing: neither is known
        Clock::TimePoint since{};
        Clock::WallTime seenAt{};
        bool hasBeenOver = false; ///< it was seen not to hold
        QString text{};           ///< what to say of it
    };
    struct Subject
    {
        FleetEntry entry;
        std::array<Condition, 2> conditions{}; ///< by Event
        qint64 actsChangedAt = -1;             ///< when they were read; -1: never
        std::optional<Receipt> act{};          ///< the latest
    };
    /// What may have to be told, or is over.
    struct Candidate
    {
        const FleetHook *hook;
        Subject *subject;
        Event event;
        QByteArray key;
    };
    struct Telling
    {
        QString service;
        QString text;
    };

    void readActsOf(Subject &subject);
    void collect(const FleetHook &hook, Subject &subject, QList<Candidate> &candidates);
    std::optional<Telling> decide(const Candidate &candidate, HookRecord::Values &values);
    std::optional<Telling> decideCondition(const Candidate &candidate, QByteArray &value);
    std::optional<Telling> decideAct(const Candidate &candidate, QByteArray &value);
    void tell(const FleetHook &hook, Event event, const QList<Telling> &tellings);
    bool mayRun(const FleetHook &hook);

    Fleet m_fleet;
    Words m_words;
    const QString m_stateDirectory;
    const Clock &m_time;
    FleetTrust m_trust;
    HookRecord m_record;
    NotificationSender m_sender;
    QHash<QString, Subject> m_subjects;  ///< by URL
    HookRecord::Values m_unkept;         ///< instead of the record, where that cannot be kept
    QHash<QByteArray, bool> m_isTold;    ///< as the record says of conditions, by key
    QHash<QByteArray, qint64> m_actSeen; ///< ms since the epoch when the latest act of that key began
    QSet<QString> m_refused;             ///< names of hooks that are not trusted, which was told
};

} // namespace Hephaestus
