// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/app/commitwatch.h"

#include "tests/dashboard/model/reports.h"
#include "tests/support/serviceprocess.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestCommitWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aCommitBelowARunningServiceIsTold();
};

static void write(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
}

void TestCommitWatch::aCommitBelowARunningServiceIsTold()
{
    const QTemporaryDir directory;
    const QString head = directory.filePath(u"work/.git/refs/heads/main"_s);
    write(directory.filePath(u"work/.git/HEAD"_s), "ref: refs/heads/main\n");
    write(head, QByteArray(40, 'a') + '\n');
    Test::ServiceProcess service;
    service.process.setWorkingDirectory(directory.filePath(u"work"_s));
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    FleetSession session;
    session.keepHistory(directory.filePath(u"history.db"_s));
    const QString url = u"http://127.0.0.1:%1"_s.arg(service.port);
    const ServiceId id = session.add(Reports::entry(u"mcp"_s, url));
    session.start();
    QTRY_VERIFY(session.history()->isLocal(id));
    CommitWatch commits(session);
    commits.look();
    commits.look();
    QCOMPARE(session.journal().rowCount(), 0); // it was there before
    write(head, QByteArray(40, 'b') + '\n');
    commits.look();
    QCOMPARE(session.journal().rowCount(), 1);
    QCOMPARE(session.journal().event(0).text, u"its work tree is at commit bbbbbbb of main now"_s);
    std::optional<HistoryRange> range;
    const History::Time now = std::chrono::system_clock::now();
    session.history()->store().askRange(
        url, now - std::chrono::minutes(1), now + std::chrono::minutes(1), std::chrono::seconds(1),
        [&](const Result<HistoryRange> &result) { range = result ? *result : HistoryRange(); });
    QTRY_VERIFY(range);
    QCOMPARE(range->marks.size(), std::size_t(1));
    QCOMPARE(range->marks.front().word, u"commit bbbbbbb"_s);
}

QTEST_GUILESS_MAIN(TestCommitWatch)
#include "tst_commitwatch.moc"
