// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codemonitor.h"
#include "server/code/codewatch.h"
#include "server/code/processorigin.h"
#include "server/core/serverstate.h"
#include "tests/server/code/codescene.h"
#include "tests/support/processline.h"

#include <QFileInfo>
#include <QProcess>
#include <QSignalSpy>

#include <fcntl.h>
#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray Source("src/manager.py");
const QByteArray Code("value = 1\n");
const QByteArray OtherCode("value = 2\n");

/// Each look at it takes time.
class RunningClock : public ManualClock
{
public:
    TimePoint now() const override
    {
        if (m_listener)
            m_listener();
        m_run += m_step;
        return ManualClock::now() + m_run;
    }
    void setStep(std::chrono::milliseconds step) { m_step = step; }
    /// Called at each look.
    void setListener(std::function<void()> listener) { m_listener = std::move(listener); }

private:
    std::function<void()> m_listener;
    std::chrono::milliseconds m_step{0};
    mutable std::chrono::milliseconds m_run{0};
};

/// A process that runs only when it is told to.
class RestingProgram
{
public:
    RestingProgram()
    {
        m_process.start(u"/bin/cat"_s, QStringList());
        run();
    }
    ~RestingProgram()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    void run()
    {
        m_process.write("\n");
        nextLine(m_process);
        QVERIFY(QTest::qWaitFor([this] { return isAsleep(); }, 60'000)); // it has written, and still runs
    }
    pid_t pid() const { return pid_t(m_process.processId()); }

private:
    bool isAsleep() const
    {
        const auto entry = readProcess(pid());
        return entry && entry->state == 'S';
    }

    QProcess m_process;
};

} // namespace

class TestCodeWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void itIsUnknownUntilItHasLooked();
    void anEventEndsFreshAtOnce_data();
    void anEventEndsFreshAtOnce();
    void whatIsLoadedLaterIsLookedAtAndWatchedFromThenOn();
    void aProgramThatIsStillLoadingIsUnknown();
    void aFreshProgramMayLoadAModule();
    void anEventOfNoConsequenceIsNotNoticed_data();
    void anEventOfNoConsequenceIsNotNoticed();
    void aLookWaitsForQuietButNotForever();
    void anEditDuringTheFirstLookIsNeverCalledFresh();
    void aQuestionIsAnsweredWhileTimeGoesOn();
    void anEditIsStaleOnceConfirmed();
    void anEditIsStaleWithinASecond();
    void aTouchIsNeverStale();
    void aFileBrieflyMissingIsNeverStale();
    void aFileCutAndWrittenAgainIsNeverStale();
    void aMissingFileIsStaleInTheEnd();
    void anEditTakenBackBeforeItWasConfirmedIsNeverStale();
    void thePeriodicLookNeedsNoEvent();
    void whatNoEventTellsIsSeenWithinASecond_data();
    void whatNoEventTellsIsSeenWithinASecond();
    void whatNoProcessCanHaveLoadedIsNotLookedFor_data();
    void whatNoProcessCanHaveLoadedIsNotLookedFor();
    void whatComesWhileAProgramRestsIsSeen_data();
    void whatComesWhileAProgramRestsIsSeen();
    void aLargeTreeIsComparedWhereItChanged_data();
    void aLargeTreeIsComparedWhereItChanged();
    void aDifferenceInALargeTreeIsLookedAtAgain();
    void aQuestionIsAnsweredByALookAtAllOfALargeTree();
    void anEditIsNotKeptWaitingByALookAtAllOfALargeTree_data();
    void anEditIsNotKeptWaitingByALookAtAllOfALargeTree();
    void aComparisonThatAnEventAskedForEndsBeforeAnythingIsFresh();
    void anEditIsNotKeptWaitingByAGlanceAtALargeTree();
    void aSwappedLinkAboveManyModulesIsSeen();
    void aLargeTreeThatEventsCoverIsLeftAlone();
    void whatChangesAfterAnExecIsKnown_data();
    void whatChangesAfterAnExecIsKnown();
    void aQuestionIsAnsweredByALookThatBeganLater();
    void aVerdictHasTheAgeOfItsLook();
    void aConfigurationThatWasAppliedIsFresh();
    void aFileWrittenAllTheTimeIsStaleNevertheless();
    void compareNowBelievesWhatItSees();
    void aStoppedWatchReportsNothing();
    void theMonitorTellsTheState();
    void theMonitorEndsInTheMiddleOfItsWork();
    void theMonitorFindsAFile();

private:
    void remakeWatch();
    bool neverStale() const;
    void rest(RestingProgram &program, int &listed);
    /// Fresh five seconds ago; comparing everything takes too long to do it for each change.
    void beginLarge(double glanceShare = 1e-9, std::chrono::milliseconds net = 60s);
    /// Runs a shell's command in the scene, and lets the watch hear of it.
    void change(const QByteArray &command);
    /// Of this process, in the scene's report; `$` in a line stands for its pid and ticket.
    void beginReporting();
    void report(QByteArray line);
    /// As an adapter tells that this process has loaded the file as it is now.
    void reportLoaded(const QByteArray &name);
    /// Lets the clock run, polled every 10 ms.
    void run(std::chrono::milliseconds span);

    std::unique_ptr<CodeScene> m_scene;
    std::unique_ptr<ManualClock> m_clock;
    std::unique_ptr<CodeWatch> m_watch;
    QList<CodeVerdict> m_verdicts;
    int m_rests = 0; ///< rested() of a watch of rest()
};

void TestCodeWatch::init()
{
    m_scene = std::make_unique<CodeScene>();
    m_scene->write(Source, Code);
    m_scene->write("elsewhere/lib.py", Code);
    QCOMPARE(::symlink("../elsewhere/lib.py", m_scene->path("src/lib.py").constData()), 0);
    m_scene->sources.watch = {"src/**/*.py"};
    m_scene->sources.since = wallClock();
    m_clock = std::make_unique<ManualClock>();
    remakeWatch();
}

void TestCodeWatch::remakeWatch()
{
    CodeTiming timing;
    timing.idleShare = 1e9;
    timing.rest = 0ms; // the clock stands still while it works
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock, timing);
    m_verdicts.clear();
    connect(m_watch.get(), &CodeWatch::reported, this, [this](const CodeReport &report) {
        if (m_verdicts.isEmpty() || m_verdicts.last() != report.verdict)
            m_verdicts << report.verdict;
    });
}

void TestCodeWatch::cleanup()
{
    m_watch.reset();
    m_scene.reset();
}

void TestCodeWatch::beginReporting()
{
    m_scene->sources.moduleReport = m_scene->path("report");
    report("began $ " + ProcessOrigin::imageOf(::getpid()));
    remakeWatch();
}

void TestCodeWatch::report(QByteArray line)
{
    const QByteArray process =
        QByteArray::number(::getpid()) + ' ' + QByteArray::number(ProcessOrigin::ticketOf(::getpid()));
    QFile file(QFile::decodeName(m_scene->path("report")));
    QVERIFY(file.open(QIODevice::Append));
    file.write(line.replace('$', process) + '\n');
}

void TestCodeWatch::reportLoaded(const QByteArray &name)
{
    struct stat status = {};
    QCOMPARE(::stat(m_scene->path(name).constData(), &status), 0);
    const FileStamp stamp = FileStamp::of(status);
    QFile report(QFile::decodeName(m_scene->sources.moduleReport));
    QVERIFY(report.open(QIODevice::Append));
    QByteArrayList words{"loaded"};
    for (const qint64 number : {qint64(::getpid()), qint64(ProcessOrigin::ticketOf(::getpid())), wallClock(),
                                qint64(stamp.device), qint64(stamp.inode), stamp.size, stamp.modified, stamp.changed})
        words << QByteArray::number(number);
    report.write((words << m_scene->path(name)).join(' ') + '\n');
}

bool TestCodeWatch::neverStale() const { return !m_verdicts.contains(CodeVerdict::Stale); }

void TestCodeWatch::run(std::chrono::milliseconds span)
{
    for (auto left = span; left > 0ms; left -= 10ms) {
        m_clock->advance(10ms);
        m_watch->poll();
    }
}

void TestCodeWatch::itIsUnknownUntilItHasLooked()
{
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    m_watch->start();
    QCOMPARE(m_verdicts, QList<CodeVerdict>{CodeVerdict::Fresh});
}

void TestCodeWatch::anEventEndsFreshAtOnce_data()
{
    QTest::addColumn<int>("event");
    QTest::newRow("written") << 0;
    QTest::newRow("touched") << 1;
    QTest::newRow("removed") << 2;
    QTest::newRow("a new file that matches") << 3;
    QTest::newRow("a new directory") << 4;
    QTest::newRow("where a link leads") << 5;
    QTest::newRow("the directory moved") << 6;
}

void TestCodeWatch::anEventEndsFreshAtOnce()
{
    QFETCH(int, event);
    m_watch->start();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    switch (event) {
    case 0: m_scene->write(Source, OtherCode); break;
    case 1: m_scene->setTimes(Source, -60); break;
    case 2: ::unlink(m_scene->path(Source).constData()); break;
    case 3: m_scene->write("src/new.py", Code); break;
    case 4: ::mkdir(m_scene->path("src/package").constData(), 0755); break;
    case 5: m_scene->write("elsewhere/lib.py", OtherCode); break;
    case 6: ::rename(m_scene->path("src").constData(), m_scene->path("old").constData()); break;
    }
    QTRY_COMPARE(m_watch->report().verdict, CodeVerdict::Unknown); // told by inotify; the clock stands still
    QVERIFY(neverStale());
}

void TestCodeWatch::whatIsLoadedLaterIsLookedAtAndWatchedFromThenOn()
{
    m_scene->write("later/part.py", Code);
    letFilesSettle();
    m_scene->write("adapter/report", "");
    m_scene->sources.moduleReport = m_scene->path("adapter/report");
    reportLoaded(Source);
    CodeTiming timing;
    timing.idleShare = 1e9;
    timing.rest = 0ms;
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock, timing);
    m_watch->start();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    reportLoaded("later/part.py");
    const auto found = [this] {
        run(100ms);
        return m_watch->manifest().find(m_scene->path("later/part.py")).has_value();
    };
    QVERIFY(!m_watch->manifest().find(m_scene->path("later/part.py")));
    QTRY_VERIFY(found()); // told by inotify, well before the next look without an event
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    m_scene->write("later/part.py", OtherCode);
    QTRY_COMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    run(400ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::aProgramThatIsStillLoadingIsUnknown()
{
    beginReporting();
    report("loading $ 1");
    m_watch->start();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    QVERIFY(m_watch->report().reasons.first().contains(u"is still loading modules"_s));
    bool isAnswered = false;
    m_watch->compareAnew([&isAnswered] { isAnswered = true; });
    run(5s);
    QCOMPARE(m_verdicts, QList<CodeVerdict>{CodeVerdict::Unknown});
    QVERIFY(!isAnswered);
    report("imported $ 1 5 6");
    run(500ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    QVERIFY(isAnswered);
}

void TestCodeWatch::aFreshProgramMayLoadAModule()
{
    beginReporting();
    m_watch->start();
    report("loading $ 1");
    run(1'000ms);
    QCOMPARE(m_verdicts, QList<CodeVerdict>{CodeVerdict::Fresh});
    run(2s); // more than a module takes
    QCOMPARE(m_verdicts, (QList<CodeVerdict>{CodeVerdict::Fresh, CodeVerdict::Unknown}));
    report("imported $ 1 5 6");
    run(500ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::anEventOfNoConsequenceIsNotNoticed_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("no pattern matches") << QByteArray("src/notes.txt");
    QTest::newRow("hidden") << QByteArray("src/.manager.py.swp");
    QTest::newRow("byte code") << QByteArray("src/manager.pyc");
}

void TestCodeWatch::anEventOfNoConsequenceIsNotNoticed()
{
    QFETCH(QByteArray, name);
    m_watch->start();
    m_scene->write(name, Code);
    m_scene->write("src/last.py", Code); // events come in order: when this one is here, the other was
    QSignalSpy reported(m_watch.get(), &CodeWatch::reported);
    QTRY_COMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    ::unlink(m_scene->path("src/last.py").constData());
    run(1s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    m_scene->write(name, OtherCode);
    QCoreApplication::processEvents();
    QVERIFY(neverStale());
    QVERIFY(!m_watch->manifest().concerns(m_scene->path("src"), name.mid(4)));
}

void TestCodeWatch::aLookWaitsForQuietButNotForever()
{
    m_watch->start();
    m_verdicts.clear();
    m_watch->notice();
    QCOMPARE(m_verdicts, QList<CodeVerdict>{CodeVerdict::Unknown});
    for (int i = 0; i < 5; ++i) { // 250 ms of events, never 100 ms of quiet
        m_clock->advance(50ms);
        m_watch->poll();
        m_watch->notice();
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    }
    m_clock->advance(50ms);
    m_watch->poll();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::anEditDuringTheFirstLookIsNeverCalledFresh()
{
    // it is asked for the time when the comparison has ended, before anything is made of it
    class ClockOfAnEditor : public ManualClock
    {
    public:
        explicit ClockOfAnEditor(const CodeScene &scene) : m_scene(scene) {}
        TimePoint now() const override
        {
            if (++m_calls == 3) // the deadline, the beginning, the end
                m_scene.write(Source, OtherCode);
            return ManualClock::now();
        }

    private:
        const CodeScene &m_scene;
        mutable int m_calls = 0;
    };
    ClockOfAnEditor clock(*m_scene);
    CodeWatch watch(std::make_unique<CodeManifest>(m_scene->sources), clock, CodeTiming{.idleShare = 1e9, .rest = 0ms});
    QList<CodeVerdict> verdicts;
    connect(&watch, &CodeWatch::reported, this, [&](const CodeReport &report) {
        if (verdicts.isEmpty() || verdicts.last() != report.verdict)
            verdicts << report.verdict;
    });
    watch.start();
    for (int i = 0; i < 100; ++i) {
        clock.advance(10ms);
        watch.poll();
    }
    QCOMPARE(verdicts, QList<CodeVerdict>{CodeVerdict::Stale});
}

/// The machine's clock has moved on at each look at it.
void TestCodeWatch::aQuestionIsAnsweredWhileTimeGoesOn()
{
    class RunningClock : public ManualClock
    {
    public:
        TimePoint now() const override
        {
            m_passed += 1us;
            return ManualClock::now() + m_passed;
        }

    private:
        mutable std::chrono::nanoseconds m_passed{0};
    };
    RunningClock clock;
    CodeWatch watch(std::make_unique<CodeManifest>(m_scene->sources), clock);
    watch.start();
    bool isAnswered = false;
    watch.compareAnew([&isAnswered] { isAnswered = true; });
    for (int i = 0; i < 100 && !isAnswered; ++i) {
        clock.advance(10ms);
        watch.poll();
    }
    QVERIFY(isAnswered);
}

void TestCodeWatch::anEditIsStaleOnceConfirmed()
{
    m_watch->start();
    m_scene->write(Source, OtherCode);
    m_watch->notice();
    run(100ms);
    QVERIFY(neverStale()); // seen once
    run(200ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    QCOMPARE(m_watch->report().changed.size(), 1);
    QCOMPARE(m_watch->report().changed[0].kind, u"source"_s);
}

void TestCodeWatch::anEditIsStaleWithinASecond()
{
    m_watch->start();
    m_scene->write(Source, OtherCode);
    for (int i = 0; i < 30; ++i) { // and more events all the time
        m_watch->notice();
        run(30ms);
    }
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::aTouchIsNeverStale()
{
    m_watch->start();
    m_scene->setTimes(Source, 0);
    m_watch->notice();
    run(1s);
    QCOMPARE(m_verdicts, (QList<CodeVerdict>{CodeVerdict::Fresh, CodeVerdict::Unknown, CodeVerdict::Fresh}));
}

void TestCodeWatch::aFileBrieflyMissingIsNeverStale()
{
    m_watch->start();
    // an editor: the file becomes its own backup, a new one is written 350 ms later
    QCOMPARE(::rename(m_scene->path(Source).constData(), m_scene->path("src/manager.py~").constData()), 0);
    m_watch->notice();
    run(350ms);
    m_scene->write(Source, Code);
    m_watch->notice();
    run(2s);
    QVERIFY(neverStale());
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::aFileCutAndWrittenAgainIsNeverStale()
{
    m_watch->start();
    m_scene->write(Source, "");
    m_watch->notice();
    run(150ms); // a look saw it empty
    m_scene->write(Source, Code);
    m_watch->notice();
    run(2s);
    QVERIFY(neverStale());
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::aMissingFileIsStaleInTheEnd()
{
    m_watch->start();
    QCOMPARE(::unlink(m_scene->path(Source).constData()), 0);
    m_watch->notice();
    run(900ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    QCOMPARE(m_watch->report().changed.value(0).change, u"removed"_s);
}

void TestCodeWatch::anEditTakenBackBeforeItWasConfirmedIsNeverStale()
{
    m_watch->start();
    m_scene->write(Source, OtherCode);
    m_watch->notice();
    run(150ms);
    m_scene->write(Source, Code);
    m_watch->notice();
    run(1s);
    QVERIFY(neverStale());
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::thePeriodicLookNeedsNoEvent()
{
    m_watch->start();
    for (int i = 0; i < 10; ++i) {
        m_clock->advance(60s);
        m_watch->poll();
    }
    m_scene->write(Source, OtherCode);
    m_clock->advance(900ms);
    m_watch->poll();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    m_clock->advance(100ms);
    m_watch->poll();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown); // seen once
    QCOMPARE(m_watch->report().reasons.size(), 1);
    run(300ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::whatNoEventTellsIsSeenWithinASecond_data()
{
    QTest::addColumn<bool>("isFolder");
    QTest::newRow("written by another name") << false;
    QTest::newRow("a directory that was away is back") << true;
}

/// Where comparisons without an event are not affordable.
void TestCodeWatch::whatNoEventTellsIsSeenWithinASecond()
{
    QFETCH(bool, isFolder);
    CodeTiming timing;
    timing.idleShare = 1e-9;
    timing.glanceShare = 1e9;
    timing.rest = 0ms;
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock, timing);
    m_watch->start();
    run(2s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    if (isFolder) {
        QCOMPARE(::rename(m_scene->path("src").constData(), m_scene->path("away").constData()), 0);
        run(2s);
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
        QCOMPARE(::rename(m_scene->path("away").constData(), m_scene->path("src").constData()), 0);
        run(2s);
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    } else {
        QCOMPARE(::link(m_scene->path(Source).constData(), m_scene->path("elsewhere/other").constData()), 0);
        run(2s);
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
        m_scene->write("elsewhere/other", OtherCode);
        run(2s);
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    }
}

/// A watch of a process of its own, which rests: `listed` counts the looks at its relatives.
void TestCodeWatch::rest(RestingProgram &program, int &listed)
{
    m_scene->sources.pid = program.pid();
    m_scene->sources.passing = 0ms;
    m_scene->sources.family = [&listed] { // each comparison asks once
        ++listed;
        return QList<ProcessEntry>();
    };
    m_scene->sources.relatives = [pid = program.pid()] { return QList<ProcessEntry>{readProcess(pid).value()}; };
    CodeTiming timing;
    timing.idleShare = 1e9;
    timing.glanceShare = 1e9;
    timing.young = 0ms;
    timing.rest = 0ms;
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock, timing);
    m_rests = 0;
    connect(m_watch.get(), &CodeWatch::rested, this, [this] { ++m_rests; });
    m_watch->start();
    run(5s);
}

void TestCodeWatch::whatNoProcessCanHaveLoadedIsNotLookedFor_data()
{
    QTest::addColumn<bool>("hasGap");
    QTest::newRow("fresh") << false;
    QTest::newRow("not all is known") << true;
}

void TestCodeWatch::whatNoProcessCanHaveLoadedIsNotLookedFor()
{
    QFETCH(bool, hasGap);
    RestingProgram program;
    int compared = 0;
    m_scene->sources.watch = {"{src,later}/**/*.py"};
    if (hasGap)
        m_scene->sources.watch << "never/*.py";
    rest(program, compared);
    QCOMPARE(m_watch->report().verdict, hasGap ? CodeVerdict::Unknown : CodeVerdict::Fresh);
    const int before = compared;
    QSignalSpy reported(m_watch.get(), &CodeWatch::reported);
    run(30s);
    QCOMPARE(compared, before);
    // The longer it rests, the less often it is looked at; and the verdict stays young.
    QVERIFY2(reported.size() >= 6 && reported.size() <= 12, qPrintable(QString::number(reported.size())));
    reported.clear();
    run(6s);
    QVERIFY(!reported.isEmpty());
    program.run();
    run(6s);
    QVERIFY(compared > before);
    run(5s);
    const int again = compared;
    run(30s);
    QCOMPARE(compared, again);
    run(61s); // the periodic one backs it up
    QVERIFY(compared > again);
    QCOMPARE(m_rests, 1); // the first time
    bool isAnswered = false;
    const int unasked = compared;
    m_watch->compareAnew([&isAnswered] { isAnswered = true; });
    run(10ms);
    QVERIFY(isAnswered);
    QVERIFY(compared > unasked);
    if (hasGap) {
        m_scene->write("never/new.py", Code);
        run(2s);
        QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    }
}

void TestCodeWatch::whatComesWhileAProgramRestsIsSeen_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::newRow("a file is written") << QByteArray("echo 'value = 3' > src/manager.py");
    QTest::newRow("written by another name") << QByteArray("ln src/manager.py x; echo 'value = 3' > x");
    QTest::newRow("a file comes") << QByteArray("echo 'value = 3' > src/new.py");
    QTest::newRow("a folder of a pattern comes") << QByteArray("mkdir later; echo 'value = 3' > later/new.py");
    QTest::newRow("a parent is swapped") << QByteArray("cp -a src y; echo z > y/manager.py; mv src z; mv y src");
    QTest::newRow("a link is swapped") << QByteArray("echo z > other.py; ln -sfn ../other.py src/lib.py");
}

void TestCodeWatch::whatComesWhileAProgramRestsIsSeen()
{
    QFETCH(QByteArray, change);
    RestingProgram program;
    int compared = 0;
    m_scene->sources.watch = {"{src,later}/**/*.py"};
    rest(program, compared);
    run(3s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    const QByteArray command = "cd " + m_scene->path("") + " && " + change;
    QCOMPARE(::system(command.constData()), 0);
    QCoreApplication::processEvents(); // what inotify tells
    run(6s);                           // what no event tells is looked for every five seconds by now
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::beginLarge(double glanceShare, std::chrono::milliseconds net)
{
    CodeTiming timing;
    timing.idleShare = 1e-9;
    timing.glanceShare = glanceShare;
    timing.netShare = 1e-9;
    timing.net = net;
    timing.large = timing.rest = 0ms;
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock, timing);
    m_verdicts.clear();
    connect(m_watch.get(), &CodeWatch::reported, this,
            [this](const CodeReport &report) { m_verdicts << report.verdict; });
    m_watch->start();
    run(5s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::change(const QByteArray &command)
{
    QCOMPARE(::system(("cd " + m_scene->path("") + " && " + command).constData()), 0);
    QCoreApplication::processEvents();
}

void TestCodeWatch::aLargeTreeIsComparedWhereItChanged_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("takenBack");
    QTest::addColumn<int>("changes");
    QTest::addColumn<bool>("isPart");
    const QByteArray original("echo 'value = 1' > src/manager.py");
    QTest::newRow("written") << QByteArray("echo 'value = 3' > src/manager.py") << original << 1 << true;
    QTest::newRow("touched") << QByteArray("touch src/manager.py") << QByteArray("true") << 0 << true;
    QTest::newRow("saved by a rename") << QByteArray("echo z > y; mv y src/manager.py") << original << 1 << true;
    QTest::newRow("saved unchanged") << QByteArray("cp src/manager.py y; mv y src/manager.py") << QByteArray("true")
                                     << 0 << true;
    QTest::newRow("removed") << QByteArray("rm src/manager.py") << original << 1 << true;
    QTest::newRow("a new file") << QByteArray("echo z > src/new.py") << QByteArray("rm src/new.py") << 1 << true;
    QTest::newRow("two files") << QByteArray("echo z > src/new.py; echo z > src/manager.py")
                               << "rm src/new.py; " + original << 2 << true;
    QTest::newRow("where a link leads") << QByteArray("echo z > elsewhere/lib.py")
                                        << QByteArray("echo 'value = 1' > elsewhere/lib.py") << 1 << false;
    QTest::newRow("a link is swapped") << QByteArray("echo z > y; ln -sfn ../y src/lib.py")
                                       << QByteArray("ln -sfn ../elsewhere/lib.py src/lib.py") << 1 << false;
    QTest::newRow("a second name") << QByteArray("ln src/manager.py src/copy.py; echo z > src/copy.py")
                                   << "rm src/copy.py; " + original << 2 << false;
    QTest::newRow("a folder") << QByteArray("mkdir src/p; echo z > src/p/new.py") << QByteArray("rm -r src/p") << 1
                              << false;
    QTest::newRow("many files") << QByteArray("for i in $(seq 300); do echo z > src/n$i.py; done")
                                << QByteArray("rm src/n*.py") << 300 << false;
}

void TestCodeWatch::aLargeTreeIsComparedWhereItChanged()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, takenBack);
    QFETCH(int, changes);
    QFETCH(bool, isPart);
    beginLarge();
    change(command);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    run(800ms);
    QCOMPARE(m_watch->report().changed.size() + m_watch->report().more, changes);
    QCOMPARE(m_watch->report().verdict, changes > 0 ? CodeVerdict::Stale : CodeVerdict::Fresh);
    if (changes > 0)
        QVERIFY(*m_watch->report().checked < 1s); // found just now
    change(takenBack);
    run(800ms);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    QCOMPARE(*m_watch->report().checked > 4s, isPart); // since all files were compared
}

void TestCodeWatch::aDifferenceInALargeTreeIsLookedAtAgain()
{
    QCOMPARE(::link(m_scene->path(Source).constData(), m_scene->path("other").constData()), 0);
    m_scene->sources.since = wallClock();
    beginLarge();
    m_scene->write("other", OtherCode); // of which no event tells
    m_clock->advance(60s);
    m_watch->poll();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    m_scene->write("other", Code);
    run(1s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    QVERIFY(neverStale());
}

void TestCodeWatch::aQuestionIsAnsweredByALookAtAllOfALargeTree()
{
    QCOMPARE(::link(m_scene->path(Source).constData(), m_scene->path("other").constData()), 0);
    m_scene->write("src/more.py", Code);
    m_scene->sources.since = wallClock();
    beginLarge();
    m_scene->write("other", OtherCode); // of which no event tells
    change("touch src/more.py");
    CodeVerdict answer = CodeVerdict::Fresh;
    m_watch->compareAnew([&] { answer = m_watch->report().verdict; });
    run(10ms);
    QCOMPARE(answer, CodeVerdict::Stale);
}

void TestCodeWatch::anEditIsNotKeptWaitingByALookAtAllOfALargeTree_data()
{
    QTest::addColumn<QByteArray>("command"); // that calls for a look at all
    QTest::addColumn<bool>("isAskedFor");    // by an event: nothing is fresh before it has ended
    QTest::newRow("without an event") << QByteArray("true") << false;
    QTest::newRow("after a folder came") << QByteArray("mkdir src/more") << true;
    QTest::newRow("after a link was swapped") << QByteArray("ln -sfn ../elsewhere/other.py src/lib.py") << true;
}

/// The look at all takes seconds, and the edit happens when it begins.
void TestCodeWatch::anEditIsNotKeptWaitingByALookAtAllOfALargeTree()
{
    QFETCH(QByteArray, command);
    QFETCH(bool, isAskedFor);
    for (int i = 0; i < 1500; ++i)
        m_scene->write("src/p" + QByteArray::number(i % 20) + "/m" + QByteArray::number(i) + ".py", Code);
    m_scene->write("elsewhere/other.py", Code);
    auto *clock = new RunningClock;
    m_clock.reset(clock);
    bool edits = false;
    m_scene->sources.since = wallClock();
    m_scene->sources.family = [this, &edits] { // each comparison asks when it begins
        if (std::exchange(edits, false))
            m_scene->write(Source, OtherCode);
        return QList<ProcessEntry>();
    };
    beginLarge();
    change(command);
    const auto began = clock->now();
    edits = true;
    m_clock->advance(60s);
    clock->setStep(20ms);
    for (int i = 0; i < 6 && m_watch->report().verdict != CodeVerdict::Stale; ++i) {
        m_watch->poll(); // begins, and stops; compares the edit; goes on until that is to be confirmed; confirms it
        QVERIFY(!edits);
    }
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    m_scene->write(Source, Code);
    for (int i = 0; i < 6 && m_watch->report().verdict != CodeVerdict::Fresh; ++i)
        m_watch->poll();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    QCOMPARE(*m_watch->report().checked > 60s, !isAskedFor); // before the look at all has ended, or after
    QVERIFY(clock->now() - began < 64s);
    for (int i = 0; i < 20 && *m_watch->report().checked > 60s; ++i)
        m_watch->poll();
    QVERIFY(*m_watch->report().checked < 30s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

/// What was changed may be any file, by one of its other names, and others are touched all the time meanwhile.
void TestCodeWatch::aComparisonThatAnEventAskedForEndsBeforeAnythingIsFresh()
{
    for (int i = 0; i < 1500; ++i)
        m_scene->write("src/p" + QByteArray::number(i % 20) + "/m" + QByteArray::number(i) + ".py", Code);
    m_scene->write("src/z/hard.py", Code);
    QCOMPARE(::link(m_scene->path("src/z/hard.py").constData(), m_scene->path("elsewhere/hard").constData()), 0);
    auto *clock = new RunningClock;
    m_clock.reset(clock);
    m_scene->sources.since = wallClock();
    bool isUnderWay = false;
    m_scene->sources.family = [&isUnderWay] { // each comparison asks when it begins
        isUnderWay = true;
        return QList<ProcessEntry>();
    };
    beginLarge();
    isUnderWay = false;
    change("echo z >> src/z/hard.py");
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    m_verdicts.clear();
    clock->setStep(20ms);
    int asked = 0; // for the time, since the comparison began
    clock->setListener([&] {
        if (isUnderWay && ++asked == 3)
            ::utimensat(AT_FDCWD, m_scene->path("src/p0/m0.py").constData(), nullptr, 0);
    });
    for (int i = 0; i < 200 && m_watch->report().verdict != CodeVerdict::Stale; ++i)
        m_watch->poll();
    clock->setListener({});
    QVERIFY(asked > 3);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    QVERIFY(!m_verdicts.contains(CodeVerdict::Fresh));
}

/// Of files that were reported events tell, but of no link in their paths.
void TestCodeWatch::aSwappedLinkAboveManyModulesIsSeen()
{
    for (const char *name : {"rel1/part.py", "rel2/part.py"})
        m_scene->write(name, Code);
    QCOMPARE(::symlink("rel1", m_scene->path("current").constData()), 0);
    m_scene->write("adapter/report", "");
    m_scene->sources.moduleReport = m_scene->path("adapter/report");
    m_scene->sources.watch.clear();
    letFilesSettle();
    reportLoaded("current/part.py");
    m_scene->sources.since = wallClock();
    beginLarge(1e9, 300s);
    change("echo z >> rel2/part.py; ln -sfn rel2 current");
    run(2s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

/// Nor by a glance at all files, which nothing has called for.
void TestCodeWatch::anEditIsNotKeptWaitingByAGlanceAtALargeTree()
{
    m_scene->write("one", Code);
    for (int i = 0; i < 1000; ++i) { // what others may write to by another name
        const QByteArray name = m_scene->path("src/m" + QByteArray::number(i) + ".py");
        QCOMPARE(::link(m_scene->path("one").constData(), name.constData()), 0);
    }
    auto *clock = new RunningClock;
    m_clock.reset(clock);
    m_scene->sources.since = wallClock();
    beginLarge(1e9);
    bool edits = true;
    int asked = 0;        // for the time
    m_clock->advance(1s); // a glance is due, and no look at all
    clock->setStep(10ms);
    clock->setListener([&] {
        if (++asked == 8 && std::exchange(edits, false))
            m_scene->write(Source, OtherCode);
    });
    m_watch->poll();
    clock->setListener({});
    QVERIFY(!edits);
    QVERIFY2(asked > 8 && asked < 50, qPrintable(QString::number(asked))); // it was heard in the middle
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    for (int i = 0; i < 6 && m_watch->report().verdict != CodeVerdict::Stale; ++i) {
        m_watch->poll();
        m_clock->advance(100ms);
    }
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::aLargeTreeThatEventsCoverIsLeftAlone()
{
    QCOMPARE(::link(m_scene->path(Source).constData(), m_scene->path("other").constData()), 0);
    m_scene->sources.since = wallClock();
    int looked = 0; // at the processes
    m_scene->sources.family = [&looked] {
        ++looked;
        return QList<ProcessEntry>();
    };
    beginLarge(1e9, 300s);
    looked = 0;
    run(100s);
    QVERIFY2(looked > 80 && looked < 120, qPrintable(QString::number(looked)));
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    QVERIFY2(*m_watch->report().checked > 100s, "everything was compared");
    m_scene->write("other", OtherCode); // of which no event tells
    run(2s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    QCOMPARE(m_watch->report().changed.size(), 1);
    m_scene->write("other", Code);
    run(2s);
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    run(290s);
    QVERIFY(*m_watch->report().checked > 200s);
    run(20s);
    QVERIFY2(*m_watch->report().checked < 20s, "never everything was compared");
}

void TestCodeWatch::whatChangesAfterAnExecIsKnown_data()
{
    QTest::addColumn<bool>("isRemoved");
    QTest::addColumn<bool>("isSeen"); // the exec, before the change
    QTest::addColumn<CodeVerdict>("verdict");
    QTest::newRow("written") << false << true << CodeVerdict::Stale;
    QTest::newRow("removed") << true << true << CodeVerdict::Stale;
    QTest::newRow("written before we look") << false << false << CodeVerdict::Unknown;
    QTest::newRow("removed before we look") << true << false << CodeVerdict::Unknown;
}

void TestCodeWatch::whatChangesAfterAnExecIsKnown()
{
    QFETCH(bool, isRemoved);
    QFETCH(bool, isSeen);
    QProcess shell;
    shell.start(u"/bin/sh"_s, {u"-c"_s, u"read line; exec cat"_s});
    QVERIFY(shell.waitForStarted());
    const pid_t pid = pid_t(shell.processId());
    QTRY_COMPARE(ProcessOrigin::programOf(pid), QFileInfo(u"/bin/sh"_s).canonicalFilePath().section(u'/', -1).toUtf8());
    m_scene->sources.pid = pid;
    m_watch = std::make_unique<CodeWatch>(std::make_unique<CodeManifest>(m_scene->sources), *m_clock,
                                          CodeTiming{.idleShare = 1e-9, .rest = 0ms});
    m_watch->start();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
    letFilesSettle();
    run(20ms);
    shell.write("\n");
    QTRY_COMPARE(ProcessOrigin::programOf(pid), "cat");
    if (isSeen)
        run(20ms);
    letFilesSettle();
    if (isRemoved)
        QCOMPARE(::unlink(m_scene->path(Source).constData()), 0);
    else
        m_scene->write(Source, OtherCode);
    m_watch->notice();
    run(1s);
    QTEST(m_watch->report().verdict, "verdict");
    QCOMPARE(m_watch->report().changed.size(), 1);
    shell.closeWriteChannel();
    shell.waitForFinished();
}

void TestCodeWatch::aQuestionIsAnsweredByALookThatBeganLater()
{
    m_watch->start();
    m_scene->write(Source, OtherCode);
    CodeVerdict answer = CodeVerdict::Fresh;
    m_watch->compareAnew([&] { answer = m_watch->report().verdict; });
    QCOMPARE(answer, CodeVerdict::Fresh); // not yet
    m_watch->poll();
    QCOMPARE(answer, CodeVerdict::Stale); // at once, and believed
}

void TestCodeWatch::aVerdictHasTheAgeOfItsLook()
{
    m_watch->start();
    m_clock->advance(700ms);
    m_watch->notice();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Unknown);
    QCOMPARE(m_watch->report().checked, Seconds(0.7));
}

void TestCodeWatch::aConfigurationThatWasAppliedIsFresh()
{
    m_scene->write("service.toml", "one");
    m_scene->sources.configurationFiles = {m_scene->path("service.toml")};
    m_scene->sources.configurationRead.insert(m_scene->path("service.toml"), "one");
    CodeWatch watch(std::make_unique<CodeManifest>(m_scene->sources), *m_clock);
    watch.start();
    QCOMPARE(watch.report().verdict, CodeVerdict::Fresh); // though it was written this very moment
    m_scene->write("service.toml", "two");
    watch.compareNow();
    QCOMPARE(watch.report().verdict, CodeVerdict::Stale);
    watch.setConfiguration(m_scene->path("service.toml"), "two");
    watch.compareNow();
    QCOMPARE(watch.report().verdict, CodeVerdict::Fresh);
    m_scene->write("service.toml", "one");
    watch.compareNow();
    QCOMPARE(watch.report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::aFileWrittenAllTheTimeIsStaleNevertheless()
{
    m_watch->start();
    for (int i = 0; i < 50; ++i) {
        m_scene->write(Source, "value = " + QByteArray::number(100 + i));
        m_watch->notice();
        run(20ms);
    }
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
}

void TestCodeWatch::compareNowBelievesWhatItSees()
{
    m_watch->start();
    m_scene->write(Source, OtherCode);
    m_watch->compareNow();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Stale);
    m_scene->write(Source, Code);
    m_watch->compareNow();
    QCOMPARE(m_watch->report().verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::aStoppedWatchReportsNothing()
{
    m_watch->start();
    m_watch->stop();
    m_scene->write(Source, OtherCode);
    m_verdicts.clear();
    m_watch->compareNow();
    run(61s);
    QVERIFY(m_verdicts.isEmpty());
}

void TestCodeWatch::theMonitorTellsTheState()
{
    ServerState state;
    EventThread thread("code");
    CodeMonitor monitor(state, thread, m_scene->sources);
    QVERIFY(state.report().capabilities.contains(u"code"_s));
    QCOMPARE(state.report().code->verdict, CodeVerdict::Unknown);
    monitor.start();
    QTRY_COMPARE(state.report().code->verdict, CodeVerdict::Fresh);
    m_scene->write(Source, OtherCode);
    QTRY_COMPARE(state.report().code->verdict, CodeVerdict::Stale);
    QCOMPARE(state.report().code->changed.size(), 1);
    m_scene->replace(Source, Code);
    QTRY_COMPARE(state.report().code->verdict, CodeVerdict::Fresh);
}

void TestCodeWatch::theMonitorEndsInTheMiddleOfItsWork()
{
    m_scene->write("src/big.py", Code);
    QCOMPARE(::truncate(m_scene->path("src/big.py").constData(), qint64(1) << 40), 0); // sparse: an hour of hashing
    m_scene->sources.hashLimit = std::numeric_limits<qint64>::max();
    m_scene->sources.since = wallClock();
    ServerState state;
    EventThread thread("code");
    {
        CodeMonitor neverStarted(state, thread, m_scene->sources);
        CodeMonitor monitor(state, thread, m_scene->sources);
        monitor.start();
    }
    QCOMPARE(state.report().code->verdict, CodeVerdict::Unknown);
}

void TestCodeWatch::theMonitorFindsAFile()
{
    ServerState state;
    EventThread thread("code");
    CodeMonitor monitor(state, thread, m_scene->sources);
    const QByteArray other = m_scene->path("src/other.txt");
    std::atomic<bool> found{false};
    QList<CodeFile> files;
    monitor.find({m_scene->path(Source), other}, [&](const QList<CodeFile> &answer) {
        files = answer;
        found = true;
    });
    QCoreApplication::processEvents();
    QVERIFY(!found); // nothing is noted yet
    monitor.start();
    QTRY_VERIFY(found);
    QCOMPARE(files,
             (QList<CodeFile>{{QString::fromUtf8(m_scene->path(Source)), true, u"source"_s},
                              {QString::fromUtf8(other), false, {}}}));
}

QTEST_GUILESS_MAIN(TestCodeWatch)
#include "tst_codewatch.moc"
