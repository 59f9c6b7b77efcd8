// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/clipboardtext.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestClipboardText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTokenIsReadWhereItIsKept_data();
    void theTokenIsReadWhereItIsKept();
    void aSocketIsAskedThroughItsPath();
};

static const QString Address = u"http://127.0.0.1:8000"_s;

void TestClipboardText::theTokenIsReadWhereItIsKept_data()
{
    QTest::addColumn<QString>("token");
    QTest::addColumn<QString>("tokenFile");
    QTest::addColumn<bool>("kept"); ///< in a file, for want of a keyring
    QTest::addColumn<QString>("read");
    QTest::newRow("none") << u""_s << u""_s << false << u""_s;
    QTest::newRow("in the keyring") << u"s3cret"_s << u""_s << false
                                    << u"$(secret-tool lookup server hephaestus user 'http://127.0.0.1:8000')"_s;
    QTest::newRow("kept in a file") << u"s3cret"_s << u""_s << true << u"$(cat 'KEPT')"_s;
    QTest::newRow("in the fleet's file") << u""_s << u"/srv/it's.token"_s << false << u"$(cat '/srv/it'\\''s.token')"_s;
    QTest::newRow("in the fleet's file, and kept") << u""_s << u"/srv/token"_s << true << u"$(cat '/srv/token')"_s;
    QTest::newRow("an older one that is not in use") << u""_s << u""_s << true << u""_s;
}

void TestClipboardText::theTokenIsReadWhereItIsKept()
{
    QFETCH(QString, token);
    QFETCH(QString, tokenFile);
    QFETCH(bool, kept);
    QFETCH(QString, read);
    const QTemporaryDir directory;
    const QString file = TokenStore(directory.path()).fileOf(Address);
    if (kept)
        QVERIFY(QFile(file).open(QIODevice::WriteOnly));
    FleetEntry entry = *entryForUrl(Address);
    entry.token = token;
    entry.tokenFile = tokenFile;
    // The shell's own printf: the token is in no process's arguments, which every user may read.
    const QString header = read.isEmpty()
        ? QString()
        : u"printf 'Authorization: Bearer %s' \"%1\" | "_s.arg(read.replace("KEPT"_L1, file));
    QCOMPARE(asCurl(entry, directory.path()),
             u"%1curl -sS --max-time 5%2 'http://127.0.0.1:8000/health/status'"_s.arg(
                 header, header.isEmpty() ? u""_s : u" -H @-"_s));
}

void TestClipboardText::aSocketIsAskedThroughItsPath()
{
    QCOMPARE(asCurl(*entryForUrl(u"unix:/run/a b.sock"_s), u"/nonexistent"_s),
             u"curl -sS --max-time 5 --unix-socket '/run/a b.sock' http://localhost/health/status"_s);
}

QTEST_GUILESS_MAIN(TestClipboardText)
#include "tst_clipboardtext.moc"
