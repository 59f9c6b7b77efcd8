// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <QVariantMap>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace Hephaestus {

/// What kind of trouble a dependency is in; each asks something else of a person.
enum class ErrorClass {
    None,
    Unreachable, ///< nobody answers: refused, unknown host, no answer in time
    Credentials, ///< the key or password is wrong, missing or without rights
    Billing,     ///< out of credit
    Throttled,   ///< asked too often
    Overloaded,  ///< there, and too busy to serve
    BadAnswer,   ///< answered something else than expected
};

/// `unreachable`, `credentials`, …, `bad answer`: what the message of an error begins with.
QString words(ErrorClass errorClass);

/// What a question came to.
struct Outcome
{
    bool ok = true;
    ErrorClass errorClass = ErrorClass::None;
    QString message;     ///< one line, begins with the class's words, no secret in it; empty if ok
    QVariantMap details; ///< measured just now, by wire names; null: what could not be measured
    std::optional<std::chrono::milliseconds> retryAfter; ///< the dependency asks not to be asked before

    static Outcome success(QVariantMap details = {}) { return {true, ErrorClass::None, {}, std::move(details), {}}; }
    static Outcome failure(ErrorClass errorClass, const QString &why);

    bool operator==(const Outcome &) const = default;
};

/// `text` as one line of at most 300 characters in which none of `secrets` is left.
QString redacted(const QString &text, const QByteArrayList &secrets);

/// One question to a dependency: start() once, finished() exactly once, at the latest shortly after the timeout.
/// Lives in one thread with an event loop and never blocks it. Deleting a running probe ends it in silence.
class Probe : public QObject
{
    Q_OBJECT

public:
    explicit Probe(std::chrono::milliseconds timeout, QObject *parent = nullptr);

    /// finished() may come before this returns.
    void start();
    /// Ends the question early: finished() comes as soon as nothing is left over of it, with an outcome that says
    /// nothing.
    void cancel();

Q_SIGNALS:
    void finished(const Hephaestus::Outcome &outcome);

protected:
    virtual void ask() = 0;
    /// Ends what is under way. False: that takes a moment, and finish() is called at its end.
    virtual bool abandon() = 0;
    /// The part of the time-out that looking up a name may take: so the outcome can say that it was the name.
    std::chrono::milliseconds lookupTimeout() const { return m_timer.intervalAsDuration() * 3 / 5; }
    /// Whom it asks, for a person: `127.0.0.1:6333`.
    virtual QString target() const = 0;

    /// The answer; only the first counts, and one given up on keeps the outcome it was given up with.
    void finish(Outcome outcome);
    bool isFinished() const { return m_finished; }

private:
    void giveUp(Outcome outcome);

    QTimer m_timer;
    std::optional<Outcome> m_givenUp;
    bool m_finished = false;
};

/// How often a dependency in trouble is asked.
struct Patience
{
    std::chrono::milliseconds longestBackoff{30'000}; ///< between two checks after a failure of credentials or billing
    bool obeysRetryAfter = false;                     ///< up to a day

    /// Of an API that takes money or counts its requests.
    static Patience ofPaid() { return {std::chrono::minutes(15), true}; }

    bool operator==(const Patience &) const = default;
};

/// Makes a new question each time.
using ProbeFactory = std::function<std::unique_ptr<Probe>()>;

} // namespace Hephaestus
