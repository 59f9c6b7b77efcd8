// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/endnotes.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestEndNotes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasLeftIsRead_data();
    void whatWasLeftIsRead();
    void whatIsNoNoteIsNone_data();
    void whatIsNoNoteIsNone();
    void oldOnesAreRemoved();
};

static const EndNote Note{u"0b1c-77"_s, 7, EndReason::Endpoint, {}, 0};

void TestEndNotes::whatWasLeftIsRead_data()
{
    QTest::addColumn<EndReason>("reason");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<bool>("wasPlanned");
    QTest::newRow("by the endpoint") << EndReason::Endpoint << 0 << true;
    QTest::newRow("from the terminal") << EndReason::Terminal << 0 << true;
    QTest::newRow("by systemd") << EndReason::ServiceManager << 0 << true;
    QTest::newRow("by some process") << EndReason::Signal << 0 << false;
    QTest::newRow("a step failed") << EndReason::Endpoint << 3 << false;
}

void TestEndNotes::whatWasLeftIsRead()
{
    QFETCH(EndReason, reason);
    QFETCH(int, exitCode);
    const QTemporaryDir root;
    const QString state = root.filePath(u"state"_s);
    EndNote note = Note;
    note.reason = reason;
    note.by = u"bash (pid 77)"_s;
    note.exitCode = exitCode;
    QVERIFY(!leaveEndNote(note, state));
    QCOMPARE(readEndNote(note.instance, note.pid, state), std::optional(note));
    QTEST(note.wasPlanned(), "wasPlanned");
    QVERIFY(!readEndNote(note.instance, 8, state)); // another process calls itself so
    QCOMPARE(QFile::permissions(state) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void TestEndNotes::whatIsNoNoteIsNone_data()
{
    QTest::addColumn<QString>("instance");
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("nothing") << u"0b1c-78"_s << QByteArray();
    QTest::newRow("no JSON") << u"0b1c-77"_s << QByteArray("{");
    QTest::newRow("no exit code") << u"0b1c-77"_s << QByteArray(R"({"instance_id":"0b1c-77","pid":7})");
    QTest::newRow("of another instance") << u"0b1c-77"_s
                                         << QByteArray(R"({"instance_id":"other","pid":7,"exit_code":0})");
    QTest::newRow("a name that leads elsewhere") << u"../ends/0b1c-77"_s << QByteArray();
    QTest::newRow("no name") << QString() << QByteArray();
}

void TestEndNotes::whatIsNoNoteIsNone()
{
    QFETCH(QString, instance);
    QFETCH(QByteArray, content);
    const QTemporaryDir state;
    QVERIFY(!leaveEndNote(Note, state.path()));
    if (!content.isEmpty()) {
        QFile file(state.filePath(u"ends/0b1c-77.json"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    QVERIFY(!readEndNote(instance, 7, state.path()));
}

void TestEndNotes::oldOnesAreRemoved()
{
    const QTemporaryDir state;
    for (const QString &instance : {u"old"_s, u"new"_s})
        QVERIFY(!leaveEndNote({instance, 7, EndReason::Signal, {}, 0}, state.path()));
    QFile old(state.filePath(u"ends/old.json"_s));
    QVERIFY(old.open(QIODevice::ReadWrite)
            && old.setFileTime(QDateTime::currentDateTimeUtc().addDays(-3), QFile::FileModificationTime));
    old.close();
    QVERIFY(!leaveEndNote(Note, state.path()));
    QCOMPARE(QDir(state.filePath(u"ends"_s)).entryList(QDir::Files), (QStringList{u"0b1c-77.json"_s, u"new.json"_s}));
}

QTEST_GUILESS_MAIN(TestEndNotes)
#include "tst_endnotes.moc"
