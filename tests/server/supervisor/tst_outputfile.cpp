// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/eventline.h"
#include "server/supervisor/outputfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestOutputFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesAreMarkedWithTimeAndStream();
    void aProgramsOwnMarkIsItsText();
};

void TestOutputFile::linesAreMarkedWithTimeAndStream()
{
    const QTemporaryDir directory;
    OutputFile file(directory.filePath(u"out.log"_s));
    const OutputLine::Time time(1'764'331'200'007ms);
    file.write(OutputStream::Event, eventLine(u"started"_s, time), time);
    file.write(OutputStream::Stdout, "one\ntwo\n", time);
    file.write(OutputStream::Stdout, "three\n", time + 999ms);
    file.write(OutputStream::Stderr, "four\n", time + 999ms);
    file.write(OutputStream::Stderr, "five\n", time + 1999ms);
    file.write(OutputStream::Event, eventLine(u"ended"_s, time + 2s), time + 2s);
    file.write(OutputStream::Stderr, "six\n", time + 2s);
    QFile content(file.file().path());
    QVERIFY(content.open(QFile::ReadOnly));
    QCOMPARE(content.readAll(),
             "2025-11-28T12:00:00.007Z hephaestus: started\n"
             "2025-11-28T12:00:00.007Z stdout:\none\ntwo\nthree\n"
             "2025-11-28T12:00:01.006Z stderr:\nfour\n"
             "2025-11-28T12:00:02.006Z stderr:\nfive\n"
             "2025-11-28T12:00:02.007Z hephaestus: ended\n"
             "2025-11-28T12:00:02.007Z stderr:\nsix\n");
}

void TestOutputFile::aProgramsOwnMarkIsItsText()
{
    const QTemporaryDir directory;
    OutputFile file(directory.filePath(u"out.log"_s));
    const OutputLine::Time time(1'764'331'200'007ms);
    file.write(
        OutputStream::Stdout,
        "2026-01-02T12:00:00.000Z stderr:\nafter it\n 2026-01-02T12:00:00.000Z stdout:\n"
        "2026-01-02T12:00:00.000Z hephaestus: started\n2026-01-02T12:00:00.000Z  stdout:\nAZ stdout:\nZ stderr:\n",
        time);
    file.write(OutputStream::Stdout, "2026-01-02T12:00:00.000Z stdout:\n", time);
    QFile content(file.file().path());
    QVERIFY(content.open(QFile::ReadOnly));
    QCOMPARE(content.readAll(),
             "2025-11-28T12:00:00.007Z stdout:\n"
             " 2026-01-02T12:00:00.000Z stderr:\nafter it\n  2026-01-02T12:00:00.000Z stdout:\n"
             " 2026-01-02T12:00:00.000Z hephaestus: started\n2026-01-02T12:00:00.000Z  stdout:\nAZ stdout:\nZ stderr:\n"
             " 2026-01-02T12:00:00.000Z stdout:\n");
}

QTEST_GUILESS_MAIN(TestOutputFile)
#include "tst_outputfile.moc"
