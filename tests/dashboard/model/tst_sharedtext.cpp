// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/sharedtext.h"

#include "common/fleet/restarttexts.h"
#include "common/fleet/servicestate.h"
#include "dashboard/model/language.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestSharedText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { useLanguage(u"de"_s); }
    void cleanup() { useLanguage(u"en"_s); }
    void whatIsSaidIsTranslated_data();
    void whatIsSaidIsTranslated();
    void englishStays();
    void nothingIsTranslatedThatNobodySays();
};

static HealthReport ended(std::optional<int> exitCode, const QString &signal)
{
    HealthReport report;
    report.process = WrappedProcess();
    report.process->state = ProcessState::Failed;
    report.process->exitCode = exitCode;
    report.process->signal = signal;
    return report;
}

static LateFacts facts()
{
    LateFacts facts;
    facts.service = u"mcp"_s;
    facts.address = u"127.0.0.1:8000"_s;
    facts.method = u"systemd"_s;
    facts.answer = u"127.0.0.1:8000 refused the connection: nothing listens there"_s;
    facts.waitedFor = 7;
    return facts;
}

/// What common/ says, made by itself where it is put together of several.
void TestSharedText::whatIsSaidIsTranslated_data()
{
    QTest::addColumn<QString>("said");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *name, const QString &said, const QString &shown) {
        QTest::newRow(name) << said << shown;
    };
    row("whole", u"the program is not ready"_s, u"das Programm ist nicht bereit"_s);
    row("a gap at the beginning", u"127.0.0.1:8000 refused the connection: nothing listens there"_s,
        u"127.0.0.1:8000 hat die Verbindung abgewiesen: dort lauscht nichts"_s);
    row("a gap at the end", u"there is no socket /run/a b"_s, u"es gibt keinen Socket /run/a b"_s);
    row("two gaps", u"no connection to db:5432 within 5 s"_s, u"keine Verbindung zu db:5432 innerhalb von 5 s"_s);
    row("the one that says more", u"no connection to db: this machine is out of sockets (EMFILE)"_s,
        u"keine Verbindung zu db: diesem Rechner sind die Sockets ausgegangen (EMFILE)"_s);
    row("a gap that looks like one", u"there is no socket %1 %2"_s, u"es gibt keinen Socket %1 %2"_s);
    row("a service's own words", u"qdrant is on fire"_s, u"qdrant is on fire"_s);
    row("nothing in the gap", u"there is no socket "_s, u"there is no socket "_s);
    row("an exit code", programTrouble(ended(1, {})), u"das Programm hat geendet (Exit-Code 1)"_s);
    row("a signal", programTrouble(ended({}, u"SIGSEGV"_s)), u"das Programm hat geendet (SIGSEGV)"_s);
    ShutdownProgress progress;
    progress.phase = u"draining"_s;
    progress.inFlight = 3;
    progress.left = Seconds(27);
    row("progress", restartProgressText(progress), u"läuft leer: 3 offen, noch 27 s"_s);
    progress.left.reset();
    row("progress without an end", restartProgressText(progress), u"läuft leer: 3 offen"_s);
    progress = {};
    progress.phase = u"cleaning_up"_s;
    progress.steps = {{u"database"_s, StepOutcome::Running, {}, {}}};
    row("a step", restartProgressText(progress), u"räumt auf: database"_s);
    progress = {};
    progress.phase = u"stopped"_s;
    progress.left = Seconds(0);
    row("all is done", restartProgressText(progress), u"gestoppt"_s);
    row("cancelled", cancelledText({}), u"abgebrochen"_s);
    row("a shutdown goes on", cancelledText({.action = FleetAction::Stop, .service = u"mcp"_s, .isAsked = true}),
        u"abgebrochen: mcp fährt weiter herunter"_s);
    row("it stays stopped", stillTrueText({.action = FleetAction::Restart, .service = u"mcp"_s, .isLaunchDue = true}),
        u"von mcp wurde das Herunterfahren verlangt, und er wird nicht wieder gestartet. Zum Starten: hephaestus "
        "start mcp"_s);
    row("it is not started", stillTrueText({.action = FleetAction::Start, .service = u"mcp"_s, .isLaunchDue = true}),
        u"mcp wurde nicht gestartet"_s);
    row("it restarts itself", stillTrueText({.action = FleetAction::Restart, .service = u"mcp"_s}),
        u"von mcp wurde ein Neustart verlangt, und der geht weiter"_s);
    row("a launched one", stillTrueText({.service = u"mcp"_s, .launched = 41}),
        u"PID 41 wurde gestartet, und es wurde nicht gewartet"_s);
    PlannedStep step;
    step.deadline = std::chrono::seconds(30);
    step.step = RestartStep::Drained;
    row("not drained", lateText(step, facts()), u"mcp ist innerhalb von 30 s nicht heruntergefahren"_s);
    step.step = RestartStep::ProcessGone;
    row("not gone", lateText(step, facts()), u"der Prozess (PID 7) läuft nach 30 s immer noch"_s);
    step.step = RestartStep::Ready;
    step.means = RestartMeans::Command;
    LateFacts late = facts();
    late.lastWords = lastWordsText({u"boom"_s});
    late.launched = 9;
    row("not ready, with its last words", lateText(step, late),
        u"nicht bereit innerhalb von 30 s nach dem Start (PID 9 läuft noch): 127.0.0.1:8000 hat die Verbindung "
        "abgewiesen: dort lauscht nichts. Die letzten Worte: boom"_s);
    const RunningAct broken{.request = {.by = {41, 0}, .command = u"hephaestus up"_s}, .step = u"drained"_s};
    row("broken off", brokenOffText(broken), u"hephaestus up (PID 41) wurde bei „drained“ abgebrochen"_s);
    row("a hook", u"a notification did not reach ntfy.sh: it did not answer within 10 s"_s,
        u"eine Benachrichtigung hat ntfy.sh nicht erreicht: keine Antwort innerhalb von 10 s"_s);
    row("a hook's program", u"/bin/page-me failed with exit code 3"_s, u"/bin/page-me scheiterte mit Exit-Code 3"_s);
    row("a host", u"db1: ssh: it has not logged in within a minute; waiting for it"_s,
        u"db1: ssh: keine Anmeldung innerhalb einer Minute; es wird gewartet"_s);
    row("called off", overruledText(FleetAction::Restart, u"mcp"_s, u"hephaestus down (pid 3)"_s),
        u"der Neustart von mcp wurde abgesagt: hephaestus down (pid 3) hat etwas anderes verlangt"_s);
    row("another instance", otherInstanceText(u"mcp"_s, u"a"_s, u"b"_s, {}),
        u"nichts wurde getan: mcp ist jetzt Instanz b, nicht a"_s);
    row("a unit", u"systemd did not restart mcp.service: the unit failed; journalctl --user -u mcp.service says more"_s,
        u"systemd hat mcp.service nicht neu gestartet: die Unit ist gescheitert; journalctl --user -u mcp.service sagt "
        "mehr"_s);
    row("a build", u"the build (make all) exited with code 2; nothing else was done. Its output is in ~/log"_s,
        u"der Build (make all) endete mit Code 2; sonst wurde nichts getan. Seine Ausgabe ist in ~/log"_s);
    row("foreign", foreignText(u"mcp"_s, u"127.0.0.1:8000"_s, u"~/b, pid 3"_s),
        u"mcp wird nicht angerührt: 127.0.0.1:8000 wird von ~/b, pid 3 gehalten. Dort stoppen, oder den Port dieses "
        "Eintrags ändern"_s);
}

void TestSharedText::whatIsSaidIsTranslated()
{
    QFETCH(QString, said);
    QTEST(translated(said), "shown");
}

void TestSharedText::englishStays()
{
    useLanguage(u"en"_s);
    QCOMPARE(translated(u"the program is not ready"_s), u"the program is not ready"_s);
}

/// Each of them stands in common/ as it is, or one of the rows above is made of it there.
void TestSharedText::nothingIsTranslatedThatNobodySays()
{
    // Strings as a compiler joins them, and any number of a gap alike.
    QString sources;
    for (QDirIterator files(QStringLiteral(SHARED_SOURCES), {u"*.cpp"_s, u"*.h"_s}, QDir::Files,
                            QDirIterator::Subdirectories);
         files.hasNext();) {
        QFile file(files.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        sources += QString::fromUtf8(file.readAll());
    }
    static const QRegularExpression joint(u"\"(_s)?\\s*u?\""_s);
    static const QRegularExpression gap(u"%[1-9]"_s);
    sources.remove(joint).replace(u"\\\""_s, u"\""_s).replace(gap, u"%"_s);
    QVERIFY(sources.size() > 100'000);
    // What is put together there: the piece that tells it.
    const QHash<QString, QString> pieces{
        {u"the answer is not understood: %1"_s, u"\"the answer is not understood: \""_s},
        {u"the program has ended (%1)"_s, u"\"the program has ended\""_s},
        {u"the program has ended (exit code %1)"_s, u"\"exit code %\""_s},
        {u"its program ended (%1) and was started again"_s, u"\"its program ended% and was started again\""_s},
        {u"its program ended (exit code %1) and was started again"_s, u"\"exit code %\""_s},
        {u"%1 (pid %2, started in %3)"_s, u"\", started in %\""_s},
        {u"%1 Port %2 is held by %3. Stop it, or change the port."_s, u"\" Port % is held by %. Stop it, or change"_s},
        {u"%1 The socket %2 is held by %3. Stop it, or change the path."_s, u"\" The socket % is held by %. Stop it"_s},
        {u"draining %1, %2 left"_s, u"\", % left\""_s},
        {u"cleaning up: %1"_s, u"\"cleaning up: \""_s},
        {u"cleaning up: %1, %2 left"_s, u"\"cleaning up: \""_s},
        {u"%1 (pid %2) was broken off"_s, u"\"% (pid %) was broken off%\""_s},
        {u"%1 (pid %2) was broken off when it had come to \"%3\""_s, u"\" when it had come to \"%"_s},
        {u"cancelled: %1"_s, u"\"cancelled: \""_s},
        {u"%1 was asked to shut down, and is not started again. To start it: hephaestus start %2"_s,
         u"\". To start it: hephaestus start \""_s},
        {u"it is stopping already, and is started again first"_s, u"cancelled: it is stopping already, and"_s},
        {u"it was started again as pid %1, and was not waited for"_s,
         u"cancelled: it was started again as pid %, and"_s},
        {u"%1 was asked to restart, and goes on with it"_s, u"\"% was asked to %, and goes on with it\""_s},
        {u"%1 was asked to start, and goes on with it"_s, u"\"% was asked to %, and goes on with it\""_s},
        {u"%1; nothing was done"_s, u"; nothing was done\""_s},
        {u"%1. Its last words: %2"_s, u"\". Its last words: \""_s},
        {u"%1. It wrote nothing."_s, u"\". It wrote nothing.\""_s},
        {u"%1. Its log may tell why."_s, u"\". Its log may tell why.\""_s},
        {u"was killed by signal %1"_s, u"\"was killed by signal % (%)\""_s},
        {u"not ready within %1 of its start: %2"_s, u"\"not ready within % of its start%: %%\""_s},
        {u"not ready within %1 of its start (pid %2, still running): %3"_s, u"\" (pid %, still running)\""_s},
        {u"%1 has not finished its shutdown within %2"_s, u"\"% has not finished its shutdown within %%\""_s},
        {u"%1 has not finished its shutdown within %2 (%3)"_s, u"\"% has not finished its shutdown within %%\""_s},
        {u"it is stopped, but its clean-up was incomplete: %1"_s,
         u"\"it is stopped, but its clean-up was incomplete: \""_s},
        {u"%1 (last seen: %2)"_s, u"\" (last seen: %)\""_s},
        {u"%1 exited with code %2 after %3"_s, u"\"exited with code %\""_s},
        {u"%1 was killed by signal %2 after %3"_s, u"\"was killed by signal % (%)\""_s},
        {u"another process may tell it again, as it cannot be noted: %1"_s,
         u"\"another process may tell it again, as it cannot be noted: \""_s},
        {u"changed: %1 and %2 more"_s, u"\"changed: %\""_s},
        {u"%1: cannot be written: %2"_s, u"\"cannot be written: %\""_s},
        {u"joined the restart that was under way"_s, u"\"joined the % that was under way\""_s},
        {u"joined the start that was under way"_s, u"\"joined the % that was under way\""_s},
        {u"joined the stop that was under way"_s, u"\"joined the % that was under way\""_s},
        {u"the connection to %1 was lost before a step was told"_s, u"\"before a step was told\""_s},
        {u"the connection to %1 was lost after the step \"%2\""_s, u"\"after the step \"%"_s},
        {u"the restart of %1 was called off: %2 asked for something else"_s,
         u"\"the % of % was called off: % asked for something else\""_s},
        {u"the start of %1 was called off: %2 asked for something else"_s,
         u"\"the % of % was called off: % asked for something else\""_s},
        {u"the stop of %1 was called off: %2 asked for something else"_s,
         u"\"the % of % was called off: % asked for something else\""_s},
        {u"%1; what was started cannot be ended"_s, u"\"; what was started cannot be ended\""_s},
        {u"nothing was done: %1 does not say that it is instance %2"_s,
         u"\"nothing was done: % does not say that it is instance %%\""_s},
        {u"%1. The address is held by %2."_s, u"\". The address is held by %.\""_s},
        {u"the build (%1) exited with code %2; nothing else was done. Its output is in %3"_s,
         u"\"the build (%) %; nothing else was done. Its output is in %\""_s},
        {u"the build (%1) was killed by signal %2; nothing else was done. Its output is in %3"_s,
         u"\"the build (%) %; nothing else was done. Its output is in %\""_s},
        {u"ssh: permission denied; %1 must work without a question (ssh-add loads a key into the agent)"_s,
         u"\"ssh: permission denied%; % must work without a question (ssh-add loads a key into the agent)\""_s},
        {u"ssh: permission denied (%1); %2 must work without a question (ssh-add loads a key into the agent)"_s,
         u"\"ssh: permission denied%; % must work without a question (ssh-add loads a key into the agent)\""_s},
        {u"systemd did not start %1: %2"_s, u"\"systemd did not % %: %\""_s},
        {u"systemd did not restart %1: %2"_s, u"\"systemd did not % %: %\""_s},
        {u"%1 did not start the container %2: %3"_s, u"\"% did not % the container %: %\""_s},
        {u"%1 did not restart the container %2: %3"_s, u"\"% did not % the container %: %\""_s},
        {u"Prometheus: %1"_s, u"\"Prometheus: \""_s},
        {u"ssh: no forward: %1"_s, u"\"ssh: no forward: \""_s},
    };
    QStringList unsaid;
    for (const QString &known : knownSentences()) {
        const QString piece =
            pieces.contains(known) ? pieces[known] : u'"' + QString(known).replace(gap, u"%"_s) + u'"';
        if (!sources.contains(piece))
            unsaid << known;
    }
    QCOMPARE(unsaid, QStringList());
}

QTEST_GUILESS_MAIN(TestSharedText)
#include "tst_sharedtext.moc"
