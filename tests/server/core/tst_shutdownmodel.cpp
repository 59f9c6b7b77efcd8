// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/shutdownsequence.h"

#include <QTest>

#include <map>
#include <random>
#include <stdexcept>

using namespace Hephaestus;
using namespace std::chrono_literals;

namespace {

/// How a step of the random sequences behaves.
enum class Manner { AtOnce, Fails, Throws, Later };

/// What the shutdown should do, written from the protocol's text and not from the code: a ledger in milliseconds
/// that is brought up to date by settle() whenever something has happened.
struct Model
{
    struct Step
    {
        int id;
        CleanupStage stage;
        int deadline;
        Manner manner;
    };
    enum Place { Up, Noticed, Draining, Cleaning, Over };

    int now = 0;
    Place place = Up;
    bool started = false;
    int inFlight = 0;
    int until = 0;
    int runningSince = 0;
    std::optional<Step> running;
    std::optional<bool> answered;                     // of the running step: did it go well?
    std::multimap<std::pair<int, int>, Step> waiting; // by stage, then by order within it
    std::vector<std::pair<int, StepOutcome>> done;
    bool abandoned = false;

    bool accepts() const { return started && (place == Up || place == Noticed); }

    void add(const Step &step)
    {
        // Within the registered steps the last one added is the first one to run.
        const int order = step.stage == CleanupStage::Registered ? -step.id : step.id;
        waiting.insert({{int(step.stage), order}, step});
    }
    void ask(bool scheduled, int notice)
    {
        if (place == Up && started && scheduled) {
            place = Noticed;
            until = now + notice;
        } else if (place == Up || (place == Noticed && !scheduled)) {
            place = Draining;
            until = now + 30'000;
        }
    }
    bool cancel()
    {
        if (place != Noticed)
            return false;
        place = Up;
        return true;
    }
    void answer(int id, bool well)
    {
        if (running && running->id == id && !answered)
            answered = well;
    }
    void settle()
    {
        if (place == Noticed && now >= until) {
            place = Draining;
            until = now + 30'000;
        }
        if (place == Draining && (inFlight == 0 || now >= until)) {
            abandoned = inFlight > 0;
            place = Cleaning;
        }
        while (place == Cleaning) {
            if (running) {
                const bool late = now - runningSince >= running->deadline;
                if (!answered && !late)
                    return;
                done.emplace_back(running->id,
                                  !answered       ? StepOutcome::TimedOut
                                      : *answered ? StepOutcome::Ok
                                                  : StepOutcome::Failed);
                running.reset();
                answered.reset();
            }
            if (waiting.empty()) {
                place = Over;
                return;
            }
            running = waiting.begin()->second;
            waiting.erase(waiting.begin());
            runningSince = now;
            if (running->manner != Manner::Later)
                answered = running->manner == Manner::AtOnce;
        }
    }
    int exitCode() const
    {
        if (abandoned)
            return 4;
        for (const auto &[id, outcome] : done) {
            if (outcome != StepOutcome::Ok)
                return 3;
        }
        return 0;
    }
    Phase phase() const
    {
        switch (place) {
        case Up: return started ? Phase::Running : Phase::Starting;
        case Noticed: return Phase::Notice;
        case Draining: return Phase::Draining;
        case Cleaning: return Phase::CleaningUp;
        case Over: return Phase::Stopped;
        }
        return Phase::Stopped;
    }
};

/// The real thing and the model side by side, fed with the same random events.
class Run
{
public:
    explicit Run(quint32 seed) : m_random(seed)
    {
        QObject::connect(&m_sequence, &ShutdownSequence::finished, [this] { ++m_finished; });
    }

    /// One event; false, with why(), where the two no longer agree.
    bool step()
    {
        event(upTo(12));
        m_sequence.advance();
        m_model.settle();
        return agree();
    }
    QString why() const { return m_why; }

private:
    int upTo(int limit) { return int(m_random() % quint32(limit)); }

    void event(int which)
    {
        switch (which) {
        case 0: // the service is up
            if (m_model.place == Model::Up)
                m_model.started = true;
            if (m_state.phase() == Phase::Starting)
                m_state.enter(Phase::Running);
            break;
        case 1: ask(ShutdownMode::Immediate); break;
        case 2: ask(ShutdownMode::Signal); break;
        case 3: ask(ShutdownMode::Scheduled); break;
        case 4: m_same = m_sequence.cancel() == m_model.cancel(); break;
        case 5:
        case 6: {
            const bool accepted = m_state.beginRequest();
            m_same = accepted == m_model.accepts();
            m_model.inFlight += m_model.accepts();
            break;
        }
        case 7:
            if (m_model.inFlight > 0) {
                --m_model.inFlight;
                m_state.endRequest();
            }
            break;
        case 8: addStep(); break;
        case 9: answer(); break;
        default: {
            const int steps[] = {0, 1, 99, 100, 500, 1'000, 5'000, 30'000};
            const int step = steps[upTo(8)];
            m_clock.advance(std::chrono::milliseconds(step));
            m_model.now += step;
        }
        }
    }

    void ask(ShutdownMode mode)
    {
        const int notice = upTo(3) * 500;
        m_sequence.request(mode, std::chrono::milliseconds(notice));
        m_model.ask(mode == ShutdownMode::Scheduled, notice);
    }

    void addStep()
    {
        if (m_model.place == Model::Over || m_nextId > 8)
            return;
        const Model::Step step{++m_nextId, CleanupStage(upTo(5)), (1 + upTo(3)) * 100, Manner(upTo(4))};
        m_model.add(step);
        m_sequence.addStep({QString::number(step.id), std::chrono::milliseconds(step.deadline),
                            [this, step](CleanupDone done) {
                                switch (step.manner) {
                                case Manner::AtOnce: done(); break;
                                case Manner::Fails: done.failed(QStringLiteral("no")); break;
                                case Manner::Throws: throw std::runtime_error("no");
                                case Manner::Later: m_answers.insert({step.id, done}); break;
                                }
                            },
                            step.stage});
    }

    /// Of the running step, or late, or for the second time.
    void answer()
    {
        if (m_answers.empty())
            return;
        auto it = m_answers.begin();
        std::advance(it, upTo(int(m_answers.size())));
        const bool well = upTo(2) == 0;
        if (well)
            it->second();
        else
            it->second.failed(QStringLiteral("no"));
        m_model.answer(it->first, well);
    }

    bool agree()
    {
        const auto differ = [this](const QString &what) {
            m_why = what;
            return false;
        };
        if (!m_same)
            return differ(QStringLiteral("another answer"));
        if (m_state.phase() != m_model.phase())
            return differ(
                QStringLiteral("phase %1, expected %2").arg(wireName(m_state.phase()), wireName(m_model.phase())));
        if (m_state.requestsInFlight() != m_model.inFlight)
            return differ(QStringLiteral("in flight"));
        if (m_finished != (m_model.place == Model::Over))
            return differ(QStringLiteral("finished %1 times").arg(m_finished));
        const ShutdownResult &result = m_sequence.result();
        if (m_model.place >= Model::Cleaning && result.steps.size() != qsizetype(m_model.done.size()))
            return differ(QStringLiteral("number of steps"));
        for (std::size_t i = 0; m_model.place >= Model::Cleaning && i < m_model.done.size(); ++i) {
            const StepReport &step = result.steps[qsizetype(i)];
            if (step.name.toInt() != m_model.done[i].first || step.outcome != m_model.done[i].second)
                return differ(QStringLiteral("step %1").arg(i));
        }
        if (m_finished && *result.exitCode != m_model.exitCode())
            return differ(QStringLiteral("exit code %1, expected %2").arg(*result.exitCode).arg(m_model.exitCode()));
        return true;
    }

    std::mt19937 m_random;
    ManualClock m_clock;
    ServerState m_state{QStringLiteral("test"), QStringLiteral("1"), m_clock};
    ShutdownSequence m_sequence{m_state, ShutdownTimes{1s, 30s}, m_clock};
    Model m_model;
    std::map<int, CleanupDone> m_answers;
    int m_nextId = 0;
    int m_finished = 0;
    bool m_same = true;
    QString m_why;
};

} // namespace

class TestShutdownModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void randomEventsEndAsTheModelSays();
};

void TestShutdownModel::randomEventsEndAsTheModelSays()
{
    constexpr quint32 Sequences = 100'000;
    constexpr int Events = 40;
    for (quint32 seed = 1; seed <= Sequences; ++seed) {
        Run run(seed);
        for (int event = 0; event < Events; ++event) {
            if (!run.step())
                QFAIL(qPrintable(QStringLiteral("seed %1, event %2: %3").arg(seed).arg(event).arg(run.why())));
        }
    }
}

QTEST_GUILESS_MAIN(TestShutdownModel)
#include "tst_shutdownmodel.moc"
