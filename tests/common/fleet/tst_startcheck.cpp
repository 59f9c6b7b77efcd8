// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands of ours are checked by the real program.
#include "common/fleet/startcheck.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestStartCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whatIsWrongIsFound_data();
    void whatIsWrongIsFound();
    void whatHasNoCheckPasses_data();
    void whatHasNoCheckPasses();

private:
    QString write(const QString &name, const QByteArray &content, bool isExecutable = false)
    {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no file");
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner
                            | (isExecutable ? QFile::ExeOwner : QFile::Permissions()));
        return file.fileName();
    }
    QString failureOf(const RestartByCommand &command)
    {
        StartCheck check(command);
        QSignalSpy finished(&check, &StartCheck::finished);
        check.start();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000); }();
        return finished.value(0).value(0).toString();
    }

    QTemporaryDir directory;
};

void TestStartCheck::initTestCase()
{
    qputenv("XDG_STATE_HOME", directory.path().toLocal8Bit());
    write(u"broken.toml"_s, "[service]\nname = 3\n");
    write(u"right.toml"_s, "[service]\nname = \"right\"\nlisten = [\"127.0.0.1:0\"]\n");
    write(u"not-executable"_s, "#!/bin/sh\n");
    write(u"no-interpreter"_s, "#!/nowhere/interpreter\n", true);
    write(u"cut-off"_s, QByteArray("\x7f\x45LF", 4), true);
    write(u"right"_s, "#!/bin/sh\nexec sleep 60\n", true);
}

void TestStartCheck::whatIsWrongIsFound_data()
{
    QTest::addColumn<QStringList>("command"); ///< DIR stands for the directory
    QTest::addColumn<QString>("words");
    const QString own = QStringLiteral(HEPHAESTUS_PROGRAM);
    QTest::newRow("not executable") << QStringList{u"DIR/not-executable"_s} << u"may not execute"_s;
    QTest::newRow("a folder") << QStringList{u"DIR"_s} << u"may not execute"_s;
    QTest::newRow("no interpreter") << QStringList{u"DIR/no-interpreter"_s} << u"/nowhere/interpreter"_s;
    QTest::newRow("cut off") << QStringList{u"DIR/cut-off"_s} << u"not a program"_s;
    QTest::newRow("serve: broken configuration")
        << QStringList{own, u"serve"_s, u"--config"_s, u"DIR/broken.toml"_s} << u"broken.toml"_s;
    QTest::newRow("serve: no configuration")
        << QStringList{own, u"serve"_s, u"--config"_s, u"DIR/nothing.toml"_s} << u"nothing.toml"_s;
    QTest::newRow("serve: unknown option") << QStringList{own, u"serve"_s, u"--liste"_s, u"x"_s} << u"liste"_s;
    QTest::newRow("serve: wrong address")
        << QStringList{own, u"--log-level"_s, u"debug"_s, u"serve"_s, u"--listen"_s, u"nowhere"_s} << u"nowhere"_s;
    QTest::newRow("run: no program") << QStringList{own, u"run"_s, u"--name"_s, u"a"_s, u"--"_s, u"DIR/nothing"_s}
                                     << u"DIR/nothing"_s;
    QTest::newRow("run: program not executable")
        << QStringList{own, u"run"_s, u"--name"_s, u"a"_s, u"--"_s, u"DIR/not-executable"_s} << u"may not execute"_s;
    QTest::newRow("run: program relative to the directory")
        << QStringList{own, u"run"_s, u"--name"_s, u"a"_s, u"--"_s, u"./not-executable"_s} << u"may not execute"_s;
    QTest::newRow("run: not in PATH") << QStringList{own, u"run"_s, u"--name"_s, u"a"_s, u"--"_s, u"no-such-program"_s}
                                      << u"no such program"_s;
    QTest::newRow("run: wrong option") << QStringList{own,          u"run"_s, u"--name"_s, u"a"_s, u"--restart"_s,
                                                      u"perhaps"_s, u"--"_s,  u"sleep"_s}
                                       << u"perhaps"_s;
}

void TestStartCheck::whatIsWrongIsFound()
{
    QFETCH(QStringList, command);
    QFETCH(QString, words);
    command.replaceInStrings(u"DIR"_s, directory.path());
    words.replace(u"DIR"_s, directory.path());
    const QString failure = failureOf({command, directory.path(), {}});
    QVERIFY2(failure.contains(words), qPrintable(failure));
    QVERIFY2(failure.contains(u"cannot be started"_s), qPrintable(failure));
}

void TestStartCheck::whatHasNoCheckPasses_data()
{
    QTest::addColumn<QStringList>("command");
    const QString own = QStringLiteral(HEPHAESTUS_PROGRAM);
    QTest::newRow("script") << QStringList{u"./right"_s};
    QTest::newRow("in PATH") << QStringList{u"sleep"_s, u"60"_s};
    QTest::newRow("serve") << QStringList{own, u"serve"_s, u"--config"_s, u"right.toml"_s};
    QTest::newRow("run") << QStringList{own, u"run"_s, u"--name"_s, u"a"_s, u"--"_s, u"./right"_s, u"--config"_s};
    QTest::newRow("neither serve nor run") << QStringList{own, u"check-config"_s, u"right.toml"_s};
}

void TestStartCheck::whatHasNoCheckPasses()
{
    QFETCH(QStringList, command);
    QCOMPARE(failureOf({command, directory.path(), {}}), QString());
}

QTEST_GUILESS_MAIN(TestStartCheck)
#include "tst_startcheck.moc"
