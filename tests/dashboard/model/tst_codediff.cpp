// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/codediff.h"
#include "tests/dashboard/model/reports.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestCodeDiff : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void whatChangedIsShown();
    void whatDidNotChangeIsEmpty();
    void whatTheCommitDoesNotHaveIsSaid();
    void nothingThatTheRepositoryNamesIsRun_data();
    void nothingThatTheRepositoryNamesIsRun();

private:
    QString file(const QString &name) const { return m_place->filePath(name); }
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_place->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    QByteArray git(const QStringList &words) const
    {
        QProcess process;
        process.setWorkingDirectory(m_place->path());
        process.start(u"git"_s, QStringList{u"-c"_s, u"user.name=a"_s, u"-c"_s, u"user.email=a@example.org"_s} + words);
        if (!process.waitForFinished(60'000) || process.exitCode() != 0)
            qFatal("git %s: %s", qPrintable(words.join(u' ')), process.readAllStandardError().constData());
        return process.readAllStandardOutput().trimmed();
    }
    Result<QString> diff(const QString &name) const
    {
        ServiceRow row;
        row.report = Reports::healthy();
        row.report->identity = ServiceIdentity{};
        row.report->identity->worktree = m_place->path();
        row.report->identity->commit = QString::fromLatin1(m_commit);
        CodeDiff diff;
        QString patch;
        std::optional<Problem> problem;
        bool isOver = false;
        connect(&diff, &CodeDiff::finished, this, [&](const Result<QString> &given) {
            isOver = true;
            if (given)
                patch = *given;
            else
                problem = given.problem();
        });
        if (const QString why = CodeDiff::whyNot(row, file(name)); !why.isEmpty())
            return Problem{{}, why};
        diff.start(row, file(name));
        [&] { QTRY_VERIFY_WITH_TIMEOUT(isOver, 60'000); }();
        return problem ? Result<QString>(*problem) : Result<QString>(patch);
    }

    std::unique_ptr<QTemporaryDir> m_place;
    QByteArray m_commit;
};

void TestCodeDiff::init()
{
    m_place = std::make_unique<QTemporaryDir>();
    git({u"init"_s, u"-q"_s});
    write(u"app.py"_s, "one\ntwo\nthree\n");
    git({u"add"_s, u"app.py"_s});
    git({u"commit"_s, u"-q"_s, u"-m"_s, u"first"_s});
    m_commit = git({u"rev-parse"_s, u"HEAD"_s});
}

void TestCodeDiff::whatChangedIsShown()
{
    write(u"app.py"_s, "one\n2\nthree\n");
    const Result<QString> patch = diff(u"app.py"_s);
    QVERIFY2(patch, qPrintable(patch ? QString() : patch.problem().text()));
    QCOMPARE(*patch, u"--- a/app.py\n+++ b/app.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"_s);
}

void TestCodeDiff::whatDidNotChangeIsEmpty()
{
    const Result<QString> patch = diff(u"app.py"_s);
    QVERIFY(patch);
    QCOMPARE(*patch, QString());
}

void TestCodeDiff::whatTheCommitDoesNotHaveIsSaid()
{
    write(u"new.py"_s, "one\n");
    const Result<QString> patch = diff(u"new.py"_s);
    QVERIFY(!patch);
    QVERIFY2(patch.problem().what.contains(u"new.py"_s), qPrintable(patch.problem().what));
}

void TestCodeDiff::nothingThatTheRepositoryNamesIsRun_data()
{
    QTest::addColumn<QStringList>("configuration"); // with %1 for the program
    QTest::addColumn<QByteArray>("attributes");
    QTest::addColumn<bool>("isMissing"); // the object of the file
    const auto row = [](const char *name, const QStringList &configuration, const QByteArray &attributes = {},
                        bool isMissing = false) { QTest::newRow(name) << configuration << attributes << isMissing; };
    row("a clean filter", {u"filter.x.clean"_s, u"%1"_s}, "* filter=x\n");
    row("a smudge filter", {u"filter.x.smudge"_s, u"%1"_s}, "* filter=x\n");
    row("a filter that stays", {u"filter.x.process"_s, u"%1"_s}, "* filter=x\n");
    row("a textconv", {u"diff.x.textconv"_s, u"%1"_s}, "* diff=x\n");
    row("a diff driver", {u"diff.x.command"_s, u"%1"_s}, "* diff=x\n");
    row("an external diff", {u"diff.external"_s, u"%1"_s});
    row("a file system monitor", {u"core.fsmonitor"_s, u"%1"_s});
    row("a pager", {u"core.pager"_s, u"%1"_s});
    row("a promisor remote",
        {u"remote.origin.url"_s, u"ssh://nowhere.invalid/x"_s, u"remote.origin.promisor"_s, u"true"_s,
         u"extensions.partialClone"_s, u"origin"_s, u"core.repositoryFormatVersion"_s, u"1"_s, u"core.sshCommand"_s,
         u"%1"_s},
        {}, true);
}

void TestCodeDiff::nothingThatTheRepositoryNamesIsRun()
{
    QFETCH(QStringList, configuration);
    QFETCH(QByteArray, attributes);
    QFETCH(bool, isMissing);
    const QByteArray blob = git({u"rev-parse"_s, u"HEAD:app.py"_s});
    write(u".git/evil"_s, "#!/bin/sh\ntouch '" + file(u"RAN"_s).toUtf8() + "'\nexit 1\n");
    QVERIFY(QFile::setPermissions(file(u".git/evil"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    for (qsizetype i = 0; i < configuration.size(); i += 2)
        git({u"config"_s, configuration[i], QString(configuration[i + 1]).replace(u"%1"_s, file(u".git/evil"_s))});
    write(u".git/info/attributes"_s, attributes);
    write(u"app.py"_s, "one\n2\nthree\n");
    if (isMissing)
        QVERIFY(QFile::remove(file(u".git/objects/"_s + QString::fromLatin1(blob.first(2) + '/' + blob.sliced(2)))));
    const Result<QString> patch = diff(u"app.py"_s);
    QCOMPARE(patch.ok(), !isMissing);
    QVERIFY(!QFile::exists(file(u"RAN"_s)));
}

QTEST_GUILESS_MAIN(TestCodeDiff)
#include "tst_codediff.moc"
