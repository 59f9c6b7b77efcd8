// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/execimage.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr char PidVariable[] = "LISTEN_PID=";
constexpr int PidDigits = 10; // pid_t has 31 bits

bool names(const QByteArray &assignment, QByteArrayView variable)
{
    return assignment.startsWith(variable) && assignment.size() > variable.size() && assignment[variable.size()] == '=';
}

void assign(QByteArrayList &environment, const QByteArray &assignment)
{
    const QByteArray variable = assignment.left(assignment.indexOf('='));
    erase_if(environment, [&](const QByteArray &present) { return names(present, variable); });
    environment.append(assignment);
}

QByteArrayList ownEnvironment(const QByteArrayList &changes)
{
    QByteArrayList environment;
    for (char **variable = environ; variable && *variable; ++variable)
        environment.append(*variable);
    for (const QByteArray &change : changes)
        assign(environment, change);
    return environment;
}

/// Where execvp(3) would look, in its order.
QByteArrayList searchPaths(const QByteArray &program, const QByteArrayList &environment)
{
    if (program.contains('/'))
        return {program};
    QByteArray directories = "/usr/local/bin:/usr/bin:/bin";
    for (const QByteArray &variable : environment) {
        if (names(variable, "PATH"))
            directories = variable.mid(5);
    }
    QByteArrayList paths;
    for (const QByteArray &directory : directories.split(':'))
        paths.append((directory.isEmpty() ? "." : directory) + '/' + program);
    return paths;
}

std::vector<char *> pointersInto(QByteArrayList &strings)
{
    std::vector<char *> pointers;
    pointers.reserve(std::size_t(strings.size()) + 1);
    for (QByteArray &string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

ExecImage::ExecImage(const ChildCommand &command, const QByteArrayList &listenerNames)
    : m_program(command.arguments.value(0))
{
    const QByteArrayList environment = ownEnvironment(command.environment);
    m_paths = searchPaths(m_program, environment);
    prepare(command.arguments, environment, listenerNames);
}

ExecImage::ExecImage(const QByteArray &path, const QByteArrayList &arguments, const QByteArrayList &environment,
                     const QByteArrayList &listenerNames)
    : m_program(path)
    , m_paths{path}
{
    prepare(arguments, environment, listenerNames);
}

void ExecImage::prepare(const QByteArrayList &arguments, QByteArrayList environment,
                        const QByteArrayList &listenerNames)
{
    erase_if(environment, [](const QByteArray &variable) {
        return names(variable, "LISTEN_PID") || names(variable, "LISTEN_FDS") || names(variable, "LISTEN_FDNAMES");
    });
    if (!listenerNames.isEmpty()) {
        environment.append("LISTEN_FDS=" + QByteArray::number(listenerNames.size()));
        environment.append("LISTEN_FDNAMES=" + listenerNames.join(':'));
        environment.append(PidVariable + QByteArray(PidDigits, '0'));
    }
    m_arguments = arguments;
    m_environment = std::move(environment);
    m_argumentPointers = pointersInto(m_arguments);
    m_environmentPointers = pointersInto(m_environment);
    for (const QByteArray &path : std::as_const(m_paths))
        m_pathPointers.push_back(path.constData());
    if (!listenerNames.isEmpty())
        m_pidDigits = m_environmentPointers[m_environmentPointers.size() - 2] + sizeof PidVariable - 1;
}

std::optional<StartFailure> ExecImage::refuse(const ChildCommand &command)
{
    if (command.arguments.isEmpty() || command.arguments.first().isEmpty())
        return StartFailure{StartFailure::NotFound, u"no program was named"_s};
    const auto hasZero = [](const QByteArray &string) { return string.contains('\0'); };
    const auto argument = std::find_if(command.arguments.begin(), command.arguments.end(), hasZero);
    if (argument != command.arguments.end()) {
        return StartFailure{StartFailure::Own,
                            u"argument %1 contains a zero byte, which no program can be given"_s.arg(
                                argument - command.arguments.begin())};
    }
    for (const QByteArray &variable : command.environment) {
        if (hasZero(variable) || variable.indexOf('=') < 1)
            return StartFailure{StartFailure::Own,
                                u"\"%1\" is no environment variable: expected NAME=value without zero bytes"_s.arg(
                                    QString::fromUtf8(variable.left(60)))};
    }
    return {};
}

int ExecImage::execute() noexcept
{
    if (m_pidDigits) {
        // Left-aligned and ended by a zero byte: it never gets longer than what was reserved.
        char digits[PidDigits];
        int count = 0;
        for (auto pid = unsigned(::getpid()); pid != 0; pid /= 10)
            digits[count++] = char('0' + pid % 10);
        for (int i = 0; i < count; ++i)
            m_pidDigits[i] = digits[count - 1 - i];
        m_pidDigits[count] = 0;
    }
    int result = ENOENT;
    for (const char *path : m_pathPointers) {
        ::execve(path, m_argumentPointers.data(), m_environmentPointers.data());
        const int error = errno;
        if (error == ENOENT && ::access(path, F_OK) == 0)
            return ELIBACC;
        if (error == EACCES || result == ENOENT)
            result = error; // like execvp(3): one that may not be run is told only if none can be
        if (error != EACCES && error != ENOENT && error != ENOTDIR)
            return error;
    }
    return result;
}

StartFailure ExecImage::explain(int error) const
{
    const QString program = QString::fromLocal8Bit(m_program);
    switch (error) {
    case ENOENT:
        return {StartFailure::NotFound,
                m_program.contains('/') ? u"%1: there is no such file"_s.arg(program)
                                        : u"%1: not found along PATH"_s.arg(program)};
    case ENOTDIR: return {StartFailure::NotFound, u"%1: a part of the path is not a directory"_s.arg(program)};
    case EACCES:
        return {StartFailure::NotExecutable,
                u"%1: this user may not execute it (a directory, or no x permission)"_s.arg(program)};
    case ENOEXEC:
        return {
            StartFailure::NotExecutable,
            u"%1: not a program for this machine (another architecture, damaged, or a script without a #! line)"_s.arg(
                program)};
    case ELIBACC:
        return {StartFailure::NotExecutable, u"%1: the interpreter or loader it names is not there"_s.arg(program)};
    case E2BIG:
        return {StartFailure::NotExecutable,
                u"%1: its arguments and environment are larger than the kernel takes"_s.arg(program)};
    case ETXTBSY: return {StartFailure::NotExecutable, u"%1: the file is being written to"_s.arg(program)};
    default:
        return {StartFailure::NotExecutable,
                u"%1: could not be executed: %2"_s.arg(program, QString::fromLocal8Bit(std::strerror(error)))};
    }
}

} // namespace Hephaestus
