// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/endnotewriter.h"

#include "common/protocol/endnotes.h"

#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestEndNoteWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEndThatWasAskedForLeavesANote_data();
    void anEndThatWasAskedForLeavesANote();
};

namespace {

/// `endpoint`, `schedule`, `signal`, `terminal`, `program`, `restart`, `cancel`, `request in flight`
void act(const QString &word, ServerState &state, ShutdownSequence &shutdown, EndNoteWriter &writer)
{
    if (word == "endpoint"_L1)
        shutdown.request(ShutdownMode::Immediate, {}, ShutdownAsker::Endpoint);
    else if (word == "schedule"_L1)
        shutdown.request(ShutdownMode::Scheduled, 0ms, ShutdownAsker::Endpoint);
    else if (word == "notice"_L1)
        shutdown.request(ShutdownMode::Scheduled, 60s, ShutdownAsker::Endpoint);
    else if (word == "cancel"_L1)
        shutdown.cancel();
    else if (word == "program"_L1)
        shutdown.request(ShutdownMode::Immediate);
    else if (word == "restart"_L1)
        shutdown.request(ShutdownMode::Restart);
    else if (word == "work"_L1)
        QVERIFY(state.beginRequest());
    else if (word == "done"_L1)
        state.endRequest();
    else {
        writer.noteStop(word == "terminal"_L1 ? SignalSender{.isKernel = true} : SignalSender{.pid = ::getpid()});
        shutdown.request(ShutdownMode::Signal);
    }
    shutdown.advance();
}

} // namespace

void TestEndNoteWriter::anEndThatWasAskedForLeavesANote_data()
{
    QTest::addColumn<QStringList>("acts");
    QTest::addColumn<std::optional<EndReason>>("reason");
    using Reason = std::optional<EndReason>;
    QTest::newRow("its endpoint") << QStringList{u"endpoint"_s} << Reason(EndReason::Endpoint);
    QTest::newRow("its endpoint, later") << QStringList{u"schedule"_s} << Reason(EndReason::Endpoint);
    QTest::newRow("a signal") << QStringList{u"signal"_s} << Reason(EndReason::Signal);
    QTest::newRow("its terminal") << QStringList{u"terminal"_s} << Reason(EndReason::Terminal);
    QTest::newRow("itself") << QStringList{u"program"_s} << Reason();
    QTest::newRow("a restart") << QStringList{u"restart"_s} << Reason();
    QTest::newRow("itself, after a request was taken back")
        << QStringList{u"notice"_s, u"cancel"_s, u"program"_s} << Reason();
    QTest::newRow("a signal that ends the notice")
        << QStringList{u"notice"_s, u"signal"_s} << Reason(EndReason::Signal);
    QTest::newRow("a signal after its endpoint")
        << QStringList{u"work"_s, u"endpoint"_s, u"signal"_s, u"done"_s} << Reason(EndReason::Endpoint);
    QTest::newRow("a signal after itself") << QStringList{u"work"_s, u"program"_s, u"signal"_s, u"done"_s} << Reason();
    QTest::newRow("a signal that makes a stop of a restart")
        << QStringList{u"work"_s, u"restart"_s, u"signal"_s, u"done"_s} << Reason(EndReason::Signal);
    QTest::newRow("its endpoint, which makes a stop of a restart")
        << QStringList{u"work"_s, u"restart"_s, u"endpoint"_s, u"done"_s} << Reason(EndReason::Endpoint);
}

void TestEndNoteWriter::anEndThatWasAskedForLeavesANote()
{
    QFETCH(QStringList, acts);
    QFETCH(std::optional<EndReason>, reason);
    const QTemporaryDir home;
    qputenv("XDG_STATE_HOME", home.path().toLocal8Bit());
    ManualClock clock;
    ServerState state(u"test"_s, u"1"_s, clock);
    ShutdownSequence shutdown(state, {}, clock);
    EndNoteWriter writer(state, shutdown);
    QVERIFY(state.enter(Phase::Running));
    for (const QString &word : std::as_const(acts))
        act(word, state, shutdown, writer);
    QTRY_VERIFY(shutdown.isFinished());
    const std::optional<EndNote> note = readEndNote(state.basic().instanceId, ::getpid(), {});
    QCOMPARE(note.has_value(), reason.has_value());
    if (!reason)
        return;
    QCOMPARE(note->reason, *reason);
    QCOMPARE(note->exitCode, 0);
    QCOMPARE(note->by.endsWith(u"(pid %1)"_s.arg(::getpid())), *reason == EndReason::Signal);
}

QTEST_GUILESS_MAIN(TestEndNoteWriter)
#include "tst_endnotewriter.moc"
