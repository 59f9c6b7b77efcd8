// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetfilewatch.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MostBytes = 16 << 20; ///< of a fleet file: larger ones are not compared

QByteArray hashOf(const QString &path)
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
    connect(&m_directories, &DirectoryWatch::noticed, this, &FleetFileWatch::compare);
}

void FleetFileWatch::watch(const QString &file)
{
    if (!m_files.contains(file)) // an editor puts another file in its place
        m_directories.watch(QFile::encodeName(QFileInfo(file).absolutePath()));
    m_files.insert(file, {hashOf(file)});
}

void FleetFileWatch::compare(const QByteArray &directory, const QByteArray &name)
{
    const QString path = QFile::decodeName(directory) + u'/' + QFile::decodeName(name);
    const auto known = m_files.find(path);
    if (known == m_files.end() || known->isTold)
        return;
    const QByteArray now = hashOf(path);
    if (now.isEmpty() || now == known->hash)
        return;
    known->isTold = true;
    Q_EMIT changed(path);
}

} // namespace Hephaestus
