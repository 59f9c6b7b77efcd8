// SPDX-License-Identifier: GPL-3.0-or-later
//
// A machine behind ssh, in the window: asked, added, watched, restarted, lost and removed, through a real sshd.
#include "common/client/hostconnection.h"
#include "dashboard/ui/addhostdialog.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/support/sshhost.h"

#include <QAction>
#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

class TestAddHost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { HostConnection::endAll(); }
    void aHostIsAddedWatchedAndRemoved();
};

namespace {

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

template <typename T>
T *visible(QWidget *parent, const QString &text)
{
    for (T *const each : parent->findChildren<T *>()) {
        if (each->isVisible() && each->text().contains(text))
            return each;
    }
    return nullptr;
}

void trigger(QWidget *window, const QString &text)
{
    for (QAction *const action : window->findChildren<QAction *>()) {
        if (action->text().remove(u'&') == text)
            return action->trigger();
    }
    QFAIL(qPrintable(text));
}

/// What the dialog answers to this name.
void ask(AddHostDialog *dialog, const QString &name)
{
    dialog->findChild<QComboBox *>()->setEditText(name);
    QTest::mouseClick(visible<QPushButton>(dialog, u"A&sk it"_s), Qt::LeftButton);
}

/// Whose events say so.
QStringList eventsWith(const EventJournal &journal, const QString &text)
{
    QStringList names;
    for (int row = 0; row < journal.rowCount(); ++row) {
        if (journal.event(row).text.contains(text))
            names << journal.event(row).serviceName;
    }
    return names;
}

/// A label of any page that begins so.
bool hasLabel(const QWidget *window, const QString &text)
{
    const QList<QLabel *> labels = window->findChildren<QLabel *>();
    return std::any_of(labels.begin(), labels.end(),
                       [&](const QLabel *label) { return label->text().startsWith(text); });
}

} // namespace

void TestAddHost::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestAddHost::aHostIsAddedWatchedAndRemoved()
{
    SshHost host;
    QVERIFY2(host.start(QFileInfo(QStringLiteral(HEPHAESTUS_PROGRAM)).absolutePath()), qPrintable(host.why()));
    const QByteArray port = QByteArray::number(freePort());
    host.writeFleet("[[service]]\nname = \"web\"\ngroup = \"shop\"\nurl = \"http://127.0.0.1:" + port
                    + "\"\nrun = [\"sleep\", \"1000\"]\n[[service]]\nname = \"cart\"\nurl = \"http://127.0.0.1:"
                    + QByteArray::number(freePort()) + "\"\n");
    QTemporaryDir root;
    SequenceOptions options;
    options.stateDirectory = root.filePath(u"state"_s);
    FleetSession session(options);
    MainWindow window(session, {});
    session.start();
    window.show();
    trigger(&window, u"Add a host…"_s);
    auto *const dialog = window.findChild<AddHostDialog *>();
    QVERIFY(dialog);
    dialog->findChild<QComboBox *>()->setEditText(u"-oProxyCommand=x"_s);
    QVERIFY(!visible<QPushButton>(dialog, u"A&sk it"_s)->isEnabled());
    host.useKey("other_key");
    ask(dialog, u"build1"_s);
    QTRY_VERIFY_WITH_TIMEOUT(visible<QLabel>(dialog, u"permission denied"_s), 60'000);
    QVERIFY(visible<QPushButton>(dialog, u"&Add all the same"_s)->isEnabled());
    host.useKey("user_key");
    HostConnection::to({u"build1"_s, u"build1"_s})->retry();
    ask(dialog, u"build1"_s);
    QTRY_VERIFY_WITH_TIMEOUT(visible<QLabel>(dialog, u"2 services in "_s), 60'000);
    QVERIFY(visible<QLabel>(dialog, u": web, cart"_s));
    QTest::mouseClick(visible<QPushButton>(dialog, u"&Add"_s), Qt::LeftButton);

    FleetModel &fleet = session.fleet();
    QTRY_COMPARE_WITH_TIMEOUT(fleet.rowCount(), 2, 60'000);
    const ServiceId id = fleet.ids().first();
    QCOMPARE(fleet.find(id)->entry.name, u"web"_s);
    QCOMPARE(fleet.find(id)->entry.group, u"shop"_s);
    const auto state = [&] { return fleet.find(id)->state(); };
    session.actions().perform(id, ServiceAction::Start);
    QTRY_VERIFY_WITH_TIMEOUT(session.actions().receipt(id) && !session.actions().isRunning(id), 120'000);
    QVERIFY2(session.actions().receipt(id)->ok, qPrintable(session.actions().receipt(id)->failure));
    QCOMPARE(session.actions().receipt(id)->host, u"build1"_s);
    window.findChild<FleetView *>()->select(id);
    QTRY_VERIFY(hasLabel(&window, u"Start of web on build1 done in "_s));
    QTRY_COMPARE_WITH_TIMEOUT(state(), ServiceState::Healthy, 60'000);

    host.stop();
    QTRY_COMPARE_WITH_TIMEOUT(state(), ServiceState::Unreachable, 60'000);
    QCOMPARE(fleet.find(id)->reply.error, ClientError::HostLost);
    QTRY_VERIFY_WITH_TIMEOUT(fleet.find(fleet.ids().last())->reply.error == ClientError::HostLost, 60'000);
    // Why is told of the host, once; each row only says that there is no connection.
    QCOMPARE(eventsWith(session.journal(), u"build1: ssh: "_s), QStringList{u"build1"_s});
    QCOMPARE(eventsWith(session.journal(), u"unreachable: no connection to build1"_s), QStringList{u"web"_s});
    QCOMPARE(session.lostHosts().size(), 1);
    QTRY_VERIFY(visible<QLabel>(&window, session.lostHosts().first().left(40)));
    QVERIFY(host.listen());
    QTRY_COMPARE_WITH_TIMEOUT(state(), ServiceState::Healthy, 60'000);
    QCOMPARE(eventsWith(session.journal(), u"connected again"_s), QStringList{u"build1"_s});
    QTRY_COMPARE_WITH_TIMEOUT(session.lostHosts(), QStringList(), 60'000);
    session.actions().perform(id, ServiceAction::ShutDown);
    QTRY_COMPARE_WITH_TIMEOUT(state(), ServiceState::Stopped, 120'000);

    trigger(&window, u"Add a host…"_s);
    AddHostDialog *again = nullptr;
    QTRY_VERIFY((again = window.findChild<AddHostDialog *>()) && again->isVisible());
    again->findChild<QComboBox *>()->setCurrentIndex(0);
    QTest::mouseClick(visible<QPushButton>(again, u"&Remove"_s), Qt::LeftButton);
    QCOMPARE(fleet.rowCount(), 0);
    QCOMPARE(again->findChild<QComboBox *>()->count(), 0);

    // What cannot be asked is told, or what is shown would look like all.
    session.addHosts({.path = {}, .services = {}, .hosts = {{u"nobody.invalid"_s, u"nobody.invalid"_s}}});
    QTRY_COMPARE_WITH_TIMEOUT(session.unknownHosts(), QStringList{u"nobody.invalid"_s}, 60'000);
    QTRY_VERIFY(visible<QLabel>(&window, u"the services of nobody.invalid are not known"_s));
}

QTEST_MAIN(TestAddHost)
#include "tst_addhost.moc"
