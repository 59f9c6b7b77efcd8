// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/hostconnection.h"
#include "common/fleet/fleet.h"
#include "common/protocol/receipt.h"

#include <QProcess>
#include <QTimer>

#include <memory>

namespace Hephaestus {

struct ProcessOutcome;

/// One act on a service of another host, carried out there: `ssh HOST hephaestus restart --json --steps -- NAME`. That
/// host's fleet file says how, and its clock measures. A program there that knows no `--steps` is asked without.
///
/// What has begun there goes on when the connection is lost. It is then waited for, and asked how it came out, so that
/// the service runs once: a restart that had not begun is asked for again, one that had is only waited for.
class HostAct : public QObject
{
    Q_OBJECT

public:
    /// `old`: the instance that answered before; empty: none, or it does not say. One that answers without saying who
    /// it is must be told by `hasOld`.
    HostAct(FleetEntry entry, FleetAction action, QString old, bool hasOld, QObject *parent = nullptr);
    ~HostAct() override;

    void start();
    /// True once the request has gone out: from then on it goes on there, whatever happens here.
    bool isAsked() const { return m_isAsked; }

Q_SIGNALS:
    void stepStarted(Hephaestus::RestartStep step);
    void stepFinished(const Hephaestus::ReceiptStep &step);
    void progressed(const QString &text);
    /// Exactly one of these, from the event loop: what it came to; or why that host cannot do it, where nothing has
    /// been done.
    void finished(const Hephaestus::Receipt &receipt);
    void impossible(const QString &why);

private:
    enum class Question { Act, Outcome }; ///< Outcome: how an act came out whose connection was lost

    void connectHost();
    void ask();
    void readOutput();
    void readErrors();
    void readLine(const QByteArray &line);
    void ended(const ProcessOutcome &outcome);
    void lost(const QString &why);
    void judge(const Receipt &there);
    void judgeOutcome(Receipt there);
    void refuse(const QString &why);
    void conclude(Receipt receipt);
    QStringList words() const;

    const FleetEntry m_entry;
    const FleetAction m_action;
    const QString m_old;
    const bool m_hasOld;
    std::shared_ptr<HostConnection> m_host;
    std::unique_ptr<QProcess> m_process;
    QTimer m_retryTimer;
    std::chrono::steady_clock::time_point m_lostSince{};
    Question m_question = Question::Act;
    bool m_isAsked = false;
    bool m_wantsSteps = true;
    bool m_isOver = false;
    bool m_isEndless = false; ///< the program there wrote a line longer than any of ours
    QByteArray m_said;        ///< the last that it wrote to stderr
    QString m_error;          ///< that the program there told
    std::optional<Receipt> m_receipt;
    QList<ReceiptStep> m_steps; ///< that ended, as they were told
    QStringList m_notes;
};

} // namespace Hephaestus
