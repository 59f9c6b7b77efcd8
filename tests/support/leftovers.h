// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QUuid>

#include <unistd.h>

/// Finds whatever a test left running: every process inherits the mark by its environment, whatever session, group or
/// parent it takes.
class Leftovers
{
public:
    Leftovers() : m_mark("HEPHAESTUS_TEST_MARK=" + QUuid::createUuid().toByteArray(QUuid::WithoutBraces)) {}

    /// For the environment of what is started.
    const QByteArray &mark() const { return m_mark; }

    /// Living processes with the mark, and zombies whose parent is this process.
    QList<int> pids() const
    {
        QList<int> found;
        for (const QString &name : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
            bool isNumber = false;
            const int pid = name.toInt(&isNumber);
            QFile environment(QStringLiteral("/proc/%1/environ").arg(name));
            if (!isNumber)
                continue;
            const bool marked = environment.open(QFile::ReadOnly) && environment.readAll().split('\0').contains(m_mark);
            const auto process = Hephaestus::readProcess(pid);
            const bool ourZombie = process && process->isZombie() && process->parent == ::getpid();
            if (marked || ourZombie)
                found.append(pid);
        }
        return found;
    }

    static int openDescriptors()
    {
        return int(QDir(QStringLiteral("/proc/self/fd"))
                       .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
                       .size());
    }

private:
    const QByteArray m_mark;
};
