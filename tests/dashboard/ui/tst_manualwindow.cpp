// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/manualwindow.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QRegularExpression>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextFragment>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The manual in its window, with the documents of this tree.
class TestManualWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void helpOpensItByItsKeyAndEscapeClosesIt();
    void withoutAManualHelpSaysSo();
    void everyDocumentIsListedAndRead();
    void everyLinkBetweenThemArrives();
    void whatIsNotInstalledIsTold();
    void aWordIsFound();
    void picturesFitThePage();
    void picturesHaveTheColoursOfTheWindow_data();
    void picturesHaveTheColoursOfTheWindow();
};

namespace {

const QString Folder = QStringLiteral(DOCUMENTS);

QString source(const QString &name)
{
    QFile file(Folder + u'/' + name);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

struct Manual
{
    QWidget parent;
    ManualWindow *window = new ManualWindow(Folder, &parent);
    QListWidget *documents = window->findChild<QListWidget *>();
    QTextBrowser *page = window->findChild<QTextBrowser *>();
    QLabel *note = window->findChild<QLabel *>();

    QString told() const { return note->isHidden() ? QString() : note->text(); }
    QString title() const { return page->document()->begin().text(); }
};

} // namespace

void TestManualWindow::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestManualWindow::helpOpensItByItsKeyAndEscapeClosesIt()
{
    FleetSession session;
    MainWindow window(session);
    window.setManual(Folder);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QTest::keyClick(&window, Qt::Key_F1);
    const QPointer<ManualWindow> manual = window.findChild<ManualWindow *>();
    QVERIFY(manual && manual->isVisible());
    QCOMPARE(manual->findChild<QTextBrowser *>()->document()->begin().text(), u"The dashboard"_s);
    QTest::keyClick(manual, Qt::Key_Escape);
    QTRY_VERIFY(!manual);
}

void TestManualWindow::withoutAManualHelpSaysSo()
{
    FleetSession session;
    const MainWindow window(session);
    for (const QAction *const action : window.findChildren<QAction *>()) {
        if (action->text() != "&Manual"_L1)
            continue;
        QVERIFY(!action->isEnabled());
        QCOMPARE(action->toolTip(), u"The manual is not installed."_s);
        return;
    }
    QFAIL("there is no such action");
}

void TestManualWindow::everyDocumentIsListedAndRead()
{
    const Manual manual;
    const QStringList names = QDir(Folder).entryList({u"*.md"_s}, QDir::Files, QDir::Name);
    QVERIFY(names.size() > 5);
    QCOMPARE(manual.documents->count(), names.size());
    for (int row = 0; row < manual.documents->count(); ++row) {
        manual.documents->setCurrentRow(row);
        QCOMPARE(manual.title(), manual.documents->item(row)->text());
        const QString text = manual.page->toPlainText();
        QVERIFY2(!text.contains(u"<!--"_s), qPrintable(manual.title()));
        QVERIFY2(text.size() > source(names[row]).size() / 2, qPrintable(manual.title()));
        static const QRegularExpression heading(u"^#+ (.*)$"_s, QRegularExpression::MultilineOption);
        QString last; // what Qt does not understand swallows all that follows
        for (auto it = heading.globalMatch(source(names[row])); it.hasNext();)
            last = it.next().captured(1).remove(u'`');
        QVERIFY2(text.contains(last), qPrintable(manual.title() + u": "_s + last));
    }
}

void TestManualWindow::everyLinkBetweenThemArrives()
{
    const Manual manual;
    static const QRegularExpression link(u"\\]\\(([a-z]*\\.md)?(#[a-z0-9-]+)?\\)"_s);
    int followed = 0;
    for (const QString &name : QDir(Folder).entryList({u"*.md"_s}, QDir::Files)) {
        for (auto it = link.globalMatch(source(name)); it.hasNext();) {
            const QRegularExpressionMatch match = it.next();
            Q_EMIT manual.page->anchorClicked(QUrl(name)); // the document that the link is in
            Q_EMIT manual.page->anchorClicked(QUrl(match.captured(1) + match.captured(2)));
            const QString what = name + u": "_s + match.captured();
            QVERIFY2(manual.told().isEmpty(), qPrintable(what + u": "_s + manual.told()));
            const QTextBlock block = manual.page->textCursor().block();
            QVERIFY2(block.blockFormat().headingLevel() > 0, qPrintable(what + u": no heading has this name"_s));
            QVERIFY2(match.captured(2).isEmpty() || block.blockNumber() > 0, qPrintable(what));
            ++followed;
        }
    }
    QVERIFY(followed > 20);
}

void TestManualWindow::whatIsNotInstalledIsTold()
{
    const Manual manual;
    Q_EMIT manual.page->anchorClicked(QUrl(u"../nowhere/at-all.md"_s));
    QVERIFY2(manual.told().contains(u"at-all.md"_s), qPrintable(manual.told()));
    QCOMPARE(manual.title(), u"The dashboard"_s);
}

void TestManualWindow::aWordIsFound()
{
    const Manual manual;
    auto *const words = manual.window->findChild<QLineEdit *>();
    words->setText(u"wallboard"_s);
    QTest::keyClick(words, Qt::Key_Return);
    QCOMPARE(manual.page->textCursor().selectedText().toLower(), u"wallboard"_s);
    const int first = manual.page->textCursor().position();
    QTest::keyClick(words, Qt::Key_Return);
    QVERIFY(manual.page->textCursor().position() != first);
    words->setText(u"xyzzy"_s);
    QTest::keyClick(words, Qt::Key_Return);
    QVERIFY2(manual.told().contains(u"xyzzy"_s), qPrintable(manual.told()));
}

void TestManualWindow::picturesFitThePage()
{
    Manual manual;
    manual.window->show();
    for (const int width : {1200, 700, 1000}) {
        manual.window->resize(width, 600);
        QCoreApplication::processEvents();
        const int page = manual.page->viewport()->width();
        qreal widest = 0;
        for (QTextBlock block = manual.page->document()->begin(); block.isValid(); block = block.next()) {
            for (auto part = block.begin(); !part.atEnd(); ++part)
                widest = std::max(widest, part.fragment().charFormat().toImageFormat().width());
        }
        QVERIFY2(widest > page / 2 && widest <= page, qPrintable(u"%1 of %2"_s.arg(widest).arg(page)));
        QTRY_COMPARE(manual.page->horizontalScrollBar()->maximum(), 0); // with what is around them
    }
}

void TestManualWindow::picturesHaveTheColoursOfTheWindow_data()
{
    QTest::addColumn<QPalette>("palette");
    QTest::addColumn<QString>("end");
    QTest::newRow("light") << Theme::light() << u"-light.png"_s;
    QTest::newRow("dark") << Theme::dark() << u"-dark.png"_s;
}

void TestManualWindow::picturesHaveTheColoursOfTheWindow()
{
    QFETCH(QPalette, palette);
    QFETCH(QString, end);
    QApplication::setPalette(palette);
    const Manual manual;
    int pictures = 0;
    for (QTextBlock block = manual.page->document()->begin(); block.isValid(); block = block.next()) {
        for (auto part = block.begin(); !part.atEnd(); ++part) {
            const QString name = part.fragment().charFormat().toImageFormat().name();
            pictures += !name.isEmpty();
            QVERIFY2(name.isEmpty() || (name.endsWith(end) && QFile::exists(Folder + u'/' + name)), qPrintable(name));
        }
    }
    QVERIFY2(pictures >= 4, qPrintable(QString::number(pictures)));
    QApplication::setPalette(QPalette());
}

QTEST_MAIN(TestManualWindow)
#include "tst_manualwindow.moc"
