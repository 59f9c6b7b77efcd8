// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/dependencymodel.h"
#include "tests/dashboard/model/reports.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestDependencyModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyTheCellsThatChangedAreSignalled();
    void rowsComeAndGoWithoutAReset_data();
    void rowsComeAndGoWithoutAReset();
    void whatIsNotUsedShowsNoNumbers();
    void whatIsOldSaysHowOld();
};

static QList<DependencyReport> named(const QString &letters)
{
    QList<DependencyReport> dependencies;
    for (const QChar letter : letters)
        dependencies << Reports::dependency(letter);
    return dependencies;
}

void TestDependencyModel::whatIsOldSaysHowOld()
{
    DependencyModel model;
    model.show(named(u"a"_s));
    const auto text = [&](int column) { return model.index(0, column).data().toString(); };
    QCOMPARE(text(DependencyModel::Status), u"working"_s);
    QCOMPARE(text(DependencyModel::LastSuccess), u"1 s ago"_s);
    QVERIFY(model.index(0, 0).data(DependencyModel::CurrentRole).toBool());
    model.show(named(u"a"_s), Seconds(12.4));
    QCOMPARE(text(DependencyModel::LastSuccess), u"13 s ago"_s);
    QVERIFY(!model.index(0, 0).data(DependencyModel::CurrentRole).toBool());
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.show(named(u"a"_s), Seconds(12.8)); // reads the same
    QCOMPARE(changed.size(), 0);
    model.show(named(u"a"_s));
    QCOMPARE(text(DependencyModel::LastSuccess), u"1 s ago"_s);
}

void TestDependencyModel::onlyTheCellsThatChangedAreSignalled()
{
    DependencyModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QList<DependencyReport> dependencies = named(u"abc"_s);
    model.show(dependencies);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.show(dependencies);
    QCOMPARE(changed.count(), 0);
    dependencies[1].successCount = 2;
    model.show(dependencies);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(changed[0][0].toModelIndex(), model.index(1, DependencyModel::Successes));
    QCOMPARE(changed[0][1].toModelIndex(), model.index(1, DependencyModel::Successes));
}

void TestDependencyModel::rowsComeAndGoWithoutAReset_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::newRow("first") << u""_s << u"abc"_s;
    QTest::newRow("one more at the end") << u"abc"_s << u"abcd"_s;
    QTest::newRow("one more in the middle") << u"ac"_s << u"abc"_s;
    QTest::newRow("one less") << u"abc"_s << u"ac"_s;
    QTest::newRow("another order") << u"abc"_s << u"cab"_s;
    QTest::newRow("none left") << u"abc"_s << u""_s;
    QTest::newRow("all others") << u"abc"_s << u"xyz"_s;
}

void TestDependencyModel::rowsComeAndGoWithoutAReset()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    DependencyModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.show(named(before));
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    model.show(named(after));
    QCOMPARE(reset.count(), 0);
    QCOMPARE(model.dependencies(), named(after));
}

void TestDependencyModel::whatIsNotUsedShowsNoNumbers()
{
    DependencyModel model;
    model.show({Reports::dependency(u"groq"_s, DependencyStatus::NotUsed), Reports::dependency(u"db"_s)});
    QCOMPARE(model.index(0, DependencyModel::Status).data().toString(), u"not used"_s);
    QCOMPARE(model.index(0, DependencyModel::Successes).data().toString(), QString());
    QCOMPARE(model.index(1, DependencyModel::Successes).data().toString(), u"1"_s);
    QCOMPARE(model.index(1, DependencyModel::LastSuccess).data().toString(), u"1 s ago"_s);
    QCOMPARE(model.index(1, DependencyModel::LastFailure).data().toString(), u"never"_s);
}

QTEST_GUILESS_MAIN(TestDependencyModel)
#include "tst_dependencymodel.moc"
