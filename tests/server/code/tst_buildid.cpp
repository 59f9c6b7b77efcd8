// SPDX-License-Identifier: GPL-3.0-or-later
//
// The notes of ELF files that name their builds: made byte by byte, and broken in every way.
#include "common/base/filedescriptor.h"
#include "server/code/buildid.h"

#include <QTemporaryFile>
#include <QTest>

#include <elf.h>
#include <link.h>

#include <cstring>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

QByteArray padded(QByteArray bytes) { return bytes.append((4 - bytes.size() % 4) % 4, '\0'); }

QByteArray note(const QByteArray &owner, quint32 type, const QByteArray &content)
{
    const ElfW(Nhdr) head{ElfW(Word)(owner.size()), ElfW(Word)(content.size()), type};
    return QByteArray(reinterpret_cast<const char *>(&head), sizeof head) + padded(owner) + padded(content);
}

/// A file with one segment for each of `notes`.
QByteArray program(const QByteArrayList &notes, quint64 alignment = 4)
{
    ElfW(Ehdr) header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    header.e_ident[EI_DATA] = Q_BYTE_ORDER == Q_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(ElfW(Phdr));
    header.e_phnum = ElfW(Half)(notes.size());
    QByteArray bytes(reinterpret_cast<const char *>(&header), sizeof header);
    quint64 offset = sizeof header + std::size_t(notes.size()) * sizeof(ElfW(Phdr));
    for (const QByteArray &each : notes) {
        ElfW(Phdr) segment{};
        segment.p_type = PT_NOTE;
        segment.p_offset = offset;
        segment.p_filesz = std::size_t(each.size());
        segment.p_align = alignment;
        bytes.append(reinterpret_cast<const char *>(&segment), sizeof segment);
        offset += quint64(each.size());
    }
    return bytes + notes.join();
}

const QByteArray Gnu("GNU\0", 4);
const QByteArray Go("Go\0\0", 4);
const QByteArray Id = QByteArray::fromHex("755b1902fbb760d0638b41efc5c195cb7cc3c6e4");
const QString Hex = u"755b1902fbb760d0638b41efc5c195cb7cc3c6e4"_s;
constexpr quint32 BuildId = 3;
constexpr quint32 GoBuildId = 4;

QString idOf(const QByteArray &bytes)
{
    QTemporaryFile file;
    if (!file.open() || file.write(bytes) != bytes.size() || !file.flush())
        return u"not written"_s;
    return buildIdOf(file.handle());
}

} // namespace

class TestBuildId : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBuildIsNamedByItsNote_data();
    void aBuildIsNamedByItsNote();
    void aBrokenFileHasNone();
};

void TestBuildId::aBuildIsNamedByItsNote_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("id");
    const QByteArray gnu = note(Gnu, BuildId, Id);
    const QByteArray other = note(Gnu, NT_GNU_ABI_TAG, QByteArray(16, 'x'));
    QTest::newRow("GNU's") << program({gnu}) << Hex;
    QTest::newRow("after another note") << program({other + gnu}) << Hex;
    QTest::newRow("in another segment") << program({other, gnu}) << Hex;
    QTest::newRow("after a long note") << program({note(Gnu, BuildId + 9, QByteArray(5000, 'x')) + gnu}) << Hex;
    QTest::newRow("of 8 bytes, as lld writes it") << program({note(Gnu, BuildId, Id.first(8))}) << Hex.first(16);
    QTest::newRow("between notes of 8 and of 4, as mold writes them")
        << program({note(Gnu, 5, QByteArray(16, 'x')) + note(Gnu, BuildId, Id) + other}, 8) << Hex;
    QTest::newRow("Go's") << program({note(Go, GoBuildId, "action/main/content")}) << u"action/main/content"_s;
    QTest::newRow("Go's beside GNU's") << program({gnu, note(Go, GoBuildId, "action/content")}) << u"action/content"_s;
    QTest::newRow("Go's with an escape in it") << program({note(Go, GoBuildId, "a\x1b[2Jb")}) << u"a\\u{1b}[2Jb"_s;
    QTest::newRow("none") << program({other}) << QString();
    QTest::newRow("no notes") << program({}) << QString();
    QTest::newRow("of another owner") << program({note("GNX", BuildId, Id)}) << QString();
    QTest::newRow("a script") << QByteArray("#!/bin/sh\nexec sleep 1\n").repeated(20) << QString();
    QTest::newRow("an empty file") << QByteArray() << QString();
}

void TestBuildId::aBuildIsNamedByItsNote()
{
    QFETCH(QByteArray, file);
    QTEST(idOf(file), "id");
}

/// Whoever may replace a program may write anything there.
void TestBuildId::aBrokenFileHasNone()
{
    const QByteArray whole = program({note(Gnu, BuildId, Id)});
    for (qsizetype size = 0; size < whole.size(); ++size)
        QCOMPARE(idOf(whole.first(size)), QString());
    for (qsizetype at = 0; at < whole.size(); ++at) {
        for (const char byte : {'\0', '\x7f', '\xff'}) {
            QByteArray changed = whole;
            changed[at] = byte;
            QVERIFY2(idOf(changed).size() <= 2 * 256, QByteArray::number(at).constData());
        }
    }
    QCOMPARE(buildIdOf(-1), QString());
}

QTEST_GUILESS_MAIN(TestBuildId)
#include "tst_buildid.moc"
