// SPDX-License-Identifier: GPL-3.0-or-later
//
// Python programs that report what they load by resources/python, and what is then said of them.
#include "server/code/processorigin.h"
#include "tests/server/code/codescene.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

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
    void aReloadRightAfterTheImportCounts();
    void aReloadThatFailsIsStale_data();
    void aReloadThatFailsIsStale();
    void aProcessThatLoadedTheNewCodeExcusesNoOther();
    void whoLoadedOldCodeIsTold();
    void aProgramThatBecameOneWithoutTheAdapterIsUnknown_data();
    void aProgramThatBecameOneWithoutTheAdapterIsUnknown();
    void aDaemonThatClosedItsDescriptorsReportsOn();
    void aModuleWrittenJustBeforeItsImportIsFresh();
    void byteCodeOfAnotherSourceIsNeverFresh_data();
    void byteCodeOfAnotherSourceIsNeverFresh();
    void byteCodeOfItsSourceIsFresh();
    void whatIsExecutedWithoutAnImportCounts_data();
    void whatIsExecutedWithoutAnImportCounts();
    void codeThatItsSourceDoesNotMakeIsNeverFresh_data();
    void codeThatItsSourceDoesNotMakeIsNeverFresh();
    void anotherInterpreterOfTheProcessExcusesNothing();
    void aModuleThatIsOnlyCompiledDoesNotCount();
    void aTracebackIsWhatItIsWithoutUs();
    void noThreadOfOursStays();
    void aModuleOfADeadProcessDoesNotCount();
    void aForkedProcessHasWhatItsParentLoaded();
    void endedProcessesTakeNoRoomOnTheDisk();
    void endedJobsTakeNoRoomInMemory_data();
    void endedJobsTakeNoRoomInMemory();
    void namesOfAllKindsAreReported();
    void anArchiveAndByteCodeAreReported();
    void anArchiveOpenedBeforeTheAdapterCounts();
    void theProgramsOwnSitecustomizeRuns();
    void aReportThatCannotBeWrittenBreaksNothing();
    void aProgramThatDoesNotReportIsUnknown();
    void modulesOfByteCodeAreReadTogether_data();
    void modulesOfByteCodeAreReadTogether();
    void importsAreNotedInMachineCode();
    void aLineIsReadOrRefused_data();
    void aLineIsReadOrRefused();

private:
    QProcessEnvironment environment() const;
    void start(const QStringList &arguments = {u"app.py"_s});
    void tell(const QByteArray &line);
    QString changes() { return m_scene->changes().join(u", "_s); }

    std::unique_ptr<CodeScene> m_scene;
    QString m_morePath; ///< of PYTHONPATH, with a colon before it
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
    environment.insert(u"PYTHONPATH"_s,
                       qEnvironmentVariable("PYTHON_ADAPTER", QStringLiteral(PYTHON_ADAPTER)) + u':'
                           + m_scene->directory.path() + m_morePath);
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
    QCOMPARE(nextLine(*m_python), "ready");
    m_scene->sources.pid = pid_t(m_python->processId());
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::tell(const QByteArray &line)
{
    m_python->write(line + '\n');
    QCOMPARE(nextLine(*m_python), "done");
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

/// Before the thread of the adapter has told of the import.
void TestPythonModules::aReloadRightAfterTheImportCounts()
{
    m_scene->write("soon.py", "value = 1\n");
    letFilesSettle();
    start();
    tell("import importlib, py_compile; py_compile.compile('soon.py')");
    tell("import soon; open('soon.py', 'w').write('value = 22\\n'); importlib.reload(soon); assert soon.value == 22");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("soon.py", "value = 1\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified soon.py"_s);
}

void TestPythonModules::aReloadThatFailsIsStale_data()
{
    QTest::addColumn<QByteArray>("edited");
    QTest::newRow("when it is compiled") << QByteArray("value = 22 +\n");
    QTest::newRow("when it runs") << QByteArray("value = 22\nraise ValueError\n");
}

void TestPythonModules::aReloadThatFailsIsStale()
{
    QFETCH(QByteArray, edited);
    start();
    tell("import importlib, contextlib");
    m_scene->verdict();
    m_scene->write("manager.py", edited);
    letFilesSettle();
    tell("exec('with contextlib.suppress(Exception): importlib.reload(manager)')");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified manager.py"_s);
    m_scene->write("manager.py", "value = 333\n");
    letFilesSettle();
    tell("importlib.reload(manager)");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::aProcessThatLoadedTheNewCodeExcusesNoOther()
{
    start();
    m_scene->write("manager.py", "value = 22\n");
    letFilesSettle();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    tell("import subprocess; child = subprocess.Popen([sys.executable, '-c', 'import manager; print(manager.value, "
         "flush=True); input()'], stdin=subprocess.PIPE, stdout=subprocess.PIPE); child.stdout.readline()");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified manager.py"_s);
    tell("child.communicate()");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    m_scene->write("manager.py", "value = 1\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestPythonModules::whoLoadedOldCodeIsTold()
{
    start();
    tell("import subprocess; code = 'import manager, os; print(os.getpid(), flush=True); input()'");
    tell("begin = lambda: subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE, "
         "stdout=subprocess.PIPE)");
    tell("old = begin(); old.stdout.readline()");
    m_scene->verdict();
    m_scene->write("manager.py", "value = 22\n");
    letFilesSettle();
    tell("new = begin(); new.stdout.readline(); file = open('pid', 'w'); file.write(str(old.pid)); file.close()");
    QFile file(m_scene->directory.filePath(u"pid"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QList<qint64> expected{qint64(m_python->processId()), file.readAll().toLongLong()};
    std::sort(expected.begin(), expected.end());
    QCOMPARE(m_scene->report.changed.first().pids, expected);
    tell("old.communicate()");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->report.changed.first().pids, QList<qint64>{qint64(m_python->processId())});
    tell("new.communicate()");
}

void TestPythonModules::aProgramThatBecameOneWithoutTheAdapterIsUnknown_data()
{
    QTest::addColumn<QByteArray>("become");
    const QByteArray code = "\"import sys, manager; print('done', flush=True); sys.stdin.read()\"";
    const QByteArray path = "\"import sys; sys.path.insert(0, '.'); import manager; print('done', flush=True); "
                            "sys.stdin.read()\"";
    QTest::newRow("-I") << QByteArray("os.execv(sys.executable, ['python3', '-I', '-c', " + path + "])");
    QTest::newRow("-E") << QByteArray("os.execv(sys.executable, ['python3', '-E', '-c', " + code + "])");
    QTest::newRow("-S") << QByteArray("os.execv(sys.executable, ['python3', '-S', '-c', " + code + "])");
    QTest::newRow("no environment") << QByteArray("os.execve(sys.executable, ['python3', '-c', " + code + "], {})");
}

void TestPythonModules::aProgramThatBecameOneWithoutTheAdapterIsUnknown()
{
    QFETCH(QByteArray, become);
    start();
    tell("import os");
    tell(become); // it says "done" in its own way
    QTRY_VERIFY(m_scene->verdict() == CodeVerdict::Unknown && !m_scene->report.reasons.isEmpty()
                && m_scene->report.reasons.first().contains(u"without the Python adapter"_s));
    m_scene->write("manager.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
}

void TestPythonModules::aDaemonThatClosedItsDescriptorsReportsOn()
{
    start();
    tell("import os; os.closerange(3, 256)");
    tell("import unused");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestPythonModules::aModuleWrittenJustBeforeItsImportIsFresh()
{
    start();
    for (int i = 0; i < 20; ++i) {
        const QByteArray name = "made" + QByteArray::number(i);
        tell("open('" + name
             + ".py', 'w').write('value = 1'); import importlib; importlib.invalidate_caches(); "
               "import "
             + name);
        QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    }
    m_scene->write("made7.py", "value = 2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified made7.py"_s);
}

void TestPythonModules::byteCodeOfAnotherSourceIsNeverFresh_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("the same second and size") << QByteArray("TIMESTAMP");
    QTest::newRow("not checked") << QByteArray("UNCHECKED_HASH");
}

void TestPythonModules::byteCodeOfAnotherSourceIsNeverFresh()
{
    QFETCH(QByteArray, mode);
    m_scene->setTimes("unused.py", -1000);
    QProcess::execute(u"python3"_s,
                      {u"-c"_s,
                       QString::fromUtf8("import py_compile as p; p.compile('" + m_scene->path("unused.py")
                                         + "', invalidation_mode=p.PycInvalidationMode." + mode + ")")});
    letFilesSettle();
    struct stat before = {};
    QCOMPARE(::stat(m_scene->path("unused.py").constData(), &before), 0);
    m_scene->write("unused.py", "value = 2\n");
    const timespec times[2]{before.st_mtim, before.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, m_scene->path("unused.py").constData(), times, 0), 0);
    letFilesSettle();
    start();
    tell("import unused; assert unused.value == 1");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(changes(), u"source unverified unused.py"_s);
    QVERIFY(m_scene->report.reasons.join(u' ').contains(u"byte code"_s));
}

void TestPythonModules::byteCodeOfItsSourceIsFresh()
{
    QProcess::execute(u"python3"_s, {u"-m"_s, u"compileall"_s, u"-q"_s, m_scene->directory.path()});
    start();
    tell("import unused, package.part; assert unused.__cached__.endswith('.pyc')");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("unused.py", "value = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestPythonModules::whatIsExecutedWithoutAnImportCounts_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("exec of what a descriptor gives")
        << QByteArray("import os; exec(os.read(os.open('unused.py', 0), 99), {})");
    QTest::newRow("exec of a text") << QByteArray("exec(open('unused.py').read(), {})");
    QTest::newRow("exec of a compiled text")
        << QByteArray("exec(compile(open('unused.py').read(), 'unused.py', 'exec'), {})");
    QTest::newRow("runpy") << QByteArray("import runpy; runpy.run_path('unused.py')");
    QTest::newRow("a loader of one's own")
        << QByteArray("import importlib.abc as a, importlib.util as u; L = type('L', (a.SourceLoader,), "
                      "dict(get_filename=lambda s, n: 'unused.py', get_data=lambda s, p: open(p, 'rb').read())); "
                      "u.module_from_spec(u.spec_from_loader('o', L())); L().get_code('o')");
}

void TestPythonModules::whatIsExecutedWithoutAnImportCounts()
{
    QFETCH(QByteArray, line);
    start();
    tell(line);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(m_scene->manifest->find(m_scene->path("unused.py")), CodeKind::Source);
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified unused.py"_s);
}

void TestPythonModules::codeThatItsSourceDoesNotMakeIsNeverFresh_data()
{
    QTest::addColumn<QString>("name"); // of the code in the file `code`: a path in the scene, or another name
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<CodeVerdict>("expected");
    const QByteArray execute = "import marshal\nexec(marshal.load(open('code', 'rb')), {})\n";
    QTest::newRow("of an older source") << u"unused.py"_s << execute << CodeVerdict::Unknown;
    QTest::newRow("of the source") << u"same.py"_s << execute << CodeVerdict::Fresh;
    QTest::newRow("of no source") << u"/nowhere/unused.py"_s << execute << CodeVerdict::Unknown;
    QTest::newRow("without a name") << u"<some>"_s << execute << CodeVerdict::Unknown;
    const QByteArray loader = "import importlib.util as u, marshal, os\n"
                              "from importlib.machinery import SourceFileLoader\n"
                              "class Loader(SourceFileLoader):\n"
                              "    def %1\n"
                              "spec = u.spec_from_loader('unused', Loader('unused', os.path.abspath('unused.py')))\n"
                              "spec.loader.exec_module(u.module_from_spec(spec))\n";
    const auto with = [&](const char *method) { return QByteArray(loader).replace("%1", method); };
    QTest::newRow("from a loader's cache")
        << u"unused.py"_s << with("get_code(self, name): return marshal.load(open('code', 'rb'))")
        << CodeVerdict::Unknown;
    QTest::newRow("of what a loader read elsewhere")
        << QString() << with("get_data(self, path): return open('older.py', 'rb').read()") << CodeVerdict::Unknown;
    QTest::newRow("of what a loader read itself")
        << QString() << with("get_data(self, path): return open(path, 'rb').read()") << CodeVerdict::Fresh;
    const QByteArray under = "import os\nexec(compile(open('%1.py').read(), os.path.abspath('unused.py'), 'exec'))\n";
    QTest::newRow("of another text") << QString() << QByteArray(under).replace("%1", "older") << CodeVerdict::Unknown;
    QTest::newRow("of its own text") << QString() << QByteArray(under).replace("%1", "unused") << CodeVerdict::Fresh;
}

void TestPythonModules::codeThatItsSourceDoesNotMakeIsNeverFresh()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, program);
    QFETCH(CodeVerdict, expected);
    m_scene->write("older.py", "value = 0\n");
    m_scene->write("same.py", "value = 0\n");
    m_scene->write("odd.py", program);
    if (name.endsWith(u".py"_s) && !name.startsWith(u'/'))
        name = m_scene->directory.filePath(name);
    QProcess::execute(u"python3"_s,
                      {u"-c"_s,
                       u"import marshal; marshal.dump(compile('value = 0', '%1', 'exec'), open('%2/code', 'wb'))"_s.arg(
                           name, m_scene->directory.path())});
    letFilesSettle();
    start();
    tell("import odd");
    QCOMPARE(m_scene->verdict(), expected);
    QVERIFY(expected == CodeVerdict::Fresh || !m_scene->report.reasons.isEmpty());
}

void TestPythonModules::anotherInterpreterOfTheProcessExcusesNothing()
{
    m_scene->write(
        "more.py",
        "try:\n    import _xxsubinterpreters as some\nexcept ImportError:\n    import _interpreters as some\n"
        "one = some.create()\n"
        "some.run_string(one, 'import sys; sys.path.insert(0, \".\"); import unused')\n");
    letFilesSettle();
    start();
    tell("import more");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("manager.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified manager.py"_s);
    m_scene->write("manager.py", "value = 1\n");
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified unused.py"_s);
}

void TestPythonModules::aModuleThatIsOnlyCompiledDoesNotCount()
{
    start();
    tell("import py_compile; py_compile.compile('unused.py')");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QVERIFY(!m_scene->manifest->find(m_scene->path("unused.py")));
}

void TestPythonModules::aTracebackIsWhatItIsWithoutUs()
{
    m_scene->write("broken.py", "raise ValueError\n");
    start();
    tell("import traceback; text = ''");
    tell("exec('try: import broken\\nexcept ValueError: text = traceback.format_exc()')");
    tell("assert 'broken.py' in text and 'importlib' not in text and 'manifest' not in text, text");
}

void TestPythonModules::noThreadOfOursStays()
{
    QProcess::execute(u"python3"_s, {u"-m"_s, u"compileall"_s, u"-q"_s, m_scene->directory.path()});
    start();
    tell("import os; threads = lambda: len(os.listdir('/proc/self/task'))");
    tell("import unused, package.part; child = os.fork(); child or os._exit(threads() - 1)");
    tell("assert os.waitpid(child, 0)[1] == 0");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    tell("import time; exec('while threads() > 1: time.sleep(0.01)')");
    m_scene->write("unused.py", "value = 22\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
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
    QByteArrayList paths;
    const auto note = [&paths](const LoadedModule &module) {
        paths << module.path;
        return quint32(paths.size());
    };
    const auto versions = [](const QByteArray &) { return QList<quint32>(); };
    append(::getpid(), own, "/first.py");
    for (int process = 0; process < 20; ++process) { // each loads a thousand files, and ends
        for (int i = 0; i < 1200; ++i)
            append(::getpid(), own + 1 + quint64(process), "/srv/some/where/module" + QByteArray::number(i) + ".py");
        append(::getpid(), own, "/later" + QByteArray::number(process) + ".py");
        QVERIFY(modules.readNew(note, versions));
        QVERIFY(modules.forgetEnded());
        QCOMPARE(modules.held().size(), process + 2);
    }
    QVERIFY2(blocks() * 512 < 20 * LoadedModules::Waste / 2, QByteArray::number(qint64(blocks())).constData());
    QVERIFY(modules.any());
    QVERIFY(!modules.forgetEnded());
    QVERIFY(!modules.readNew(note, versions));

    LoadedModules successor(report); // of a wrapper that was replaced meanwhile
    paths.clear();
    successor.readNew(note, versions);
    successor.forgetEnded();
    QCOMPARE(successor.held().size(), 21);
    QCOMPARE(paths.first(), "/first.py");
    QCOMPARE(paths.last(), "/later19.py");
}

void TestPythonModules::endedJobsTakeNoRoomInMemory_data()
{
    QTest::addColumn<QByteArray>("folder"); // %1: the number of the job
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("the same modules") << QByteArray("/srv/job") << QByteArray("module%2.py");
    QTest::newRow("modules of its own") << QByteArray("/srv/job") << QByteArray("job%1module%2.py");
    QTest::newRow("modules in a folder of its own") << QByteArray("/tmp/job%1") << QByteArray("module%2.py");
}

void TestPythonModules::endedJobsTakeNoRoomInMemory()
{
    QFETCH(QByteArray, folder);
    QFETCH(QByteArray, name);
    const QByteArray path = folder + '/' + name;
    const quint64 own = ProcessOrigin::ticketOf(::getpid());
    m_scene->sources.pid = ::getpid();
    m_scene->note();
    const auto doJob = [&](int job) { // it has ended when it is looked at
        QFile report(QFile::decodeName(m_scene->sources.moduleReport));
        QVERIFY(report.open(QIODevice::Append));
        for (int i = 0; i < 200; ++i) {
            QByteArray module = path;
            module.replace("%1", QByteArray::number(100 + job)).replace("%2", QByteArray::number(i));
            report.write("loaded " + QByteArray::number(::getpid()) + ' ' + QByteArray::number(own + 1 + quint64(job))
                         + " 9 1 2 3 4 5 " + module + '\n');
        }
        report.close();
        m_scene->look();
    };
    doJob(0);
    doJob(1);
    const qsizetype before = m_scene->manifest->files().bytes();
    for (int job = 2; job < 100; ++job)
        doJob(job);
    const qsizetype after = m_scene->manifest->files().bytes();
    QVERIFY2(after <= before + before / 10, qPrintable(u"%1, then %2"_s.arg(before).arg(after)));
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

void TestPythonModules::anArchiveOpenedBeforeTheAdapterCounts()
{
    const QString archive = m_scene->directory.filePath(u"a.zip"_s);
    QCOMPARE(QProcess::execute(u"python3"_s,
                               {u"-c"_s,
                                u"import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('zipped.py', "
                                "'value = 1')"_s,
                                archive}),
             0);
    letFilesSettle();
    m_morePath = u':' + archive; // there Python looks for its own modules first
    start();
    m_morePath.clear();
    tell("import zipped");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->replace("a.zip", "another");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(changes(), u"source modified a.zip"_s);
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
        QVERIFY(hasEnded(python));
        QCOMPARE(python.exitCode(), 0);
        QCOMPARE(python.readAllStandardOutput(), "1\n");
        QCOMPARE(python.readAllStandardError(), QByteArray());
    }
}

void TestPythonModules::aProgramThatDoesNotReportIsUnknown()
{
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QVERIFY(m_scene->report.reasons.join(u' ').contains(u"no Python of this program has taken the adapter"_s));
}

void TestPythonModules::modulesOfByteCodeAreReadTogether_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QStringList>("expected"); // path, and whether it is in doubt; one word: refused
    const QByteArray stamp = QByteArray("0100000000000000020000000000000003000000000000000400000000000000")
        + QByteArray("0500000000000000"); // long before any byte code
    const QByteArray now = QByteArray::number(wallClock() + 1'000'000'000);
    const QByteArray head = "imported 7 8 1 " + now + ' ' + now;
    QTest::newRow("none") << head << QStringList();
    QTest::newRow("one") << head + ' ' + stamp + " /a%0A.py timed.pyc" << QStringList{u"/a\n.py sure"_s};
    QTest::newRow("two") << head + ' ' + stamp + stamp + " /a timed.pyc /b compared.pyc"
                         << QStringList{u"/a sure"_s, u"/b sure"_s};
    QTest::newRow("byte code that is not compared")
        << head + ' ' + stamp + " /a taken.pyc" << QStringList{u"/a doubtful"_s};
    QTest::newRow("no byte code") << head + ' ' + stamp + " /a empty.pyc" << QStringList{u"/a doubtful"_s};
    QTest::newRow("byte code that is gone") << head + ' ' + stamp + " /a none.pyc" << QStringList{u"/a doubtful"_s};
    QTest::newRow("byte code of after it was loaded")
        << "imported 7 8 1 5000000000 6000000000 " + stamp + " /a timed.pyc" << QStringList{u"/a doubtful"_s};
    for (const QByteArray &line : {"imported 7 8 1 " + now, head + ' ' + stamp, head + ' ' + stamp + " /a timed.pyc /b",
                                   head + ' ' + stamp.chopped(2) + " /a timed.pyc", head + ' ' + stamp + " a timed.pyc",
                                   head + " x /a timed.pyc", QByteArray("imported 7 8 1 x 6")})
        QTest::newRow(("refused: " + line).constData()) << line << QStringList{u"refused"_s};
}

void TestPythonModules::modulesOfByteCodeAreReadTogether()
{
    QFETCH(QByteArray, line);
    QFETCH(QStringList, expected);
    const char zero = '\0';
    for (const auto &[name, flags] : {std::pair("timed", zero), std::pair("taken", '\1'), std::pair("compared", '\3')})
        m_scene->write(name + QByteArray(".pyc"), "magi" + QByteArray(1, flags) + QByteArray(11, zero));
    m_scene->write("empty.pyc", "");
    for (const char *name : {"timed.pyc", "taken.pyc", "compared.pyc", "empty.pyc"})
        line.replace(' ' + QByteArray(name), ' ' + m_scene->path(name));
    const auto modules = parseImportedLine(line);
    QStringList found{u"refused"_s};
    if (modules) {
        found.clear();
        for (const LoadedModule &module : *modules) {
            found << QString::fromUtf8(module.path) + (module.isDoubtful ? u" doubtful"_s : u" sure"_s);
            QCOMPARE(module.stamp, (FileStamp{1, 2, 3, 4, 5}));
        }
    }
    QCOMPARE(found, expected);
}

void TestPythonModules::importsAreNotedInMachineCode()
{
    const QByteArray kind = qEnvironmentVariableIsSet("PYTHON_ADAPTER") ? "method_descriptor" : "function";
    start();
    tell("import importlib.machinery as m; assert type(m.SourceFileLoader.path_stats).__name__ == '" + kind + "'");
}

void TestPythonModules::aLineIsReadOrRefused_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("plain") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a/b.py") << QByteArray("/a/b.py");
    QTest::newRow("encoded") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a%0A%25%E9") << QByteArray("/a\n%\xe9");
    QTest::newRow("relative") << QByteArray("loaded 7 8 9 1 2 3 4 5 b.py") << QByteArray();
    QTest::newRow("a word too few") << QByteArray("loaded 7 8 9 1 2 3 4 /a") << QByteArray();
    QTest::newRow("with a hash that is none") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a /b") << QByteArray();
    QTest::newRow("not a number") << QByteArray("loaded 7 8 x 1 2 3 4 5 /a") << QByteArray();
    QTest::newRow("a zero byte") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a%00b") << QByteArray();
    QTest::newRow("a word too many") << QByteArray("loaded 7 8 9 1 2 3 4 5 /a /b /c") << QByteArray();
    QTest::newRow("another line") << QByteArray("forked 7 8 9 1 2 3 4 5 /a") << QByteArray();
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
