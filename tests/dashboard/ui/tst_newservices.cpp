// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/serviceaddress.h"
#include "dashboard/model/fleetexport.h"
#include "dashboard/ui/addservicedialog.h"
#include "dashboard/ui/findservicesdialog.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"
#include "tests/support/serviceprocess.h"
#include "tests/support/tlsserver.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTableView>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The ways services come into the window, and services that speak otherwise than ours.
class TestNewServices : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aPastedUrlIsIntroduced_data();
    void aPastedUrlIsIntroduced();
    void whatIsWatchedAlreadyIsSaidWhileItIsTyped();
    void whatWasAddedAlreadyIsSaidToo();
    void oneOverHttpsIsAddedByItsFingerprint();
    void whatTheNextStartDoesNotWatchIsSaidAndCanBeSaved();
    void nothingIsSaidBeforeAnAddressIsTyped();
    void theTokenIsNotSentToHalfAnAddress();
    void servicesOfThisMachineAreFoundAndAdded();
    void allAndNoneOfTheFoundAreTicked();
    void whereThereIsRoomTheFoundCommandsAreWhole();
    void allThatListensIsSeenWhereThereIsRoom();
    void aPlainWebServerIsWatched();
    void actuatorIsShutDownAndNothingElse();
    void aDroppedFileIsOpened_data();
    void aDroppedFileIsOpened();
};

void TestNewServices::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

template <typename T>
static T *visible(QWidget *parent, const QString &text = {})
{
    for (T *const each : parent->findChildren<T *>()) {
        if (!each->isVisible())
            continue;
        if constexpr (requires { each->text(); }) {
            if (!text.isEmpty() && !each->text().remove(u'&').contains(text))
                continue;
        }
        return each;
    }
    return nullptr;
}

void TestNewServices::aPastedUrlIsIntroduced_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("pasted");
    QTest::addColumn<QString>("said");
    HealthReport report = Reports::healthy();
    report.capabilities = {u"check"_s, u"restart"_s};
    QTest::newRow("ours")
        << QByteArray("/health/status") << encode(report) << u"/health/status"_s
        << u"Hephaestus: mcp 1.4.0, healthy, 2 dependencies. It can be watched, shut down, checked and restarted."_s;
    QTest::newRow("actuator")
        << QByteArray("/actuator/health") << QByteArray(R"({"status":"UP","components":{"db":{"status":"UP"}}})")
        << u""_s
        << u"Spring Boot Actuator: healthy, 1 dependency. It can be watched, and shut down if it exposes "
           u"/actuator/shutdown."_s;
    QTest::newRow("older") << QByteArray("/health")
                           << QByteArray(R"({"status":"healthy","timestamp":"2025-11-04T12:00:00Z","version":"0.9"})")
                           << u"/health"_s << u"plain /health: 0.9, healthy. It can be watched."_s;
    QTest::newRow("a page") << QByteArray("/") << QByteArray("hello") << u""_s
                            << u"HTTP: reachable. It can be watched: nothing is known but that it answers."_s;
    QTest::newRow("nobody's dialect") << QByteArray("/elsewhere") << QByteArray("{}") << u""_s
                                      << u"It can be added all the same."_s;
}

void TestNewServices::aPastedUrlIsIntroduced()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, body);
    QFETCH(QString, pasted);
    QFETCH(QString, said);
    FakeHttpServer server;
    server.setAnswer(path, FakeAnswer::json(body));
    FleetSession session;
    MainWindow window(session);
    session.start();
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(visible<QDialog>(&window));
    QDialog *const dialog = visible<QDialog>(&window);
    dialog->findChild<QLineEdit *>()->setText(server.url() + pasted);
    QTRY_VERIFY2(visible<QLabel>(dialog, said), qPrintable(said));
    QTest::keyClick(dialog->findChild<QLineEdit *>(), Qt::Key_Return);
    QTRY_COMPARE(session.fleet().rowCount(), 1);
    QCOMPARE(session.fleet().row(0).entry.url, canonicalUrl(server.url() + pasted));
}

void TestNewServices::whatIsWatchedAlreadyIsSaidWhileItIsTyped()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    FleetSession session;
    MainWindow window(session);
    session.add(Reports::entry(u"mcp"_s, server.url()));
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(visible<QDialog>(&window));
    QDialog *const dialog = visible<QDialog>(&window);
    auto *const address = dialog->findChild<QLineEdit *>();
    auto *const add = visible<QPushButton>(dialog, u"Add"_s);
    QVERIFY(add);
    address->setText(server.url().section(u"://"_s, 1)); // the same one, written otherwise
    QVERIFY2(visible<QLabel>(dialog, u"is watched already"_s), "it is not said");
    QVERIFY(!add->isEnabled());
    QTest::keyClick(address, Qt::Key_Return);
    QVERIFY(dialog->isVisible());
    address->setText(server.url() + u"/other"_s);
    QVERIFY(!visible<QLabel>(dialog, u"is watched already"_s));
    QVERIFY(add->isEnabled());
}

void TestNewServices::whatWasAddedAlreadyIsSaidToo()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    FleetSession session;
    MainWindow window(session);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    for (const bool isWatched : {false, true}) {
        window.addService();
        QTRY_VERIFY(visible<QDialog>(&window));
        QDialog *const dialog = visible<QDialog>(&window);
        dialog->findChild<QLineEdit *>()->setText(server.url());
        QTRY_VERIFY(visible<QLabel>(dialog, u"Hephaestus: mcp 1.4.0, healthy"_s));
        QCOMPARE(visible<QLabel>(dialog, u"is watched already, as"_s) != nullptr, isWatched);
        QVERIFY(visible<QPushButton>(dialog, u"Add"_s)->isEnabled()); // it may get another token
        dialog->accept();
        QTRY_VERIFY(!visible<QDialog>(&window));
    }
    QCOMPARE(session.fleet().rowCount(), 1);
    QSettings().clear();
}

void TestNewServices::oneOverHttpsIsAddedByItsFingerprint()
{
    QSettings().clear();
    TlsServer server;
    QVERIFY(server.start(encode(Reports::healthy())));
    const auto edit = [](QDialog *dialog, const QString &label) -> QLineEdit * {
        for (QLabel *const each : dialog->findChildren<QLabel *>()) {
            if (each->text().remove(u'&').contains(label))
                return qobject_cast<QLineEdit *>(each->buddy());
        }
        return nullptr;
    };
    {
        FleetSession session;
        MainWindow window(session);
        session.start();
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTest::keyClick(&window, Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY(visible<QDialog>(&window));
        QDialog *const dialog = visible<QDialog>(&window);
        QVERIFY(!edit(dialog, u"fingerprint"_s)->isVisible()); // it is for https
        edit(dialog, u"Address"_s)->setText(server.url());
        QVERIFY(edit(dialog, u"fingerprint"_s)->isVisible());
        const QString shown = fingerprintText(server.fingerprint());
        QTRY_VERIFY(visible<QLabel>(dialog, shown)); // it is refused, and says what it shows
        edit(dialog, u"fingerprint"_s)->setText(u"SHA256:"_s + shown);
        QTRY_VERIFY(visible<QLabel>(dialog, u"Hephaestus: mcp 1.4.0, healthy"_s));
        QTest::keyClick(edit(dialog, u"fingerprint"_s), Qt::Key_Return);
        QTRY_COMPARE(session.fleet().rowCount(), 1);
        QTRY_COMPARE(session.fleet().row(0).state(), ServiceState::Healthy);
        QVERIFY(fleetFileWith({session.fleet().row(0).entry}).contains("fingerprint = \"SHA256:" + shown.toLatin1()));
    }
    FleetSession session;
    MainWindow window(session);
    window.openRemembered();
    session.start();
    QCOMPARE(session.fleet().rowCount(), 1);
    QTRY_COMPARE(session.fleet().row(0).state(), ServiceState::Healthy);
    QSettings().clear();
}

void TestNewServices::whatTheNextStartDoesNotWatchIsSaidAndCanBeSaved()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    const QTemporaryDir state;
    SequenceOptions options;
    options.stateDirectory = state.path();
    FleetSession session(options);
    MainWindow window(session);
    window.show();
    window.addService();
    auto *dialog = window.findChild<AddServiceDialog *>();
    QVERIFY(!visible<QCheckBox>(dialog, u"Save it in a fleet file"_s)); // it is watched again
    delete dialog;
    window.setRestoresAdded(false);
    window.addService();
    dialog = window.findChild<AddServiceDialog *>();
    QVERIFY(visible<QLabel>(dialog, u"it does not watch what is added here"_s));
    visible<QCheckBox>(dialog, u"Save it in a fleet file"_s)->click();
    dialog->findChild<QLineEdit *>()->setText(server.url());
    dialog->accept();
    QCOMPARE(session.fleet().rowCount(), 1);
    QVERIFY(window.statusBar()->currentMessage().contains(u"does not watch what was added"_s));
    auto *const file = window.findChild<QFileDialog *>();
    QVERIFY(file);
    QCOMPARE(file->acceptMode(), QFileDialog::AcceptSave);
    QSettings().clear();
}

void TestNewServices::nothingIsSaidBeforeAnAddressIsTyped()
{
    AddServiceDialog dialog([](const FleetEntry &) { return QString(); });
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    auto *const url = dialog.findChildren<QLineEdit *>().at(0);
    QCOMPARE(url->text(), QString());
    QVERIFY(!visible<QPushButton>(&dialog, u"Add"_s)->isEnabled());
    const auto hint = [&] { return visible<QLabel>(&dialog, u"A port of this machine (:8000)"_s); };
    QVERIFY(hint());
    url->setText(u"a b"_s);
    QVERIFY(!hint()); // that is no address, which is said
    url->clear();
    QVERIFY(hint());
    QVERIFY(!visible<QLabel>(&dialog, u"Asking"_s));
}

void TestNewServices::theTokenIsNotSentToHalfAnAddress()
{
    FakeHttpServer stranger; // what stands at http://10.0.0.1 on the way to http://10.0.0.12
    FakeHttpServer service;
    for (FakeHttpServer *const each : {&stranger, &service})
        each->setAnswer("/health/status",
                        FakeAnswer::json(R"({"error":{"code":"unauthorized","message":"a token is wanted"}})", 401));
    const auto tokens = [](const FakeHttpServer &server) {
        return std::ranges::count_if(
            server.requests(), [](const QByteArray &request) { return request.toLower().contains("bearer s3cret"); });
    };
    AddServiceDialog dialog([](const FleetEntry &) { return QString(); });
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    auto *const url = dialog.findChildren<QLineEdit *>().at(0);
    auto *const token = dialog.findChildren<QLineEdit *>().at(1);
    QCOMPARE(token->echoMode(), QLineEdit::Password);
    token->setText(u"s3cret"_s);
    url->setText(stranger.url());
    QTRY_VERIFY(visible<QLabel>(&dialog, u"It needs a token. Yours is sent when you add the service"_s));
    QVERIFY(!stranger.requests().isEmpty());
    QCOMPARE(tokens(stranger), 0);
    url->setText(service.url());
    token->setText(u"s3cret2"_s); // it is typed for this address
    QTRY_VERIFY(tokens(service) > 0);
    QCOMPARE(tokens(stranger), 0);
    url->setText(stranger.url());
    QTRY_VERIFY(visible<QLabel>(&dialog, u"It needs a token. Yours is sent when you add the service"_s));
    QCOMPARE(tokens(stranger), 0);
    QCOMPARE(dialog.entry().token, u"s3cret2"_s); // Add takes it
}

void TestNewServices::servicesOfThisMachineAreFoundAndAdded()
{
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    ListenerModel model;
    const QAbstractItemModelTester tester(&model);
    QList<PortHolder> holders;
    for (const PortHolder &holder : portHolders()) {
        if (holder.address.port == service.port)
            holders << holder;
    }
    QCOMPARE(holders.size(), 1); // others on this machine are left in peace
    holders << PortHolder{{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, 1, {}}, 0, {}, {}};
    model.find(holders, {});
    QTRY_VERIFY(!model.isAsking());
    const auto text = [&](int column) { return model.index(0, column).data().toString(); };
    QCOMPARE(text(ListenerModel::Port), QString::number(service.port));
    QCOMPARE(text(ListenerModel::Speaks), u"Hephaestus: fake 1"_s);
    QCOMPARE(text(ListenerModel::Pid), QString::number(service.process.processId()));
    QVERIFY(text(ListenerModel::Command).contains(u"fakeservice"_s));
    QVERIFY(!text(ListenerModel::Directory).isEmpty());
    QVERIFY(!model.index(1, ListenerModel::Port).data(Qt::CheckStateRole).isValid()); // nothing there to be added
    QVERIFY(!model.hasForeign());
    QCOMPARE(model.chosen().size(), 1);
    QCOMPARE(model.chosen().first().name, u"fake"_s);
    model.find(holders, {u"http://127.0.0.1:%1"_s.arg(service.port)});
    QCOMPARE(model.rowCount(), 1); // that one is watched already

    holders[0].isOwn = false;
    model.find(holders, {});
    QTRY_VERIFY(!model.isAsking());
    QCOMPARE(model.ticked(), 0);
    QVERIFY(model.hasForeign());
    model.chooseAll(true);
    QCOMPARE(model.ticked(), 1); // and not the port that says nothing
    QCOMPARE(model.chosen().size(), 1);
    model.chooseAll(false);
    QCOMPARE(model.ticked(), 0);
    QVERIFY(model.chosen().isEmpty());
}

/// Of many that were found a person wants a few.
void TestNewServices::allAndNoneOfTheFoundAreTicked()
{
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    QStringList others; // which are left in peace
    for (const PortHolder &holder : portHolders()) {
        if (holder.address.port != service.port)
            others << holder.address.url() << u"http://127.0.0.1:%1"_s.arg(holder.address.port)
                   << u"http://[::1]:%1"_s.arg(holder.address.port);
    }
    QWidget window;
    window.resize(900, 700);
    auto *const dialog = new FindServicesDialog(others, &window);
    dialog->show();
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    auto *const table = dialog->findChild<QTableView *>();
    const auto button = [&](const QString &text) { return visible<QPushButton>(dialog, text); };
    QTRY_VERIFY(button(u"Add 1"_s));
    QVERIFY(!button(u"Tick all"_s)->isEnabled());
    table->setFocus();
    button(u"Tick none"_s)->click();
    QVERIFY(!button(u"Add"_s)->isEnabled());
    QVERIFY(!button(u"Tick none"_s)->isEnabled());
    QCOMPARE(QApplication::focusWidget(), table); // ticking takes nobody from it
    button(u"Tick all"_s)->click();
    QVERIFY(button(u"Add 1"_s)->isEnabled());
    QCOMPARE(QApplication::focusWidget(), table);
    dialog->close();
}

/// The end of a command tells one from another.
void TestNewServices::whereThereIsRoomTheFoundCommandsAreWhole()
{
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s, QString(120, u'x'), u"the-end-that-differs"_s}));
    QStringList others; // which are left in peace
    for (PortHolder holder : portHolders()) {
        if (holder.address.port == service.port)
            continue;
        others << holder.address.url();
        for (const QString &host : {u"127.0.0.1"_s, u"::1"_s}) {
            holder.address.host = host;
            others << holder.address.url();
        }
    }
    QWidget window;
    for (const int width : {640, 700, 2400}) {
        window.resize(width, 700);
        auto *const dialog = new FindServicesDialog(others, &window);
        dialog->show();
        QVERIFY(QTest::qWaitForWindowExposed(dialog));
        QVERIFY(dialog->width() <= width);
        auto *const table = dialog->findChild<QTableView *>();
        const QAbstractItemModel *const model = table->model();
        int looked = 0;
        for (int row = 0; row < model->rowCount(); ++row) {
            const QString command = model->index(row, ListenerModel::Command).data().toString();
            if (!command.endsWith(u"the-end-that-differs"_s))
                continue;
            ++looked;
            const int needed = table->fontMetrics().horizontalAdvance(command);
            QCOMPARE(table->columnWidth(ListenerModel::Command) > needed, width > 1000);
        }
        QCOMPARE(looked, 1);
        const int digit = table->fontMetrics().horizontalAdvance(u'0');
        QVERIFY2(table->columnWidth(ListenerModel::Command) >= 20 * digit, qPrintable(QString::number(width)));
        dialog->close();
    }
}

void TestNewServices::allThatListensIsSeenWhereThereIsRoom()
{
    constexpr int Many = 25;
    QProcess server; // what listens in this process is not offered
    server.start(u"python3"_s,
                 {u"-c"_s,
                  u"import socket, sys\n"
                  "all = [socket.create_server(('127.0.0.1', 0)) for each in range(%1)]\n"
                  "print(*(each.getsockname()[1] for each in all), flush=True)\n"
                  "sys.stdin.read()"_s.arg(Many)});
    QSet<quint16> ports;
    for (const QByteArray &port : nextLine(server).split(' '))
        ports << quint16(port.toUInt());
    QCOMPARE(ports.size(), Many);
    QStringList others;
    for (const PortHolder &holder : portHolders()) {
        if (!ports.contains(holder.address.port))
            others << holder.address.url();
    }
    QWidget window;
    window.resize(1600, 1400);
    auto *const dialog = new FindServicesDialog(others, &window);
    dialog->show();
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    const auto *const table = dialog->findChild<QTableView *>();
    QTRY_VERIFY2(table->model()->rowCount() >= Many, qPrintable(QString::number(table->model()->rowCount())));
    QCOMPARE(table->verticalScrollBar()->maximum(), 0);
    dialog->close();
    server.closeWriteChannel();
    QVERIFY(hasEnded(server));
}

void TestNewServices::aPlainWebServerIsWatched()
{
    const QTemporaryDir directory;
    QProcess server;
    server.setWorkingDirectory(directory.path());
    server.start(u"python3"_s, {u"-u"_s, u"-m"_s, u"http.server"_s, u"0"_s, u"--bind"_s, u"127.0.0.1"_s});
    const QString line = QString::fromUtf8(nextLine(server)); // Serving HTTP on 127.0.0.1 port 43125 …
    const QString port = line.section(u"port "_s, 1).section(u' ', 0, 0);
    FleetSession session;
    MainWindow window(session);
    const Result<FleetEntry> entry = entryForUrl(u"http://127.0.0.1:"_s + port);
    QVERIFY(entry);
    const ServiceId id = session.add(*entry);
    session.start();
    window.show();
    QTRY_COMPARE(session.fleet().find(id)->state(), ServiceState::Reachable); // whether it is well nobody says
    QCOMPARE(session.fleet().find(id)->dialect, Dialect::Reachable);
    QCOMPARE(session.fleet().index(0, FleetModel::Uptime).data().toString(), u"–"_s); // it does not say: no zero
    const QAction *const restart = window.findChild<ServiceCommands *>()->action(ServiceAction::Restart);
    QTRY_VERIFY(restart->statusTip().contains(u"speaks HTTP: it can be watched"_s));
    QVERIFY(!restart->isEnabled());
    server.kill();
    server.waitForFinished();
    QTRY_COMPARE_WITH_TIMEOUT(session.fleet().find(id)->state(), ServiceState::Unreachable, 60'000);
}

void TestNewServices::actuatorIsShutDownAndNothingElse()
{
    FakeHttpServer server;
    server.setAnswer("/actuator/health", FakeAnswer::json(R"({"status":"UP"})"));
    FleetSession session;
    const ServiceId id = session.add(Reports::entry(u"spring"_s, server.url()));
    session.start();
    QTRY_VERIFY(session.fleet().find(id)->isCurrent());
    QVERIFY(session.actions().whyNot(id, ServiceAction::Restart).contains(u"Spring Boot Actuator"_s));
    QCOMPARE(session.actions().whyNot(id, ServiceAction::ShutDown), QString());
    session.actions().perform(id, ServiceAction::ShutDown); // not exposed: 404
    QTRY_VERIFY(session.journal().rowCount() > 0
                && session.journal().event(0).text.contains(u"does not expose /actuator/shutdown"_s));
    server.setAnswer("/actuator/shutdown", FakeAnswer::json(R"({"message":"Shutting down, bye..."})"));
    session.stop();
    session.actions().perform(id, ServiceAction::ShutDown);
    QTRY_COMPARE(session.fleet().find(id)->state(), ServiceState::Stopped);
    QCOMPARE(
        std::ranges::count_if(server.requests(),
                              [](const QByteArray &request) { return request.startsWith("POST /actuator/shutdown "); }),
        2);
}

void TestNewServices::aDroppedFileIsOpened_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("taken");
    QTest::newRow("a fleet file") << u"fleet.toml"_s
                                  << QByteArray("[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\n") << true;
    QTest::newRow("file_sd") << u"targets.json"_s
                             << QByteArray(R"([{"targets": ["127.0.0.1:1"], "labels": {"job": "x"}}])") << true;
    QTest::newRow("a picture") << u"cat.png"_s << QByteArray("x") << false;
}

void TestNewServices::aDroppedFileIsOpened()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    QFETCH(bool, taken);
    const QTemporaryDir directory;
    QFile file(directory.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    FleetSession session;
    MainWindow window(session);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file.fileName())});
    QDragEnterEvent enter({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, {});
    enter.ignore();
    QCoreApplication::sendEvent(&window, &enter);
    QCOMPARE(enter.isAccepted(), taken);
    if (!taken)
        return;
    QDropEvent drop({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, {});
    QCoreApplication::sendEvent(&window, &drop);
    QCOMPARE(session.fleet().rowCount(), 1);
    QCOMPARE(session.fleet().row(0).entry.url, u"http://127.0.0.1:1"_s);
}

QTEST_MAIN(TestNewServices)
#include "tst_newservices.moc"
