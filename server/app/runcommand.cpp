// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/beginthread.h"
#include "common/base/programfile.h"
#include "server/app/commands.h"
#include "server/app/leanqt.h"
#include "server/app/logoptions.h"
#include "server/app/runprogram.h"
#include "server/app/servicemanager.h"
#include "server/app/statedirectory.h"
#include "server/supervisor/processtable.h"

#include <QCoreApplication>

#include <fcntl.h>
#include <malloc.h>
#include <system_error>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr char HeldName[] = "held=";                // what follows is the address as it was asked for
constexpr char ListenedName[] = "program-listened"; // a descriptor that says by being there that it did

QByteArray heldName(const QString &address) { return HeldName + address.toUtf8().toPercentEncoding(); }

/// Opens the sockets for the program, or adopts those that a predecessor held, from `inherited`. Closes what it held
/// and nobody asks for any more. Appends the name of each socket to `names`.
std::optional<Problem> hold(HeldSockets &sockets, const QStringList &addresses, QList<InheritedSocket> &inherited,
                            QByteArrayList &names)
{
    for (const QString &address : addresses) {
        const QByteArray name = heldName(address);
        std::optional<Problem> problem;
        // One address may be several sockets.
        const auto count = inherited.removeIf([&](const InheritedSocket &socket) {
            if (socket.name != name)
                return false;
            if (auto wrong = sockets.adopt(socket.descriptor, true))
                problem = wrong;
            return true;
        });
        if (count == 0)
            problem = sockets.open(parseServiceAddress(address).value());
        if (problem)
            return problem;
        names.resize(sockets.addresses().size(), name);
    }
    HeldSockets unwanted;
    inherited.removeIf([&](const InheritedSocket &socket) {
        if (!socket.name.startsWith(HeldName))
            return false;
        dropStoredSockets(socket.name);
        unwanted.adopt(socket.descriptor, true);
        return true;
    });
    return {};
}

/// While one lives, Qt finds no plugins. QHttpServer makes a TLS configuration, whether that is needed or not, for
/// which Qt would load OpenSSL: a third of a wrapper's memory. Whoever needs it later loads it then. Qt's warning
/// that there is none is not for users.
class WithoutPlugins
{
public:
    WithoutPlugins()
        : m_paths(QCoreApplication::libraryPaths())
        , m_handler(qInstallMessageHandler([](QtMsgType type, const QMessageLogContext &context, const QString &text) {
            if (qstrcmp(context.category, "qt.network.ssl") != 0)
                s_next(type, context, text);
        }))
    {
        s_next = m_handler;
        QCoreApplication::setLibraryPaths({});
    }
    ~WithoutPlugins()
    {
        QCoreApplication::setLibraryPaths(m_paths);
        qInstallMessageHandler(m_handler);
    }
    WithoutPlugins(const WithoutPlugins &) = delete;
    WithoutPlugins &operator=(const WithoutPlugins &) = delete;

private:
    static inline QtMessageHandler s_next = nullptr;
    const QStringList m_paths;
    const QtMessageHandler m_handler;
};

/// What a run begins with: a predecessor's, or made anew.
struct Belongings
{
    explicit Belongings(bool willOverlap) : sockets(willOverlap) {}

    std::optional<Problem> takeInherited();
    std::optional<Problem> complete(const RunOptions &options);
    /// `sockets` by their names.
    QList<HandedSocket> handedSockets() const;
    /// By the guardian of this process' previous image.
    bool isGuarded() const { return (program && program->guardian) || (predecessor && predecessor->guardian); }

    QList<InheritedSocket> inherited;         ///< to listen on ourselves
    std::optional<HandedProgram> program;     ///< one that runs already
    std::optional<HandedProgram> predecessor; ///< one that ends
    HeldSockets sockets;                      ///< for the program
    QByteArrayList socketNames;               ///< of `sockets`, by which the next image of this process finds them
    std::unique_ptr<ModuleAdapter> adapter;   ///< null: without
    bool hasListened = false;                 ///< the predecessor's program, for TCP clients
    QByteArray output;                        ///< what was kept of theirs
};

std::optional<Problem> Belongings::takeInherited()
{
    auto found = takeListenFds();
    if (!found)
        return found.problem();
    inherited = *found;
    program = HandedProgram::take(HandedProgram::Role::Serving, inherited);
    predecessor = HandedProgram::take(HandedProgram::Role::Predecessor, inherited);
    inherited.removeIf([this](const InheritedSocket &socket) {
        if (socket.name != ListenedName)
            return false;
        hasListened = true;
        return FileDescriptor(socket.descriptor).isOpen(); // and is closed
    });
    output = HandedOutput::take(inherited);
    if (program)
        adapter = std::move(program->adapter);
    return {};
}

std::optional<Problem> Belongings::complete(const RunOptions &options)
{
    if (auto problem = hold(sockets, options.sockets, inherited, socketNames))
        return problem;
    if (!predecessor)
        sockets.settle();
    if (!options.overlap) {
        storeSockets(handedSockets());
    } else { // its sockets change with each restart; those were stored before it was asked for
        for (const QByteArray &name : std::as_const(socketNames))
            dropStoredSockets(name);
    }
    if (options.adapters && !adapter)
        adapter = std::make_unique<ModuleAdapter>(options.service.name, placesForFiles());
    return {};
}

QList<HandedSocket> Belongings::handedSockets() const
{
    QList<HandedSocket> handed = sockets.handed();
    for (qsizetype i = 0; i < handed.size(); ++i)
        handed[i].name = socketNames[i];
    return handed;
}

/// Where nothing can be written, the program runs all the same.
void tellWhatIsMissing(const RunOptions &options, const ModuleAdapter *adapter)
{
    if (options.supervisor.logFile.isEmpty())
        qCWarning(logProcess, "the program's output is kept in memory only: there is no home for a log file");
    if (adapter && adapter->problem())
        qCWarning(logProcess, "%s: which modules are loaded cannot be known", qPrintable(adapter->problem()->text()));
    if (!hasProcessTable())
        qCWarning(logProcess,
                  "/proc is not there, or another PID namespace's: what the program uses, has loaded and "
                  "started beyond its process group cannot be known");
}

void tellProblems(const QList<Problem> &problems)
{
    for (const Problem &problem : problems)
        writeStartError(u"hephaestus run: "_s + problem.text());
}

/// What a run leaves.
struct RunEnd
{
    int exitCode = ExitDone;
    bool isRestart = false;                   ///< this process is to be replaced
    QList<HandedSocket> listening;            ///< our own, for the next image
    std::optional<HandedProgram> next;        ///< the program that the next image goes on with
    std::optional<HandedProgram> predecessor; ///< the one that it waits for
    bool hasListened = false;                 ///< RunProgram::hasListened()
    std::optional<HandedOutput> output;       ///< what was kept, for the next image
};

/// `trial` returns what would keep the next image from running; `kept` holds `listening`; `lean` ends when the threads
/// run.
RunEnd runUntilStopped(const RunOptions &options, Belongings &belongings, Guardian &guardian, const Reexec &self,
                       InPlaceRestart::Trial trial, HeldSockets &kept, std::optional<LeanQt> &lean)
{
    std::optional<RunProgram> program;
    {
        const WithoutPlugins withoutTls;
        try {
            program.emplace(options, belongings.sockets, belongings.adapter.get(), guardian, self, std::move(trial));
        } catch (const std::system_error &) {
            tellProblems({{{}, noOtherThread()}});
            RunEnd failed;
            failed.exitCode = StartFailure::Own;
            return failed;
        }
    }
    lean.reset();
    RunEnd end;
    end.exitCode = program->run(belongings.inherited, belongings.program, belongings.predecessor, belongings.output);
    end.next = program->handOver();
    end.predecessor = program->handOverPredecessor();
    end.isRestart = program->restart().isDue();
    end.hasListened = program->hasListened();
    if (end.isRestart) {
        end.listening = program->restart().keepSockets(kept);
        end.output = program->handedOutput();
    }
    return end;
}

/// Programs that nobody goes on with: they are not left to themselves.
void endHanded(std::initializer_list<std::optional<HandedProgram> *> programs, const RunOptions &options)
{
    InPlaceRestart::dropDeadline();
    for (std::optional<HandedProgram> *program : programs) {
        if (*program)
            (*program)->end(options.supervisor.command, options.supervisor.stopTimeout);
    }
    for (std::optional<HandedProgram> *program : programs)
        program->reset(); // the guardian of one guards all
}

/// Hands all over to the next image of this process. Returns if a stop came first or it fails, with the exit code.
int executeAnew(const Reexec &self, const RunOptions &options, Belongings &belongings,
                std::unique_ptr<Guardian> guardian, RunEnd end)
{
    QList<HandedSocket> held = belongings.handedSockets();
    held += end.output->handOver();
    if (end.predecessor)
        end.predecessor->adapter = std::move(belongings.adapter);
    belongings.adapter.reset(); // the next program has its own
    for (std::optional<HandedProgram> *program : {&end.next, &end.predecessor}) {
        if (!*program)
            continue;
        if (guardian)
            (*program)->guardian = std::move(guardian); // until the next image's own does
        held += (*program)->handOver();
    }
    guardian.reset();
    const FileDescriptor listened(end.hasListened ? ::open("/dev/null", O_RDONLY | O_CLOEXEC) : -1);
    if (listened.isOpen())
        held.append({ListenedName, listened.number()});
    if (!UnixSignals::stopRequested())
        end.exitCode = InPlaceRestart::execute(self, end.listening + held, options.service.startTimeout);
    endHanded({&end.next, &end.predecessor}, options);
    return end.exitCode;
}

/// What a start would find wrong with the program, as far as can be seen without running it.
QList<Problem> whatKeepsItFromRunning(const RunOptions &options)
{
    const ChildCommand &command = options.supervisor.command;
    const auto problem = command.arguments.isEmpty()
        ? std::nullopt // told already
        : checkProgram(command.arguments.first(), command.directory, qgetenv("PATH"));
    return problem ? QList{*problem} : QList<Problem>();
}

} // namespace

int runCommand(const QStringList &arguments)
{
    ::mallopt(M_ARENA_MAX, 1); // few threads that allocate little: a heap for each would be memory for nothing
    resetSignalsAtStart();
    ChildProcess::noteInherited();
    const Reexec self;
    QList<Problem> problems;
    auto options = readRunOptions(arguments, self.arguments(), problems);
    if (!options)
        return ExitDone;
    if (const auto few = whyTooFewDescriptors())
        problems << *few;
    if (options->isCheck) {
        problems += whatKeepsItFromRunning(*options);
        tellProblems(problems);
        return problems.isEmpty() ? ExitDone : StartFailure::Own;
    }
    Belongings belongings(options->overlap);
    if (const auto problem = belongings.takeInherited())
        problems << *problem;
    if (auto *after = options->ready ? std::get_if<ReadyAfter>(&*options->ready) : nullptr)
        after->listensAgain = after->listensAgain && belongings.hasListened;
    if (problems.isEmpty()) {
        if (const auto problem = belongings.complete(*options))
            problems << *problem;
    }
    tellProblems(problems);
    if (!problems.isEmpty()) {
        endHanded({&belongings.program, &belongings.predecessor}, *options);
        return StartFailure::Own;
    }
    auto guardian = std::make_unique<Guardian>(GuardianOptions{.logFile = options->supervisor.logFile,
                                                               .stopSignal = options->supervisor.command.stopSignal,
                                                               .stopScope = options->supervisor.command.stopScope,
                                                               .grace = options->supervisor.stopTimeout,
                                                               .isStandby = belongings.isGuarded()});
    options->supervisor.command.environment += guardian->mark();
    options->supervisor.command.endsWithParent = guardian->pid() <= 0 || !hasProcessTable();
    std::optional<LeanQt> lean(std::in_place);
    Log::install(options->log); // its thread begins
    tellWhatIsMissing(*options, belongings.adapter.get());
    const auto trial = [&]() -> std::optional<Problem> {
        QList<Problem> found;
        if (const auto next = readRunOptions(arguments, self.arguments(), found))
            found += whatKeepsItFromRunning(*next);
        return found.isEmpty() ? std::optional<Problem>() : found.first();
    };
    HeldSockets kept;
    RunEnd end = runUntilStopped(*options, belongings, *guardian, self, trial, kept, lean);
    if (end.isRestart && !UnixSignals::stopRequested())
        return executeAnew(self, *options, belongings, std::move(guardian), std::move(end));
    endHanded({&belongings.program, &belongings.predecessor, &end.next, &end.predecessor}, *options);
    return end.exitCode;
}

} // namespace Hephaestus
