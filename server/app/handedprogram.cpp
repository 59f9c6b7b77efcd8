// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/handedprogram.h"

#include <QFile>

#include <csignal>
#include <fcntl.h>
#include <sys/mman.h>
#include <thread>

namespace Hephaestus {
namespace {

// The names, which follow the role's.
constexpr char Stdout[] = "-stdout=";            // the pid
constexpr char Stderr[] = "-stderr=";            // when it is killed, in nanoseconds of the steady clock
constexpr char Output[] = "program-output=";     // by itself
constexpr char Adapter[] = "-python=";           // its directory
constexpr char GuardianChannel[] = "-guardian="; // its pid

QByteArray nameOf(HandedProgram::Role role)
{
    return role == HandedProgram::Role::Serving ? QByteArrayLiteral("program") : QByteArrayLiteral("predecessor");
}

constexpr auto LookWhetherEndedEvery = std::chrono::milliseconds(10);

std::optional<InheritedSocket> takeNamed(QList<InheritedSocket> &inherited, const QByteArray &name)
{
    const auto found = std::find_if(inherited.begin(), inherited.end(),
                                    [&](const InheritedSocket &one) { return one.name.startsWith(name); });
    if (found == inherited.end())
        return {};
    const InheritedSocket taken{found->descriptor, found->name.mid(name.size())};
    inherited.erase(found);
    return taken;
}

/// A program that has closed its stdout or stderr left nothing to read; who takes it over finds an end of file there.
void keepPlace(FileDescriptor &descriptor)
{
    if (!descriptor.isOpen())
        descriptor.reset(::open("/dev/null", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

} // namespace

QList<HandedSocket> HandedProgram::handOver()
{
    keepPlace(child.output);
    keepPlace(child.error);
    const QByteArray own = nameOf(role);
    QList<HandedSocket> handed{
        {own + Stdout + QByteArray::number(child.pid), child.output.number()},
        {own + Stderr + QByteArray::number(qint64(killAt.time_since_epoch().count())), child.error.number()}};
    if (guardian && guardian->pid() > 0)
        handed.append({own + GuardianChannel + QByteArray::number(guardian->pid()), guardian->channel()});
    if (adapter && !adapter->problem()) {
        handed.append({own + Adapter + adapter->directory().toUtf8().toPercentEncoding(), adapter->lock()});
        adapter->keepDirectory();
    }
    return handed;
}

std::optional<HandedProgram> HandedProgram::take(Role role, QList<InheritedSocket> &inherited)
{
    const QByteArray own = nameOf(role);
    HandedProgram program;
    program.role = role;
    if (const auto taken = takeNamed(inherited, own + Stdout)) {
        program.child.pid = taken->name.toInt();
        program.child.output.reset(taken->descriptor);
    }
    if (const auto taken = takeNamed(inherited, own + Stderr)) {
        program.child.error.reset(taken->descriptor);
        program.killAt = Clock::TimePoint(Clock::TimePoint::duration(taken->name.toLongLong()));
    }
    if (const auto taken = takeNamed(inherited, own + GuardianChannel))
        program.guardian = std::make_unique<Guardian>(taken->name.toInt(), FileDescriptor(taken->descriptor));
    if (const auto taken = takeNamed(inherited, own + Adapter))
        program.adapter = ModuleAdapter::adopt(QString::fromUtf8(QByteArray::fromPercentEncoding(taken->name)),
                                               FileDescriptor(taken->descriptor));
    if (program.child.pid <= 0 || !program.child.output.isOpen() || !program.child.error.isOpen())
        return {};
    return program;
}

void HandedProgram::end(const ChildCommand &command, std::chrono::milliseconds grace)
{
    // After an execve(2) that failed, what wakes up the event loop may be the number of a socket that nobody reads.
    std::signal(SIGPIPE, SIG_IGN);
    ChildProcess process;
    if (!process.adopt(std::move(child), command, grace))
        return;
    if (role == Role::Predecessor)
        process.resumeStop(killAt);
    else
        process.stop(grace);
    for (; process.isRunning(); std::this_thread::sleep_for(LookWhetherEndedEvery))
        process.advance();
}

HandedOutput::HandedOutput(const QByteArray &saved) : m_file(::memfd_create("output", MFD_CLOEXEC))
{
    QFile file;
    if (m_file.isOpen() && file.open(m_file.number(), QFile::WriteOnly | QFile::Unbuffered))
        file.write(saved);
}

QList<HandedSocket> HandedOutput::handOver() const
{
    return m_file.isOpen() ? QList<HandedSocket>{{Output, m_file.number()}} : QList<HandedSocket>();
}

QByteArray HandedOutput::take(QList<InheritedSocket> &inherited)
{
    const auto taken = takeNamed(inherited, Output);
    if (!taken)
        return {};
    const FileDescriptor memory(taken->descriptor);
    QFile file;
    return file.open(memory.number(), QFile::ReadOnly) && file.seek(0) ? file.readAll() : QByteArray();
}

} // namespace Hephaestus
