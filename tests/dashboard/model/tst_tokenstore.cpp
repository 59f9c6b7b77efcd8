// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/tokenstore.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// Run twice: where no keyring answers, and (WITH_KEYRING) where one does.
class TestTokenStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aTokenIsFoundAgain();
    void ofFilesOnlyTheirOwnerReadsThem();
    void aForgottenTokenIsGone();
    void theOneKeptLastIsFound();
    void whatIsKeptRightAfterItWasForgottenStays();
    void aKeyringThatDoesNotAnswerIsSaid();
    void whatCannotBeKeptIsSaid();
};

static const QString Url = u"http://127.0.0.1:8000"_s;
static const QString Secret = u"s3cret & \"quoted\" ü"_s;

static bool hasKeyring() { return qEnvironmentVariableIsSet("WITH_KEYRING"); }

static std::optional<Problem> keep(TokenStore &store, const QString &url, const QString &token)
{
    std::optional<std::optional<Problem>> answer;
    store.keep(url, token, [&](const std::optional<Problem> &problem) { answer = problem; });
    return QTest::qWaitFor([&] { return answer.has_value(); }, 60'000) ? *answer : Problem{{}, u"no answer"_s};
}

static FleetEntry find(TokenStore &store, const QString &url)
{
    std::optional<FleetEntry> answer;
    store.find(*entryForUrl(url), [&](const FleetEntry &entry, const std::optional<Problem> &) { answer = entry; });
    return QTest::qWaitFor([&] { return answer.has_value(); }, 60'000) ? *answer : FleetEntry();
}

void TestTokenStore::aTokenIsFoundAgain()
{
    const QTemporaryDir directory;
    {
        TokenStore store(directory.filePath(u"tokens"_s));
        QCOMPARE(keep(store, Url, u"an older one"_s), std::nullopt);
        QCOMPARE(keep(store, Url, Secret), std::nullopt);
    }
    TokenStore store(directory.filePath(u"tokens"_s));
    const Result<ServiceTarget> target = targetOf(find(store, Url));
    QVERIFY2(target.ok(), target.ok() ? "" : qPrintable(target.problem().text()));
    QCOMPARE(target->token, Secret);
    QCOMPARE(targetOf(find(store, u"http://127.0.0.1:8001"_s))->token, QString());
    QCOMPARE(QFileInfo::exists(store.fileOf(Url)), !hasKeyring());
    store.forget(Url);
}

void TestTokenStore::ofFilesOnlyTheirOwnerReadsThem()
{
    const QTemporaryDir directory;
    TokenStore store(directory.filePath(u"tokens"_s));
    QCOMPARE(keep(store, Url, Secret), std::nullopt);
    const FleetEntry entry = find(store, Url);
    if (hasKeyring()) {
        QCOMPARE(entry.token, Secret);
        QVERIFY(!QFileInfo::exists(directory.filePath(u"tokens"_s)));
    } else {
        constexpr auto mine = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
        QCOMPARE(QFileInfo(entry.tokenFile).permissions(), mine);
        QCOMPARE(QFileInfo(directory.filePath(u"tokens"_s)).permissions(), mine | QFile::ExeOwner | QFile::ExeUser);
        QVERIFY(!entry.tokenFile.contains(u"127"_s)); // nor does its name tell
        QCOMPARE(entry.token, QString());
    }
    store.forget(Url);
}

void TestTokenStore::aForgottenTokenIsGone()
{
    const QTemporaryDir directory;
    TokenStore store(directory.filePath(u"tokens"_s));
    QCOMPARE(keep(store, Url, Secret), std::nullopt);
    store.forget(Url);
    QTRY_COMPARE(targetOf(find(store, Url))->token, QString());
}

void TestTokenStore::theOneKeptLastIsFound()
{
    const QTemporaryDir directory;
    TokenStore store(directory.path());
    QCOMPARE(keep(store, Url, u"first"_s), std::nullopt);
    QFile file(store.fileOf(Url)); // as it is written while the keyring is locked
    QVERIFY(file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    file.write("second");
    file.close();
    QCOMPARE(targetOf(find(store, Url))->token, u"second"_s);
    QCOMPARE(keep(store, Url, u"third"_s), std::nullopt);
    QCOMPARE(QFileInfo::exists(store.fileOf(Url)), !hasKeyring());
    QCOMPARE(targetOf(find(store, Url))->token, u"third"_s);
    store.forget(Url);
}

void TestTokenStore::whatIsKeptRightAfterItWasForgottenStays()
{
    const QTemporaryDir directory;
    TokenStore store(directory.path());
    QCOMPARE(keep(store, Url, u"first"_s), std::nullopt);
    store.forget(Url); // as when a service is added again
    QCOMPARE(keep(store, Url, u"second"_s), std::nullopt);
    QCOMPARE(targetOf(find(store, Url))->token, u"second"_s);
    store.forget(Url);
}

void TestTokenStore::aKeyringThatDoesNotAnswerIsSaid()
{
    const QTemporaryDir directory;
    TokenStore store(directory.path());
    std::optional<std::optional<Problem>> answer;
    store.find(*entryForUrl(Url), [&](const FleetEntry &, const std::optional<Problem> &problem) { answer = problem; });
    QTRY_VERIFY_WITH_TIMEOUT(answer, 60'000);
    QCOMPARE(answer->has_value(), !hasKeyring());
}

void TestTokenStore::whatCannotBeKeptIsSaid()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"tokens"_s)); // where the directory would be
    QVERIFY(file.open(QIODevice::WriteOnly));
    TokenStore store(file.fileName());
    const std::optional<Problem> problem = keep(store, Url, Secret);
    QCOMPARE(problem.has_value(), !hasKeyring());
    QVERIFY(!problem || (problem->text().contains(u"cannot be kept"_s) && !problem->text().contains(Secret)));
    store.forget(Url);
}

QTEST_GUILESS_MAIN(TestTokenStore)
#include "tst_tokenstore.moc"
