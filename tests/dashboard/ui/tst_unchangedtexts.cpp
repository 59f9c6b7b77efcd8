// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/fittingcolumns.h"

#include <QStandardItemModel>
#include <QTableView>
#include <QTest>

#include <map>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// What a second changes of a window that nobody touches is little: it must not lay out the rest.
class TestUnchangedTexts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLabelWantsWhatItsTextNeeds();
    void onlyColumnsThatChangedAreMeasured();
    void whatComesIntoViewIsMeasured();
};

void TestUnchangedTexts::aLabelWantsWhatItsTextNeeds()
{
    ElidedLabel label;
    label.setText(u"up 12 s"_s);
    const int wanted = label.sizeHint().width();
    label.resize(wanted, 20);
    QCOMPARE(label.text(), u"up 12 s"_s);
    label.setText(u"up 12 s, and more"_s);
    QVERIFY(label.sizeHint().width() > wanted);
    QVERIFY(label.text() != label.fullText()); // it is cut
    QFont larger = label.font();
    larger.setPointSizeF(2 * larger.pointSizeF());
    const int before = label.sizeHint().width();
    label.setFont(larger);
    QVERIFY(label.sizeHint().width() > before);
}

/// Counts how often a cell of each column is measured.
class CountingDelegate : public CellDelegate
{
public:
    mutable std::map<int, int> measured;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        ++measured[index.column()];
        return CellDelegate::sizeHint(option, index);
    }
};

/// Of 200 rows, of which some are in view.
struct Bench
{
    QStandardItemModel model{200, 3};
    QTableView table;
    CountingDelegate delegate;
    FittingColumns *columns = nullptr;

    Bench()
    {
        table.setModel(&model);
        table.setItemDelegate(&delegate);
        columns = new FittingColumns(&table, {4, 4, 0}, {});
        table.resize(600, 300);
        table.show();
    }
    void set(int row, int column, const QString &text) { model.setData(model.index(row, column), text); }
};

void TestUnchangedTexts::onlyColumnsThatChangedAreMeasured()
{
    Bench bench;
    QVERIFY(QTest::qWaitForWindowExposed(&bench.table));
    bool isAlone = false;
    for (int i = 10; i < 20 && !isAlone; ++i) { // what follows from being shown measures all
        bench.delegate.measured.clear();
        bench.set(0, 1, u"%1 s"_s.arg(i));
        QTRY_VERIFY(bench.delegate.measured[1] > 0);
        isAlone = bench.delegate.measured[0] == 0 && bench.delegate.measured[2] == 0;
    }
    QVERIFY(isAlone);
}

void TestUnchangedTexts::whatComesIntoViewIsMeasured()
{
    Bench bench;
    bench.set(150, 0, u"a text that is wider than all that was there before"_s);
    QVERIFY(QTest::qWaitForWindowExposed(&bench.table));
    const int width = bench.table.columnWidth(0);
    bench.table.scrollTo(bench.model.index(150, 0));
    bench.set(150, 1, u"12 s"_s);
    QTRY_VERIFY(bench.table.columnWidth(0) > width);
}

QTEST_MAIN(TestUnchangedTexts)
#include "tst_unchangedtexts.moc"
