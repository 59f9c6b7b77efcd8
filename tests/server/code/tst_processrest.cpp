// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/processrest.h"

#include <QProcess>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestProcessRest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void itHoldsWhileNobodyRuns();
    void itEndsWith_data();
    void itEndsWith();
    void itIsNotNoted_data();
    void itIsNotNoted();

private:
    QList<ProcessEntry> list() const;
    ProcessRest::Lister lister() const;

    std::unique_ptr<QProcess> m_program; ///< answers each line
};

/// A shell that waits in a read: its child, and threads that end, are made when it is told.
void TestProcessRest::init()
{
    m_program = std::make_unique<QProcess>();
    m_program->start(u"/bin/sh"_s, {u"-c"_s, u"while read -r line; do eval \"$line\"; echo done; done"_s});
    QVERIFY(m_program->waitForStarted());
    m_program->write(":\n");
    QTRY_VERIFY(m_program->canReadLine());
    m_program->readAll();
    // It has answered, and runs until its next read(2).
    const auto isWaiting = [this] { return readProcess(m_program->processId()).value().state == 'S'; };
    QTRY_VERIFY(isWaiting());
}

void TestProcessRest::cleanup()
{
    m_program->closeWriteChannel();
    m_program->waitForFinished();
    m_program.reset();
}

QList<ProcessEntry> TestProcessRest::list() const
{
    const auto process = readProcess(m_program->processId());
    return process ? QList<ProcessEntry>{*process} : QList<ProcessEntry>();
}

ProcessRest::Lister TestProcessRest::lister() const
{
    return [this] { return list(); };
}

void TestProcessRest::itHoldsWhileNobodyRuns()
{
    ProcessRest rest;
    QVERIFY(!rest.holds());
    QVERIFY(rest.note(lister(), 0ns));
    for (int i = 0; i < 100; ++i)
        QVERIFY(rest.holds());
    rest.forget();
    QVERIFY(!rest.holds());
}

void TestProcessRest::itEndsWith_data()
{
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("a run that does nothing") << QByteArray(":");
    QTest::newRow("a child") << QByteArray("sleep 0 &");
    QTest::newRow("another program") << QByteArray("exec cat");
    QTest::newRow("its end") << QByteArray("exit");
}

void TestProcessRest::itEndsWith()
{
    QFETCH(QByteArray, told);
    ProcessRest rest;
    QVERIFY(rest.note(lister(), 0ns));
    m_program->write(told + '\n');
    QTRY_VERIFY(!rest.holds());
}

void TestProcessRest::itIsNotNoted_data()
{
    using Change = std::function<QList<ProcessEntry>(const QList<ProcessEntry> &, int)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("isYoung");
    const auto add = [](const char *name, bool isYoung, Change change) { QTest::newRow(name) << change << isYoung; };
    add("of nobody", false, [](const auto &, int) { return QList<ProcessEntry>(); });
    add("of a young one", true, [](const auto &found, int) { return found; });
    add("of one that is gone", false, [](auto found, int) {
        found[0].pid = 1 << 23; // above the greatest (PID_MAX_LIMIT)
        return found;
    });
    add("beside one that comes meanwhile", false, [](auto found, int asked) {
        if (asked > 1)
            found.append(*readProcess(::getpid()));
        return found;
    });
    add("of one whose number goes to another meanwhile", false, [](auto found, int asked) {
        found[0].startTicks += quint64(asked);
        return found;
    });
}

void TestProcessRest::itIsNotNoted()
{
    using Change = std::function<QList<ProcessEntry>(const QList<ProcessEntry> &, int)>;
    QFETCH(Change, change);
    QFETCH(bool, isYoung);
    ProcessRest rest;
    QVERIFY(rest.note(lister(), 0ns)); // and forgotten by the next
    int asked = 0;
    QVERIFY(!rest.note([&] { return change(list(), ++asked); }, isYoung ? 1h : 0ns));
    QVERIFY(!rest.holds());
}

QTEST_GUILESS_MAIN(TestProcessRest)
#include "tst_processrest.moc"
