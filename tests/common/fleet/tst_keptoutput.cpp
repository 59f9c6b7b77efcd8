// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/keptoutput.h"

#include "common/fleet/statepaths.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestKeptOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void marksSayWhenAndWhere();
    void aProgramsOwnMarkIsItsText();
    void rotatedFilesAreReadBeforeTheNewest();
    void whatAWrapperSaidAfterItsProgramComesLast();
    void onlyTheEndIsRead();
    void thePreviousInstanceIsFound_data();
    void thePreviousInstanceIsFound();
    void theLinesOfAProgramAndItsWrapperAreFound_data();
    void theLinesOfAProgramAndItsWrapperAreFound();
    void theLinesOfOneInstanceAreFound_data();
    void theLinesOfOneInstanceAreFound();
    void aFileAndWhatIsToldAreJoined_data();
    void aFileAndWhatIsToldAreJoined();
    void aFileMayHaveLinesThatWereNotTold();
    void aFileThatIsWrittenToIsBounded();
    void ofAHugeFileTheEndIsKept();
    void aFileThatIsSmallStaysAsItIs();

private:
    void write(const QString &name, const QByteArray &text)
    {
        QFile file(logFileOf(name, m_state->path()));
        QVERIFY(QDir().mkpath(QFileInfo(file).path()));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Append));
        file.write(text);
    }
    static QByteArray textOf(const QList<OutputLine> &lines)
    {
        QByteArray text;
        for (const OutputLine &line : lines)
            text += line.text;
        return text;
    }

    std::unique_ptr<QTemporaryDir> m_state;
};

namespace {

/// Lines that are a second apart; those with "started" or "starts" begin an instance.
QList<OutputLine> linesOf(const QString &words)
{
    QList<OutputLine> lines;
    for (const QString &word : words.split(u' ', Qt::SkipEmptyParts)) {
        OutputLine line{lines.size(), OutputLine::Time(lines.size() * 1s), OutputStream::Stdout, word.toUtf8() + '\n'};
        if (word.startsWith(u"started"_s)) {
            line.stream = OutputStream::Event;
            line.text = "2026-01-31T12:00:00.000Z hephaestus: started with pid " + word.mid(7).toUtf8() + '\n';
        } else if (word.startsWith(u"starts"_s)) {
            line.text = "… info    hephaestus.service: mcp 1 starts with pid " + word.mid(6).toUtf8() + '\n';
        }
        lines.append(line);
    }
    return lines;
}

} // namespace

void TestKeptOutput::init() { m_state = std::make_unique<QTemporaryDir>(); }

void TestKeptOutput::marksSayWhenAndWhere()
{
    write(u"orders.output"_s,
          "2026-01-31T12:00:00.000Z hephaestus: started with pid 7\n"
          "2026-01-31T12:00:00.100Z stdout:\none\ntwo\n"
          "2026-01-31T12:00:01.100Z stderr:\nthree\n"
          "2026-01-31T12:00:02.000Z hephaestus: exited with code 0\nlate, no end");
    const KeptOutput kept = readKeptOutput(u"orders"_s, m_state->path());
    QCOMPARE(kept.path, logFileOf(u"orders.output"_s, m_state->path()));
    QCOMPARE(kept.lines.size(), 6);
    const auto at = [](std::chrono::milliseconds since) {
        return OutputLine::Time(std::chrono::sys_days(std::chrono::year{2026} / 1 / 31) + 12h + since);
    };
    const QList<std::pair<OutputStream, OutputLine::Time>> expected{
        {OutputStream::Event, at(0ms)},     {OutputStream::Stdout, at(100ms)}, {OutputStream::Stdout, at(100ms)},
        {OutputStream::Stderr, at(1100ms)}, {OutputStream::Event, at(2s)},     {OutputStream::Stderr, at(2s)}};
    for (qsizetype i = 0; i < expected.size(); ++i) {
        QCOMPARE(kept.lines[i].stream, expected[i].first);
        QCOMPARE(kept.lines[i].time, expected[i].second);
    }
    QCOMPARE(kept.lines[3].text, "three\n");
    QVERIFY(kept.lines.last().isUnfinished());
}

void TestKeptOutput::aProgramsOwnMarkIsItsText()
{
    write(u"orders.output"_s,
          "2026-01-31T12:00:00.100Z stdout:\n"
          " 2026-01-02T12:00:00.000Z stderr:\none\n  2026-01-02T12:00:00.000Z stdout:\n"
          " 2026-01-02T12:00:00.000Z hephaestus: started with pid 1\n two\n");
    const KeptOutput kept = readKeptOutput(u"orders"_s, m_state->path());
    QCOMPARE(textOf(kept.lines),
             "2026-01-02T12:00:00.000Z stderr:\none\n 2026-01-02T12:00:00.000Z stdout:\n"
             "2026-01-02T12:00:00.000Z hephaestus: started with pid 1\n two\n");
    for (const OutputLine &line : kept.lines)
        QCOMPARE(line.stream, OutputStream::Stdout);
}

void TestKeptOutput::rotatedFilesAreReadBeforeTheNewest()
{
    write(u"orders"_s, "one\ntw");
    QVERIFY(QFile::rename(logFileOf(u"orders"_s, m_state->path()), logFileOf(u"orders"_s, m_state->path()) + u".1"_s));
    write(u"orders"_s, "o\nthree\n");
    const KeptOutput kept = readKeptOutput(u"orders"_s, m_state->path());
    QCOMPARE(textOf(kept.lines), "one\ntwo\nthree\n");
    QCOMPARE(kept.lines.size(), 3);
    QVERIFY(readKeptOutput(u"other"_s, m_state->path()).path.isEmpty());
}

void TestKeptOutput::whatAWrapperSaidAfterItsProgramComesLast()
{
    write(u"orders.output"_s, "2026-01-31T12:00:00.100Z stdout:\none\n");
    write(u"orders"_s,
          "2026-01-31T12:00:00.050Z info    before\n"
          "2026-01-31T12:00:05.000Z error   hephaestus.service: the port is taken\n");
    QCOMPARE(textOf(readKeptOutput(u"orders"_s, m_state->path()).lines),
             "one\n2026-01-31T12:00:05.000Z error   hephaestus.service: the port is taken\n");
}

void TestKeptOutput::onlyTheEndIsRead()
{
    write(u"orders"_s, QByteArray("a line\n").repeated(1000) + "the last\n");
    const KeptOutput kept = readKeptOutput(u"orders"_s, m_state->path(), 20);
    QCOMPARE(textOf(kept.lines), "a line\nthe last\n");
}

void TestKeptOutput::thePreviousInstanceIsFound_data()
{
    QTest::addColumn<QString>("lines");
    QTest::addColumn<QString>("previous"); ///< "first-end"
    QTest::newRow("two") << u"started1 a b started2 c"_s << u"started1 a b"_s;
    QTest::newRow("three") << u"started1 a started2 b started3 c"_s << u"started2 b"_s;
    QTest::newRow("one") << u"started1 a b"_s << u""_s;
    QTest::newRow("nothing") << u""_s << u""_s;
    QTest::newRow("its beginning is lost") << u"a b started2 c"_s << u"a b"_s;
    QTest::newRow("no marks") << u"a b c"_s << u""_s;
    QTest::newRow("a service of ours") << u"starts1 a starts2 b"_s << u"starts1 a"_s;
    QTest::newRow("told twice") << u"started1 starts1 a started2 starts2 b"_s << u"started1 starts1 a"_s;
    QTest::newRow("nothing after the start") << u"started1 a started2"_s << u"started1 a"_s;
}

void TestKeptOutput::thePreviousInstanceIsFound()
{
    QFETCH(const QString, lines);
    QFETCH(const QString, previous);
    QCOMPARE(textOf(previousInstance(linesOf(lines))), textOf(linesOf(previous)));
}

void TestKeptOutput::theLinesOfOneInstanceAreFound_data()
{
    QTest::addColumn<QString>("lines");
    QTest::addColumn<int>("pid");
    QTest::addColumn<QString>("own"); ///< "-": it cannot be told
    QTest::newRow("the latest") << u"started1 a b started2 c"_s << 2 << u"started2 c"_s;
    QTest::newRow("its successor runs already") << u"started1 a b started2 c"_s << 1 << u"started1 a b"_s;
    QTest::newRow("another process tells") << u"started1 a started2 b"_s << 7 << u"started2 b"_s;
    QTest::newRow("told twice") << u"started1 starts1 a started2 starts3 b"_s << 3 << u"started2 starts3 b"_s;
    QTest::newRow("its number was another's before") << u"started1 a started2 b started1 c"_s << 1 << u"started1 c"_s;
    QTest::newRow("nothing but its start") << u"a started1"_s << 1 << u"started1"_s;
    QTest::newRow("no marks") << u"a b"_s << 1 << u"-"_s;
    QTest::newRow("nothing") << u""_s << 1 << u"-"_s;
}

void TestKeptOutput::theLinesOfOneInstanceAreFound()
{
    QFETCH(const QString, lines);
    QFETCH(const int, pid);
    QFETCH(const QString, own);
    const auto found = linesOfInstance(linesOf(lines), {pid});
    QCOMPARE(found.has_value(), own != "-"_L1);
    if (found)
        QCOMPARE(textOf(*found), textOf(linesOf(own)));
}

void TestKeptOutput::theLinesOfAProgramAndItsWrapperAreFound_data()
{
    QTest::addColumn<QString>("lines");
    QTest::addColumn<int>("pid");
    QTest::addColumn<QString>("program"); ///< "-": it cannot be told
    QTest::addColumn<QString>("wrapper");
    QTest::newRow("others follow") << u"started1 a started2 b started3 c"_s << 2 << u"started2 b"_s
                                   << u"started2 b started3 c"_s;
    QTest::newRow("its start is lost") << u"a started2 b started3 c"_s << 1 << u"a"_s << u"started3 c"_s;
    QTest::newRow("all of it is lost") << u"started2 b"_s << 1 << u""_s << u"started2 b"_s;
    QTest::newRow("the only one") << u"a started1 b"_s << 1 << u"started1 b"_s << u"started1 b"_s;
    QTest::newRow("no marks") << u"a b"_s << 1 << u"-"_s << u"-"_s;
}

void TestKeptOutput::theLinesOfAProgramAndItsWrapperAreFound()
{
    QFETCH(const QString, lines);
    QFETCH(const int, pid);
    QFETCH(const QString, program);
    QFETCH(const QString, wrapper);
    const auto text = [](const std::optional<QList<OutputLine>> &found) {
        return found ? textOf(*found) : QByteArray("-");
    };
    const auto wanted = [](const QString &words) { return words == "-"_L1 ? "-" : textOf(linesOf(words)); };
    QCOMPARE(text(linesOfProgram(linesOf(lines), pid)), wanted(program));
    QCOMPARE(text(linesOfWrapper(linesOf(lines), {pid})), wanted(wrapper));
}

void TestKeptOutput::aFileAndWhatIsToldAreJoined_data()
{
    QTest::addColumn<int>("fileEnd");   ///< the file has 0 to this
    QTest::addColumn<int>("toldBegin"); ///< told are from this to 10
    QTest::addColumn<int>("begin");     ///< all from this on
    QTest::newRow("the file has the same end") << 10 << 4 << 0;
    QTest::newRow("the file has less") << 7 << 4 << 0;
    QTest::newRow("the file has all that is told") << 10 << 0 << 0;
    QTest::newRow("the file has nothing of it") << 3 << 6 << 6;
    QTest::newRow("no file") << 0 << 6 << 6;
    QTest::newRow("nothing is told") << 10 << 10 << 0;
}

void TestKeptOutput::aFileAndWhatIsToldAreJoined()
{
    QFETCH(const int, fileEnd);
    QFETCH(const int, toldBegin);
    QFETCH(const int, begin);
    const QList<OutputLine> all = linesOf(u"0 1 2 3 4 5 6 7 8 9"_s);
    const QList<OutputLine> file = all.first(fileEnd);
    QList<OutputLine> told = all.mid(toldBegin);
    for (OutputLine &line : told)
        line.time += 900ms; // the file's mark is older
    QCOMPARE(textOf(joined(file, told)), textOf(all.mid(begin)));
}

void TestKeptOutput::aFileMayHaveLinesThatWereNotTold()
{
    // What a service prints on stdout is in its file, and not in its log.
    QList<OutputLine> file = readOutputText("an instance before\n"
                                            "2026-01-31T12:00:00.001Z info    mcp 1 starts with pid 7\n"
                                            "listening on http://127.0.0.1:8000\n"
                                            "2026-01-31T12:00:00.002Z info    mcp 1 is ready\n");
    file.first().time = OutputLine::Time();
    const QList<OutputLine> told{file[1], file[3]};
    QCOMPARE(textOf(joined(file, told)), "an instance before\n" + textOf(told));
}

void TestKeptOutput::aFileThatIsWrittenToIsBounded()
{
    const QString path = m_state->filePath(u"program.log"_s);
    QFile program(path);
    QVERIFY(program.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered));
    QByteArray written;
    for (int round = 0; round < 50; ++round) {
        const QByteArray text = (QByteArray::number(round) + " of fifty\n").repeated(100);
        program.write(text);
        written += text;
        boundOutput(path, 10'000);
        QVERIFY(QFileInfo(path).size() <= 10'000);
    }
    QVERIFY(QFileInfo(path + u".1"_s).size() <= 12'000);
    // Nothing is lost between the two, and nothing twice.
    const QByteArray kept = textOf(readOutputFiles(path, 100'000));
    QVERIFY(kept.size() > 8'000);
    QVERIFY(written.endsWith(kept));
}

void TestKeptOutput::ofAHugeFileTheEndIsKept()
{
    const QString path = m_state->filePath(u"program.log"_s);
    QFile program(path);
    QVERIFY(program.open(QIODevice::WriteOnly));
    QVERIFY(program.resize(qint64(1) << 40)); // a hole: it takes no room, but a copy of it would
    QVERIFY(program.seek(program.size()));
    program.write("\nthe end\n");
    program.close();
    boundOutput(path, 10'000);
    QVERIFY(QFileInfo(path).size() <= 10'000);
    QVERIFY(QFileInfo(path + u".1"_s).size() <= 50'000);
    QVERIFY(textOf(readOutputFiles(path, 100)).endsWith("the end\n"));
    QVERIFY(!QFileInfo::exists(path + u".1.new"_s));
}

void TestKeptOutput::aFileThatIsSmallStaysAsItIs()
{
    write(u"orders"_s, "one\n");
    const QString path = logFileOf(u"orders"_s, m_state->path());
    boundOutput(path, 4);
    QCOMPARE(textOf(readOutputFiles(path, 100)), "one\n");
    QVERIFY(!QFileInfo::exists(path + u".1"_s));
    boundOutput(m_state->filePath(u"no such file"_s), 0);
    QVERIFY(QFile::link(path, m_state->filePath(u"link"_s)));
    boundOutput(m_state->filePath(u"link"_s), 1);
    QCOMPARE(QFileInfo(path).size(), 4);
}

QTEST_GUILESS_MAIN(TestKeptOutput)
#include "tst_keptoutput.moc"
