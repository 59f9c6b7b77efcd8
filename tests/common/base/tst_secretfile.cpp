// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/secretfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype Longest = 16;

} // namespace

/// Reading waits for nobody: a row that did would end by the test's timeout.
class TestSecretFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void theLineIsReadWithoutItsLineBreak_data();
    void theLineIsReadWithoutItsLineBreak();
    void anythingElseIsRefused_data();
    void anythingElseIsRefused();
    void aFileOfAnotherUserIsRefused();
    void aLinkToAGoodFileIsRead();
    void aFifoWithAWriterIsNotRead();
    void whoElseKnowsItIsTold_data();
    void whoElseKnowsItIsTold();

private:
    QByteArray path() const { return QFile::encodeName(m_directory->filePath(u"secret"_s)); }
    void make(const QByteArray &content, mode_t mode = 0600) const
    {
        QFile file(QFile::decodeName(path()));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no file");
        file.close();
        if (::chmod(path().constData(), mode) != 0)
            qFatal("no mode");
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestSecretFile::init() { m_directory = std::make_unique<QTemporaryDir>(); }

void TestSecretFile::theLineIsReadWithoutItsLineBreak_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("secret");
    QTest::newRow("line") << "s3cret\n"_ba
                          << "s3cret"_ba;
    QTest::newRow("no line break") << "s3cret"_ba
                                   << "s3cret"_ba;
    QTest::newRow("of another system") << "s3cret\r\n"_ba
                                       << "s3cret"_ba;
    QTest::newRow("white space around it") << " s3cret\t\n\n"_ba
                                           << "s3cret"_ba;
    QTest::newRow("several words") << "pass phrase\n"_ba
                                   << "pass phrase"_ba;
    QTest::newRow("as long as allowed") << QByteArray(Longest, 'x') + "\r\n" << QByteArray(Longest, 'x');
}

void TestSecretFile::theLineIsReadWithoutItsLineBreak()
{
    QFETCH(QByteArray, content);
    for (const mode_t mode : {0600, 0400}) {
        make(content, mode);
        const auto secret = readSecretFile(QFile::decodeName(path()), Longest);
        QVERIFY2(secret, secret ? "" : qPrintable(secret.problem().text()));
        QTEST(*secret, "secret");
    }
}

void TestSecretFile::anythingElseIsRefused_data()
{
    using Make = std::function<void()>;
    QTest::addColumn<Make>("makeIt");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *name, const Make &makeIt, const QString &what) {
        QTest::newRow(name) << makeIt << what;
    };
    const auto linkTo = [this](const char *target) {
        return [this, target] { QCOMPARE(::symlink(target, path().constData()), 0); };
    };
    const QString others = u"must not be accessible to others, found mode "_s;
    row(
        "missing", [] {}, u"cannot be read: No such file or directory"_s);
    row("below a file", [this] { make("s3cret\n"); }, {});
    row(
        "FIFO", [this] { QCOMPARE(::mkfifo(path().constData(), 0600), 0); },
        u"expected a regular file, found a FIFO"_s);
    row(
        "directory", [this] { QCOMPARE(::mkdir(path().constData(), 0700), 0); },
        u"expected a regular file, found a directory"_s);
    row("device", linkTo("/dev/zero"), u"expected a regular file, found a device"_s);
    row("terminal", linkTo("/dev/ptmx"), u"expected a regular file, found a device"_s);
    row("link to itself", linkTo("secret"), u"cannot be read: Too many levels of symbolic links"_s);
    row(
        "too long", [this] { make(QByteArray(Longest + 1, 'x')); },
        u"the file is too large, expected one line of at most 16 bytes"_s);
    row(
        "too large", [this] { make("s3cret" + QByteArray(5'000'000, '\n')); },
        u"the file is too large, expected one line of at most 16 bytes"_s);
    row(
        "empty", [this] { make({}); }, u"the file is empty"_s);
    row(
        "empty line", [this] { make(" \n"); }, u"the file is empty"_s);
    row(
        "several lines", [this] { make("s3cret\nb\n"); }, u"expected one line, found several"_s);
    row(
        "another header", [this] { make("s3cret\r\nX-Y: z"); }, u"expected one line, found several"_s);
    row(
        "the group may read", [this] { make("s3cret\n", 0640); }, others + u"0640; run chmod 600"_s);
    row(
        "others may read", [this] { make("s3cret\n", 0644); }, others + u"0644; run chmod 600"_s);
    row(
        "others may write", [this] { make("s3cret\n", 0602); }, others + u"0602; run chmod 600"_s);
}

void TestSecretFile::anythingElseIsRefused()
{
    QFETCH(std::function<void()>, makeIt);
    QFETCH(QString, what);
    makeIt();
    QString asked = QFile::decodeName(path());
    if (what.isEmpty()) {
        asked += u"/below"_s;
        what = u"cannot be read: Not a directory"_s;
    }
    const auto secret = readSecretFile(asked, Longest);
    QVERIFY(!secret);
    QCOMPARE(secret.problem(), (Problem{asked, what}));
}

void TestSecretFile::aFileOfAnotherUserIsRefused()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a file away");
    make("s3cret\n");
    QCOMPARE(::chown(path().constData(), 12345, 12345), 0);
    const auto secret = readSecretFile(QFile::decodeName(path()), Longest);
    QVERIFY(!secret);
    QCOMPARE(secret.problem().what, u"belongs to another user (12345); expected this user or root"_s);
}

void TestSecretFile::aLinkToAGoodFileIsRead()
{
    make("s3cret\n");
    const QString link = m_directory->filePath(u"link"_s);
    QVERIFY(QFile::link(QFile::decodeName(path()), link));
    const auto secret = readSecretFile(link, Longest);
    QVERIFY(secret);
    QCOMPARE(*secret, "s3cret"_ba);
}

void TestSecretFile::aFifoWithAWriterIsNotRead()
{
    QCOMPARE(::mkfifo(path().constData(), 0600), 0);
    const int fifo = ::open(path().constData(), O_RDWR | O_CLOEXEC);
    QVERIFY(fifo >= 0);
    QCOMPARE(::write(fifo, "s3cret\n", 7), 7);
    QVERIFY(!readSecretFile(QFile::decodeName(path()), Longest));
    char left[8];
    QCOMPARE(::read(fifo, left, sizeof left), 7); // nothing was taken out of it
    ::close(fifo);
}

void TestSecretFile::whoElseKnowsItIsTold_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<int>("folder");
    QTest::addColumn<QString>("told");
    QTest::newRow("nobody") << 0600 << 0755 << u""_s;
    QTest::newRow("a group") << 0640 << 0755 << u""_s;
    QTest::newRow("everybody") << 0644 << 0755 << u"may be read by everybody (mode 0644)"_s;
    QTest::newRow("everybody, in a folder of its own") << 0644 << 0700 << u""_s;
    QTest::newRow("whoever writes it") << 0660 << 0755 << u"may be written by others (mode 0660)"_s;
    QTest::newRow("whoever puts another in its place") << 0600 << 0777 << u"may be written by others (mode 0777)"_s;
}

void TestSecretFile::whoElseKnowsItIsTold()
{
    QFETCH(int, mode);
    QFETCH(int, folder);
    QFETCH(QString, told);
    make("s3cret", mode_t(mode));
    QCOMPARE(::chmod(QFile::encodeName(m_directory->path()).constData(), mode_t(folder)), 0);
    const QString why = whyExposed(QFile::decodeName(path()));
    QCOMPARE(why.isEmpty(), told.isEmpty());
    QVERIFY2(why.contains(told), qPrintable(why));
}

QTEST_GUILESS_MAIN(TestSecretFile)
#include "tst_secretfile.moc"
