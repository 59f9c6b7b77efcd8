// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetfilewatch.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MostBytes = 16 << 20; ///< of a fleet file: larger ones are not compared

/// Empty: it cannot be read now.
QByteArray hashOfFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.isSequential() || file.size() > MostBytes)
        return {};
    QCryptographicHash hash(QCryptographicHash::Sha256);
    return hash.addData(&file) ? hash.result() : QByteArray();
}

} // namespace

FleetFileWatch::FleetFileWatch(QObject *parent) : QObject(parent)
{
    connect(&m_directories, &DirectoryWatch::noticed, this,
            [this](const QByteArray &directory, const QByteArray &name) {
                compare(QFile::decodeName(directory) + u'/' + QFile::decodeName(name));
            });
}

void FleetFileWatch::watch(const QString &file, const QByteArray &content)
{
    if (!m_files.contains(file)) // an editor puts another file in its place
        m_directories.watch(QFile::encodeName(QFileInfo(file).absolutePath()));
    m_files.insert(file, {QCryptographicHash::hash(content, QCryptographicHash::Sha256)});
    compare(file); // it may have changed before it was watched
}

void FleetFileWatch::compare(const QString &file)
{
    const auto known = m_files.find(file);
    if (known == m_files.end() || known->isTold)
        return;
    const QByteArray now = hashOfFile(file);
    if (now.isEmpty() || now == known->hash)
        return;
    known->isTold = true;
    Q_EMIT changed(file);
}

} // namespace Hephaestus
