// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/sameuser.h"

#include "common/base/regularfile.h"
#include "common/base/secretfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestSameUser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aUserIsItself();
    void theOverflowUserIsNobody();

private:
    static constexpr int NoNamespace = 99;

    /// What `look` finds within a user namespace of which nobody outside is known; it runs in a child.
    static int inNamespace(const std::function<int()> &look)
    {
        const pid_t child = ::fork();
        if (child == 0)
            ::_exit(::unshare(CLONE_NEWUSER) == 0 ? look() : NoNamespace);
        int status = 0;
        return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
};

void TestSameUser::aUserIsItself()
{
    QVERIFY(isSameUser(::geteuid(), ::geteuid()) || ::geteuid() == overflowUser());
    QVERIFY(!isSameUser(::geteuid(), ::geteuid() + 1));
}

void TestSameUser::theOverflowUserIsNobody()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"token"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("letmein\n");
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    const int found = inNamespace([&path] {
        if (::geteuid() != overflowUser())
            return 1;
        if (isSameUser(overflowUser(), ::geteuid()))
            return 2;
        if (readSecretFile(path, 100))
            return 3;
        return whyNotTrusted(path).isEmpty() ? 4 : 0;
    });
    if (found == NoNamespace)
        QSKIP("user namespaces are not allowed here");
    QCOMPARE(found, 0);
    QVERIFY(readSecretFile(path, 100));
    QVERIFY2(whyNotTrusted(path).isEmpty(), qPrintable(whyNotTrusted(path)));
}

QTEST_APPLESS_MAIN(TestSameUser)
#include "tst_sameuser.moc"
