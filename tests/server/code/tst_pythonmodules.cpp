// SPDX-License-Identifier: GPL-3.0-or-later
//
// Python programs that report what they load by resources/python, and what is then said of them.
#include "server/code/processorigin.h"
#include "tests/server/code/codescene.h"

#include <QProcess>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// Imports what a line of its input names, and answers each line.
const QByteArray Program = "import sys, manager\n"
                           "print('ready', flush=True)\n"
                           "for line in sys.stdin:\n"
                           "    exec(line)\n"
                           "    print('done', flush=True)\n";

} // namespace

class TestPythonModules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void anEditedModuleIsStaleIfItWasImported();
    void aModuleImportedLaterCounts();
    void theProgramItselfCounts();
    void aReloadedModuleIsFresh();
    void anUpgradedPackageIsStale();
    void aModuleChangedSinceItsImportIsNeverFresh();
    void aModuleOfADeadProcessDoesNotCount();
    void aForkedProcessHasWhatItsParentLoaded();
    void endedProcessesTakeNoRoomOnTheDisk();
    void namesOfAllKindsAreReported();
    void anArchiveAndByteCodeAreReported();
    void theProgramsOwnSitecustomizeRuns();
    void aReportThatCannotBeWrittenBreaksNothing();
    void aProgramThatDoesNotReportIsUnknown();
    void aLineIsReadOrRefused_data();
    void aLineIsReadOrRefused();

private:
    QProcessEnvironment environment() const;
    void start(const QStringList &arguments = {u"app.py"_s});
    void tell(const QByteArray &line);
    QString changes() { return m_scene->changes().join(u", "_s); }

    std::unique_ptr<CodeScene> m_scene;
    std::unique_ptr<QProcess> m_python;
};

void TestPythonModules::init()
{
    m_scene = std::make_unique<CodeScene>();
    m_scene->write("app.py", Program);
    m_scene->write("manager.py", "value = 1\n");
    m_scene->write("unused.py", "value = 1\n");
    m_scene->write("package/__init__.py", "");
    m_scene->write("package/part.py", "value = 1\n");
    m_scene->sources.moduleReport = m_scene->path("report");
    letFilesSettle();
}

void TestPythonModules::cleanup()
{
    if (m_python) {
        m_python->closeWriteChannel();
        m_python->waitForFinished();
    }
    m_python.reset();
    m_scene.reset();
}

QProcessEnvironment TestPythonModules::environment() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PYTHONPATH"_s, QString::fromUtf8(PYTHON_ADAPTER) + u':' + m_scene->directory.path());
    environment.insert(u"HEPHAESTUS_MODULES"_s, QFile::decodeName(m_scene->sources.moduleReport));
    environment.insert(u"PYTHONDONTWRITEBYTECODE"_s, u"1"_s);
    return environment;
}

void TestPythonModules::start(const QStringList &arguments)
{
    m_python = std::make_unique<QProcess>();
    m_python->setWorkingDirectory(m_scene->directory.path());
    m_python->setProcessEnvironment(environment());
    m_python->start(u"python3"_s, arguments);
    while (!m_python->canReadLine() && m_python->waitForReadyRead()) {
    }
    QCOMPARE(m_python->readLine(), "ready\n");
    m_scene->sources.pid = pid_t(m_python->processId());
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::tell(const QByteArray &line)
{
    m_python->write(line + '\n');
    while (!m_python->canReadLine() && m_python->waitForReadyRead()) {
    }
    QCOMPARE(m_python->readLine(), "done\n");
}

void TestPythonModules::anEditedModuleIsStaleIfItWasImported()
{
    start();
    m_scene->write("unused.py", "value = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("manager.py", "value = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified manager.py"_s);
    m_scene->write("manager.py", "value = 1\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::aModuleImportedLaterCounts()
{
    start();
    QVERIFY(!m_scene->manifest->find(m_scene->path("package/part.py")));
    m_scene->write("package/part.py", "value = 2\n"); // before it is imported: that is what will run
    letFilesSettle();
    tell("import package.part");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(m_scene->manifest->find(m_scene->path("package/part.py")), CodeKind::Source);
    m_scene->write("package/part.py", "value = 3\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified package/part.py"_s);
}

void TestPythonModules::theProgramItselfCounts()
{
    start();
    m_scene->write("app.py", Program + "#\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified app.py"_s);
}

void TestPythonModules::aReloadedModuleIsFresh()
{
    start();
    m_scene->write("manager.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    letFilesSettle();
    tell("import importlib; importlib.reload(manager)");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::anUpgradedPackageIsStale()
{
    start();
    tell("import package.part");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->replace("package/part.py", "value = 2 # version 2\n"); // as pip does
    m_scene->replace("package/__init__.py", "# version 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified package/__init__.py, source modified package/part.py"_s);
}

void TestPythonModules::aModuleChangedSinceItsImportIsNeverFresh()
{
    start();
    tell("import package.part"); // reported, and not yet hashed
    m_scene->write("package/part.py", "value = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(changes(), u"source unverified package/part.py"_s);
}

void TestPythonModules::aModuleOfADeadProcessDoesNotCount()
{
    start();
    tell("import subprocess; subprocess.run([sys.executable, '-c', 'import unused'])");
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    tell("child = subprocess.Popen([sys.executable, '-c', 'import unused; print(1, flush=True); input()'], "
         "stdin=subprocess.PIPE, "
         "stdout=subprocess.PIPE); child.stdout.readline()");
    m_scene->verdict();
    m_scene->write("unused.py", "value = 333\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    tell("child.communicate()");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::aForkedProcessHasWhatItsParentLoaded()
{
    // as a daemon does: two forks, and both parents end
    start();
    tell("import os, subprocess; code = 'import unused, os, time\\nif os.fork(): os._exit(0)\\nif os.fork(): "
         "os._exit(0)\\n"
         "print(os.getpid(), flush=True); input()'; r, w = os.pipe(); q, v = os.pipe()");
    tell("child = subprocess.Popen([sys.executable, '-c', code], stdin=r, stdout=v); child.wait(); daemon = "
         "int(os.read(q, 99))");
    m_scene->verdict();
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified unused.py"_s);
    tell("import time; os.write(w, b'x\\n'); exec('while os.path.exists(f\"/proc/{daemon}/exe\"): time.sleep(0.001)')");
    QTRY_COMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::endedProcessesTakeNoRoomOnTheDisk()
{
    const QByteArray report = m_scene->path("report");
    const auto append = [&](pid_t pid, quint64 ticket, const QByteArray &path) {
        QFile file(QFile::decodeName(report));
        QVERIFY(file.open(QIODevice::Append));
        file.write("loaded " + QByteArray::number(pid) + ' ' + QByteArray::number(ticket) + " 9 1 2 3 4 5 " + path
                   + '\n');
    };
    const auto blocks = [&] {
        struct stat status = {};
        ::stat(report.constData(), &status);
        return status.st_blocks;
    };
    const quint64 own = ProcessOrigin::ticketOf(::getpid());
    LoadedModules modules(report);
    append(::getpid(), own, "/first.py");
    for (int process = 0; process < 20; ++process) { // each loads a thousand files, and ends
        for (int i = 0; i < 1200; ++i)
            append(::getpid(), own + 1 + quint64(process), "/srv/some/where/module" + QByteArray::number(i) + ".py");
        append(::getpid(), own, "/later" + QByteArray::number(process) + ".py");
        QVERIFY(!modules.readNew().isEmpty());
        QVERIFY(modules.processEnded());
        const QList<LoadedModule> current = modules.current();
        QCOMPARE(current.size(), process + 2);
        QCOMPARE(current.first().path, "/first.py");
        QCOMPARE(current.last().path, "/later" + QByteArray::number(process) + ".py");
    }
    QVERIFY2(blocks() * 512 < 20 * LoadedModules::Waste / 2, QByteArray::number(qint64(blocks())).constData());
    QVERIFY(modules.any());
    QVERIFY(!modules.processEnded());
    QVERIFY(modules.readNew().isEmpty());
}

void TestPythonModules::namesOfAllKindsAreReported()
{
    start();
    m_scene->write("odd/two\nlines %41 \xe9.py", "value = 1\n");
    letFilesSettle();
    tell("import os, importlib.util as u; s = u.spec_from_file_location('odd', os.fsdecode(os.getcwdb() + "
         "b'/odd/two\\nlines %41 \\xe9.py')); m = u.module_from_spec(s); s.loader.exec_module(m)");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("odd/two\nlines %41 \xe9.py", "value = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified odd/two\\x0alines %41 \\xe9.py"_s);
    QCOMPARE(::unlink(m_scene->path("odd/two\nlines %41 \xe9.py").constData()), 0); // QTemporaryDir cannot
}

void TestPythonModules::anArchiveAndByteCodeAreReported()
{
    start();
    tell("import zipfile, py_compile, os; z = zipfile.ZipFile('a.zip', 'w'); z.writestr('zipped.py', 'value = 1'); "
         "z.close(); "
         "py_compile.compile('unused.py', cfile='compiled.pyc')");
    letFilesSettle();
    tell("sys.path.append('a.zip'); import zipped, compiled");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(m_scene->manifest->find(m_scene->path("a.zip")), CodeKind::Source);
    QCOMPARE(m_scene->manifest->find(m_scene->path("compiled.pyc")), CodeKind::Source);
}

void TestPythonModules::theProgramsOwnSitecustomizeRuns()
{
    m_scene->write("sitecustomize.py", "import unused\n");
    letFilesSettle();
    start();
    tell("assert 'unused' in sys.modules and not [p for p in sys.path if p.endswith('resources/python')]");
    QCOMPARE(m_scene->manifest->find(m_scene->path("sitecustomize.py")), CodeKind::Source);
    QCOMPARE(m_scene->manifest->find(m_scene->path("unused.py")), CodeKind::Source);
}

void TestPythonModules::aReportThatCannotBeWrittenBreaksNothing()
{
    for (const QString &target : {u"/proc/none/report"_s, u"999"_s, u"/dev/full"_s}) {
        QProcess python;
        QProcessEnvironment broken = environment();
        broken.insert(u"HEPHAESTUS_MODULES"_s, target);
        python.setProcessEnvironment(broken);
        python.setWorkingDirectory(m_scene->directory.path());
        python.start(u"python3"_s, {u"-c"_s, u"import manager, package.part; print(manager.value)"_s});
        QVERIFY(python.waitForFinished());
        QCOMPARE(python.exitCode(), 0);
        QCOMPARE(python.readAllStandardOutput(), "1\n");
        QCOMPARE(python.readAllStandardError(), QByteArray());
    }
}

void TestPythonModules::aProgramThatDoesNotReportIsUnknown()
{
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(changes(), u"source unreadable report"_s);
}

void TestPythonModules::aLineIsReadOrRefused_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("plain") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a/b.py") << QByteArray("/a/b.py");
    QTest::newRow("encoded") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a%0A%25%E9") << QByteArray("/a\n%\xe9");
    QTest::newRow("relative") << QByteArray("loaded 7 8 9 1 2 3 4 5 b.py") << QByteArray();
    QTest::newRow("a word too few") << QByteArray("loaded 7 8 9 1 2 3 4 /a") << QByteArray();
    QTest::newRow("a word too many") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a /b") << QByteArray();
    QTest::newRow("not a number") << QByteArray("loaded 7 8 x 1 2 3 4 5 /a") << QByteArray();
    QTest::newRow("a zero byte") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a%00b") << QByteArray();
    QTest::newRow("nothing") << QByteArray() << QByteArray();
}

void TestPythonModules::aLineIsReadOrRefused()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, path);
    const auto module = parseModuleLine(line);
    QCOMPARE(module ? module->path : QByteArray(), path);
    if (module)
        QCOMPARE(*module, (LoadedModule{7, 8, 9, {1, 2, 3, 4, 5}, path}));
}

QTEST_GUILESS_MAIN(TestPythonModules)
#include "tst_pythonmodules.moc"
