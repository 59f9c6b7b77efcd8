// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real Alertmanager in the window: its alerts in the table and the details, silenced by the question and ended again.
#include "dashboard/ui/alertsettings.h"
#include "dashboard/ui/alertspage.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/silencedialog.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/alertmanagerprocess.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QDateTimeEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAlertsPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void withoutAlertmanagerThereIsNeitherColumnNorPage();
    void anAlertIsSilencedByTheQuestionAndEndedAgain();
    void theQuestionWantsAllThree();
    void whoOnlyLooksSilencesNothing();
    void theColumnStaysHiddenForWhoHidIt();
    void thePreferencesKeepAlertmanagers();

private:
    void post(const QString &name);
    QAbstractButton *button(const QString &text);
    template <typename T>
    static T *named(QWidget *parent, const QString &accessibleName)
    {
        for (T *const each : parent->findChildren<T *>()) {
            if (each->accessibleName() == accessibleName)
                return each;
        }
        return nullptr;
    }
    void answerQuestion(const QString &author, const QString &comment);

    Test::AlertmanagerProcess m_process;
    QTemporaryDir m_directory;
    std::unique_ptr<FleetSession> m_session;
    std::unique_ptr<MainWindow> m_window;
    ServiceId m_service = NoService;
};

void TestAlertsPage::initTestCase()
{
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_directory.path());
    QVERIFY2(m_process.start(), qPrintable(m_process.output));
}

void TestAlertsPage::init()
{
    m_session = std::make_unique<FleetSession>();
    m_service = m_session->fleet().add(Reports::entry(u"shop"_s, u"http://10.0.0.1:8000"_s));
    m_session->fleet().applyAnswer(m_service, Reports::answer(Reports::healthy()));
    m_window = std::make_unique<MainWindow>(*m_session);
    m_window->resize(1200, 800);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_window->showService(m_service);
}

void TestAlertsPage::cleanup()
{
    m_window.reset();
    m_session.reset();
}

void TestAlertsPage::post(const QString &name)
{
    std::optional<QStringList> posted;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_session->alerts()->feed().post({{{{u"alertname"_s, name}, {u"instance"_s, u"10.0.0.1:8000"_s}},
                                       {{u"summary"_s, u"<b>slow</b>"_s}},
                                       now.addSecs(-60),
                                       now.addSecs(600)}},
                                     [&posted](const QStringList &problems) { posted = problems; });
    QTRY_VERIFY(posted && posted->isEmpty());
}

QAbstractButton *TestAlertsPage::button(const QString &text)
{
    for (QAbstractButton *const each : m_window->findChild<AlertsPage *>()->findChildren<QAbstractButton *>()) {
        if (each->text().remove(u'&').remove(u'…') == text)
            return each;
    }
    return nullptr;
}

void TestAlertsPage::answerQuestion(const QString &author, const QString &comment)
{
    SilenceDialog *dialog = nullptr;
    QTRY_VERIFY((dialog = m_window->findChild<SilenceDialog *>()));
    QVERIFY(!named<QLineEdit>(dialog, u"Author"_s)->text().isEmpty()); // one's own name is offered
    named<QLineEdit>(dialog, u"Author"_s)->setText(author);
    named<QLineEdit>(dialog, u"Comment"_s)->setText(comment);
    dialog->accept();
    QTRY_VERIFY(!m_window->findChild<SilenceDialog *>());
}

void TestAlertsPage::withoutAlertmanagerThereIsNeitherColumnNorPage()
{
    auto *const table = m_window->findChild<FleetView *>();
    auto *const tabs = m_window->findChild<QTabWidget *>();
    const auto isThere = [&] { return tabs->indexOf(m_window->findChild<AlertsPage *>()) >= 0; };
    QVERIFY(table->isColumnHidden(FleetModel::Alerts) && !isThere()); // for a screen reader, too
    m_session->connectAlertmanagers({{.url = m_process.url()}});
    QVERIFY(!table->isColumnHidden(FleetModel::Alerts) && isThere());
    m_session->connectAlertmanagers({});
    QVERIFY(!isThere());
}

void TestAlertsPage::anAlertIsSilencedByTheQuestionAndEndedAgain()
{
    m_session->connectAlertmanagers({{.url = m_process.url()}});
    m_session->start();
    auto *const page = m_window->findChild<AlertsPage *>();
    m_window->findChild<QTabWidget *>()->setCurrentWidget(page);
    auto *const list = page->findChild<QListWidget *>();
    auto *const note = page->findChild<QLabel *>();
    QTRY_VERIFY2(note->text().contains(u"no alert"_s), qPrintable(note->text()));
    QVERIFY(!button(u"Silence the alert"_s)->isEnabled());
    post(u"Slow"_s);
    post(u"Full"_s);
    QTRY_COMPARE(list->count(), 2);
    list->setCurrentRow(list->item(0)->text().startsWith("Slow"_L1) ? 0 : 1);
    auto *const text = page->findChild<QPlainTextEdit *>();
    QVERIFY2(text->toPlainText().contains(u"<b>slow</b>"_s) && text->toPlainText().contains(u"10.0.0.1:8000"_s),
             qPrintable(text->toPlainText()));

    button(u"Silence the alert"_s)->click();
    answerQuestion(u"anna"_s, u"deploy"_s);
    QTRY_COMPARE(list->count(), 3); // the silence, too
    QTRY_VERIFY(m_session->fleet().find(m_service)->alerts.last().isSilenced());
    QCOMPARE(m_session->fleet().find(m_service)->worstAlert()->name(), u"Full"_s);
    QVERIFY(list->item(2)->text().contains(u"by anna"_s));
    list->setCurrentRow(2);
    QVERIFY(text->toPlainText().contains(u"deploy"_s));
    QVERIFY(button(u"End the silence"_s)->isEnabled() && !button(u"Silence the alert"_s)->isEnabled());
    button(u"End the silence"_s)->click();
    QTRY_COMPARE(list->count(), 2);
    QTRY_VERIFY(!m_session->fleet().find(m_service)->alerts.last().isHeld());

    m_process.stop();
    m_session->alerts()->feed().ask();
    QTRY_VERIFY2(note->text().contains(m_process.url()), qPrintable(note->text()));
    QCOMPARE(list->count(), 0); // what is not known is not shown as if it were
    QVERIFY(!button(u"Silence the service"_s)->isEnabled());
    QVERIFY(m_process.start());
}

void TestAlertsPage::theQuestionWantsAllThree()
{
    auto *const dialog = new SilenceDialog(u"?"_s, u"anna"_s, m_window.get());
    dialog->open();
    const auto accept = [dialog] {
        for (QAbstractButton *const each : dialog->findChildren<QAbstractButton *>()) {
            if (each->text() == "&Silence"_L1)
                return each->isEnabled();
        }
        return false;
    };
    QVERIFY(!accept());
    named<QLineEdit>(dialog, u"Comment"_s)->setText(u" deploy "_s);
    QVERIFY(accept());
    QCOMPARE(dialog->comment(), u"deploy"_s);
    QVERIFY(dialog->end() > std::chrono::system_clock::now() + 1h);
    named<QLineEdit>(dialog, u"Author"_s)->setText(u" "_s);
    QVERIFY(!accept());
    named<QLineEdit>(dialog, u"Author"_s)->setText(u"anna"_s);
    dialog->findChild<QDateTimeEdit *>()->setDateTime(QDateTime::currentDateTime().addSecs(-60));
    QVERIFY(!accept());
    dialog->close();
}

void TestAlertsPage::whoOnlyLooksSilencesNothing()
{
    m_session->actions().setReadOnly(true);
    m_session->connectAlertmanagers({{.url = m_process.url()}});
    m_session->start();
    QTRY_VERIFY(m_session->alerts()->isKnown());
    m_window->findChild<AlertsPage *>()->refresh();
    QVERIFY(!button(u"Silence the service"_s)->isEnabled());
    QVERIFY(!button(u"Silence the service"_s)->toolTip().isEmpty());
}

void TestAlertsPage::theColumnStaysHiddenForWhoHidIt()
{
    m_session->connectAlertmanagers({{.url = m_process.url()}});
    auto *const table = m_window->findChild<FleetView *>();
    QMenu menu;
    table->fillColumnsMenu(&menu);
    for (QAction *const action : menu.actions()) {
        if (action->text() == "Alerts"_L1)
            action->setChecked(false);
    }
    QVERIFY(table->isColumnHidden(FleetModel::Alerts));
    m_window->saveState();
    cleanup();
    init();
    m_session->connectAlertmanagers({{.url = m_process.url()}});
    QVERIFY(m_window->findChild<FleetView *>()->isColumnHidden(FleetModel::Alerts));
    QSettings().clear();
}

void TestAlertsPage::thePreferencesKeepAlertmanagers()
{
    Preferences preferences;
    preferences.alertmanagers = QStringList{u"http://am:9093"_s};
    preferences.pushAlerts = true;
    QSettings settings;
    preferences.write(settings);
    AlertSettings shown;
    shown.show(Preferences::read(settings));
    Preferences written;
    shown.write(written);
    QCOMPARE(written.alertmanagers, preferences.alertmanagers);
    QVERIFY(written.pushAlerts && shown.isValid());
    named<QPlainTextEdit>(&shown, u"Alertmanagers"_s)->setPlainText(u"am"_s);
    QVERIFY(!shown.isValid());
    named<QPlainTextEdit>(&shown, u"Alertmanagers"_s)->clear();
    QVERIFY(shown.isValid() && !shown.findChild<QCheckBox *>()->isEnabled());
    settings.clear();
}

QTEST_MAIN(TestAlertsPage)
#include "tst_alertspage.moc"
