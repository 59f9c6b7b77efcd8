// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptarguments.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;

class TestScriptArguments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theScriptIsFound_data();
    void theScriptIsFound();
    void theClassPathCounts();

private:
    void write(const char *name, const QByteArray &text) const
    {
        QFile file(m_directory.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    QTemporaryDir m_directory;
};

void TestScriptArguments::initTestCase()
{
    write("plain.sh", "# . nothing.sh\nwhile :; do sleep 1; done\n");
    write("more.sh", "set -e; . ./plain.sh\nsource deeper.sh\n");
    write("deeper.sh", "if true; then . ./plain.sh; fi\n");
    write("computed.sh", ". \"$(dirname \"$0\")/plain.sh\"\n");
    write("plain.js", "setInterval(() => {}, 1000)\n");
    write("more.js", "const x = require('./plain')\n");
    write("own.js", "const fs = require('fs'), p = require( 'node:fs/promises' )\nimport { join } from \"path\"\n");
    write("vm.js", "require('fs'); require('vm').runInThisContext('1')\n");
    write("alias.js", "const load = require; load('fs')\n");
    write("plain.pl", "use strict;\nsleep 1 while 1;\n");
    write("more.pl", "use Some::Module;\n");
    write("plain.rb", "sleep 1 while true\n");
    write("more.rb", "require_relative 'plain'\n");
    write("plain.php", "<?php while (true) sleep(1);\n");
    write("more.php", "<?php require 'plain.php';\n");
    write("plain.py", "print(1)\n");
    write("App.java", "class App {}\n");
    write("app.jar", "");
}

void TestScriptArguments::theScriptIsFound_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArrayList>("files");
    QTest::addColumn<bool>("hasGap");
    const auto row = [](const char *command, const QByteArrayList &files, bool hasGap) {
        QTest::newRow(command) << QByteArray(command) << files << hasGap;
    };
    row("bash plain.sh", {"plain.sh"}, false);
    row("bash -eu -o pipefail plain.sh argument", {"plain.sh"}, false);
    row("dash -c plain.sh", {}, false);
    row("bash -lc ./plain.sh", {}, false);
    row("sh more.sh", {"more.sh", "plain.sh", "deeper.sh"}, false);
    row("sh computed.sh", {"computed.sh"}, true);
    row("node plain.js", {"plain.js"}, false);
    row("node --require ./other.js --inspect plain.js", {"plain.js"}, false);
    row("node plain", {"plain.js"}, false);
    row("node more.js", {"more.js"}, true);
    row("node own.js", {"own.js"}, false);
    row("node vm.js", {"vm.js"}, true);
    row("node alias.js", {"alias.js"}, true);
    row("node -e plain.js", {}, false);
    row("perl -w plain.pl", {"plain.pl"}, false);
    row("perl5.36.0 more.pl", {"more.pl"}, true);
    row("ruby plain.rb", {"plain.rb"}, false);
    row("ruby3.1 -W0 -I lib more.rb", {"more.rb"}, true);
    row("php plain.php", {"plain.php"}, false);
    row("php8.2 -d memory_limit=64M -f more.php", {"more.php"}, true);
    row("php -S 127.0.0.1:8000 plain.php", {"plain.php"}, false);
    row("bun run plain.js", {"plain.js"}, false);
    row("bun more.js", {"more.js"}, true);
    row("deno run more.js", {"more.js"}, true);
    row("python3.11 plain.py", {"plain.py"}, false);
    row("python3 -m plain", {}, true);
    row("java App.java", {"App.java"}, false);
    row("java -Xmx1g -jar app.jar run", {"app.jar"}, false);
    row("deno run --allow-net plain.js", {"plain.js"}, false);
    row("sleep 600", {}, false);
}

void TestScriptArguments::theScriptIsFound()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArrayList, files);
    QFETCH(bool, hasGap);
    const QByteArray directory = QFile::encodeName(m_directory.path());
    const QByteArrayList words = command.split(' ');
    const ScriptArguments found = readScriptArguments(words.first(), words, directory);
    QByteArrayList names;
    for (const QByteArray &file : found.files)
        names << file.mid(file.lastIndexOf('/') + 1);
    QCOMPARE(names, files);
    QCOMPARE(!found.gap.isEmpty(), hasGap);
    QVERIFY(found.folders.isEmpty());
}

void TestScriptArguments::theClassPathCounts()
{
    const QByteArray directory = QFile::encodeName(m_directory.path());
    const ScriptArguments found =
        readScriptArguments("java", {"java", "-cp", "app.jar:classes:lib/*", "Main"}, directory);
    QCOMPARE(found.files, QByteArrayList{directory + "/app.jar"});
    QCOMPARE(found.folders, (QByteArrayList{directory + "/classes", directory + "/lib"}));
}

QTEST_GUILESS_MAIN(TestScriptArguments)
#include "tst_scriptarguments.moc"
