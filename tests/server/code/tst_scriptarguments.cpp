// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/scriptarguments.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestScriptArguments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theScriptIsFound_data();
    void theScriptIsFound();
    void aTextThatLoadsAnotherIsSeen_data();
    void aTextThatLoadsAnotherIsSeen();
    void variablesLoadFiles_data();
    void variablesLoadFiles();
    void aScriptMayComeFromTheInput_data();
    void aScriptMayComeFromTheInput();
    void aProgramIsWhatItIsCalledBy();
    void theClassPathCounts();
    void filesOfVariablesAreFound();

private:
    void write(const char *name, const QByteArray &text) const
    {
        const QString path = m_directory.filePath(QString::fromLatin1(name));
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
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
    write("Makefile", "run:\n\tsleep 1000\n");
    write("deep/makefile", "include more.mk ../Makefile # both\n-include none.mk\n");
    write("deep/more.mk", "X = 1\n");
    write("deep/computed.mk", "include $(wildcard *.inc)\n");
    write("App.java", "class App {}\n");
    write("app.jar", "");
    write("plain.tcl", "# package require nothing\nwhile 1 {after 1000}\n");
    write("more.tcl", "source plain.tcl\n");
    write("plain.lua", "while true do end\n");
    write("more.lua", "require 'plain'\n");
    write("count.awk", "{n += 1} END {print n}\n");
    write("more.awk", "@include \"count.awk\"\n");
    write("data.txt", "");
    write("plain.R", "Sys.sleep(1)\n");
    write("marked.own", "#!/usr/bin/env -S own-language2 -x\nwait\n");
    write("unmarked.own", "wait\n");
    write("app/__main__.py", "print(1)\n");
    write("main/package.json", R"({"a": {"main": "no.js", "b": [{}]}, "main": "lib/start", "c": {"main": "no.js"}})");
    write("main/lib/start.js", "setInterval(() => {}, 1000)\n");
    write("main/index.js", "");
    write("main/no.js", "");
    write("index/package.json", R"({"name": "index"})");
    write("index/index.js", "");
    write("lost/package.json", R"({"main": "lost.js"})");
    QCOMPARE(::mkfifo(QFile::encodeName(m_directory.filePath(u"pipe"_s)).constData(), 0600), 0);
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
    row("node --require ./other.js --inspect plain.js", {"plain.js"}, true); // which is none
    row("node -r ./own.js plain.js", {"own.js", "plain.js"}, false);
    row("node --require=./own plain.js", {"own.js", "plain.js"}, false);
    row("node --import ./more.js plain.js", {"more.js", "plain.js"}, true);
    row("node --require some-package plain.js", {"plain.js"}, true);
    row("perl -MSome::Module plain.pl", {"plain.pl"}, true);
    row("perl -Mstrict -Mlib=. plain.pl", {"plain.pl"}, false);
    row("perl -MSome::Module -e run", {}, true);
    row("perl -lane print data.txt", {}, false);
    row("perl -we exit plain.pl", {}, false);
    row("ruby -r./plain.rb plain.rb", {"plain.rb", "plain.rb"}, false);
    row("ruby -rsome plain.rb", {"plain.rb"}, true);
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
    row("make run", {"Makefile"}, false);
    row("make -j4 -sf Makefile run", {"Makefile"}, false);
    row("make -sC deep run", {"makefile", "more.mk", "Makefile"}, false);
    row("make --directory=deep --file=computed.mk", {"computed.mk"}, true);
    row("make -fMakefile -f deep/more.mk", {"Makefile", "more.mk"}, false);
    row("gmake -f - run", {}, false);
    row("java App.java", {"App.java"}, false);
    row("java -Xmx1g -jar app.jar run", {"app.jar"}, false);
    row("deno run --allow-net plain.js", {"plain.js"}, false);
    row("sleep 600", {}, false);
    row("tclsh8.6 plain.tcl", {"plain.tcl"}, false);
    row("tclsh8.6 more.tcl one two", {"more.tcl"}, true);
    row("lua5.4 -i plain.lua more.lua", {"plain.lua"}, false);
    row("mawk -f count.awk data.txt", {"count.awk"}, false);
    row("gawk -v x=1 --file more.awk -f count.awk", {"more.awk", "count.awk"}, true);
    row("mawk {print} data.txt", {}, false);
    row("R --no-echo --file=plain.R", {"plain.R"}, false);
    row("own-language -x marked.own", {"marked.own"}, false);
    row("own-language unmarked.own", {}, false);
    row("cat marked.own plain.sh", {}, false);
    row("busybox sh more.sh", {"more.sh", "plain.sh", "deeper.sh"}, false);
    row("busybox awk -f count.awk", {"count.awk"}, false);
    row("busybox", {}, false);
    row("python3 app", {"__main__.py"}, false);
    row("python3 index", {}, true);
    row("node main", {"start.js", "package.json"}, false);
    row("node ./main/", {"start.js", "package.json"}, false);
    row("node index", {"index.js", "package.json"}, false);
    row("node lost", {}, true);
    row("node -r ./main plain.js", {"start.js", "package.json", "plain.js"}, false);
    row("perl app", {}, true);
    row("bash pipe", {}, true);
    row("bash /dev/null", {}, true);
    // values of options are no scripts
    row("node --env-file data.txt plain.js", {"plain.js"}, false);
    row("node --env-file=data.txt --title data.txt plain.js", {"plain.js"}, false);
    row("node --title x --enable-source-maps plain.js data.txt", {"plain.js"}, false);
    row("node --some-new-option data.txt plain.js", {"data.txt"}, true);
    row("node --some-new-option 12 plain.js", {"plain.js"}, false);
    row("node --some-new-option plain.js 12", {"plain.js"}, false);
    row("node --enable-source-maps plain.js --require some", {"plain.js"}, false);
    row("deno run --import-map data.txt --allow-net plain.js", {"plain.js"}, false);
    row("deno run --lock data.txt plain.js", {"data.txt"}, true);
    row("deno serve --port 80 more.js", {"more.js"}, true);
    row("deno eval import('./plain.js')", {}, true);
    row("deno test", {}, true);
    row("bun --cwd . run plain.js", {"plain.js"}, false);
    row("bun -p require('./plain')", {}, true);
    row("python3 --check-hash-based-pycs never -u plain.py", {"plain.py"}, false);
    row("ruby --disable gems -Ilib plain.rb", {"plain.rb"}, false);
    row("bash --norc plain.sh data.txt", {"plain.sh"}, false);
    row("bash -- plain.sh", {"plain.sh"}, false);
    row("bash - plain.sh", {"plain.sh"}, false);
    row("perl -w plain.pl -e", {"plain.pl"}, false);
    // code may be attached to its option, and options to each other
    row("perl -e;require\t'./plain.pl'", {}, true);
    row("perl -ne;require\t'./plain.pl'", {}, true);
    row("node --eval=require('./plain')", {}, true);
    row("node --print=1", {}, false);
    row("node -e 1 --require ./more.js", {"more.js"}, true);
    row("python3 -mplain", {}, true);
    row("python3 -um plain", {}, true);
    row("python3 -Icimport\tplain", {}, true);
    row("python3 -Bc print(1) -m plain", {}, false);
    row("ruby -eload'./plain.rb'", {}, true);
    row("ruby -ne 1 -rsome", {}, true);
    row("php -rrequire'plain.php';", {}, true);
    row("php -ddisplay_errors=1 --file=plain.php", {"plain.php"}, false);
    row("php -d auto_prepend_file=more.php plain.php", {"plain.php"}, true);
    row("perl -i.bak -l012 -0777 -CSDA -Ilib plain.pl", {"plain.pl"}, false);
    row("perl -d:Some plain.pl", {"plain.pl"}, true);
    row("sh -ce .\t./plain.sh", {"plain.sh"}, false);
    row("bash -c -e ./plain.sh", {}, false);
    row("awk -fcount.awk data.txt", {"count.awk"}, false);
    row("awk -F: -vx=1 -f nothing.awk", {}, true);
    row("gawk --include=more.awk -f count.awk", {"more.awk", "count.awk"}, true);
    row("gawk @include\"count.awk\"", {}, true);
    row("sed -nfcount.awk data.txt", {"count.awk"}, false);
    row("sed -i.bak s/a/b/ data.txt", {}, false);
    row("lua -edofile('plain.lua')", {}, true);
    row("lua -lsome plain.lua", {"plain.lua"}, true);
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

void TestScriptArguments::aTextThatLoadsAnotherIsSeen_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("loads");
    const auto row = [](const char *program, const QByteArray &text, bool loads) {
        QTest::addRow("%s: %s", program, text.left(40).constData()) << QByteArray(program) << text << loads;
    };
    for (const char *text : {"my $c = do \"./c.pl\";", "do('./c.pl')", "x() or do $file", "require(\"./c.pl\")",
                             "my $c = require './c.pl';", "eval $code", "eval \"use $x\"",
                             "do File::Spec->catfile('c')", "my $x = a()\n  // require './c.pl';"})
        row("perl", text, true);
    for (const char *text : {"do { 1 } while ($x);", "eval { die 1 };", "require 5.010;", "use strict;\nuse warnings;",
                             "%x = (do => 1)", "# do './c.pl'"})
        row("perl", text, false);
    for (const char *text :
         {"if . ./$lib; then :; fi", "case $x in x) . ./$lib;; esac", "eval \"$(cat lib.sh)\"", "eval `cat lib.sh`",
          "eval \"$code\"", "eval $code; x", "! . ./$lib", "A=1 . ./$lib", "trap '. ./lib.sh' EXIT", "command . ./$lib",
          "source /dev/stdin", "while . ./$lib; do :; done", "autoload -Uz run"})
        row("bash", text, true);
    for (const char *text :
         {"eval set -- \"$options\"", "eval \"x=\\$$name\"", "printf '. '; x", "ls . ..", "find . -name x",
          "while ! x; do printf \". \"; done", "echo done.", "cd .. && ls ./x", "cp x . ; ls"})
        row("sh", text, false);
    row("tcsh", "if ( -e x ) source $x", true);
    row("bsd-csh", "foreach i (1 2)\nsleep $i\nend", false);
    for (const char *text : {"x = __import__(\"x\")", "exec(open('x').read())", "eval(f)", "PK\x03\x04"})
        row("python3", text, true);
    row("python3", "evaluate(importance)", false);
    row("ruby", "autoload :X, './x.rb'", true);
    row("ruby", "instance_eval(File.read('x'))", true);
    row("ruby", "loaded = evaluate(1)", false);
    row("php", "<?php eval(file_get_contents('x'));", true);
    row("node", "class A {\n#x = require('./x')\n}", true);
    row("node", "new Function(text)()", true);
    row("node", "function run() {}\n// require('./x')", false);
    for (const char *program : {"sh", "perl", "python3", "node", "tclsh", "ruby"}) {
        row(program, QByteArray(1024 * 1024, '\n'), false);
        row(program, QByteArray(1024 * 1024 + 1, '\n'), true);
    }
}

void TestScriptArguments::aTextThatLoadsAnotherIsSeen()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, text);
    QFETCH(bool, loads);
    write("text", text.startsWith("PK") ? text + '\0' : text);
    const QByteArray directory = QFile::encodeName(m_directory.path());
    const ScriptArguments found = readScriptArguments(program, {program, "text"}, directory);
    QCOMPARE(found.files, QByteArrayList{directory + "/text"});
    QCOMPARE(!found.gap.isEmpty(), loads);
}

void TestScriptArguments::variablesLoadFiles_data()
{
    QTest::addColumn<QByteArray>("environment");
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArrayList>("files");
    QTest::addColumn<bool>("hasGap");
    const auto row = [](const char *environment, const char *command, const QByteArrayList &files, bool hasGap) {
        QTest::addRow("%s %s", environment, command)
            << QByteArray(environment).replace(';', '\0') << QByteArray(command) << files << hasGap;
    };
    row("A=1;BASH_ENV=more.sh", "bash computed.sh", {"more.sh", "plain.sh", "deeper.sh", "computed.sh"}, true);
    row("BASH_ENV=plain.sh", "dash computed.sh", {"computed.sh"}, true);
    row("NODE_OPTIONS=--max-old-space-size=99 -r ./own.js", "node plain.js", {"own.js", "plain.js"}, false);
    row("NODE_OPTIONS=--require=some-package", "node plain.js", {"plain.js"}, true);
    row("NODE_OPTIONS=--inspect", "node plain.js", {"plain.js"}, false);
    row("PERL5OPT=-MSome::Module", "perl plain.pl", {"plain.pl"}, true);
    row("PERL5OPT=-w", "perl plain.pl", {"plain.pl"}, false);
    row("RUBYOPT=-r./plain", "ruby plain.rb", {"plain.rb"}, true);
    row("CLASSPATH=app.jar", "java Main", {"app.jar"}, false);
    row("CLASSPATH=app.jar", "java -jar plain.js", {"plain.js"}, false);
    row("JAVA_TOOL_OPTIONS=-javaagent:app.jar=x", "java -cp plain.js Main", {"app.jar", "plain.js"}, false);
}

void TestScriptArguments::variablesLoadFiles()
{
    QFETCH(QByteArray, environment);
    QFETCH(QByteArray, command);
    QFETCH(QByteArrayList, files);
    QFETCH(bool, hasGap);
    const QByteArrayList words = command.split(' ');
    const QByteArray directory = QFile::encodeName(m_directory.path());
    const ScriptArguments found = readScriptArguments(words.first(), words, directory, environment);
    QByteArrayList names;
    for (const QByteArray &file : found.files)
        names << file.mid(file.lastIndexOf('/') + 1);
    QCOMPARE(names, files);
    QCOMPARE(!found.gap.isEmpty(), hasGap);
}

void TestScriptArguments::aScriptMayComeFromTheInput_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<bool>("takesInput");
    for (const char *command : {"bash", "bash -s one two", "sh -e", "python3", "python3 -", "node -", "perl -w",
                                "bash /dev/stdin", "deno run -", "tclsh", "awk -f -", "bash -s -- plain.sh"})
        QTest::newRow(command) << QByteArray(command) << true;
    for (const char *command :
         {"bash plain.sh", "bash -c true", "python3 -m plain", "node -e 1", "sleep 1", "java App", "perl -e1",
          "node --eval=1", "python3 -c1", "php -S 127.0.0.1:8000", "awk 1", "deno eval 1", "tclsh plain.tcl"})
        QTest::newRow(command) << QByteArray(command) << false;
}

void TestScriptArguments::aScriptMayComeFromTheInput()
{
    QFETCH(QByteArray, command);
    QFETCH(bool, takesInput);
    const QByteArrayList words = command.split(' ');
    const QByteArray directory = QFile::encodeName(m_directory.path());
    QCOMPARE(readScriptArguments(words.first(), words, directory).takesInput, takesInput);
    // the file that it is counts as any script, with what it loads
    const QByteArray input = directory + "/computed.sh";
    const ScriptArguments found = readScriptArguments(words.first(), words, directory, {}, input);
    QCOMPARE(found.files.contains(input), takesInput);
    if (takesInput && (command.startsWith("bash") || command.startsWith("sh")))
        QVERIFY(!found.gap.isEmpty());
}

void TestScriptArguments::aProgramIsWhatItIsCalledBy()
{
    const QByteArray directory = QFile::encodeName(m_directory.path());
    QCOMPARE(readScriptArguments("busybox", {"/bin/sh", "plain.sh"}, directory).files,
             QByteArrayList{directory + "/plain.sh"});
    QCOMPARE(readScriptArguments("other", {"/usr/bin/own-language", directory + "/marked.own"}, "/").files,
             QByteArrayList{directory + "/marked.own"});
    QCOMPARE(readScriptArguments("other", {"other", directory + "/marked.own"}, "/"), ScriptArguments());
    // a title in place of its arguments says nothing of its script
    const ScriptArguments titled = readScriptArguments("python3.11", {"server: worker 1", "", ""}, directory);
    QVERIFY(!titled.takesInput && !titled.gap.isEmpty());
}

void TestScriptArguments::filesOfVariablesAreFound()
{
    const QByteArray directory = QFile::encodeName(m_directory.path());
    const auto found = [&](const QByteArray &command) { return environmentFiles(command.split(' '), directory); };
    QCOMPARE(found("node --env-file=data.txt app.js"), QByteArrayList{directory + "/data.txt"});
    QCOMPARE(found("uvicorn --env-file data.txt app:app"), QByteArrayList{directory + "/data.txt"});
    QCOMPARE(found("node --env-file-if-exists=none app.js --env-file"), QByteArrayList());
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
